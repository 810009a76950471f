import { describe, expect, test } from 'vitest';
import { matches } from '../src/lib/matching';
import { DEFAULTS, readPreferences, writePreferences, type Preferences } from '../src/lib/preferences';

const OTHER: Preferences = {
  language: 'en',
  theme: 'dark',
  size: 20,
  enterSends: false,
  notify: 'name',
  sound: true,
  toldRestored: 5,
  toldDamaged: 3,
  emoji: '👍 🙏',
};

describe('what the page keeps', () => {
  test('comes back as it went', () => {
    expect(readPreferences(writePreferences(OTHER))).toEqual(OTHER);
    expect(new TextEncoder().encode(writePreferences(OTHER)).length).toBeLessThan(1024);
  });

  test('is nothing where nothing was chosen, and only what was chosen', () => {
    expect(writePreferences(DEFAULTS)).toBe('');
    expect(JSON.parse(writePreferences({ ...DEFAULTS, theme: 'dark' }))).toEqual({ theme: 'dark' });
  });

  test('whatever stands there, what is read is a choice there is', () => {
    for (const page of ['', '{', 'null', '7', '[]', '"dark"', '{"theme":7,"size":"15","sound":1,"notify":"all"}'])
      expect(readPreferences(page)).toEqual(DEFAULTS);
    const newer = '{"theme":"light","language":"tlh","size":99,"enterSends":false,"shape":"round"}';
    expect(readPreferences(newer)).toEqual({ ...DEFAULTS, theme: 'light', enterSends: false });
    expect(readPreferences('{"size":13}').size).toBe(13);
    expect(readPreferences('{"size":12.9}').size).toBe(DEFAULTS.size);
    expect(readPreferences('{"size":16.4}').size).toBe(16);
  });
});

describe('looking for a setting', () => {
  test('needs every word, as far as it is written, and no capitals or accents', () => {
    expect(matches('', 'Colours')).toBe(true);
    expect(matches('  ', 'Colours')).toBe(true);
    expect(matches('colo', 'Colours')).toBe(true);
    expect(matches('DARK col', 'Colours System Light Dark')).toBe(true);
    expect(matches('dark lamp', 'Colours System Light Dark')).toBe(false);
    expect(matches('benachrichtigung', 'Benachrichtigungen über Nachrichten')).toBe(true);
    expect(matches('uber', 'Benachrichtigungen über Nachrichten')).toBe(true);
  });
});
