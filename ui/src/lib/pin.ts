// Keeps one row where the reader sees it, whatever happens above or below it.

export class Pin {
  #id: string | null = null;
  #top = 0;
  #scrolled = 0;

  /** The first of the list's elements that is not all above the edge. */
  firstInSight(scroller: HTMLElement, list: HTMLElement): Element | null {
    const edge = scroller.getBoundingClientRect().top;
    const { children } = list;
    let low = 0;
    let high = children.length - 1;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((children[mid]?.getBoundingClientRect().bottom ?? 0) > edge) high = mid;
      else low = mid + 1;
    }
    return children[low] ?? null;
  }

  /** The first row that is in sight, and where. */
  note(scroller: HTMLElement, list: HTMLElement): void {
    const edge = scroller.getBoundingClientRect().top;
    let row = this.firstInSight(scroller, list);
    // A day's rule may change its place when older messages come.
    while (row && !(row instanceof HTMLElement && row.dataset['id'])) row = row.nextElementSibling;
    this.#id = row instanceof HTMLElement ? (row.dataset['id'] ?? null) : null;
    this.#scrolled = scroller.scrollTop;
    this.#top = row ? row.getBoundingClientRect().top - edge : 0;
  }

  restore(scroller: HTMLElement, list: HTMLElement): void {
    if (this.#id === null) return;
    const row = list.querySelector(`[data-id="${this.#id}"]`);
    if (!row) return;
    // What the reader scrolled since is meant, and stays.
    const wanted = this.#top - (scroller.scrollTop - this.#scrolled);
    const moved = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - wanted;
    if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    this.note(scroller, list);
  }
}
