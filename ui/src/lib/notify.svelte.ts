// Notifications of the desktop: the one place that makes them. What they say is decided in news.ts.

import type { Contact, Message } from './api';
import { nav } from './nav.svelte';
import { newsOf, newsOfRequest, type News, type Told } from './news';
import type { Preferences } from './preferences';
import { tone } from './tone';
import { turn } from './turn';

const there = 'Notification' in globalThis;

/** Grows with every answer: only the browser itself knows what it was. */
let asked = $state(0);

/** Whether the browser shows any. */
export function allowed(): boolean {
  void asked;
  return there && Notification.permission === 'granted';
}

/** For when somebody switches them on, and at no other time. */
export async function ask(): Promise<boolean> {
  if (there && !allowed()) await Notification.requestPermission();
  asked++;
  return allowed();
}

/** Those that are there, by contact. */
const shown = new Map<number, Notification>();

/** A message has come that there is something to read in. */
export function tellMessage(contact: Contact, message: Message, how: Preferences): void {
  tell(contact.id, newsOf(contact, message, how, nav.contact === contact.id && document.hasFocus()));
}

/** Somebody who was not known would like to talk. */
export function tellRequest(contact: Contact, how: Preferences): void {
  tell(contact.id, newsOfRequest(how));
}

function tell(contact: number, { news, heard }: Told): void {
  if (!turn.mine) return;
  if (news && allowed()) show(contact, news);
  if (heard) tone();
}

/** It makes no sound of its own: where one is wanted, tone.ts does. The tag is a local number, as in the history. */
function show(contact: number, { title, body }: News): void {
  // eslint-disable-next-line no-restricted-syntax -- the one place
  const notification = new Notification(title, { body, tag: `conversation-${contact}`, silent: true });
  notification.onclick = () => {
    focus();
    nav.open(contact);
    notification.close();
  };
  shown.set(contact, notification);
}

/** It was read, answered, or is gone. */
export function untell(contact: number): void {
  shown.get(contact)?.close();
  shown.delete(contact);
}

/** Of a vault that is locked nothing stays on the desktop. */
export function untellAll(): void {
  for (const contact of [...shown.keys()]) untell(contact);
}

addEventListener('pagehide', untellAll);
