import { describe, expect, it } from 'vitest';
import type { Message } from '../src/lib/api';
import { both, firstUnread, isToRead, seenUpTo, Sight, within, type Known } from '../src/lib/sight';
import { Runs } from '../src/lib/runs';
import { rows } from './lib/rows';
import { message as make, messages as run } from './samples';

const known = (messages: Message[], hint = 0): Known => {
  const gone = new Runs();
  for (const m of messages) if (m.kind === 'expired') gone.add(m.ordinal, m.ordinal);
  const all = new Map(messages.filter((m) => m.kind !== 'expired').map((m) => [m.ordinal, m]));
  return { total: messages.at(-1)?.ordinal ?? 0, hint, gone, get: (o) => all.get(o) };
};
const sight = (...ordinals: number[]): Sight => {
  const out = new Sight();
  out.add(new Map(ordinals.map((n) => [n, [0, 1]])));
  return out;
};

describe('what is in view', () => {
  it.each([
    ['all of it', 100, 140, [0, 1]],
    ['but for its edge', -4, 40, [0, 1]],
    ['its end', -100, 100, [0.5, 1]],
    ['its beginning', 400, 1000, [0, 1 / 6]],
    ['its middle', -500, 1500, [0.25, 0.5]],
    ['nothing above', -40, 0, null],
    ['nothing below', 500, 540, null],
    ['nothing of what has no height', 100, 100, null],
  ])('%s', (_, top, bottom, part) => {
    expect(within(top, bottom, 0, 500)).toEqual(part);
  });
  it('while it moves is what stays in view', () => {
    const before = new Map([
      [1, [0, 1] as const],
      [2, [0, 0.5] as const],
    ]);
    const now = new Map([
      [2, [0.25, 1] as const],
      [3, [0, 1] as const],
    ]);
    expect([...both(before, now)]).toEqual([[2, [0.25, 0.5]]]);
  });
});

describe('a row is seen', () => {
  const seen = (...parts: (readonly [number, number])[]): boolean => {
    const out = new Sight();
    for (const part of parts) out.add(new Map([[1, part]]));
    return out.has(1);
  };
  it('when all of it was', () => expect(seen([0, 1])).toBe(true));
  it('part by part, in any order', () => expect(seen([0.6, 1], [0, 0.3], [0.2, 0.7])).toBe(true));
  it('not with a gap, nor without its end', () => {
    expect(seen([0, 0.4], [0.5, 1])).toBe(false);
    expect(seen([0, 0.9])).toBe(false);
    expect(seen()).toBe(false);
  });
  it('and begun when its top was', () => {
    const out = new Sight();
    out.add(new Map([[1, [0.5, 1]]]));
    expect(out.begun(1)).toBe(false);
    out.add(new Map([[1, [0, 0.1]]]));
    expect([out.begun(1), out.has(1)]).toEqual([true, false]);
  });
  it('until that is told', () => {
    const out = sight(1, 2);
    out.forget(1);
    expect([out.has(1), out.has(2)]).toEqual([false, true]);
  });
});

describe('what is told as read', () => {
  it('is all that was seen from the first unread one on', () =>
    expect(seenUpTo(known(run(1, 9)), 3, sight(4, 5, 6))).toBe(6));
  it('ends before the first one that was not seen, whatever was seen behind it', () => {
    expect(seenUpTo(known(run(1, 9)), 3, sight(4, 6, 7, 8, 9))).toBe(4);
    expect(seenUpTo(known(run(1, 9)), 3, sight(5, 6, 7, 8, 9))).toBe(3);
  });
  it('passes over mine, and theirs that say nothing', () => {
    const all = [
      make(1, { from: 'me' }),
      make(2, { kind: 'deleted' }),
      make(3, { kind: 'expired' }),
      make(4),
      make(5, { kind: 'terms' }),
      make(6, { from: 'me' }),
      make(7, { kind: 'unknown' }),
    ];
    expect(seenUpTo(known(all), 0, sight(4))).toBe(5);
    expect(seenUpTo(known(all), 0, sight(4, 7))).toBe(7);
    expect(all.filter(isToRead).map((m) => m.ordinal)).toEqual([4, 7]);
  });
  it('is nothing where the first unread one is not loaded', () => {
    expect(seenUpTo(known(run(50, 60)), 40, sight(...run(50, 60).map((m) => m.ordinal)))).toBe(40);
    expect(seenUpTo(known(run(41, 60)), 40, sight(41))).toBe(41);
  });
});

describe('the first unread message', () => {
  it('is the first of theirs behind what was read', () => {
    expect(firstUnread(known([...run(1, 3), make(4, { from: 'me' }), make(5)]), 3)).toBe(5);
    expect(firstUnread(known(run(1, 3)), 3)).toBeNull();
  });
  it('is not known where it is not loaded', () => expect(firstUnread(known(run(50, 60)), 40)).toBeNull());
  it('has a line above it, which no run goes across', () => {
    const all = rows(run(1, 3), [], [], '', 2);
    expect(all.map((r) => r.kind)).toEqual(['day', 'message', 'line', 'message', 'message']);
    expect(all.map((r) => r.kind === 'message' && [r.first, r.last])).toEqual([
      false,
      [true, true],
      false,
      [true, false],
      [false, true],
    ]);
  });
  it('is where the program says, where it is not loaded', () => {
    expect(firstUnread(known(run(50, 60), 45), 40)).toBe(45);
    // Loaded, it is what it is now.
    expect(firstUnread(known([...run(41, 44), make(45, { kind: 'deleted' }), make(46)], 45), 44)).toBe(46);
    // What the program said is behind what was read meanwhile.
    expect(firstUnread(known(run(50, 60), 39), 40)).toBeNull();
  });
});
