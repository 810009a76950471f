import { describe, expect, it } from 'vitest';
import { Chat } from '../src/lib/chat.svelte';
import { countOf, slots, type Row } from '../src/lib/timeline';
import { markWords } from '../src/lib/words';
import { chatOf, rows } from './lib/rows';
import { message as make, messageId as id, messages as run, noon } from './samples';

const messages = (all: ReturnType<typeof rows>): Row[] => all.filter((r): r is Row => r.kind === 'message');

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
    const pending = [2, 9].map((n) => ({ id: id(n), text: 'p', reply: null, time: noon, failed: n === 9 }));
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

describe('places', () => {
  const shown = { notes: [], name: 'Bob', line: null };
  const kinds = (chat: Chat): (string | null)[] =>
    slots(chat, shown, 0, countOf(chat)).map((s) => s.items?.map((i) => i.kind).join(' ') ?? null);
  it('that are not loaded are empty, and no day is guessed at their edge', () => {
    expect(kinds(chatOf([make(3), make(4)]))).toEqual([null, null, 'message', 'message', '']);
  });
  it('at which nothing is left are one', () => {
    const chat = chatOf([make(1), ...run(2, 6), make(7)]);
    chat.goneAre([
      [2, 3],
      [5, 5],
    ]);
    expect(kinds(chat)).toEqual(['day message', 'note', 'message', 'note', 'message', 'message', '']);
    chat.put(make(4, { kind: 'expired' }));
    expect(kinds(chat)).toEqual(['day message', 'note', 'message', 'message', '']);
  });
  it('are passed over in one step, however many are gone', () => {
    const chat = chatOf([make(1_000_000)]);
    chat.goneAre([[1, 999_999]]);
    expect(slots(chat, shown, 0, countOf(chat)).map((s) => s.at)).toEqual([0, 999_999, 1_000_000]);
  });
  it('keep their row when what was pending is kept', () => {
    const chat = chatOf(run(1, 2), [{ id: id(3), text: 'p', reply: null, time: noon + 3000, failed: false }]);
    const before = slots(chat, shown, 0, 9).map((s) => s.key);
    chat.put(make(3, { from: 'me' }));
    expect(chat.pending).toEqual([]);
    expect(slots(chat, shown, 0, 9).map((s) => s.key)).toEqual(before);
  });
});

describe('a chat', () => {
  const load = (chat: Chat, from: number, to: number): void => {
    chat.want(from, to);
    chat.load(from, { messages: run(from, to) });
  };
  const big = (): Chat => {
    const chat = new Chat();
    chat.reaches(100_000);
    return chat;
  };
  it('asks for what is in view, the middle first, in blocks', () => {
    const chat = big();
    chat.want(50_010, 50_190);
    expect(chat.missing()).toEqual([50_051, 50_150]);
    chat.load(50_051, { messages: run(50_051, 50_150) });
    expect(chat.missing()).toEqual([50_001, 50_050]);
    chat.load(50_001, { messages: run(50_001, 50_050) });
    expect(chat.missing()).toEqual([50_151, 50_200]);
    chat.load(50_151, { messages: run(50_151, 50_200) });
    expect(chat.missing()).toBeNull();
  });
  it('does not ask for what was scrolled past, nor for what is on its way, nor for what is gone', () => {
    const chat = big();
    chat.goneAre([[1, 90_000]]);
    chat.want(1, 100);
    expect(chat.missing()).toBeNull();
    chat.want(70_000, 90_080);
    expect(chat.missing()).toEqual([90_001, 90_100]);
    chat.asked.add(1800);
    expect(chat.missing()).toEqual([90_051, 90_100]);
    chat.want(99_990, 100_050);
    expect(chat.missing()).toEqual([99_951, 100_000]);
  });
  it('keeps only some, those last looked at', () => {
    const chat = big();
    for (let o = 1; o < 20_000; o += 100) load(chat, o, o + 99);
    expect(chat.size).toBe(2000);
    expect(chat.get(19_950)).toBeDefined();
    expect(chat.get(50)).toBeUndefined();
  });
  it('takes news of what is loaded, and of nothing far away', () => {
    const chat = big();
    load(chat, 50_001, 50_100);
    chat.put(make(50_050, { text: 'edited' }));
    chat.put(make(7));
    expect([chat.get(50_050)?.text, chat.get(7)]).toEqual(['edited', undefined]);
    chat.put(make(100_001));
    expect([chat.total, chat.get(100_001)?.ordinal]).toEqual([100_001, 100_001]);
  });
  it.each([
    ['the link was lost', 'sent', 'waiting'],
    ['a contact was restored and gets it again', 'delivered', 'waiting'],
    ['it came', 'sent', 'delivered'],
  ] as const)('takes what came last: %s', (_, before, after) => {
    const chat = chatOf([make(1, { from: 'me', state: before })]);
    chat.put(make(1, { from: 'me', state: after }));
    expect(chat.get(1)?.state).toBe(after);
  });
  it('asks anew for all that is in view after a new login', () => {
    const chat = big();
    load(chat, 1, 100);
    load(chat, 50_001, 50_100);
    chat.stale();
    expect([chat.get(50_001)?.ordinal, chat.get(1)]).toEqual([50_001, undefined]);
    expect(chat.missing()).toEqual([50_001, 50_100]);
  });
  it('lets a pending message go when it comes back as kept', () => {
    const chat = new Chat();
    chat.pend(id(1), 'hello', null);
    chat.mark(id(1), true);
    chat.put(make(1, { from: 'me', state: 'waiting' }));
    expect([chat.pending.length, chat.size]).toEqual([0, 1]);
  });
});

describe('marks', () => {
  it('have words', () => {
    expect(markWords('waiting', 'Bob', true)).toBe('Waiting for Bob to come online');
    expect(markWords('waiting', 'Bob', false)).toBe('Waiting for Bob to accept');
    expect(markWords('received', 'Bob', true)).toBe('');
  });
});
