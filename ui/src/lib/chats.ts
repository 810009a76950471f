// From one conversation to the next, in the order of the list as it is shown.

import { app } from './app.svelte';
import { nav } from './nav.svelte';

const listed = (): number[] =>
  [...document.querySelectorAll<HTMLElement>('[data-conversation]')]
    .filter((e) => e.checkVisibility())
    .map((e) => Number(e.dataset['conversation']));

/** The next one, up or down; from nowhere, the first or the last. */
export function toNeighbour(step: 1 | -1): void {
  const all = listed();
  const at = nav.contact === null ? -1 : all.indexOf(nav.contact);
  const next = at < 0 ? all.at(step > 0 ? 0 : -1) : all[at + step];
  if (next !== undefined) nav.open(next);
}

/** The next one in which something is unread, round and round. */
export function toUnread(step: 1 | -1): void {
  const all = listed();
  const at = nav.contact === null ? -1 : all.indexOf(nav.contact);
  const from = at < 0 && step < 0 ? 0 : at;
  for (let i = 1; i <= all.length; i++) {
    const id = all.at((from + step * i) % all.length);
    if (id === undefined || id === nav.contact || !isUnread(id)) continue;
    nav.open(id);
    return;
  }
}

function isUnread(id: number): boolean {
  const contact = app.contacts.get(id);
  return contact !== undefined && (app.chat(id).news > 0 || contact.marked || contact.state === 'request_received');
}

/** The one at this place of the list, from 0. */
export function toPlace(at: number): void {
  const id = listed()[at];
  if (id !== undefined) nav.open(id);
}
