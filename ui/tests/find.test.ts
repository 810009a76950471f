import { describe, expect, it } from 'vitest';
import { fit, fitting } from '../src/lib/fuzzy';
import { pieces, snippet } from '../src/lib/marks';
import { parseQuery, spanOf } from '../src/lib/query';
import { keysInWords, presses, type Press } from '../src/lib/shortcuts';

describe('what is typed for a name', () => {
  it.each([
    ['mi', 'Mira Hansen'],
    ['han', 'Mira Hansen'],
    ['han mi', 'Mira Hansen'],
    ['mh', 'Mira Hansen'],
    ['miha', 'Mira Hansen'],
    ['jose', 'José'],
    ['JOSÉ', 'jose'],
    ['太郎', '田中太郎'],
  ])('%s fits %s', (typed, name) => expect(fit(typed, name)).toBeGreaterThan(0));
  it.each([
    ['x', 'Mira Hansen'],
    ['mira x', 'Mira Hansen'],
    ['hm', 'Mira Hansen'],
    ['', 'Mira'],
  ])('%s does not fit %s', (typed, name) => expect(fit(typed, name)).toBe(0));

  it('puts the beginning of a name before that of a later word, and that before the middle of one', () => {
    const names = ['Amira', 'Old Mira', 'Mo Ira', 'Mira', 'Zoe'];
    expect(fitting('mira', names, (n) => n)).toEqual(['Mira', 'Old Mira', 'Mo Ira', 'Amira']);
    expect(fitting(' ', names, (n) => n)).toEqual(names);
    expect(fitting('…', names, (n) => n)).toEqual([]);
  });
});

describe('what is typed to search', () => {
  const now = new Date(2026, 10, 23, 12, 5).getTime();
  const day = (y: number, m: number, d: number): number => new Date(y, m - 1, d).getTime();

  it('is words, and a space behind the last one counts', () => {
    expect(parseQuery('  the   ferry', now)).toEqual({ text: 'the ferry' });
    expect(parseQuery('the ferry ', now)).toEqual({ text: 'the ferry ' });
    expect(parseQuery('ferry from:me', now)).toEqual({ text: 'ferry', from: 'me' });
    expect(parseQuery('', now)).toEqual({ text: '' });
  });
  it('may be narrowed', () => {
    expect(parseQuery('from:them in:mira ferry', now)).toEqual({ text: 'ferry', from: 'them', in: 'mira' });
    expect(parseQuery('IN:"Mira Hansen" tide', now)).toEqual({ text: 'tide', in: 'Mira Hansen' });
    expect(parseQuery('tide before:2026-05-17 after:2025', now)).toEqual({
      text: 'tide',
      until: day(2026, 5, 17) - 1,
      since: day(2025, 1, 1),
    });
    // Still being typed.
    expect(parseQuery('tide before: in:', now)).toEqual({ text: 'tide' });
    // No filters: words of a message.
    expect(parseQuery('login:me http://in:x', now)).toEqual({ text: 'login:me http://in:x' });
  });
  it('says what it does not understand', () => {
    expect(parseQuery('a from:mira', now).wrong).toBe('from:mira');
    expect(parseQuery('a before:2026-02-30', now).wrong).toBe('before:2026-02-30');
    expect(parseQuery('a after:soon', now).wrong).toBe('after:soon');
  });
  it('knows days, months and years', () => {
    expect(spanOf('2026-05-17', now)).toEqual([day(2026, 5, 17), day(2026, 5, 18) - 1]);
    expect(spanOf('2026-12', now)).toEqual([day(2026, 12, 1), day(2027, 1, 1) - 1]);
    expect(spanOf('2024', now)).toEqual([day(2024, 1, 1), day(2025, 1, 1) - 1]);
    expect(spanOf('today', now)).toEqual([day(2026, 11, 23), day(2026, 11, 24) - 1]);
    expect(spanOf('Yesterday', now)).toEqual([day(2026, 11, 22), day(2026, 11, 23) - 1]);
    expect(spanOf('2026-13', now)).toBeNull();
  });
});

describe('what was found', () => {
  const said = (parts: { text: string; marked: boolean }[]): string =>
    parts.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('');

  it('is marked by code points, and harmless', () => {
    expect(said(pieces('👍🏽 ferry', [[3, 8]]))).toBe('👍🏽 [ferry]');
    expect(said(pieces('a\u202E ferry\nat', [[3, 8]]))).toBe('a [ferry]\nat');
    expect(said(pieces('one', []))).toBe('one');
    // What is hidden stays so.
    expect(said(pieces('👍🏽 it was ||the *butler* Tom||, Tom says', [[32, 35]]))).toBe('👍🏽 it was (hidden), [Tom] says');
    expect(said(pieces('it was ||the butler||, ||him||', [[13, 19]]))).toBe('it was [(hidden)], (hidden)');
    // As in the conversation, to the letter.
    expect(said(pieces('||Snape||kills him||', [[9, 14]]))).toBe('[(hidden)]');
    expect(said(pieces('> say ||a|||b||\n```\n||no||\n```\n||yes||', []))).not.toMatch(/\|b|yes/);
    expect(said(pieces('a\u2060 ||b||', []))).toBe('(hidden)');
    expect(said(pieces('`a || b || c`', [[6, 7]]))).toBe('`a || [b] || c`');
  });
  it('is shown from shortly before, in one line', () => {
    expect(said(snippet('the\n ferry goes', [[5, 10]]))).toBe('the [ferry] goes');
    const long = `${'word '.repeat(40)}ferry ${'word '.repeat(60)}`;
    const short = said(snippet(long, [[200, 205]]));
    expect(short).toMatch(/^…(word )+\[ferry\] word/);
    expect(short.length).toBeLessThan(180);
    expect(short.endsWith('…')).toBe(true);
  });
});

describe('shortcuts', () => {
  const press = (some: Partial<Press>): Press => ({
    key: '',
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...some,
  });
  it('are Ctrl, and Cmd on a Mac', () => {
    const ctrl = press({ key: 'k', code: 'KeyK', ctrlKey: true });
    const cmd = press({ key: 'k', code: 'KeyK', metaKey: true });
    expect([presses(ctrl, 'Mod+K', false), presses(ctrl, 'Mod+K', true)]).toEqual([true, false]);
    expect([presses(cmd, 'Mod+K', false), presses(cmd, 'Mod+K', true)]).toEqual([false, true]);
    expect(presses(press({ ...ctrl, shiftKey: true }), 'Mod+K', false)).toBe(false);
  });
  it('are letters as printed, or where they would be', () => {
    expect(presses(press({ key: 'л', code: 'KeyK', ctrlKey: true }), 'Mod+K', false)).toBe(true);
    expect(presses(press({ key: 't', code: 'KeyK', ctrlKey: true }), 'Mod+K', false)).toBe(false);
    expect(presses(press({ key: 'L', code: 'KeyL', ctrlKey: true, shiftKey: true }), 'Mod+Shift+L', false)).toBe(true);
  });
  it('are signs with Shift or without, and digits by their place', () => {
    expect(presses(press({ key: '/', code: 'Digit7', ctrlKey: true, shiftKey: true }), 'Mod+/', false)).toBe(true);
    expect(presses(press({ key: '&', code: 'Digit1', altKey: true }), 'Alt+1', false)).toBe(true);
    expect(presses(press({ key: 'F6', code: 'F6', shiftKey: true }), 'F6', false)).toBe(false);
  });
  it('are said as the keys are printed', () => {
    expect(keysInWords('Mod+Shift+L', false)).toBe('Ctrl+Shift+L');
    expect(keysInWords('Mod+Shift+L', true)).toBe('⇧⌘L');
    expect(keysInWords('Alt+ArrowUp', false)).toBe('Alt+↑');
    expect(keysInWords('Plus', false)).toBe('+');
    expect(keysInWords('Escape', true)).toBe('Esc');
  });
});
