// Sets of whole numbers as runs: what was erased by its time is mostly one long run, or few.

export type Run = readonly [from: number, to: number];

/** Sorted, apart from each other. */
export class Runs {
  #runs: Run[] = [];

  get all(): readonly Run[] {
    return this.#runs;
  }

  clear(): void {
    this.#runs = [];
  }

  /** The run that a number is in. */
  at(n: number): Run | null {
    const run = this.#runs[this.#after(n) - 1];
    return run && n <= run[1] ? run : null;
  }

  /** Adds a run, and gives the one that it is part of now. */
  add(from: number, to: number): Run {
    let first = this.#after(from - 1);
    const before = this.#runs[first - 1];
    if (before && before[1] >= from - 1) first--;
    let last = first;
    let a = from;
    let b = to;
    for (let run = this.#runs[last]; run && run[0] <= b + 1; run = this.#runs[++last]) {
      a = Math.min(a, run[0]);
      b = Math.max(b, run[1]);
    }
    const all: Run = [a, b];
    this.#runs.splice(first, last - first, all);
    return all;
  }

  /** How many begin at or before n. */
  #after(n: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((this.#runs[mid]?.[0] ?? Infinity) <= n) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}
