// What a person pastes to add somebody: an invitation, or an address.

import type { Invitation } from './api';
import { addressHint, parseAddress } from './address';
import { dayTime, roughly } from './format';
import { t, tn } from './i18n.svelte';

/** base32 of what an invitation holds */
export const INVITATION_LENGTH = 170;

export type Pasted =
  | { readonly kind: 'invitation'; readonly text: string; readonly good: boolean; readonly hint: string }
  | {
      readonly kind: 'address';
      readonly text: string;
      readonly good: boolean;
      readonly hint: string;
      readonly partial: boolean;
    };

const WHOLE = /(?:BOC|blackedoutchat):(?:\/\/)?([A-Z2-7]{170})(?![A-Z2-7])/i;
const BEGUN = /^(?:BOC|blackedoutchat):(?:\/\/)?(.*)$/i;

function invitationHint(letters: string): string {
  if (!/^[a-z2-7]*$/i.test(letters)) return t('An invitation has only letters and the digits 2 to 7 after the colon.');
  if (letters.length < INVITATION_LENGTH)
    return t('An invitation, {length} of {whole} characters', { length: letters.length, whole: INVITATION_LENGTH });
  return tn(
    letters.length - INVITATION_LENGTH,
    'An invitation, but {n} character too long.',
    'An invitation, but {n} characters too long.',
  );
}

/** People paste the line around it, too. */
export function readPasted(input: string): Pasted {
  const whole = WHOLE.exec(input) ?? WHOLE.exec(input.replace(/\s+/g, ''));
  if (whole) {
    const text = `BOC:${(whole[1] ?? '').toUpperCase()}`;
    return { kind: 'invitation', text, good: true, hint: t('An invitation. You will be contacts at once.') };
  }
  const begun = BEGUN.exec(input.replace(/\s+/g, ''));
  if (begun) return { kind: 'invitation', text: '', good: false, hint: invitationHint(begun[1] ?? '') };
  const parsed = parseAddress(input);
  const { problem } = parsed;
  return {
    kind: 'address',
    text: parsed.address,
    good: problem === null,
    partial: problem === 'empty' || problem === 'short',
    hint:
      problem === 'empty'
        ? t('An invitation begins with “BOC:” or “blackedoutchat:”. An address is 56 letters and digits.')
        : problem === null
          ? t('An address. They are asked first.')
          : addressHint(parsed),
  };
}

/** The program says when one has expired; the page need not wait for it. */
export function stateOf(invitation: Invitation, now: number): Invitation['state'] {
  return invitation.state === 'open' && invitation.expires <= now ? 'expired' : invitation.state;
}

/** Open ones first, then what happened last. */
export function inOrder(invitations: Iterable<Invitation>, now: number): Invitation[] {
  const open = (i: Invitation): number => (stateOf(i, now) === 'open' ? 0 : 1);
  return [...invitations].sort((a, b) => open(a) - open(b) || b.created - a.created || b.id - a.id);
}

export function invitationWords(invitation: Invitation, now: number, usedBy: string): string {
  switch (stateOf(invitation, now)) {
    case 'open':
      return t('Open for another {time}', { time: roughly((invitation.expires - now) / 1000) });
    case 'used':
      return usedBy ? t('Used by {name}', { name: usedBy }) : t('Used');
    case 'revoked':
      return t('Revoked');
    case 'expired':
      return t('Expired');
  }
}

export function untilWords(invitation: Invitation): string {
  return t('Works once, until {time}.', { time: dayTime(invitation.expires) });
}
