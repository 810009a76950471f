// What a person can do with a message that is there. What is not possible is not offered.

import type { Message } from './api';

export type Deed = 'reply' | 'react' | 'edit' | 'copy' | 'forward' | 'select' | 'details' | 'here' | 'both';

/** Nothing is left of what it said. */
export const isGone = (kind: Message['kind']): boolean =>
  kind === 'deleted' || kind === 'deleted_here' || kind === 'expired';

/**
 * In the order of the menu. `writable`: something may be written to the contact. What waits is not deleted here only: it
 * would never get there, and nobody would know.
 */
export function deedsOf({ kind, from, state }: Message, writable: boolean): Deed[] {
  const mine = from === 'me';
  const words = kind === 'text';
  const gone = isGone(kind);
  const can: Record<Deed, boolean> = {
    reply: words && writable,
    react: words && writable,
    edit: words && mine && writable,
    copy: words,
    forward: words,
    select: !gone,
    details: true,
    here: !gone && state !== 'waiting',
    both: words && mine && writable,
  };
  const terms = kind === 'terms' || kind === 'expired';
  return terms ? [] : (Object.keys(can) as Deed[]).filter((deed) => can[deed]);
}

/** What a key means on a message; Delete is `here` or `both`, whichever can be. */
const KEYS = new Map<string, readonly Deed[]>([
  ['r', ['reply']],
  ['e', ['edit']],
  ['+', ['react']],
  ['=', ['react']],
  ['c', ['copy']],
  ['f', ['forward']],
  ['x', ['select']],
  ['i', ['details']],
  ['delete', ['here', 'both']],
]);

export function deedsOfKey(key: string): readonly Deed[] {
  return KEYS.get(key.toLowerCase()) ?? [];
}

/** What is put behind a draft stands on a line of its own. */
export function behind(draft: string, text: string): string {
  if (text === '') return draft;
  return draft.trim() === '' ? text : `${draft.trimEnd()}\n${text}`;
}

/** How all of these can be deleted; none: not all in the same way. */
export function waysFor(messages: readonly Message[], writable: boolean): Extract<Deed, 'here' | 'both'>[] {
  return (['here', 'both'] as const).filter((way) => messages.every((m) => deedsOf(m, writable).includes(way)));
}
