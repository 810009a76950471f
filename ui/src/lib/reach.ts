// One sentence about how a contact can be reached: what was last observed, and when it was there last.
import type { Contact } from './api';
import { listTime } from './format';

function observed({ reach }: Contact, now: number): string {
  const since = listTime(reach.since, now);
  switch (reach.what) {
    case 'trying':
      return 'Trying to connect…';
    case 'quiet':
      return `Has not answered since ${since}`;
    case 'left':
      return `Closed or locked the program, ${since}`;
    case 'lost':
      return `The connection broke, ${since}`;
    case 'unpublished':
      return 'Their address is not published now';
    case 'absent':
      return 'Nobody answers at their address';
    case 'silent':
      return 'Somebody answers, but their program does not';
    case 'barred':
      return 'Their address does not let us in';
    case 'there': // the page lost the program since
    case 'unknown':
      return 'Not reachable now';
  }
}

export function reachWords(contact: Contact, now: number): string {
  const { what, seen } = contact.reach;
  if (contact.online) return 'Reachable now';
  const says = observed(contact, now);
  if (seen === 0 || what === 'quiet' || what === 'left' || what === 'lost') return says;
  return `${says}; last here ${listTime(seen, now)}`;
}

/** Whether it can be of use to try at once. */
export function canTry(contact: Contact): boolean {
  const wanted = contact.state === 'accepted' || contact.state === 'request_sent';
  return wanted && !contact.online && contact.reach.what !== 'trying' && contact.trust !== 'changed';
}
