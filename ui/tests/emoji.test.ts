import { expect, test } from 'vitest';
import { allEmoji, findEmoji, withRecent } from '../src/lib/emoji';

test('every emoji has a name, a group and is there once', async () => {
  const all = await allEmoji();
  expect(all.length).toBeGreaterThan(1800);
  expect(new Set(all.map((e) => e.emoji)).size).toBe(all.length);
  expect(all.filter((e) => e.name === '' || e.group === 2)).toEqual([]);
  expect(all.map((e) => e.emoji)).toEqual(expect.arrayContaining(['👍', '❤️', '😀', '🏳️‍🌈']));
});

test('they are found by what their names begin with, the nearest first', async () => {
  const all = await allEmoji();
  const first = (text: string): string | undefined => findEmoji(all, text, 1)[0]?.emoji;
  expect(first('thumbs up')).toBe('👍');
  expect(first('thumbs_up')).toBe('👍');
  expect(first('+1')).toBe('👍');
  expect(first('TADA')).toBe('🎉');
  expect(first('red heart')).toBe('❤️');
  expect(first('dog')).toBe('🐶');
  expect(findEmoji(all, 'smile', 20).map((e) => e.emoji)).toContain('😄');
  expect(findEmoji(all, 'humbs', 5)).toEqual([]);
  expect(findEmoji(all, ' :_ ', 5)).toEqual([]);
});

test('what was used last stands first, once, and not too many are kept', () => {
  expect(withRecent('', '👍')).toBe('👍');
  expect(withRecent('👍 ❤️', '❤️')).toBe('❤️ 👍');
  const many = Array.from({ length: 40 }, (_, i) => String.fromCodePoint(0x1f400 + i)).reduce(withRecent, '');
  expect(many.split(' ').length).toBe(16);
});
