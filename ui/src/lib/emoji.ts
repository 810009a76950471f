// Emoji by group and by name, in the reader's language and in English, which everybody knows `:smile` from. What there is
// comes with the page, but is loaded only when somebody wants one.

import type { Language } from './i18n.svelte';

/** How a language calls it. */
interface Called {
  readonly name: string;
  /** What it is found by, in lower case, with a space before each word. */
  readonly words: string;
}
export interface Emoji {
  readonly emoji: string;
  /** for the reader */
  readonly name: string;
  readonly called: readonly Called[];
  readonly group: number;
}

/** So many of those used last are kept: they have to fit among what the page keeps. */
const RECENT = 16;

/** As most keyboards write it: a character that is an emoji by itself is not told to be one. */
const plain = (unicode: string): string => unicode.replace(/^(\p{Emoji_Presentation})\uFE0F$/u, '$1');

/** Hair and skin by themselves are none that somebody looks for. */
const COMPONENTS = 2;

const english = async () => (await import('emojibase-data/en/compact.json')).default;
/** Each is a file of its own. There are none in Arabic and Persian. */
const OTHERS: { readonly [L in Language]?: () => ReturnType<typeof english> } = {
  de: async () => (await import('emojibase-data/de/compact.json')).default,
  es: async () => (await import('emojibase-data/es/compact.json')).default,
  fr: async () => (await import('emojibase-data/fr/compact.json')).default,
  ru: async () => (await import('emojibase-data/ru/compact.json')).default,
  'zh-Hans': async () => (await import('emojibase-data/zh/compact.json')).default,
};

const loading = new Map<Language, Promise<readonly Emoji[]>>();

async function load(language: Language): Promise<readonly Emoji[]> {
  const [data, others = []] = await Promise.all([english(), OTHERS[language]?.()]);
  const own = new Map(others.map(({ unicode, label, tags }) => [unicode, calledOf(label, tags)]));
  return data
    .flatMap(({ unicode, label, tags, group, order = 0 }) => {
      if (group === undefined || group === COMPONENTS) return [];
      const here = own.get(unicode);
      const called = [...(here ? [here] : []), calledOf(label, tags)];
      return [{ emoji: plain(unicode), name: here?.name ?? label, called, group, order }];
    })
    .sort((a, b) => a.order - b.order);
}

const calledOf = (name: string, tags: readonly string[] = []): Called => ({
  name,
  words: [name, ...tags].map((w) => ` ${w.toLowerCase().replace(/[-_:,]+/g, ' ')}`).join(''),
});

/** All of them; asked for again after it failed. */
export function allEmoji(language: Language): Promise<readonly Emoji[]> {
  let all = loading.get(language);
  if (!all) {
    all = load(language).catch((error: unknown) => {
      loading.delete(language);
      throw error;
    });
    loading.set(language, all);
  }
  return all;
}

/** Chinese puts no spaces between words: any of its signs may begin one. */
const beginning = (word: string): string => (/^\p{sc=Han}/u.test(word) ? word : ` ${word}`);

/** Those that have words which begin so, best first: whose name begins with it, whose name has it, the rest. */
export function findEmoji(all: readonly Emoji[], text: string, limit: number): Emoji[] {
  const wanted = text
    .toLowerCase()
    .split(/[\s_:-]+/)
    .filter(Boolean);
  const whole = ` ${wanted.join(' ')}`;
  if (wanted.length === 0) return [];
  const parts = wanted.map(beginning);
  const rank = ({ name, words }: Called): number => {
    if (!parts.every((part) => words.includes(part))) return Infinity;
    if (words.startsWith(whole)) return `${words} `.startsWith(`${whole} `) ? 0 : 1;
    if (` ${name}`.toLowerCase().includes(whole)) return 2;
    return `${words} `.includes(`${whole} `) ? 3 : 4;
  };
  return all
    .map((emoji) => [Math.min(...emoji.called.map(rank)), emoji] as const)
    .filter(([best]) => best < Infinity)
    .sort(([a], [b]) => a - b)
    .slice(0, limit)
    .map(([, emoji]) => emoji);
}

export const recentEmoji = (kept: string): string[] => kept.split(' ').filter(Boolean);

/** What is kept once this one was used. */
export function withRecent(kept: string, emoji: string): string {
  return [emoji, ...recentEmoji(kept).filter((e) => e !== emoji)].slice(0, RECENT).join(' ');
}
