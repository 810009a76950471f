import { describe, expect, it } from 'vitest';
import type { Message } from '../src/lib/api';
import { Chat } from '../src/lib/chat.svelte';
import { joined, merge, rows, type Row } from '../src/lib/timeline';
import { markWords } from '../src/lib/words';
import { message as make, messageId as id, messages as run, noon } from './samples';

const ordinals = (all: readonly Message[]): number[] => all.map((m) => m.ordinal);
const messages = (all: ReturnType<typeof rows>): Row[] => all.filter((r): r is Row => r.kind === 'message');

describe('merge', () => {
  it('keeps the order of ordinals, each once', () => {
    expect(ordinals(merge(run(3, 5), [make(2), make(4), make(6)]))).toEqual([2, 3, 4, 5, 6]);
  });
  it.each([
    ['the link was lost', 'sent', 'waiting'],
    ['a contact was restored and gets it again', 'delivered', 'waiting'],
    ['it came', 'sent', 'delivered'],
  ] as const)('takes what came last: %s', (_, before, after) => {
    const mine = (state: Message['state']): Message => make(1, { from: 'me', state });
    expect(merge([mine(before)], [mine(after)])[0]?.state).toBe(after);
  });
  it('of nothing is the same list', () => {
    const known = run(1, 3);
    expect(merge(known, [])).toBe(known);
  });
});

describe('a fresh page', () => {
  it('joins up with what is known', () =>
    expect(ordinals(joined(run(1, 5), run(4, 7)))).toEqual([1, 2, 3, 4, 5, 6, 7]));
  it('that touches joins too', () => expect(joined(run(1, 5), run(6, 7))).toHaveLength(7));
  it('beyond a gap stands alone', () => expect(ordinals(joined(run(1, 5), run(7, 8)))).toEqual([7, 8]));
});

describe('rows', () => {
  it('group a run of one author within five minutes', () => {
    const all = [make(1), make(2), make(3, { from: 'me', state: 'sent' }), make(4, { time: noon + 3.6e6 })];
    expect(messages(rows(all, [])).map((r) => [r.first, r.last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });
  it('have a rule before each day', () => {
    const all = [make(1), make(2, { time: noon + 86_400_000 })];
    expect(rows(all, []).map((r) => r.kind)).toEqual(['day', 'message', 'day', 'message']);
  });
  it('end with what is not yet kept, each once', () => {
    const pending = [2, 9].map((n) => ({ id: id(n), text: 'p', time: noon, failed: n === 9 }));
    const all = messages(rows(run(1, 2), pending));
    expect(all.map((r) => r.mark)).toEqual(['received', 'received', 'failed']);
    expect(all.map((r) => r.position)).toEqual([1, 2, 3]);
  });
  it('quote what they answer as it is now, where it is loaded', () => {
    const all = [
      make(2, { from: 'me', kind: 'deleted', text: '' }),
      make(3, { reply: 2 }),
      make(4, { reply: 1 }),
      make(5),
    ];
    expect(messages(rows(all, [])).map((r) => r.quote)).toEqual([
      null,
      { mine: true, shown: 'deleted', text: '' },
      'earlier',
      null,
    ]);
  });
  it('have keys of their own', () => {
    const all = rows([make(1), make(2, { time: noon + 86_400_000 })], []);
    expect(new Set(all.map((r) => r.id)).size).toBe(all.length);
  });
});

describe('a chat', () => {
  it('loads the newest, then older ones', () => {
    const chat = new Chat();
    chat.newest({ messages: run(101, 200), more: true });
    expect([chat.loaded, chat.more]).toEqual([true, true]);
    chat.older({ messages: run(1, 100), more: false });
    expect([chat.messages.length, chat.more]).toEqual([200, false]);
  });
  it('keeps older ones over a new login when nothing is missing between', () => {
    const chat = new Chat();
    chat.newest({ messages: run(1, 100), more: false });
    chat.newest({ messages: run(90, 150), more: true });
    expect([chat.messages.length, chat.more]).toEqual([150, false]);
    chat.newest({ messages: run(400, 500), more: true });
    expect([ordinals(chat.messages)[0], chat.more]).toEqual([400, true]);
  });
  it('takes no older page that does not join up, because it let go of what was between', () => {
    const chat = new Chat();
    chat.newest({ messages: run(301, 400), more: true });
    chat.older({ messages: run(101, 200), more: true });
    expect(ordinals(chat.messages)[0]).toBe(301);
    chat.older({ messages: run(201, 300), more: true });
    expect(ordinals(chat.messages)[0]).toBe(201);
  });
  it('takes nothing older than its first, which would leave a gap', () => {
    const chat = new Chat();
    chat.newest({ messages: run(50, 60), more: true });
    chat.put(make(3));
    expect(ordinals(chat.messages)[0]).toBe(50);
  });
  it('lets a pending message go when it comes back as kept', () => {
    const chat = new Chat();
    chat.newest({ messages: [], more: false });
    chat.pend(id(1), 'hello');
    chat.mark(id(1), true);
    chat.put(make(1, { from: 'me', state: 'waiting' }));
    expect([chat.pending.length, chat.messages.length]).toEqual([0, 1]);
  });
  it('does not grow without end', () => {
    const chat = new Chat();
    chat.newest({ messages: run(1, 1000), more: false });
    chat.trim();
    expect([chat.messages.length, chat.more, chat.messages.at(-1)?.ordinal]).toEqual([200, true, 1000]);
  });
});

describe('marks', () => {
  it('have words', () => {
    expect(markWords('waiting', 'Bob', true)).toBe('Waiting for Bob to come online');
    expect(markWords('waiting', 'Bob', false)).toBe('Waiting for Bob to accept');
    expect(markWords('received', 'Bob', true)).toBe('');
  });
});
