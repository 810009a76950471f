// How messages are chosen on the page, by mouse, finger and keys, and what they say together.

import type { Message } from './api';
import { BLOCK, type Chat } from './chat.svelte';
import { clockTime, dateName } from './format';
import { series, t } from './i18n.svelte';
import { program } from './program.svelte';
import { ordinalOf, rowOf } from './rows';
import { MOST, selectable } from './selection.svelte';
import { harmless } from './text';

function tell(all: boolean): void {
  if (!all) program.notice = t('At most {most} messages can be selected at a time.', { most: MOST });
}

/** It, where it can be chosen. */
function choice(chat: Chat, ordinal: number): Message | null {
  const m = chat.get(ordinal);
  return m && selectable(m) ? m : null;
}

/** Whether it is one of those that are chosen; null: none are, or it cannot be. */
export function chosenIn(chat: Chat, ordinal: number): boolean | null {
  return chat.selection.count > 0 && choice(chat, ordinal) ? chat.selection.has(ordinal) : null;
}

/** Takes it in, or out again. False: it cannot be chosen. */
export function toggle(chat: Chat, ordinal: number): boolean {
  const m = choice(chat, ordinal);
  if (!m) return false;
  tell(chat.selection.toggle(m));
  return true;
}

/** What can be chosen from one place to another, of which some may not be loaded; not many more than can be chosen. */
async function between(contact: number, chat: Chat, from: number, to: number): Promise<Message[]> {
  const step = from <= to ? 1 : -1;
  const out: Message[] = [];
  let page = new Map<number, Message>();
  for (let o = from; (to - o) * step >= 0 && out.length <= MOST; o += step) {
    const run = chat.gone.at(o);
    if (run) {
      o = step > 0 ? run[1] : run[0];
      continue;
    }
    if (!chat.get(o) && !page.has(o)) {
      const before = step > 0 ? o + BLOCK : o + 1;
      const { messages } = await program.call('messages.list', { contact, before, limit: BLOCK });
      page = new Map(messages.map((m) => [m.ordinal, m]));
    }
    const m = chat.get(o) ?? page.get(o);
    if (m && selectable(m)) out.push(m);
  }
  return out;
}

let asked = 0;

/** All from the one that was chosen last up to this one. */
export async function extend(contact: number, chat: Chat, ordinal: number): Promise<void> {
  const { selection } = chat;
  const { anchor } = selection;
  const turn = ++asked;
  await program.attempt(async () => {
    const run = await between(contact, chat, anchor, ordinal);
    // Meanwhile it may have ended, or somebody means others.
    if (turn === asked && selection.count > 0 && selection.anchor === anchor) tell(selection.extend(run));
  });
}

/** While some are chosen a press on a message is about that, whatever of it is pressed. */
export function pressed(event: MouseEvent, contact: number, chat: Chat): void {
  const ordinal = ordinalOf(event.target);
  if (!choice(chat, ordinal)) return;
  event.preventDefault();
  event.stopPropagation();
  rowOf(event.target)?.focus({ preventScroll: true });
  if (event.shiftKey) void extend(contact, chat, ordinal);
  else toggle(chat, ordinal);
}

/** One says what it says; of several each says whose it is, and when it was written. */
export function wordsOf(messages: readonly Message[], name: string): string {
  const texts = messages.filter((m) => m.kind === 'text');
  if (texts.length === 1) return plain(texts);
  const said = texts.map((m) => {
    const author = m.from === 'me' ? t('You') : name;
    return `${series([author, dateName(m.time), clockTime(m.time)])}\n${m.text}`;
  });
  return harmless(said.join('\n\n'));
}

/** Only what they say. */
export function plain(messages: readonly Message[]): string {
  return harmless(
    messages
      .filter((m) => m.kind === 'text')
      .map((m) => m.text)
      .join('\n\n'),
  );
}
