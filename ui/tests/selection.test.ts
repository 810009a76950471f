import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../src/lib/api';
import type { Chat } from '../src/lib/chat.svelte';
import { clockTime, dateName } from '../src/lib/format';
import { program } from '../src/lib/program.svelte';
import { chosenIn, extend, plain, toggle, wordsOf } from '../src/lib/selecting';
import { MOST, Selection } from '../src/lib/selection.svelte';
import { chatOf } from './lib/rows';
import { message, messages, noon } from './samples';

const places = ({ messages }: Selection): number[] => messages.map((m) => m.ordinal);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

afterEach(() => {
  vi.restoreAllMocks();
  program.notice = '';
});

describe('what is chosen', () => {
  it('goes in and out one by one, and stands in order', () => {
    const s = new Selection();
    for (const o of [5, 2, 9, 2]) expect(s.toggle(message(o))).toBe(true);
    expect(places(s)).toEqual([5, 9]);
    expect([s.count, s.has(5), s.has(2), s.anchor]).toEqual([2, true, false, 2]);
    s.end();
    expect([s.count, s.anchor]).toEqual([0, 0]);
  });
  it('has one run at its end, which may grow, shrink and turn', () => {
    const s = new Selection();
    s.toggle(message(1));
    s.toggle(message(5));
    s.extend(messages(5, 8));
    expect(places(s)).toEqual([1, 5, 6, 7, 8]);
    s.extend(messages(5, 6));
    expect(places(s)).toEqual([1, 5, 6]);
    s.extend(messages(3, 5).reverse());
    expect(places(s)).toEqual([1, 3, 4, 5]);
    s.toggle(message(4));
    s.extend(messages(4, 5));
    expect(places(s)).toEqual([1, 3, 4, 5]);
  });
  it('is not more than can be, and those nearest to where it began', () => {
    const s = new Selection();
    s.toggle(message(1000));
    s.toggle(message(200));
    expect(s.extend(messages(100, 200).reverse())).toBe(false);
    expect(places(s)).toEqual([...range(102, 200), 1000]);
    expect(s.toggle(message(1))).toBe(false);
    expect([s.count, s.has(1)]).toEqual([MOST, false]);
    expect(s.toggle(message(1000))).toBe(true);
    expect(s.count).toBe(MOST - 1);
  });
});

describe('in a conversation', () => {
  const chatWith = (all: readonly Message[], ...chosen: number[]): Chat => {
    const chat = chatOf(all);
    for (const o of chosen) toggle(chat, o);
    return chat;
  };

  it('is what can be', () => {
    const chat = chatOf([message(1), message(2, { kind: 'deleted' }), message(3, { kind: 'terms' })]);
    expect(chosenIn(chat, 1)).toBe(null);
    expect([toggle(chat, 2), toggle(chat, 3), toggle(chat, 4), toggle(chat, 1)]).toEqual([false, false, false, true]);
    expect([1, 2, 3].map((o) => chosenIn(chat, o))).toEqual([true, null, null]);
  });
  it('goes with what is deleted, has disappeared or was erased', () => {
    const chat = chatWith(messages(1, 6), 1, 2, 3, 4, 5);
    chat.put(message(1, { kind: 'deleted' }));
    chat.put(message(2, { kind: 'expired' }));
    chat.goneAre([[3, 4]]);
    expect(places(chat.selection)).toEqual([5]);
    // What a run is added to has left, too.
    void chat.selection.extend([message(6)]);
    expect(places(chat.selection)).toEqual([5, 6]);
  });
  it('stays when it is not loaded any more, as it is now', () => {
    const chat = chatWith(messages(1, 120), 3, 60);
    chat.want(100, 120);
    chat.stale();
    expect(chat.get(3)).toBeUndefined();
    expect(places(chat.selection)).toEqual([3, 60]);
    expect(chat.unsure()).toEqual([0, 1]);
    chat.put(message(3, { text: 'edited' }));
    chat.put(message(60, { kind: 'deleted_here' }));
    expect(chat.selection.messages.map((m) => m.text)).toEqual(['edited']);
    chat.load(1, { messages: messages(1, 50) });
    expect(chat.unsure()).toEqual([]);
    expect(chat.selection.messages.map((m) => m.text)).toEqual(['m3']);
  });
  it('reaches over what is gone and what is not loaded', async () => {
    const chat = chatWith([message(3), message(200)], 200);
    chat.goneAre([[150, 190]]);
    const kept = messages(1, 200).filter((m) => !chat.gone.at(m.ordinal));
    const call = vi.spyOn(program, 'call').mockImplementation((_, params) => {
      const { before, limit } = params as { before: number; limit: number };
      return Promise.resolve({ messages: kept.filter((m) => m.ordinal < before).slice(-limit), more: true }) as never;
    });
    await extend(1, chat, 110);
    expect(places(chat.selection)).toEqual([...range(110, 149), ...range(191, 200)]);
    expect(call).toHaveBeenCalledTimes(1);
    await extend(1, chat, 10);
    expect(places(chat.selection)).toEqual([...range(60, 149), ...range(191, 200)]);
    expect(program.notice).toContain('100 messages');
    // Downwards.
    toggle(chat, 3);
    chat.selection.end();
    toggle(chat, 3);
    await extend(1, chat, 6);
    expect(places(chat.selection)).toEqual([3, 4, 5, 6]);
  });
  it('takes nothing that comes when it has ended', async () => {
    const chat = chatWith([message(1), message(9)], 9);
    let answer: (page: never) => void = () => undefined;
    vi.spyOn(program, 'call').mockReturnValue(new Promise((done) => (answer = done)));
    const under = extend(1, chat, 1);
    chat.selection.end();
    answer({ messages: messages(1, 9), more: false } as never);
    await under;
    expect(chat.selection.count).toBe(0);
  });
});

describe('what is chosen says', () => {
  const mine = message(2, { from: 'me', state: 'read', text: 'two\u202e', time: noon + 60_000 });
  const all = [message(1, { text: 'one' }), mine, message(3, { kind: 'unreadable', text: '' })];
  it('only itself, where it is one', () => expect(wordsOf(all.slice(1), 'Bob')).toBe('two'));
  it('whose it is and when it was written, where it is several', () => {
    const day = dateName(noon);
    const times = [noon + 1000, noon + 60_000].map(clockTime);
    expect(wordsOf(all, 'Bob')).toBe(`Bob, ${day}, ${times[0]}\none\n\nYou, ${day}, ${times[1]}\ntwo`);
    // Of names that run the other way no sign stays behind.
    expect(wordsOf(all, 'أمل')).toMatch(/^أمل, /);
  });
  it('nothing more where it is passed on', () => expect(plain(all)).toBe('one\n\ntwo'));
});
