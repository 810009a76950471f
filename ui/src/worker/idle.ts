// Locks when nobody used any tab for as long as `lock_after` says, and says so before.
//
// The vault has a clock of its own, of requests. It must not lock under the hands of who reads and asks for nothing: while
// somebody uses a tab, it is asked something now and then (`asks`). Nothing else here asks by itself, so that a page that was
// left open keeps nothing open.

const TICK_MS = 1000;
/** WCAG 2.2.1; of a short time, its half. */
const WARN_MS = 60_000;
const ASK_MS = 20_000;

export interface IdleDoes {
  /** When it will lock; null: not soon any more. */
  readonly warns: (lockAt: number | null) => void;
  readonly locks: () => void;
  readonly asks: () => void;
}

export class Idle {
  #limitMs = 0;
  #usedAt = 0;
  #askedAt = 0;
  #warned = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly does: IdleDoes) {}

  /** From a login on. */
  begin(): void {
    this.#usedAt = this.#askedAt = Date.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#limitMs = 0;
    this.#warn(false);
  }

  /** In minutes; 0: never. */
  after(minutes: number): void {
    this.#limitMs = minutes * 60_000;
    if (this.#timer !== undefined) this.#tick();
  }

  used(): void {
    if (this.#timer === undefined || this.#limitMs === 0) return;
    // Behind a sleep of the machine this may come before the tick: it is too late all the same.
    if (Date.now() - this.#usedAt < this.#limitMs) this.#usedAt = Date.now();
    this.#tick();
  }

  /** By the time of day: that goes on while the machine sleeps. */
  #tick(): void {
    const now = Date.now();
    // The clock was set back.
    this.#usedAt = Math.min(this.#usedAt, now);
    this.#askedAt = Math.min(this.#askedAt, now);
    if (this.#limitMs === 0) {
      this.#warn(false);
      return;
    }
    const left = this.#usedAt + this.#limitMs - now;
    if (left <= 0) {
      this.does.locks();
      return;
    }
    if (this.#usedAt > this.#askedAt && now - this.#askedAt >= ASK_MS) {
      this.#askedAt = now;
      this.does.asks();
    }
    this.#warn(left <= Math.min(WARN_MS, this.#limitMs / 2));
  }

  #warn(on: boolean): void {
    if (on === this.#warned) return;
    this.#warned = on;
    this.does.warns(on ? this.#usedAt + this.#limitMs : null);
  }
}
