import { expect, test } from 'vitest';
import { allEmoji, findEmoji, withRecent } from '../src/lib/emoji';

test('every emoji has a name, a group and is there once', async () => {
  const all = await allEmoji('en');
  expect(all.length).toBeGreaterThan(1800);
  expect(new Set(all.map((e) => e.emoji)).size).toBe(all.length);
  expect(all.filter((e) => e.name === '' || e.group === 2)).toEqual([]);
  expect(all.map((e) => e.emoji)).toEqual(expect.arrayContaining(['👍', '❤️', '😀', '🏳️‍🌈']));
});

test('they are found by what their names begin with, the nearest first', async () => {
  const all = await allEmoji('en');
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

test('they are called as the reader calls them, and found by their English names, too', async () => {
  const [german, chinese, arabic] = await Promise.all([allEmoji('de'), allEmoji('zh-Hans'), allEmoji('ar')]);
  const found = (all: typeof german, text: string): string[] => findEmoji(all, text, 60).map((e) => e.emoji);
  expect(found(german, 'lächeln')).toContain('😄');
  expect(found(german, 'smile')).toContain('😄');
  expect(found(german, 'thumbs_up')[0]).toBe('👍');
  expect(german.find((e) => e.emoji === '🐶')?.name).toBe('Hundegesicht');
  // In the middle of a word that no space parts from the rest.
  expect(found(chinese, '笑')).toContain('😅');
  expect(arabic.find((e) => e.emoji === '🐶')?.name).toBe('dog face');
  for (const language of ['de', 'es', 'fr', 'ru', 'zh-Hans'] as const) {
    const english = (await allEmoji(language)).filter((e) => e.called.length < 2);
    expect(english, language).toEqual([]);
  }
});

test('what was used last stands first, once, and not too many are kept', () => {
  expect(withRecent('', '👍')).toBe('👍');
  expect(withRecent('👍 ❤️', '❤️')).toBe('❤️ 👍');
  const many = Array.from({ length: 40 }, (_, i) => String.fromCodePoint(0x1f400 + i)).reduce(withRecent, '');
  expect(many.split(' ').length).toBe(16);
});
