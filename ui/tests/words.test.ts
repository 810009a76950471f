import { describe, expect, it } from 'vitest';
import { addressHint, groups, parseAddress, shortAddress } from '../src/lib/address';
import type { Contact, Tor } from '../src/lib/api';
import { daysBetween, dayName, elapsed, roughly } from '../src/lib/format';
import { missingWords, nameOf, preview, sections, withLast } from '../src/lib/people';
import { inkOf, INKS, knotOf } from '../src/lib/picture';
import { qrPath } from '../src/lib/qr';
import { strength } from '../src/lib/strength';
import { harmless, initial, oneLine } from '../src/lib/text';
import type { Row } from '../src/lib/timeline';
import { headline, share, steps, trouble } from '../src/lib/tor';
import { briefly, reactionsOf, rowLabel, rowWords } from '../src/lib/words';
import { contact, last, message, noon, onion } from './samples';

describe('text of strangers', () => {
  it.each([
    ['overrides', 'a\u202Egnp.exe\u202C', 'agnp.exe'],
    ['isolates', '\u2066x\u2069', 'x'],
    ['marks of direction', 'a\u200E\u200Fb\u061C', 'ab'],
    ['zero width', 'A\u200Bl\u2060i\uFEFFce', 'Alice'],
    ['joiners that only hide', 'Al\u200Dice\u200C', 'Alice'],
    ['controls', 'a\u0000\u0007\u001B[31mb\u0085', 'a[31mb'],
    ['line separators', 'a\u2028b\u2029c', 'abc'],
    ['tags', `a\u{E0061}\u{E007F}`, 'a'],
    ['fillers', 'a\u3164\u115F\u00ADb', 'ab'],
    ['piles of marks', `e${'\u0301'.repeat(60)}`, '\u00E9\u0301\u0301\u0301\u0301'],
  ])('loses %s', (_, from, to) => expect(harmless(from)).toBe(to));

  it.each([
    ['line ends and tabs', 'a\n\tb'],
    ['Arabic, Hebrew and Chinese', 'أمل שלום 林小雨'],
    ['emoji of several', '👩‍👩‍👧 🏳️‍🌈 👍🏽 🇩🇪'],
    ['Persian joiners', 'می‌خواهم'],
    ['Hindi joiners', 'क्‍ष'],
    ['markup, which is text here', '<img src=x onerror=alert(1)> &amp; {@html x}'],
  ])('keeps %s', (_, text) => expect(harmless(text)).toBe(text));

  it('is composed, so that the same looks the same', () => expect(harmless('e\u0301')).toBe('é'));
  it('in one line has no line ends', () => expect(oneLine('  a\r\n\n b\tc ')).toBe('a b c'));
  it('has an initial as people see it', () => {
    expect(['bob', '👩‍👩‍👧 us', 'åse', ''].map(initial)).toEqual(['B', '👩‍👩‍👧', 'Å', '?']);
  });
});

describe('addresses', () => {
  it.each([onion, `${onion}.onion`, `http://${onion}.onion/`, ` ${onion.toUpperCase()} \n`, groups(onion).join(' ')])(
    'are found in %j',
    (input) => expect(parseAddress(input)).toEqual({ address: onion, length: 56, problem: null }),
  );
  it.each([
    ['', 'empty'],
    ['.onion', 'empty'],
    [onion.slice(1), 'short'],
    [`a${onion}`, 'long'],
    [`${onion.slice(0, 55)}e`, 'version'],
    [`0${onion.slice(1)}`, 'characters'],
    ['bob@example.org', 'characters'],
    [`${onion}.onion.evil`, 'characters'],
  ])('%j has a problem: %s', (input, problem) => {
    const parsed = parseAddress(input);
    expect(parsed.problem).toBe(problem);
    expect(addressHint(parsed)).not.toBe('');
  });
  it('are short enough for a name', () =>
    expect(shortAddress(`${onion}.onion`)).toBe(`${onion.slice(0, 6)}…${onion.slice(-5)}`));
  it('have a picture that follows the key and not the ending', () => {
    const other = `b${onion.slice(1)}`;
    expect(inkOf(onion)).toBe(inkOf(`${onion}.onion`));
    expect(inkOf(onion)).toBeLessThan(INKS);
    expect(knotOf(onion)).toBe(knotOf(`${onion}.onion`));
    expect(knotOf(onion)).not.toBe(knotOf(other));
  });
  it('become a QR code with a quiet zone', () => {
    const { path, size } = qrPath(onion);
    const xs = [...path.matchAll(/M(\d+) (\d+)/g)].flatMap((m) => [Number(m[1]), Number(m[2])]);
    expect(Math.min(...xs)).toBe(4);
    expect(Math.max(...xs)).toBe(size - 5);
  });
});

describe('times', () => {
  it('count calendar days, not hours', () => {
    expect(daysBetween(new Date(2026, 4, 9, 23, 59).getTime(), noon)).toBe(1);
    expect(daysBetween(new Date(2026, 4, 10, 0, 1).getTime(), noon)).toBe(0);
  });
  it('have names', () => {
    expect(dayName(noon, noon)).toBe('Today');
    expect(dayName(noon - 86_400_000, noon)).toBe('Yesterday');
    expect(dayName(noon - 500 * 86_400_000, noon)).toMatch(/20\d\d/);
  });
  it('pass', () => {
    expect([14_000, 725_000, 3_723_000, -5].map(elapsed)).toEqual(['0:14', '12:05', '1:02:03', '0:00']);
    expect([1, 119, 180, -10_800, 300_000].map(roughly)).toEqual([
      '1 second',
      '119 seconds',
      '3 minutes',
      '3 hours',
      '3 days',
    ]);
  });
});

describe('passphrases', () => {
  it('are called what they are', () => {
    expect(strength('').level).toBe(0);
    expect(strength('short').level).toBe(0);
    expect(strength('aaaaaaaaaaaaaaaaaaaaaaaa').level).toBe(1);
    expect(strength('hunter2hunter').level).toBe(1);
    expect(strength('correct horse').level).toBe(1);
    expect(strength('correct horse b4tt').level).toBe(2);
    expect(strength('correct horse battery staple tide').level).toBe(3);
  });
});

describe('people', () => {
  const base = contact({ online: false });
  it('without a name have their address', () => {
    expect(nameOf({ ...base, name: '\u202E\u200B ' })).toBe(shortAddress(onion));
  });
  it('stand in the order of what happened last, requests and pinned ones first, others apart', () => {
    const all: Contact[] = [
      { ...base, id: 1 },
      { ...base, id: 2, last: last({ time: 99 }) },
      { ...base, id: 3, state: 'request_received' },
      { ...base, id: 4, state: 'blocked' },
      { ...base, id: 5, state: 'request_sent', since: 50 },
      { ...base, id: 6, state: 'rejected' },
      { ...base, id: 7, archived: true },
      { ...base, id: 8, pinned: true, since: 5 },
      { ...base, id: 9, state: 'blocked', archived: true, pinned: true, since: 1 },
    ];
    const { requests, chats, archived, closed } = sections(all);
    expect([requests, chats, archived, closed].map((l) => l.map((c) => c.id))).toEqual([
      [3],
      [8, 2, 5, 1],
      [7],
      [4, 6, 9],
    ]);
  });
  it('show what became of the last message, and no older one', () => {
    const two = withLast({ ...base, last: last() }, message(2));
    expect(preview(two)).toBe('m2');
    expect(preview(withLast(two, message(2, { text: 'edited' })))).toBe('edited');
    expect(preview(withLast(two, message(2, { kind: 'deleted', text: '' })))).toBe('Deleted message');
    expect(preview(withLast(two, message(1, { text: 'edited' })))).toBe('m2');
  });
  it('of whom something is missing', () => {
    expect(missingWords(1, 'Bob')).toBe('1 message or change from Bob is not here. One of your programs has lost it.');
    expect(missingWords(2, 'Bob')).toContain(
      '2 messages or changes from Bob are not here. One of your programs has lost them.',
    );
  });
  it('with a changed key say so first', () => expect(preview({ ...base, trust: 'changed' })).toBe('The key changed'));
});

describe('tor', () => {
  const tor: Tor = { phase: 'connecting', progress: 50, tag: '', summary: '', warning: '', skew: 0, since: 0 };
  it('goes through its steps', () => {
    expect(steps(tor).map((s) => s.state)).toEqual(['done', 'now', 'next', 'next']);
    expect(steps({ ...tor, phase: 'reachable' }).every((s) => s.state === 'done')).toBe(true);
    expect(steps({ ...tor, phase: 'down' }).every((s) => s.state === 'next')).toBe(true);
  });
  it('waits where it would connect', () => {
    const waits: Tor = { ...tor, phase: 'waiting', progress: 0, summary: 'Waiting for bridges.' };
    expect(steps(waits).map((s) => s.state)).toEqual(['done', 'now', 'next', 'next']);
    expect(headline(waits)).toBe('Tor waits');
    expect(share(waits)).toBeLessThan(0.08);
  });
  it('never goes back while it goes on', () => {
    const way = [
      ...(['starting'] as const).map((phase) => ({ ...tor, phase, progress: 0 })),
      ...[0, 30, 100].map((progress) => ({ ...tor, progress })),
      { ...tor, phase: 'publishing' as const },
      { ...tor, phase: 'reachable' as const },
    ].map(share);
    expect(way).toEqual([...way].sort((a, b) => a - b));
    expect(way.at(-1)).toBe(1);
  });
  it('tells of a wrong clock, and of warnings while they matter', () => {
    expect(trouble(tor)).toEqual([]);
    expect(trouble({ ...tor, skew: -10_800, warning: 'w' })).toHaveLength(2);
    expect(trouble({ ...tor, phase: 'publishing', warning: 'Nobody can reach us at the moment.' })).toEqual([
      'Nobody can reach us at the moment.',
    ]);
    expect(trouble({ ...tor, phase: 'reachable', warning: 'w' })).toEqual([]);
  });
});

describe('what a message says', () => {
  const base: Row = {
    kind: 'message',
    id: 'x',
    mine: false,
    shown: 'text',
    text: 'Hi\u202E there',
    time: new Date(2026, 4, 10, 14, 5).getTime(),
    mark: 'received',
    reply: null,
    quote: null,
    edited: false,
    reactions: { me: null, them: null },
    first: true,
    last: true,
    position: 1,
  };
  it('is its text only while it has one', () => {
    const say = (shown: Row['shown']): string => rowWords({ shown, text: 'stale words' }, 'Bob');
    expect(say('text')).toBe('stale words');
    expect(say('deleted')).toBe('Deleted');
    expect(say('deleted_here')).toBe('Deleted here');
    expect(say('unknown')).toBe('This message needs a newer version');
    expect(say('unreadable')).toBe('A message from Bob could not be read. It was set aside.');
    expect(briefly('deleted', 'stale words')).toBe('Deleted message');
    expect(briefly('text', 'two\nlines')).toBe('two lines');
  });
  it('is read out with all that belongs to it', () => {
    expect(rowLabel(base, 'Bob', true)).toBe('Bob: Hi there, 14:05');
    const quote = { mine: true, shown: 'text', text: 'a\nb\u202E' } as const;
    const full: Row = { ...base, quote, edited: true, reactions: { me: '👍', them: '❤️' } };
    expect(rowLabel(full, 'Bob', true)).toBe(
      'Bob in answer to You: “a b”: Hi there, 14:05, edited, Bob reacted with ❤️, You reacted with 👍',
    );
    const mine: Row = { ...base, mine: true, mark: 'sent', quote: 'earlier' };
    expect(rowLabel(mine, 'Bob', true)).toBe('You in answer to an earlier message: Hi there, 14:05, On its way');
  });
  it('has no reaction that is nothing to see', () => {
    expect(reactionsOf({ me: '\u200B\u202E', them: '👍\u202E' }, 'Bob')).toEqual([
      { mine: false, emoji: '👍', words: 'Bob reacted with 👍' },
    ]);
  });
});
