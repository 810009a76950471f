// What is known of the key behind an address, in words.

import type { Contact, Trust } from './api';
import type { Note } from './timeline';
import { t } from './i18n.svelte';

export function trustWords(trust: Trust): string {
  switch (trust) {
    case 'unverified':
      return t('Not verified');
    case 'invited':
      return t('Invited');
    case 'verified':
      return t('Verified');
    case 'changed':
      return t('The key changed');
  }
}

export function trustMeaning({ trust, invitation }: Contact, name: string): string {
  switch (trust) {
    case 'unverified':
      return invitation === 'waiting'
        ? t('The invitation says which key to expect of {name}.', { name })
        : t('You know this key by the address only. Compare numbers to be sure that it is {name}.', { name });
    case 'invited':
      return t('The key came with an invitation. It is as safe as the way the invitation went.');
    case 'verified':
      return t('You compared numbers with {name}: nobody is between you.', { name });
    case 'changed':
      return t('The address shows another key, and the old key did not announce it.');
  }
}

/** Nothing may be written to somebody whose key is in doubt, or who will never get it. */
export function writable(contact: Contact): boolean {
  const met = contact.state === 'accepted' || contact.state === 'request_sent';
  return met && contact.trust !== 'changed' && contact.invitation !== 'refused';
}

export function trustNotes(contact: Contact, name: string): Note[] {
  const notes: Note[] = [];
  if (contact.rotated > 0) {
    const text = t('{name} changed keys. The old key announced the new one.', { name });
    notes.push({ kind: 'note', id: `rotated-${contact.rotated}`, time: contact.rotated, text });
  }
  if (contact.continuity) {
    const { lost } = contact.continuity;
    notes.push({
      kind: 'note',
      id: `lost-${lost}`,
      time: lost,
      text: t('{name}’s program lost its session memory.', { name }),
    });
  }
  if (contact.broken > 0) {
    const text = t(
      '{name}’s program went back to an earlier state, as after restoring a backup. What {name} wrote in between may be missing there.',
      { name },
    );
    notes.push({ kind: 'note', id: `broken-${contact.broken}`, time: contact.broken, text });
  }
  return notes;
}

const MONTH_MS = 30 * 86_400_000;

/** Said above the conversation until the person has read it, or it is old. */
export function continuityNotice(contact: Contact, read: number, now: number): 'once' | 'again' | null {
  const { continuity, trust, state } = contact;
  if (!continuity || trust === 'changed' || state !== 'accepted') return null;
  if (continuity.lost <= read || now - continuity.lost > MONTH_MS) return null;
  return continuity.times >= 2 ? 'again' : 'once';
}
