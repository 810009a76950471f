// What was found in a text, and the part of it that is worth showing. Places are in code points, as the program says them.

import { formats } from './formats';
import { t } from './i18n.svelte';
import { harmless, oneLine } from './text';

export type Marks = readonly (readonly [from: number, to: number])[];

export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

function cut(points: readonly string[], marks: Marks, from: number, to: number): Piece[] {
  const out: Piece[] = [];
  const add = (a: number, b: number, marked: boolean): void => {
    if (a < b) out.push({ text: points.slice(a, b).join(''), marked });
  };
  let at = from;
  for (const [a, b] of marks) {
    if (b <= at || a >= to) continue;
    add(at, Math.max(at, a), false);
    add(Math.max(at, a), Math.min(b, to), true);
    at = Math.min(b, to);
  }
  add(at, to, false);
  return out;
}

/** What is hidden until it is asked for is so here, too; what was found in it marks all of it. */
function covered(text: string, marks: Marks): { points: string[]; marks: Marks } {
  const points = [...text];
  const hidden: [number, number][] = [];
  const shown = harmless(text);
  formats(shown, hidden);
  if (hidden.length === 0) return { points, marks };
  // Where the text is not what is shown, the places are others: all of it is covered.
  if (shown !== text) return { points: [...t('(hidden)')], marks: [] };
  const found = points.map((_, i) => marks.some(([a, b]) => i >= a && i < b));
  const at = (units: number): number => [...text.slice(0, units)].length;
  for (const [begin, end] of hidden.sort(([a], [b]) => b - a)) {
    const from = at(begin);
    const count = at(end) - from;
    const words = [...t('(hidden)')];
    const any = found.slice(from, from + count).includes(true);
    points.splice(from, count, ...words);
    found.splice(from, count, ...words.map(() => any));
  }
  const runs: [number, number][] = [];
  found.forEach((on, i) => {
    const last = runs.at(-1);
    if (on && last?.[1] === i) last[1] = i + 1;
    else if (on) runs.push([i, i + 1]);
  });
  return { points, marks: runs };
}

/** The whole of it, harmless to show. */
export function pieces(said: string, found: Marks): Piece[] {
  const { points, marks } = covered(said, found);
  return cut(points, marks, 0, points.length).map((p) => ({ ...p, text: harmless(p.text) }));
}

/** So much stands before the first mark, and so much is shown in all. */
const BEFORE = 32;
const LENGTH = 160;

/** In one line, from a word's beginning shortly before the first mark on. */
export function snippet(said: string, found: Marks): Piece[] {
  const { points, marks } = covered(said, found);
  let from = Math.max(0, (marks[0]?.[0] ?? 0) - BEFORE);
  if (from > 0) {
    const space = points.slice(from, marks[0]?.[0]).findIndex((c) => /\s/u.test(c));
    if (space >= 0) from += space + 1;
  }
  const to = Math.min(points.length, from + LENGTH);
  const parts = cut(points, marks, from, to).map(({ text, marked }) => {
    // A space at the edge of a mark parts two words, too.
    const start = /^\s/u.test(text) ? ' ' : '';
    const end = /\S\s+$/u.test(text) ? ' ' : '';
    return { text: start + oneLine(text) + end, marked };
  });
  const more = { text: '…', marked: false };
  return [...(from > 0 ? [more] : []), ...parts, ...(to < points.length ? [more] : [])];
}
