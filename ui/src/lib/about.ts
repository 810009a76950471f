// Which message what is being written is about.

import type { Chat } from './chat.svelte';

/** Further back nobody looks with a key. */
const REACH = 300;

function next(chat: Chat, from: number, step: 1 | -1, mine: boolean): number {
  for (let o = from + step; o >= 1 && o <= chat.total && Math.abs(o - from) <= REACH; o += step) {
    const message = chat.get(o);
    if (message?.kind === 'text' && (!mine || message.from === 'me')) return o;
  }
  return 0;
}

/** The last one of mine that can be edited is. */
export function editLast(chat: Chat): void {
  const ordinal = next(chat, chat.total + 1, -1, true);
  if (ordinal > 0) chat.beginEdit(ordinal);
}

/** The one before or behind what is answered; behind the last one, none is. */
export function answerNext(chat: Chat, step: 1 | -1): void {
  const ordinal = next(chat, chat.reply ?? chat.total + 1, step, false);
  if (ordinal > 0) chat.reply = ordinal;
  else if (step > 0) chat.reply = null;
}
