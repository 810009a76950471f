// What somebody types for a name: the beginnings of its words, in any order, or the beginnings run together ("mh" for Mira
// Hansen). What is typed in the middle of a word counts least, and only where there are no better.

/** Upper and lower case and accents are the same. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const wordsOf = (text: string): string[] => plain(text).match(/[\p{L}\p{N}\p{S}\p{Extended_Pictographic}]+/gu) ?? [];

/** Whether `typed` is beginnings of words from `at` on, one after the other, run together. */
function runs(typed: string, words: readonly string[], at: number): boolean {
  if (typed === '') return true;
  for (let i = at; i < words.length; i++) {
    const word = words[i] ?? '';
    let same = 0;
    while (same < typed.length && typed[same] === word[same]) same++;
    for (; same > 0; same--) if (runs(typed.slice(same), words, i + 1)) return true;
  }
  return false;
}

function one(typed: string, words: readonly string[]): number {
  if (words[0]?.startsWith(typed)) return 4;
  if (words.some((w) => w.startsWith(typed))) return 3;
  if (runs(typed, words, 0)) return 2;
  return typed.length > 1 && words.some((w) => w.includes(typed)) ? 1 : 0;
}

/** How well `typed` fits; 0: not at all. */
export function fit(typed: string, name: string): number {
  const words = wordsOf(name);
  const scores = wordsOf(typed).map((w) => one(w, words));
  if (scores.length === 0 || scores.includes(0)) return 0;
  const exact = plain(name).startsWith(plain(typed).trim()) ? 1 : 0;
  return Math.min(...scores) + exact;
}

/** Those that fit, the best first; of equals the order stays. All of them where nothing is typed. */
export function fitting<T>(typed: string, all: readonly T[], nameOf: (one: T) => string): T[] {
  if (wordsOf(typed).length === 0) return typed.trim() === '' ? [...all] : [];
  return all
    .map((thing) => ({ thing, score: fit(typed, nameOf(thing)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ thing }) => thing);
}
