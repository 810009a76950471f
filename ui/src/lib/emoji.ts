// Emoji by group and by name. What there is comes with the page, but is loaded only when somebody wants one.

export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** What it is found by, in lower case, with a space before each word. */
  readonly words: string;
  readonly group: number;
}

/** So many of those used last are kept: they have to fit among what the page keeps. */
const RECENT = 16;

/** As most keyboards write it: a character that is an emoji by itself is not told to be one. */
const plain = (unicode: string): string => unicode.replace(/^(\p{Emoji_Presentation})\uFE0F$/u, '$1');

/** Hair and skin by themselves are none that somebody looks for. */
const COMPONENTS = 2;

let loading: Promise<readonly Emoji[]> | undefined;

async function load(): Promise<readonly Emoji[]> {
  const { default: data } = await import('emojibase-data/en/compact.json');
  return data
    .flatMap(({ unicode, label, tags, group, order = 0 }) =>
      group === undefined || group === COMPONENTS
        ? []
        : [{ emoji: plain(unicode), name: label, words: wordsOf(label, tags), group, order }],
    )
    .sort((a, b) => a.order - b.order);
}

const wordsOf = (label: string, tags: readonly string[] = []): string =>
  [label, ...tags].map((w) => ` ${w.toLowerCase().replace(/[-_:,]+/g, ' ')}`).join('');

/** All of them; asked for again after it failed. */
export function allEmoji(): Promise<readonly Emoji[]> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Those that have words which begin so, best first: whose name begins with it, whose name has it, the rest. */
export function findEmoji(all: readonly Emoji[], text: string, limit: number): Emoji[] {
  const wanted = text
    .toLowerCase()
    .split(/[\s_:-]+/)
    .filter(Boolean);
  const whole = ` ${wanted.join(' ')}`;
  if (wanted.length === 0) return [];
  const rank = ({ name, words }: Emoji): number => {
    if (words.startsWith(whole)) return words.startsWith(`${whole} `) ? 0 : 1;
    if (` ${name}`.toLowerCase().includes(whole)) return 2;
    return `${words} `.includes(`${whole} `) ? 3 : 4;
  };
  return all
    .filter(({ words }) => wanted.every((w) => words.includes(` ${w}`)))
    .map((emoji) => [rank(emoji), emoji] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, limit)
    .map(([, emoji]) => emoji);
}

export const recentEmoji = (kept: string): string[] => kept.split(' ').filter(Boolean);

/** What is kept once this one was used. */
export function withRecent(kept: string, emoji: string): string {
  return [emoji, ...recentEmoji(kept).filter((e) => e !== emoji)].slice(0, RECENT).join(' ');
}
