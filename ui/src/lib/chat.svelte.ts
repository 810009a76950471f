import type { Draft, Found, Message, MessagePage } from './api';
import { behind, isGone } from './deeds';
import { Runs } from './runs';
import { Selection } from './selection.svelte';
import { isToRead, Sight } from './sight';
import type { Pending } from './timeline';
import type { Anchor } from './vlist';

/** Messages are asked for by so many, at places that are multiples of it. */
export const BLOCK = 50;
/** So many blocks are kept; of more, those that nobody has looked at for longest go. */
const KEEP = 40;

/** Nothing was begun. */
export const NO_DRAFT: Draft = { text: '', reply: null, edit: null, edited: '' };

const blockOf = (ordinal: number): number => Math.floor((ordinal - 1) / BLOCK);

/** What is being written answers this one of the conversation, or shall stand in its place. */
export interface About {
  readonly how: 'answer' | 'edit';
  readonly ordinal: number;
}

/** One conversation. Its messages have places from 1 to `total`, which never move; any of them may be loaded. */
export class Chat {
  /** Another number when anything is known that was not. */
  version = $state(0);
  /** The ordinal of the newest message. */
  total = $state(0);
  /** Places of which nothing is left. */
  readonly gone = new Runs();
  pending = $state.raw<readonly Pending[]>([]);
  draft = $state('');
  /** The ordinal of what it answers. */
  reply = $state<number | null>(null);
  #edit = $state<number | null>(null);
  /** What is written to stand in the place of a message; the draft waits meanwhile. */
  edited = $state('');
  unread = $state(0);
  /** Somebody looks at its end: what comes there is not called unread meanwhile. */
  attended = $state(false);
  /** Where it opens is loaded, and what is gone is known. */
  ready = $state(false);
  opening = false;
  /** The first unread one as far as the program said; 0: there was none. */
  hint = $state(0);
  /** What a person had before the eyes of what is not told yet. */
  readonly sight = new Sight();
  /** The ordinal up to which the program was told that it was read. */
  seen = $state(0);
  /** The program could not take that, and when it is told again. */
  untold = $state(false);
  tellAt = 0;
  /** How many are unread, for where conversations are listed. */
  news = $derived(this.attended && !this.untold ? 0 : this.unread);
  /** What the program has of the draft; null: nobody asked yet. */
  saved: Draft | null = null;
  saving: ReturnType<typeof setTimeout> | undefined;
  /** Another number when it was changed here, or kept. */
  changes = 0;
  /** Since when something of it is not kept; 0: all is. */
  unkept = 0;
  /** The program has not said yet that it took an edit. */
  editing = $state(false);
  /** When the contact was last told that we write; 0: it thinks that we do not. */
  typed = 0;
  /** What is chosen of it, to be copied or deleted at once. */
  readonly selection = new Selection();
  /** Where somebody wants to go: to a search hit, or to what was answered. */
  target = $state.raw<{ readonly ordinal: number; readonly on: boolean } | null>(null);
  /** What is looked for in it was found there, by ordinal. */
  found = $state.raw<ReadonlyMap<number, Found>>(new Map());
  /** What was in view when it was left; null: its end. */
  left: Anchor | null = null;
  /** What is in view and around it: this is asked for, and never let go. */
  wanted: readonly [from: number, to: number] = [1, 0];
  /** The one that has the focus is not let go either. */
  focused = 0;
  /** How many requests are under way. */
  asking = 0;
  /** After a request that failed. */
  askAt = 0;

  #known = new Map<number, Message>();
  /** Loaded at least once, those looked at last at the end. */
  #blocks = new Set<number>();
  /** Being asked for. */
  readonly asked = new Set<number>();

  get about(): About | null {
    if (this.#edit !== null) return { how: 'edit', ordinal: this.#edit };
    return this.reply === null ? null : { how: 'answer', ordinal: this.reply };
  }

  beginEdit(ordinal: number): void {
    if (this.#edit === ordinal) return;
    this.#edit = ordinal;
    this.edited = this.get(ordinal)?.text ?? '';
  }
  endEdit(): void {
    this.#edit = null;
    this.edited = '';
  }

  /** All that was begun. */
  get begun(): Draft {
    return { text: this.draft, reply: this.reply, edit: this.#edit, edited: this.edited };
  }
  /** Somebody has changed what a message says, and has not said yet that it shall be so. */
  get rewritten(): boolean {
    return this.#edit !== null && this.edited !== (this.get(this.#edit)?.text ?? '');
  }

  /** What the program has of it now. What was changed here since the program had it stays. */
  follow(now: Draft): void {
    const had = this.saved ?? NO_DRAFT;
    if (this.draft === had.text && this.reply === had.reply) {
      this.draft = now.text;
      this.reply = now.reply;
    } else if (this.saved === null && !this.draft.startsWith(now.text)) {
      // Written before it was known that there was something.
      this.draft = behind(now.text, this.draft);
      this.reply ??= now.reply;
    }
    if (this.#edit === had.edit && this.edited === had.edited) {
      this.#edit = now.edit;
      this.edited = now.edited;
    }
    this.saved = now;
  }

  get(ordinal: number): Message | undefined {
    void this.version;
    return this.#known.get(ordinal);
  }

  /** How many are loaded. */
  get size(): number {
    return this.#known.size;
  }

  /** There are so many at least. */
  reaches(ordinal: number): void {
    if (ordinal > this.total) this.total = ordinal;
  }

  /** What is loaded of the places from `from` on, as the program has it now. */
  load(from: number, { messages }: Pick<MessagePage, 'messages'>): void {
    for (const m of messages) this.#set(m);
    this.#blocks.add(blockOf(from));
    for (const m of messages) this.#blocks.add(blockOf(m.ordinal));
    this.#settle();
    this.#trim();
    this.version++;
  }

  /** A new message, or a new state of one. Far from what is loaded nothing is added. */
  put(message: Message): void {
    const { ordinal } = message;
    const isNew = ordinal > this.total;
    if (isNew || message.kind === 'expired' || this.#known.has(ordinal)) this.#set(message);
    else this.selection.follow(message);
    if (isNew) this.#blocks.add(blockOf(ordinal));
    this.#settle();
    this.version++;
  }

  /** What the program says of all that is gone. */
  goneAre(runs: readonly (readonly [number, number])[]): void {
    for (const [from, to] of runs) this.gone.add(from, to);
    for (const o of this.#known.keys()) if (this.gone.at(o)) this.#known.delete(o);
    for (const o of [this.reply, this.#edit]) if (o !== null && this.gone.at(o)) this.#leave(o);
    this.selection.lose(this.gone);
    this.version++;
  }

  /** Somebody looks at these: the blocks of them that are not here, those in the middle first. */
  want(from: number, to: number): void {
    this.wanted = [Math.max(1, from), Math.min(to, this.total)];
    for (let b = blockOf(this.wanted[0]); b <= blockOf(this.wanted[1]); b++) {
      if (this.#blocks.delete(b)) this.#blocks.add(b);
    }
  }

  /** The blocks of what is chosen and not loaded: nobody knows how that is now. */
  unsure(): number[] {
    const blocks = this.selection.messages.map((m) => (this.#known.has(m.ordinal) ? -1 : blockOf(m.ordinal)));
    return [...new Set(blocks)].filter((b) => b >= 0);
  }

  /** The next run of blocks to ask for: its first and last ordinal; null: nothing is missing, or it is on its way. */
  missing(): readonly [from: number, to: number] | null {
    const [from, to] = this.wanted;
    if (from > to) return null;
    const middle = blockOf((from + to) >> 1);
    const blocks: number[] = [];
    for (let b = blockOf(from); b <= blockOf(to); b++) if (!this.asked.has(b) && this.#lacks(b)) blocks.push(b);
    const first = blocks.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
    if (first === undefined) return null;
    const ends = blocks.includes(first + 1) ? first + 1 : first;
    return [first * BLOCK + 1, Math.min((ends + 1) * BLOCK, this.total)];
  }

  /** All that is here may have changed meanwhile: but for what is in view it goes, and that is asked for anew. */
  stale(): void {
    const [from, to] = this.wanted;
    for (const o of this.#known.keys()) if (o < from || o > to) this.#known.delete(o);
    this.#blocks.clear();
    this.asked.clear();
    this.version++;
  }

  /** How many of theirs are known there, behind `after` and up to `upTo`. */
  toRead(after: number, upTo: number): number {
    let n = 0;
    for (const m of this.#known.values()) n += Number(m.ordinal > after && m.ordinal <= upTo && isToRead(m));
    return n;
  }

  pend(id: string, text: string, reply: number | null): Pending {
    const pending = { id, text, reply, time: Date.now(), failed: false };
    this.pending = [...this.pending, pending];
    return pending;
  }

  mark(id: string, failed: boolean): void {
    this.pending = this.pending.map((p) => (p.id === id ? { ...p, failed } : p));
  }

  forget(id: string): void {
    this.pending = this.pending.filter((p) => p.id !== id);
  }

  #set(m: Message): void {
    this.reaches(m.ordinal);
    if (m.kind === 'expired') {
      this.#known.delete(m.ordinal);
      this.gone.add(m.ordinal, m.ordinal);
    } else this.#known.set(m.ordinal, m);
    if (isGone(m.kind)) this.#leave(m.ordinal);
    this.selection.follow(m);
  }

  /** What is gone is neither answered nor edited any more, and nothing is left of what it said. */
  #leave(ordinal: number): void {
    if (this.reply === ordinal) this.reply = null;
    if (this.#edit === ordinal) this.endEdit();
  }

  #lacks(block: number): boolean {
    if (!this.#blocks.has(block)) return !this.#isGone(block);
    for (let o = block * BLOCK + 1; o <= Math.min((block + 1) * BLOCK, this.total); o++) {
      if (!this.#known.has(o) && !this.gone.at(o)) return true;
    }
    return false;
  }

  #isGone(block: number): boolean {
    const run = this.gone.at(block * BLOCK + 1);
    return run !== null && run[1] >= Math.min((block + 1) * BLOCK, this.total);
  }

  #trim(): void {
    if (this.#blocks.size <= KEEP) return;
    const [from, to] = this.wanted;
    for (const b of this.#blocks) {
      if (this.#blocks.size <= KEEP) return;
      if ((b >= blockOf(from) && b <= blockOf(Math.max(from, to))) || b === blockOf(this.focused)) continue;
      this.#blocks.delete(b);
      for (let o = b * BLOCK + 1; o <= (b + 1) * BLOCK; o++) this.#known.delete(o);
    }
  }

  #settle(): void {
    if (this.pending.length === 0) return;
    const known = new Set([...this.#known.values()].map((m) => m.id));
    this.pending = this.pending.filter((p) => !known.has(p.id));
  }
}
