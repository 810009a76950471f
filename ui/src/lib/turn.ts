// Of several tabs one tells what comes: the one that somebody used last, which knows what they look at.

const NAME = 'tells';

class Turn {
  /** It is ours until this; null: it is not. */
  #held: { readonly release: () => void } | null = null;
  /** We stand in the line for it. */
  #waits: AbortController | null = null;
  #wanted = false;

  constructor() {
    addEventListener('focus', () => this.#wanted && !this.#held && this.#take());
  }

  get mine(): boolean {
    return this.#held !== null;
  }

  /** It may be ours from now on: at once where somebody uses this tab, else when nobody has it. */
  join(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    if (document.hasFocus()) this.#take();
    else this.#wait();
  }

  leave(): void {
    this.#wanted = false;
    this.#waits?.abort();
    this.#held?.release();
    this.#held = null;
  }

  #take(): void {
    this.#waits?.abort();
    this.#hold({ steal: true });
  }

  #wait(): void {
    this.#waits = new AbortController();
    this.#hold({ signal: this.#waits.signal });
  }

  #hold(options: LockOptions): void {
    let mine: { readonly release: () => void } | null = null;
    const until = (): Promise<void> =>
      new Promise((release) => {
        if (!this.#wanted) release();
        else this.#held = mine = { release };
      });
    navigator.locks.request(NAME, options, until).catch(() => {
      // Given up while it waited, or another tab took it: then it is ours again when that one is gone.
      if (!mine || this.#held !== mine) return;
      this.#held = null;
      this.#wait();
    });
  }
}

export const turn = new Turn();
