// Looking for messages: the newest that fit come first, more of them when somebody wants them.

import { ERR, type Found, type Search as Params } from './api';
import { utf8Length } from './bytes';
import { calmly, CallError } from './errors';
import { t } from './i18n.svelte';
import { program } from './program.svelte';

/** Who types goes on typing. */
const PAUSE_MS = 120;
const MAX_QUERY = 256;

export class Search {
  /** As typed; what it says is for who shows it. */
  typed = $state('');
  /** The id of the hit that was chosen last. */
  active = $state('');
  hits = $state.raw<readonly Found[]>([]);
  /** There are more behind them. */
  more = $state(false);
  /** An answer is awaited. */
  busy = $state(false);
  /** The hits are all that was found of what was asked. */
  answered = $state(false);
  problem = $state('');

  #asked: Params | null = null;
  #next: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Of answers that come late, only the last one counts. */
  #turn = 0;

  /** Looks for this instead of what was looked for before; null: for nothing. The same again is no other. */
  look(params: Params | null): void {
    if (JSON.stringify(params) === JSON.stringify(this.#asked)) return;
    clearTimeout(this.#timer);
    this.#turn++;
    this.#asked = params;
    this.busy = params !== null;
    this.problem = '';
    if (params && utf8Length(params.text) <= MAX_QUERY) this.#timer = setTimeout(() => void this.#ask(false), PAUSE_MS);
    else this.#end(params ? t('That is too long to be searched for.') : '');
  }

  /** The next ones behind those that are here. */
  async goOn(): Promise<void> {
    if (!this.more || this.busy) return;
    this.busy = true;
    await this.#ask(true);
  }

  clear(): void {
    this.typed = this.active = '';
    this.look(null);
  }

  async #ask(on: boolean): Promise<void> {
    if (!this.#asked) return;
    const turn = this.#turn;
    try {
      const before = on && this.#next !== null ? { before: this.#next } : {};
      const { messages, next } = await program.call('messages.search', { ...this.#asked, ...before });
      if (turn !== this.#turn) return;
      this.hits = on ? [...this.hits, ...messages] : messages;
      this.#next = next;
      this.more = next !== null;
      this.busy = false;
      this.answered = true;
    } catch (error) {
      if (turn !== this.#turn) return;
      const many = error instanceof CallError && error.code === ERR.tooMuch;
      this.#end(many ? t('That is more than sixteen words. Fewer can be searched for.') : calmly(error));
    }
  }

  #end(problem: string): void {
    this.hits = [];
    this.#next = null;
    this.more = this.busy = this.answered = false;
    this.problem = problem;
  }
}
