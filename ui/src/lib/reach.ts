// One sentence about how a contact can be reached: what was last observed, and when it was there last.
import type { Contact } from './api';
import { listTime } from './format';
import { t } from './i18n.svelte';

function observed({ reach }: Contact, now: number): string {
  const since = listTime(reach.since, now);
  switch (reach.what) {
    case 'trying':
      return t('Trying to connect…');
    case 'quiet':
      return t('Has not answered since {time}', { time: since });
    case 'left':
      return t('Closed or locked the program, {time}', { time: since });
    case 'lost':
      return t('The connection broke, {time}', { time: since });
    case 'unpublished':
      return t('Their address is not published now');
    case 'absent':
      return t('Nobody answers at their address');
    case 'silent':
      return t('Somebody answers, but their program does not');
    case 'barred':
      return t('Their address does not let us in');
    case 'there': // the page lost the program since
    case 'unknown':
      return t('Not reachable now');
  }
}

export function reachWords(contact: Contact, now: number): string {
  const { what, seen } = contact.reach;
  if (contact.online) return t('Reachable now');
  const says = observed(contact, now);
  if (seen === 0 || what === 'quiet' || what === 'left' || what === 'lost') return says;
  return t('{state}; last here {time}', { state: says, time: listTime(seen, now) });
}

/** Whether it can be of use to try at once. */
export function canTry(contact: Contact): boolean {
  const wanted = contact.state === 'accepted' || contact.state === 'request_sent';
  return wanted && !contact.online && contact.reach.what !== 'trying' && contact.trust !== 'changed';
}
