// The tabs that are there. Each holds a Web Lock of its own: who gets that knows that the tab is gone, however it ended.

import type { FromWorker } from '../lib/ports';

/** A tab that is loaded anew is back by then. */
const EMPTY_MS = 15_000;

/** The worker's end of what it has in common with a tab. */
export interface Tab {
  postMessage(message: FromWorker): void;
}

export class Tabs {
  #tabs = new Set<Tab>();
  #empty: ReturnType<typeof setTimeout> | undefined;

  /** `left`: there was no tab for EMPTY_MS. */
  constructor(private readonly left: () => void) {}

  /** `lock`: what this tab holds. */
  async join(tab: Tab, lock: string): Promise<void> {
    clearTimeout(this.#empty);
    this.#tabs.add(tab);
    await navigator.locks.request(lock, () => this.#tabs.delete(tab));
    if (this.#tabs.size > 0) return;
    clearTimeout(this.#empty);
    this.#empty = setTimeout(this.left, EMPTY_MS);
  }

  tell(message: FromWorker, except?: Tab): void {
    for (const tab of this.#tabs) if (tab !== except) tab.postMessage(message);
  }
}
