// What a person does with a conversation in the list, from wherever its menu was opened.

import { tick } from 'svelte';
import type { Shelf } from './api';
import { app } from './app.svelte';
import { nav } from './nav.svelte';

const rows = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('[data-conversation]')].filter((e) => e.checkVisibility());

/** Its row may go elsewhere: who stood on it goes along, or to what comes in its place. */
export async function place(id: number, choice: Partial<Shelf>): Promise<void> {
  const before = rows().findIndex((e) => e === document.activeElement);
  const stood = rows()[before];
  await app.place(id, choice);
  await tick();
  if (!stood || (stood.isConnected && stood.checkVisibility() && document.activeElement !== document.body)) return;
  const now = rows();
  (now.find((e) => e.dataset['conversation'] === String(id)) ?? now[before] ?? now.at(-1))?.focus();
}

/** Likewise; what is put away or kept for later is not looked at now. */
export function putAside(id: number, choice: Partial<Shelf>): Promise<void> {
  if (nav.contact === id) nav.reset();
  return place(id, choice);
}

export async function markRead(id: number): Promise<void> {
  const chat = app.chat(id);
  if (chat.unread > 0) await app.readAll(id, chat);
  if (app.contacts.get(id)?.marked) await place(id, { marked: false });
}
