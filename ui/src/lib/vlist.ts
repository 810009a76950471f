// Which rows of a long list are in view, and where it is scrolled to, by their heights. Pure: no element is known here.

/**
 * Browsers draw no element higher than some 17 million pixels. Rows whose height is not known are taken to be so much lower
 * that all of them fit; what is measured later moves nothing that is in view.
 */
export const MAX_HEIGHT = 15_000_000;

/** The heights of so many rows; sums of them in O(log n), in a Fenwick tree. */
export class Heights {
  #heights = new Float64Array(0);
  #tree = new Float64Array(1);
  #count = 0;
  readonly #guess: number;

  constructor(guess: number) {
    this.#guess = guess;
  }

  get count(): number {
    return this.#count;
  }

  /** What a row is taken for that was never measured. */
  get guess(): number {
    return Math.min(this.#guess, MAX_HEIGHT / Math.max(1, this.#count));
  }

  get total(): number {
    return this.offset(this.#count);
  }

  /** Rows come and go at the end only. */
  resize(count: number): void {
    const before = this.#count;
    if (count === before) return;
    const heights = new Float64Array(count);
    heights.set(this.#heights.subarray(0, Math.min(before, count)));
    this.#heights = heights;
    this.#count = count;
    heights.fill(this.guess, Math.min(before, count));
    this.#build();
  }

  get(row: number): number {
    return this.#heights[row] ?? 0;
  }

  /** Whether that is news. */
  set(row: number, height: number): boolean {
    const by = height - this.get(row);
    if (row < 0 || row >= this.#count || Math.abs(by) < 0.01) return false;
    this.#heights[row] = height;
    for (let i = row + 1; i <= this.#count; i += i & -i) this.#tree[i] = (this.#tree[i] ?? 0) + by;
    return true;
  }

  /** Rows without height, each run from its first to before its end. Whether that is news. */
  collapse(runs: Iterable<readonly [from: number, to: number]>): boolean {
    let news = false;
    for (const [from, to] of runs) {
      const part = this.#heights.subarray(from, Math.max(from, to));
      if (part.every((height) => height === 0)) continue;
      part.fill(0);
      news = true;
    }
    if (news) this.#build();
    return news;
  }

  /** The sum of all before the row. */
  offset(row: number): number {
    let sum = 0;
    for (let i = Math.min(Math.max(row, 0), this.#count); i > 0; i -= i & -i) sum += this.#tree[i] ?? 0;
    return sum;
  }

  /** The row that is at that offset; the first, the last, for what is outside. One without height is nowhere. */
  at(offset: number): number {
    let row = 0;
    let left = offset;
    for (let bit = 1 << Math.floor(Math.log2(Math.max(1, this.#count))); bit > 0; bit >>= 1) {
      const sum = this.#tree[row + bit];
      if (row + bit <= this.#count && sum !== undefined && sum <= left) {
        row += bit;
        left -= sum;
      }
    }
    return Math.max(0, Math.min(row, this.#count - 1));
  }

  #build(): void {
    const tree = new Float64Array(this.#count + 1);
    for (let i = 1; i <= this.#count; i++) {
      tree[i] = (tree[i] ?? 0) + (this.#heights[i - 1] ?? 0);
      const up = i + (i & -i);
      if (up <= this.#count) tree[up] = (tree[up] ?? 0) + (tree[i] ?? 0);
    }
    this.#tree = tree;
  }
}

/** A row, and how far below the edge of the view its top is. */
export interface Anchor {
  readonly row: number;
  readonly top: number;
}

/** How long what was jumped to stays where it was put while rows around it are still loaded and measured. */
const SETTLE_MS = 400;

/** Where the reader is: what stays in its place, whatever becomes of all other rows. */
export class Place {
  /** The first row that begins in view: what is cut off above it may grow upwards. */
  #whole: Anchor = { row: 0, top: 0 };
  /** The first row in view: where all rows change, this is the one that stays. */
  #cut: Anchor = { row: 0, top: 0 };
  #lockedUntil = 0;
  #target: Anchor | null = null;

  constructor(private readonly heights: Heights) {}

  get anchor(): Anchor {
    return this.#target ?? this.#whole;
  }

  /** The first row in view, a part of it at least. */
  get first(): number {
    return this.#cut.row;
  }

  /** Notes what is there when the list is scrolled so far. While a jump settles, its target stays. */
  note(scrolled: number, view: number, now: number): void {
    if (this.#target && now < this.#lockedUntil) return;
    this.#target = null;
    const row = this.heights.at(scrolled);
    this.#cut = { row, top: this.heights.offset(row) - scrolled };
    let whole = row;
    let top = this.#cut.top;
    while (top < 0 && whole + 1 < this.heights.count) top += this.heights.get(whole++);
    this.#whole = top >= 0 && top < view ? { row: whole, top } : this.#cut;
  }

  /** Puts a row there, and holds it. */
  jump(anchor: Anchor, now: number): void {
    this.#target = anchor;
    this.#cut = this.#whole = anchor;
    this.hold(now);
  }

  /** What is held is held on from now: it has only just come. */
  hold(now: number): void {
    if (this.#target) this.#lockedUntil = now + SETTLE_MS;
  }

  /** The reader scrolls: what that leads to is meant. */
  free(): void {
    this.#target = null;
  }

  get held(): boolean {
    return this.#target !== null;
  }

  /** How far the list has to be scrolled for the reader to see what was seen. `reflow`: the width is another. */
  scrolled(view: number, reflow = false): number {
    const { row, top } = this.#target ?? (reflow ? this.#cut : this.#whole);
    return this.#within(this.heights.offset(row) - top, view);
  }

  end(view: number): number {
    return this.#within(Infinity, view);
  }

  #within(scrolled: number, view: number): number {
    return Math.max(0, Math.min(scrolled, this.heights.total - view));
  }
}
