import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bestLanguage, i18n, LANGUAGES, t, tn, type Language, type Locale } from '../src/lib/i18n.svelte';
import { directionOf, fill, formOf } from '../src/lib/sentence';
import { faults, found, read, wrong } from './sentences';

const LOCALES = new URL('../src/locales/', import.meta.url);
const others: readonly string[] = Object.keys(LANGUAGES).filter((l) => l !== 'en');
const localeOf = (language: string): Locale =>
  JSON.parse(readFileSync(new URL(`${language}.json`, LOCALES), 'utf8')) as Locale;

afterEach(() => vi.unstubAllGlobals());

describe('a sentence', () => {
  it('has its values, and what is not given stays', () => {
    expect(t('Write to {name}', { name: 'Bob' })).toBe('Write to Bob');
    expect(t('{a} {b} {a}', { a: '{b}' })).toBe('{b} {b} {b}');
    expect(t('{length} of 56', { length: 12_345 })).toBe('12,345 of 56');
  });
  it('is one for one and another for many', () => {
    expect([0, 1, 2].map((n) => tn(n, '{n} day', '{n} days'))).toEqual(['0 days', '1 day', '2 days']);
  });
  it('has the form that the language wants', () => {
    const days = { one: '{n} dzień', few: '{n} dni', many: '{n} dni', other: '{n} dnia' };
    expect([1, 2, 5, 1.5].map((n) => fill(formOf(days, 'pl', n), 'pl', { n }))).toEqual([
      '1 dzień',
      '2 dni',
      '5 dni',
      '1,5 dnia',
    ]);
    expect(formOf({ other: 'x' }, 'ar', 2)).toBe('x');
  });
  it('keeps names apart that run the other way', () => {
    expect(fill('{name} writes', 'en', { name: 'أمل' })).toBe('\u2068أمل\u2069 writes');
    expect(fill('{name} writes', 'en', { name: 'Bob' })).toBe('Bob writes');
    expect(fill('{name} يكتب', 'ar', { name: 'Bob' })).toBe('\u2068Bob\u2069 يكتب');
    expect(fill('{name} يكتب', 'ar', { name: 'أمل' })).toBe('أمل يكتب');
    expect([directionOf('ar'), directionOf('en')]).toEqual(['rtl', 'ltr']);
  });
});

describe('the language', () => {
  it('is the first of the reader that there is', () => {
    expect(bestLanguage(['en-GB', 'fr'])).toBe('en');
    expect(bestLanguage(['xx', 'EN-us'])).toBe('en');
    expect(bestLanguage(['xx'])).toBe('en');
    // Other characters.
    for (const tag of ['zh-TW', 'zh-Hant-HK', 'zh-hk']) expect(bestLanguage([tag])).toBe('en');
    for (const tag of ['zh', 'zh-CN', 'zh-SG', 'zh-Hans-HK']) expect(bestLanguage([tag, 'en'])).toBe('zh-Hans');
    for (const language of others) expect(bestLanguage([`${language.split('-')[0] ?? ''}-XX`, 'en'])).toBe(language);
  });
  it('is what the document says', async () => {
    const documentElement = { lang: '', dir: '' };
    vi.stubGlobal('document', { documentElement });
    for (const language of [...others, 'en']) {
      await i18n.speak(language as Language);
      expect(documentElement).toEqual({ lang: language, dir: directionOf(language) });
      const words = language === 'en' ? 'Cancel' : localeOf(language)['Cancel'];
      expect(t('Cancel')).toBe(words);
    }
  });
});

describe('what the page says', () => {
  it('goes through t and tn', () => expect(faults()).toEqual([]));
  it('is found where it is said', () => {
    const all = found();
    expect(all.length).toBeGreaterThan(250);
    expect(all).toContainEqual({ key: '{n} minutes', one: '{n} minute', file: 'lib/format.ts' });
    expect(all.find((s) => s.key === 'Looking for the program…')).toMatchObject({ one: null, file: 'App.svelte' });
  });
  it.each([
    ['<p>Words</p>', 'not through t(): Words'],
    ['<p title="Words">1</p>', 'not through t(): Words'],
    ['<Field label={x ? t("Good") : "Words"} />', 'not through t(): Words'],
    ['<p>{x ? `${x} words` : ""}</p>', 'not through t(): words'],
    ['<script lang="ts">const x = { words: "Some words" };</script>', 'not through t(): Some words'],
    ['<script lang="ts">t(x);</script>', 't() of what is no literal'],
    ['<script lang="ts">tn(1, "a", b);</script>', 'tn() of what is no literal'],
  ])('is found out where it does not: %s', (source, fault) => {
    expect(read(source, 'x.svelte').faults.join('\n')).toContain(fault);
  });
  it('is not sought in what nobody reads', () => {
    const source = '<p class="some words" data-x="Some words">{t("Words {x}", { x })} · {x === "words" ? 1 : 2}</p>';
    expect(read(source, 'x.svelte')).toEqual({
      sentences: [{ key: 'Words {x}', one: null, file: 'x.svelte' }],
      faults: [],
    });
  });
});

describe('a translation', () => {
  const said = [
    { key: 'Write to {name}', one: null, file: 'x' },
    { key: '{n} requests', one: 'A request', file: 'x' },
  ];
  const good: Locale = {
    'Write to {name}': 'Napisz do {name}',
    '{n} requests': { one: 'Prośba', few: '{n} prośby', many: '{n} próśb', other: '{n} prośby' },
  };
  it('is good when all is there', () => expect(wrong(good, 'pl', said)).toEqual([]));
  it.each<[string, Locale]>([
    ['missing: Write to {name}', { '{n} requests': good['{n} requests'] ?? '' }],
    ['said nowhere: Old', { ...good, Old: 'x' }],
    ['other values: Write to {name}', { ...good, 'Write to {name}': 'Napisz do {nazwa}' }],
    ['other values: Write to {name}', { ...good, 'Write to {name}': 'Napisz' }],
    ['other values: {n} requests', { ...good, '{n} requests': { one: '{x}', few: '{n}', many: '{n}', other: '{n}' } }],
    ['not for few many one other: {n} requests', { ...good, '{n} requests': { one: '{n}', other: '{n}' } }],
    ['a number: {n} requests', { ...good, '{n} requests': '{n} próśb' }],
    ['no number: Write to {name}', { ...good, 'Write to {name}': { other: 'Napisz do {name}' } }],
  ])('is not when: %s', (fault, locale) => expect(wrong(locale, 'pl', said)).toEqual([fault]));
  it('is there for each language, and for no other', () => {
    const files = existsSync(LOCALES) ? readdirSync(LOCALES) : [];
    expect(files.sort()).toEqual(others.map((l) => `${l}.json`).sort());
  });
  it('says all that the page says', () => {
    const all = found();
    for (const language of others) expect([language, ...wrong(localeOf(language), language, all)]).toEqual([language]);
  });
});
