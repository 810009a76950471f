// A passphrase that is being chosen: typed twice, or once where it can be seen.

import { MIN_PASSPHRASE } from './strength';

export class Fresh {
  value = $state('');
  again = $state('');
  shown = $state(false);

  get short(): boolean {
    return [...this.value].length < MIN_PASSPHRASE;
  }

  /** The second one is another. */
  get differs(): boolean {
    return !this.shown && this.again !== this.value;
  }

  get good(): boolean {
    return !this.short && !this.differs;
  }

  clear(): void {
    this.value = '';
    this.again = '';
  }
}
