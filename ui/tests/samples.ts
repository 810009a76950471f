// A contact, a message and an invitation as the program tells them, for tests that change what they are about.

import type { Contact, Invitation, Last, Message } from '../src/lib/api';

export const day = 86_400_000;
export const noon = new Date(2026, 4, 10, 12).getTime();
export const onion = `${'abcdefgh234567'.repeat(4).slice(0, 55)}d`;
/** Of an invitation. */
export const letters = 'ABCDEFGHIJ234567'.repeat(11).slice(0, 170);
export const forever = { vanish: 0, keep: 0 };

/** Bob, with whom nothing was written yet. */
export function contact(change: Partial<Contact> = {}): Contact {
  return {
    id: 1,
    identity: 1,
    name: 'Bob',
    address: onion,
    state: 'accepted',
    online: true,
    reach: { what: 'unknown', since: 0, seen: 0 },
    cover: false,
    pinned: false,
    muted: false,
    archived: false,
    marked: false,
    trust: 'unverified',
    rotated: 0,
    continuity: null,
    invitation: null,
    greeting: '',
    since: 10,
    last: null,
    missing: 0,
    broken: 0,
    picture: 0,
    unreadable: 0,
    terms: { mine: forever, theirs: forever, inForce: forever },
    retention: 0,
    read: 0,
    unread: 0,
    first_unread: 0,
    draft: null,
    ...change,
  };
}

export const messageId = (n: number): string => n.toString(16).padStart(32, '0');

/** Of Bob's, a second after the one before. */
export function message(ordinal: number, change: Partial<Message> = {}): Message {
  return {
    contact: 1,
    id: messageId(ordinal),
    ordinal,
    from: 'them',
    kind: 'text',
    text: `m${ordinal}`,
    time: noon + ordinal * 1000,
    state: 'received',
    reply: null,
    edited: 0,
    terms: null,
    vanish: 0,
    expires: 0,
    reactions: { me: null, them: null },
    ...change,
  };
}

/** Of the list. */
export function last(change: Partial<Last> = {}): Last {
  const { ordinal, from, kind, text, time, state } = message(1);
  return { ordinal, from, kind, text, time, state, ...change };
}

export const messages = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

/** An open one. */
export function invitation(change: Partial<Invitation> = {}): Invitation {
  return {
    id: 1,
    identity: 1,
    label: '',
    state: 'open',
    created: noon,
    expires: noon + 7 * day,
    text: `BOC:${letters}`,
    link: `blackedoutchat:${letters}`,
    contact: null,
    ...change,
  };
}
