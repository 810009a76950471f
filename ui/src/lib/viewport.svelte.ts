// The part of a long list that has elements, between two empty ones that stand for the rest. No row that is in view moves,
// unless somebody scrolls: whatever else changes its height, the scroller is moved by as much before the page is painted.

import { flushSync } from 'svelte';
import { Heights, Place, type Anchor } from './vlist';

/** So much above and below what is in view has elements. */
const AHEAD = 900;
/** What is rendered may be of another height than was thought, which brings other rows into view. It comes to rest soon. */
const ROUNDS = 8;

export interface Elements {
  readonly scroller: HTMLElement;
  /** Its children are rows with their number in `data-at`. */
  readonly list: HTMLElement;
  readonly above: HTMLElement;
  readonly below: HTMLElement;
}

export class Viewport {
  readonly heights: Heights;
  readonly place: Place;
  /** Rows that have elements, without `to`. */
  from = $state(0);
  to = $state(0);
  /** Where the page itself has put the scroller last: what differs from that is the reader's doing. */
  put = 0;
  #e: Elements | null = null;

  constructor(guess: number) {
    this.heights = new Heights(guess);
    this.place = new Place(this.heights);
  }

  attach(elements: Elements): () => void {
    this.#e = elements;
    return () => (this.#e = null);
  }

  get view(): number {
    return this.#e?.scroller.clientHeight ?? 0;
  }

  /** How far it is to the end. */
  get left(): number {
    if (!this.#e) return 0;
    const { scrollHeight, scrollTop, clientHeight } = this.#e.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** All is where it was, and what has to have elements has. */
  keep(reflow = false): void {
    this.#settle(() => this.place.scrolled(this.view, reflow));
  }

  jump(anchor: Anchor): void {
    this.place.jump(anchor, Date.now());
    this.keep();
  }

  /** To the end; not past that row. */
  end(before: number | null = null): void {
    const top = this.#e?.scroller.scrollTop ?? 0;
    this.place.free();
    this.#settle(() => {
      const end = this.place.end(this.view);
      return before === null ? end : Math.max(Math.min(top, end), Math.min(end, this.heights.offset(before)));
    });
  }

  /**
   * Notes where the reader has scrolled to since; false: nowhere. To be asked before heights are set: what the reader saw were the
   * rows as they were.
   */
  heed(): boolean {
    if (!this.#e) return false;
    const { scrollTop, scrollHeight, clientHeight } = this.#e.scroller;
    // What has become shorter moves by itself.
    if (Math.abs(scrollTop - Math.min(this.put, scrollHeight - clientHeight)) <= 1) return false;
    this.put = scrollTop;
    this.place.free();
    this.place.note(scrollTop, clientHeight, Date.now());
    return true;
  }

  /** Who has scrolled to the very end means it, even where it turns out to be elsewhere. */
  keepEnd(): void {
    const { total } = this.heights;
    const top = this.put;
    this.#settle(() => (this.heights.total === total ? top : this.place.end(this.view)));
  }

  #settle(target: () => number): void {
    if (!this.#e) return;
    const { scroller } = this.#e;
    const { view } = this;
    for (let round = 0; round < ROUNDS; round++) {
      const y = target();
      const from = this.heights.at(y - AHEAD);
      const to = this.heights.at(y + view + AHEAD) + 1;
      if (from !== this.from || to !== this.to) [this.from, this.to] = [from, to];
      flushSync();
      this.#space();
      const news = this.#measure();
      if (!news && Math.abs(target() - y) < 0.5) break;
    }
    const y = target();
    // By so much, not to there: in Firefox the latter throws away what the wheel has turned since the last frame.
    const by = y - scroller.scrollTop;
    if (Math.abs(by) >= 0.5) scroller.scrollBy({ top: by, behavior: 'instant' });
    this.put = scroller.scrollTop;
    this.place.note(this.put, view, Date.now());
  }

  /** Whether a row has another height than was thought. */
  #measure(): boolean {
    let news = false;
    for (const row of this.#e?.list.children ?? []) {
      const at = row instanceof HTMLElement && row.dataset['aside'] === undefined ? row.dataset['at'] : undefined;
      if (at !== undefined && this.heights.set(Number(at), row.getBoundingClientRect().height)) news = true;
    }
    if (news) this.#space();
    return news;
  }

  #space(): void {
    if (!this.#e) return;
    const { above, below } = this.#e;
    above.style.blockSize = `${this.heights.offset(this.from)}px`;
    below.style.blockSize = `${this.heights.total - this.heights.offset(this.to)}px`;
  }
}
