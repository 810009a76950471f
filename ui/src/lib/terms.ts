// How long messages of a conversation stay, in words.

import type { Contact, Terms } from './api';
import { days, hours, minutes, seconds } from './format';
import { t, tn } from './i18n.svelte';
import type { Values } from './sentence';

const DAY = 86_400;
const UNITS: readonly (readonly [seconds: number, say: (n: number) => string])[] = [
  [365 * DAY, (n) => tn(n, '{n} year', '{n} years')],
  [7 * DAY, (n) => tn(n, '{n} week', '{n} weeks')],
  [DAY, days],
  [3600, hours],
  [60, minutes],
];

/** Exactly, in the words in which one chooses it: 1 hour, 90 minutes, 30 days. */
function lasting(time: number): string {
  const unit = UNITS.find(([n]) => time % n === 0);
  return unit ? unit[1](time / unit[0]) : seconds(time);
}

function span(days: number): string {
  return lasting(days * DAY);
}

/** Which of the sentences about them: no language builds them alike from parts. */
function kind({ vanish, keep }: Terms): 'both' | 'vanish' | 'keep' | 'stay' {
  if (vanish > 0) return keep > 0 ? 'both' : 'vanish';
  return keep > 0 ? 'keep' : 'stay';
}

function values({ vanish, keep }: Terms): Values {
  return { vanish: lasting(vanish), keep: span(keep) };
}

/** The row of the conversation in which somebody said it. */
export function termsRow(mine: boolean, name: string, terms: Terms): string {
  const v = { ...values(terms), name };
  const words = mine
    ? {
        both: t('You want messages that disappear {vanish} after they were read and are kept for {keep}', v),
        vanish: t('You want messages that disappear {vanish} after they were read', v),
        keep: t('You want messages that are kept for {keep}', v),
        stay: t('You want messages that stay'),
      }
    : {
        both: t('{name} wants messages that disappear {vanish} after they were read and are kept for {keep}', v),
        vanish: t('{name} wants messages that disappear {vanish} after they were read', v),
        keep: t('{name} wants messages that are kept for {keep}', v),
        stay: t('{name} wants messages that stay', v),
      };
  return words[kind(terms)];
}

/** At the top of the conversation: what is so for both; nothing where they stay. */
export function inForceWords({ terms: { inForce }, retention }: Contact): string {
  const v = values(inForce);
  const both = {
    both: t('New messages disappear {vanish} after they were read and are kept for {keep}.', v),
    vanish: t('New messages disappear {vanish} after they were read.', v),
    keep: t('New messages are kept for {keep}.', v),
    stay: '',
  }[kind(inForce)];
  const here =
    retention > 0 && (inForce.keep === 0 || retention < inForce.keep)
      ? t('On this side they are kept for {keep}.', { keep: span(retention) })
      : '';
  return [both, here].filter(Boolean).join(' ');
}

const same = (a: Terms, b: Terms): boolean => a.vanish === b.vanish && a.keep === b.keep;

/** What the contact wants and we do not yet: null where that would change nothing. */
export function proposal({ terms: { mine, theirs, inForce } }: Contact): Terms | null {
  return same(mine, theirs) || same(theirs, inForce) ? null : theirs;
}

export function proposalWords(name: string, terms: Terms): string {
  const v = { ...values(terms), name };
  return {
    both: t('{name} would like messages that disappear {vanish} after they were read and are kept for {keep}.', v),
    vanish: t('{name} would like messages that disappear {vanish} after they were read.', v),
    keep: t('{name} would like messages that are kept for {keep}.', v),
    stay: t('{name} would like messages that stay.', v),
  }[kind(terms)];
}

/** What we want and the contact does not yet. */
export function waitingWords({ terms: { mine, theirs, inForce } }: Contact, name: string): string {
  if (same(mine, theirs) || same(mine, inForce)) return '';
  const v = values(mine);
  const wanted = {
    both: t('You would like messages that disappear {vanish} after they were read and are kept for {keep}.', v),
    vanish: t('You would like messages that disappear {vanish} after they were read.', v),
    keep: t('You would like messages that are kept for {keep}.', v),
    stay: t('You would like messages that stay.'),
  }[kind(mine)];
  return `${wanted} ${t('{name} has not agreed.', { name })}`;
}

interface Span {
  readonly value: number;
  readonly words: string;
}

export function vanishChoices(): readonly Span[] {
  return [0, 300, 3600, DAY, 7 * DAY].map((value) => ({ value, words: value === 0 ? t('Never') : lasting(value) }));
}

export function keepChoices(): readonly Span[] {
  return [0, 7, 30, 365].map((value) => ({ value, words: value === 0 ? t('For ever') : span(value) }));
}

/** Consecutive ones, as one line. */
export function goneWords(count: number): string {
  return tn(count, '{n} message disappeared', '{n} messages disappeared');
}
