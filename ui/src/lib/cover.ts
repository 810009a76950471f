// What cover traffic costs (docs/protocol.md 4.5.18), from what is fixed there.

import { t } from './i18n.svelte';

const DAY = 86_400;
/** Seconds between two of one side, on average; until the keys of a link are renewed behind the first of them. */
export const EVERY = 20;
export const REKEY = 300;
/** Bytes that tor sends for the smallest record, which fits one of its cells. */
const CELL = 514;
/** Of the three records that renew the keys. */
const REKEY_CELLS = 4 + 4 + 1;

/** Megabytes in a day with a link up, both ways, when one side sends it or both do. */
export function coverMegabytes(senders: 1 | 2): number {
  const every = EVERY / senders;
  const cells = (2 * DAY) / every + (REKEY_CELLS * DAY) / (every + REKEY);
  return Math.round((cells * CELL) / 1e6);
}

export function coverWords(): string {
  return t(
    'Small records go back and forth at random moments, and a short message looks like one of them. Up to {one} MB a day while you are both there, {both} MB if both of you do it.',
    { one: coverMegabytes(1), both: coverMegabytes(2) },
  );
}
export function coverLimits(): string {
  return t(
    'From those who watch your connection it does not hide that you are online, longer messages, or a lively conversation.',
  );
}
