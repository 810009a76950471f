// What is being written, kept by the program as it is typed.

import { MAX_TEXT } from './api';
import { utf8Length } from './bytes';
import type { Chat } from './chat.svelte';
import { program } from './program.svelte';

/** A draft is kept when nobody has typed for so long. */
const DRAFT_MS = 800;
/** That somebody writes is said anew so often; it is believed for 10 s. */
const TYPING_MS = 4000;

/** What was begun in another page, or before this one was there. */
export async function loadDraft(id: number, chat: Chat): Promise<void> {
  if (chat.saved !== null || chat.draft !== '') return;
  await program.attempt(async () => {
    const { text } = await program.call('drafts.get', { contact: id });
    chat.saved = text;
    if (chat.draft === '') chat.draft = text;
  });
}

/** Another tab changed it. What was typed here since it was last kept stays: it is kept next. */
export async function followDraft(id: number, chat: Chat): Promise<void> {
  if (chat.saved === null) return;
  const { saving } = chat;
  const answer = await program.call('drafts.get', { contact: id }).catch(() => null);
  if (!answer || chat.saving !== saving) return;
  if (chat.draft === chat.saved) chat.draft = answer.text;
  chat.saved = answer.text;
}

/** Somebody typed. `tell`: the contact is there to hear of it, and shall. */
export function typed(id: number, chat: Chat, tell: boolean): void {
  clearTimeout(chat.saving);
  chat.saving = setTimeout(() => saveDraft(id, chat), DRAFT_MS);
  const on = chat.draft.trim() !== '';
  if (!tell) return;
  if (on ? Date.now() - chat.typed < TYPING_MS : chat.typed === 0) return;
  chat.typed = on ? Date.now() : 0;
  program.call('typing.set', { contact: id, typing: on }).catch(() => (chat.typed = 0));
}

/** At once. What is being sent stays a draft until the program has it. */
export function saveDraft(id: number, chat: Chat): void {
  clearTimeout(chat.saving);
  const text = chat.draft;
  if (program.phase.kind !== 'open' || chat.pending.length > 0 || utf8Length(text) > MAX_TEXT) return;
  if (text === (chat.saved ?? '')) return;
  const before = chat.saved;
  chat.saved = text;
  program.call('drafts.set', { contact: id, text }).catch(() => (chat.saved = before));
}
