// What of a conversation is loaded: what somebody looks at and what stands around it, and no more.

import { ERR, type Gone } from './api';
import { BLOCK, type Chat } from './chat.svelte';
import { CallError } from './errors';
import { program } from './program.svelte';
import { firstUnread } from './sight';

/** So many requests for messages of one conversation at a time. */
const ASK_AT_ONCE = 2;
const ASK_AGAIN_MS = 2000;

/** Where it opens, and what is gone of it. `read`: up to where it is read. */
export async function begin(id: number, chat: Chat, read: number): Promise<void> {
  if (chat.opening) return;
  chat.opening = true;
  try {
    const at = firstUnread(chat, read) ?? chat.total;
    chat.want(at - BLOCK, at + BLOCK);
    // Where it opens, and what stands just before that.
    const next = (): Promise<void> => ask(id, chat, chat.missing());
    await Promise.all([loadGone(id, chat), next(), next()]);
    chat.ready = true;
  } finally {
    chat.opening = false;
  }
}

/** Behind a time without the program: what is in view is asked for anew. */
export async function resume(id: number, chat: Chat): Promise<void> {
  chat.stale();
  await loadGone(id, chat);
  fill(id, chat);
  for (const b of chat.unsure()) await ask(id, chat, [b * BLOCK + 1, (b + 1) * BLOCK]);
}

/**
 * Somebody looks at these places, or is about to. What is not here is asked for, little at a time: what was scrolled past
 * before its turn came is not asked for at all.
 */
export function want(id: number, chat: Chat, from: number, to: number): void {
  chat.want(from, to);
  fill(id, chat);
}

async function loadGone(id: number, chat: Chat): Promise<void> {
  let from: number | null = 1;
  while (from !== null) {
    const part: Gone = await program.call('messages.gone', { contact: id, from });
    chat.goneAre(part.gone);
    from = part.next;
  }
}

async function ask(id: number, chat: Chat, range: readonly [from: number, to: number] | null): Promise<void> {
  if (!range) return;
  const [from, to] = range;
  const blocks = Array.from({ length: Math.ceil((to - from + 1) / BLOCK) }, (_, i) => (from - 1) / BLOCK + i);
  for (const b of blocks) chat.asked.add(b);
  chat.asking++;
  try {
    chat.load(from, await program.call('messages.list', { contact: id, before: to + 1, limit: to - from + 1 }));
  } finally {
    chat.asking--;
    for (const b of blocks) chat.asked.delete(b);
  }
}

function fill(id: number, chat: Chat): void {
  if (program.phase.kind !== 'open' || !chat.ready || Date.now() < chat.askAt) return;
  while (chat.asking < ASK_AT_ONCE) {
    const range = chat.missing();
    if (!range) return;
    ask(id, chat, range).then(
      () => fill(id, chat),
      (error: unknown) => {
        if (error instanceof CallError && error.code === ERR.gone) return;
        chat.askAt = Date.now() + ASK_AGAIN_MS;
        setTimeout(() => fill(id, chat), ASK_AGAIN_MS);
        program.complain(error);
      },
    );
  }
}
