// What is being written, kept by the program as it is typed.

import { MAX_TEXT, type Draft } from './api';
import { utf8Length } from './bytes';
import { NO_DRAFT, type Chat } from './chat.svelte';
import { behind } from './deeds';
import { program } from './program.svelte';

/** A draft is kept when nobody has typed for so long, */
const DRAFT_MS = 800;
/** and after so long in any case. */
const DRAFT_MOST_MS = 3000;
/** That somebody writes is said anew so often; it is believed for 10 s. */
const TYPING_MS = 4000;

const isSame = (a: Draft, b: Draft): boolean =>
  a.text === b.text && a.reply === b.reply && a.edit === b.edit && a.edited === b.edited;

/** What was begun in another page, or before this one was there. */
export async function loadDraft(id: number, chat: Chat): Promise<void> {
  if (chat.saved !== null) return;
  await program.attempt(async () => {
    const now = await program.call('drafts.get', { contact: id });
    if (chat.saved === null) chat.follow(now);
  });
}

/** It was changed elsewhere, perhaps. What was changed here since it was last kept stays: it is kept next. */
export async function followDraft(id: number, chat: Chat): Promise<void> {
  if (chat.saved === null) return;
  const { changes } = chat;
  const now = await program.call('drafts.get', { contact: id }).catch(() => null);
  if (now && chat.changes === changes) chat.follow(now);
}

/** When it has stayed as it is for a moment. */
export function keepSoon(id: number, chat: Chat): void {
  const now = Date.now();
  chat.changes++;
  chat.unkept ||= now;
  clearTimeout(chat.saving);
  const wait = Math.min(DRAFT_MS, chat.unkept + DRAFT_MOST_MS - now);
  chat.saving = setTimeout(() => saveDraft(id, chat), Math.max(0, wait));
}

/** Somebody typed. `tell`: the contact is there to hear of it, and shall. */
export function typed(id: number, chat: Chat, tell: boolean): void {
  const on = chat.draft.trim() !== '';
  if (!tell) return;
  if (on ? Date.now() - chat.typed < TYPING_MS : chat.typed === 0) return;
  chat.typed = on ? Date.now() : 0;
  program.call('typing.set', { contact: id, typing: on }).catch(() => (chat.typed = 0));
}

/** What could not be sent is a draft again for the program: behind a lock the page has nothing of it. */
function toKeep(chat: Chat): Draft {
  const { begun, pending } = chat;
  return { ...begun, text: [...pending.map((p) => p.text), begun.text].reduce(behind) };
}

/** At once. What is being sent, or put in the place of a message, stays what it was until the program has it. */
export function saveDraft(id: number, chat: Chat): void {
  clearTimeout(chat.saving);
  chat.unkept = 0;
  if (program.phase.kind !== 'open' || chat.editing || chat.pending.some((p) => !p.failed)) return;
  const now = toKeep(chat);
  if (utf8Length(now.text) > MAX_TEXT || utf8Length(now.edited) > MAX_TEXT) return;
  const before = chat.saved;
  if (isSame(now, before ?? NO_DRAFT)) return;
  if (before === null) {
    // Nothing is put in the place of what is not known.
    void loadDraft(id, chat).then(() => chat.saved && saveDraft(id, chat));
    return;
  }
  chat.changes++;
  chat.saved = now;
  const { text, reply, edit, edited } = now;
  const about = { ...(reply !== null && { reply }), ...(edit !== null && { edit, edited }) };
  program.call('drafts.set', { contact: id, text, ...about }).catch(() => (chat.saved = before));
}
