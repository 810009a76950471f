// Which messages of a conversation are chosen, to do something to all of them. Each is kept as it is now, however far away one scrolls.

import type { Message } from './api';
import { deedsOf } from './deeds';
import type { Runs } from './runs';

/** Each is deleted by a call of its own. */
export const MOST = 100;

type Chosen = ReadonlyMap<number, Message>;

const NONE: Chosen = new Map();

export const selectable = (m: Message): boolean => deedsOf(m, false).includes('select');

export class Selection {
  #chosen = $state.raw<Chosen>(NONE);
  /** What was chosen when the run that is being chosen began. */
  #before: Chosen = NONE;
  /** The ordinal at which that began: the last one that was chosen by itself. */
  anchor = 0;
  /** In the order of the conversation. */
  readonly messages = $derived([...this.#chosen.values()].sort((a, b) => a.ordinal - b.ordinal));

  get count(): number {
    return this.#chosen.size;
  }
  has(ordinal: number): boolean {
    return this.#chosen.has(ordinal);
  }

  /** False: there are as many as there can be. */
  toggle(m: Message): boolean {
    const next = new Map(this.#chosen);
    if (!next.delete(m.ordinal)) next.set(m.ordinal, m);
    if (next.size > MOST) return false;
    this.#chosen = this.#before = next;
    this.anchor = m.ordinal;
    return true;
  }

  /** `run`, from the anchor on, in the place of the run before it. False: not all of it, there are too many. */
  extend(run: readonly Message[]): boolean {
    const next = new Map(this.#before);
    for (const m of run) {
      if (next.size === MOST && !next.has(m.ordinal)) break;
      next.set(m.ordinal, m);
    }
    this.#chosen = next;
    return run.every((m) => next.has(m.ordinal));
  }

  /** As it is now: of what there is nothing left there is nothing to choose. */
  follow(m: Message): void {
    if (!this.has(m.ordinal)) return;
    if (!selectable(m)) return this.#leave((o) => o === m.ordinal);
    const now = (all: Chosen): Chosen => (all.has(m.ordinal) ? new Map(all).set(m.ordinal, m) : all);
    this.#chosen = now(this.#chosen);
    this.#before = now(this.#before);
  }

  /** Likewise of all that is gone. */
  lose(gone: Runs): void {
    if (this.count > 0) this.#leave((o) => gone.at(o) !== null);
  }

  end(): void {
    this.#chosen = this.#before = NONE;
    this.anchor = 0;
  }

  #leave(which: (ordinal: number) => boolean): void {
    const without = (all: Chosen): Chosen => new Map([...all].filter(([o]) => !which(o)));
    this.#chosen = without(this.#chosen);
    this.#before = without(this.#before);
  }
}
