// What of a conversation a person has had before the eyes. Only that is said to be read.

import type { Message } from './api';
import type { Runs } from './runs';

/** A part of a row's height: from 0, its top, to 1, its end. */
export type Span = readonly [from: number, to: number];

/** The edges of a bubble are no words. */
const EDGE = 6;

/** Which part of a row from `top` to `bottom` is within `from` and `to`; null: none. */
export function within(top: number, bottom: number, from: number, to: number): Span | null {
  const height = bottom - top;
  if (height <= 0 || to <= top || from >= bottom) return null;
  const a = from <= top + EDGE ? 0 : (from - top) / height;
  const b = to >= bottom - EDGE ? 1 : (to - top) / height;
  return a < b ? [a, b] : null;
}

function common(a: Span, b: Span | undefined): Span | null {
  if (!b) return null;
  const from = Math.max(a[0], b[0]);
  const to = Math.min(a[1], b[1]);
  return from < to ? [from, to] : null;
}

/** By ordinal, what is in view at one moment. */
export type View = ReadonlyMap<number, Span>;

/** What was in view at both moments: what only flew past is not. */
export function both(before: View, now: View): View {
  const out = new Map<number, Span>();
  for (const [ordinal, span] of now) {
    const part = common(span, before.get(ordinal));
    if (part) out.set(ordinal, part);
  }
  return out;
}

/** Rows by their ordinals. One that is higher than the window is seen part by part. */
export class Sight {
  #parts = new Map<number, readonly Span[]>();

  add(view: View): void {
    for (const [ordinal, span] of view) {
      if (this.has(ordinal)) continue;
      const out: Span[] = [];
      for (const part of [...(this.#parts.get(ordinal) ?? []), span].sort((a, b) => a[0] - b[0])) {
        const last = out.at(-1);
        if (last && part[0] <= last[1]) out[out.length - 1] = [last[0], Math.max(last[1], part[1])];
        else out.push(part);
      }
      this.#parts.set(ordinal, out);
    }
  }

  /** All of it. */
  has(ordinal: number): boolean {
    const [first] = this.#parts.get(ordinal) ?? [];
    return first !== undefined && first[0] <= 0 && first[1] >= 1;
  }

  /** Its beginning: who scrolls on is about to have read it. */
  begun(ordinal: number): boolean {
    return (this.#parts.get(ordinal)?.[0]?.[0] ?? 1) <= 0;
  }

  /** What is told need not be remembered. */
  forget(upTo: number): void {
    for (const ordinal of this.#parts.keys()) if (ordinal <= upTo) this.#parts.delete(ordinal);
  }
}

/** Theirs, and there is something to read. */
export function isToRead({ from, kind }: Pick<Message, 'from' | 'kind'>): boolean {
  return from === 'them' && (kind === 'text' || kind === 'unknown' || kind === 'unreadable');
}

/** What is known of a conversation. */
export interface Known {
  readonly total: number;
  /** The first unread one as the program last said, 0 for none: above `read` it is there or was. */
  readonly hint: number;
  readonly gone: Pick<Runs, 'at'>;
  get(ordinal: number): Message | undefined;
}

/** The messages behind `read` that are known without a gap. Gives where the gap is; null: there is none. */
function walk(known: Known, read: number, visit: (m: Message) => boolean): number | null {
  for (let o = read + 1; o <= known.total; o++) {
    const run = known.gone.at(o);
    if (run) {
      o = run[1];
      continue;
    }
    const m = known.get(o);
    if (!m) return o;
    if (!visit(m)) return null;
  }
  return null;
}

/** The ordinal of the first unread message; null where there is none, or where it is not known. */
export function firstUnread(known: Known, read: number): number | null {
  let first: number | null = null;
  const gap = walk(known, read, (m) => {
    if (!isToRead(m)) return true;
    first = m.ordinal;
    return false;
  });
  if (gap !== null && known.hint >= gap) return known.hint;
  return first;
}

/**
 * Up to where all was seen without a gap: the last one of theirs before the first unread one that was not. What the
 * program takes for read is all up to an ordinal, so behind a gap nothing is told. `read` where there is nothing new.
 */
export function seenUpTo(known: Known, read: number, sight: Pick<Sight, 'has'>): number {
  let upTo = read;
  walk(known, read, (m) => {
    if (m.from !== 'them') return true;
    if (isToRead(m) && !sight.has(m.ordinal)) return false;
    upTo = m.ordinal;
    return true;
  });
  return upTo;
}
