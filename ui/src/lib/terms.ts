// How long messages of a conversation stay, in words.

import type { Contact, Terms } from './api';

const DAY = 86_400;
const UNITS = [
  [365 * DAY, 'year'],
  [7 * DAY, 'week'],
  [DAY, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** Exactly, in the words in which one chooses it: 1 hour, 90 minutes, 30 days. */
function lasting(seconds: number): string {
  const [unit, word] = UNITS.find(([n]) => seconds % n === 0) ?? UNITS[5];
  const n = seconds / unit;
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

function span(days: number): string {
  return lasting(days * DAY);
}

/** What they come to, as a sentence without its subject. */
function saying({ vanish, keep }: Terms): string {
  const gone = vanish > 0 ? `disappear ${lasting(vanish)} after they were read` : '';
  const kept = keep > 0 ? `are kept for ${span(keep)}` : '';
  return [gone, kept].filter(Boolean).join(' and ') || 'stay';
}

/** The row of the conversation in which somebody said it. */
export function termsRow(mine: boolean, name: string, terms: Terms): string {
  return `${mine ? 'You want' : `${name} wants`} messages that ${saying(terms)}`;
}

/** At the top of the conversation: what is so for both; nothing where they stay. */
export function inForceWords({ terms: { inForce }, retention }: Contact): string {
  const both = inForce.vanish > 0 || inForce.keep > 0 ? `New messages ${saying(inForce)}.` : '';
  const here =
    retention > 0 && (inForce.keep === 0 || retention < inForce.keep)
      ? `On this side they are kept for ${span(retention)}.`
      : '';
  return [both, here].filter(Boolean).join(' ');
}

const same = (a: Terms, b: Terms): boolean => a.vanish === b.vanish && a.keep === b.keep;

/** What the contact wants and we do not yet: null where that would change nothing. */
export function proposal({ terms: { mine, theirs, inForce } }: Contact): Terms | null {
  return same(mine, theirs) || same(theirs, inForce) ? null : theirs;
}

export function proposalWords(name: string, terms: Terms): string {
  return `${name} would like messages that ${saying(terms)}.`;
}

/** What we want and the contact does not yet. */
export function waitingWords({ terms: { mine, theirs, inForce } }: Contact, name: string): string {
  return same(mine, theirs) || same(mine, inForce)
    ? ''
    : `You would like messages that ${saying(mine)}. ${name} has not agreed.`;
}

export const VANISH_CHOICES = [
  { value: 0, words: 'Never' },
  { value: 300, words: '5 minutes' },
  { value: 3600, words: '1 hour' },
  { value: DAY, words: '1 day' },
  { value: 7 * DAY, words: '1 week' },
] as const;

export const KEEP_CHOICES = [
  { value: 0, words: 'For ever' },
  { value: 7, words: '1 week' },
  { value: 30, words: '30 days' },
  { value: 365, words: '1 year' },
] as const;

/** Consecutive ones, as one line. */
export function goneWords(count: number): string {
  return count === 1 ? '1 message disappeared' : `${count} messages disappeared`;
}
