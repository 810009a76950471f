import type { Message } from '../../src/lib/api';
import { Chat } from '../../src/lib/chat.svelte';
import { countOf, slots, type Item, type Note, type Pending } from '../../src/lib/timeline';

/** A conversation with these messages loaded. */
export function chatOf(all: readonly Message[], pending: readonly Pending[] = []): Chat {
  const chat = new Chat();
  for (const m of all) chat.reaches(m.ordinal);
  chat.want(1, chat.total);
  chat.load(all[0]?.ordinal ?? 1, { messages: all });
  chat.pending = pending;
  return chat;
}

/** What its timeline shows of it; what is not loaded is left out. */
export function rows(
  all: readonly Message[],
  pending: readonly Pending[] = [],
  notes: readonly Note[] = [],
  name = '',
  line: number | null = null,
): Item[] {
  const chat = chatOf(all);
  const known = new Set(all.map((m) => m.id));
  chat.pending = pending.filter((p) => !known.has(p.id));
  const shown = { notes, name, line: line === null ? null : { above: line, count: 1 } };
  return slots(chat, shown, 0, countOf(chat)).flatMap((s) => s.items ?? []);
}
