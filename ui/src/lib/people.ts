// Contacts as the list shows them.

import type { Contact, Message } from './api';
import { shortAddress } from './address';
import { oneLine } from './text';
import { briefly } from './words';
import { reachWords } from './reach';
import { t, tn } from './i18n.svelte';

export function nameOf(contact: Contact): string {
  return oneLine(contact.name) || shortAddress(contact.address);
}

export interface Sections {
  readonly requests: readonly Contact[];
  readonly chats: readonly Contact[];
  readonly archived: readonly Contact[];
  /** rejected and blocked */
  readonly closed: readonly Contact[];
}

/** When something was said last, as far as that is known: of what disappeared it is not. */
export function latest(contact: Contact): number {
  return contact.last?.time || contact.since;
}

export function sections(contacts: Iterable<Contact>): Sections {
  const requests: Contact[] = [];
  const chats: Contact[] = [];
  const archived: Contact[] = [];
  const closed: Contact[] = [];
  for (const c of contacts) {
    if (c.state === 'request_received') requests.push(c);
    else if (c.state === 'accepted' || c.state === 'request_sent') (c.archived ? archived : chats).push(c);
    else closed.push(c);
  }
  const newest = (a: Contact, b: Contact): number => latest(b) - latest(a) || a.id - b.id;
  const pinned = (a: Contact, b: Contact): number => Number(b.pinned) - Number(a.pinned) || newest(a, b);
  return {
    requests: requests.sort(newest),
    chats: chats.sort(pinned),
    archived: archived.sort(pinned),
    closed: closed.sort(newest),
  };
}

/** With the message as the last one, when it is: the program tells of messages, not of every preview. */
export function withLast(contact: Contact, { ordinal, from, kind, text, time, state }: Message): Contact {
  if (contact.last && ordinal < contact.last.ordinal) return contact;
  return { ...contact, last: { ordinal, from, kind, text, time, state } };
}

/** The line under a name in the list. */
export function preview(contact: Contact): string {
  if (contact.trust === 'changed') return t('The key changed');
  if (contact.invitation === 'refused') return t('The invitation did not work');
  if (contact.invitation === 'waiting' && !contact.last) return t('Invitation accepted');
  switch (contact.state) {
    case 'request_received':
      return oneLine(contact.greeting) || t('Would like to talk with you');
    case 'request_sent':
      return contact.last ? briefly(contact.last.kind, contact.last.text) : t('Request sent');
    case 'accepted':
      return contact.last ? briefly(contact.last.kind, contact.last.text) : t('No messages yet');
    case 'rejected':
      return t('Rejected');
    case 'blocked':
      return t('Blocked');
  }
}

/** The line under a name at the top of a conversation. */
export function presence(contact: Contact, now: number, writes = false): string {
  if (contact.trust === 'changed' || contact.invitation === 'refused') return t('Nothing is exchanged');
  if (contact.invitation === 'waiting' && contact.state !== 'blocked') return t('Not connected yet');
  switch (contact.state) {
    case 'request_received':
      return t('Would like to talk with you');
    case 'request_sent':
      return t('Has not answered yet');
    case 'accepted':
      return contact.online && writes ? t('Writing…') : reachWords(contact, now);
    case 'rejected':
      return t('Rejected');
    case 'blocked':
      return t('Blocked');
  }
}

/** Above the composer, while something of theirs is known to be on its way. */
export function missingWords(missing: number, name: string): string {
  return tn(
    missing,
    '{n} message or change from {name} is not here. One of your programs has lost it.',
    '{n} messages or changes from {name} are not here. One of your programs has lost them.',
    { name },
  );
}

/** Likewise of what could not be read, and has no place in the conversation. */
export function unreadableWords(unreadable: number, name: string): string {
  return tn(
    unreadable,
    '{n} message from {name} could not be read. It was set aside.',
    '{n} messages from {name} could not be read. They were set aside.',
    { name },
  );
}
