// Contacts as the list shows them.

import type { Contact } from './api';
import { shortAddress } from './address';
import { oneLine } from './text';

export function nameOf(contact: Contact): string {
  return oneLine(contact.name) || shortAddress(contact.address);
}

export interface Sections {
  readonly requests: readonly Contact[];
  readonly chats: readonly Contact[];
  /** rejected and blocked */
  readonly closed: readonly Contact[];
}

function latest(contact: Contact): number {
  return contact.last?.time ?? contact.since;
}

export function sections(contacts: Iterable<Contact>): Sections {
  const requests: Contact[] = [];
  const chats: Contact[] = [];
  const closed: Contact[] = [];
  for (const c of contacts) {
    if (c.state === 'request_received') requests.push(c);
    else if (c.state === 'accepted' || c.state === 'request_sent') chats.push(c);
    else closed.push(c);
  }
  const newest = (a: Contact, b: Contact): number => latest(b) - latest(a) || a.id - b.id;
  return { requests: requests.sort(newest), chats: chats.sort(newest), closed: closed.sort(newest) };
}

/** The line under a name in the list. */
export function preview(contact: Contact): string {
  if (contact.trust === 'changed') return 'The key changed';
  if (contact.invitation === 'refused') return 'The invitation did not work';
  if (contact.invitation === 'waiting' && !contact.last) return 'Invitation accepted';
  switch (contact.state) {
    case 'request_received':
      return oneLine(contact.greeting) || 'Would like to talk with you';
    case 'request_sent':
      return contact.last ? oneLine(contact.last.text) : 'Request sent';
    case 'accepted':
      return contact.last ? oneLine(contact.last.text) : 'No messages yet';
    case 'rejected':
      return 'Rejected';
    case 'blocked':
      return 'Blocked';
  }
}

/** The line under a name at the top of a conversation. */
export function presence(contact: Contact): string {
  if (contact.trust === 'changed' || contact.invitation === 'refused') return 'Nothing is exchanged';
  if (contact.invitation === 'waiting' && contact.state !== 'blocked') return 'Not connected yet';
  switch (contact.state) {
    case 'request_received':
      return 'Would like to talk with you';
    case 'request_sent':
      return 'Has not answered yet';
    case 'accepted':
      return contact.online ? 'Reachable now' : 'Not reachable now';
    case 'rejected':
      return 'Rejected';
    case 'blocked':
      return 'Blocked';
  }
}
