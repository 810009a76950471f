import type { Message, MessagePage } from './api';
import { isToRead, Sight } from './sight';
import { joined, merge, type Pending } from './timeline';

/** More than this many, and the oldest are let go while the reader is at the end. */
const KEEP = 400;
const KEEP_AFTER = 200;

/** One conversation, as far as it is loaded: a gapless run of messages up to the newest. */
export class Chat {
  messages = $state.raw<readonly Message[]>([]);
  pending = $state.raw<readonly Pending[]>([]);
  /** There are older ones than the first loaded. */
  more = $state(false);
  loaded = $state(false);
  loading = $state(false);
  draft = $state('');
  unread = $state(0);
  /** Somebody looks at its end: what comes there is not called unread meanwhile. */
  attended = $state(false);
  /** What was unread when it was opened is loaded, or too much of it is. */
  ready = $state(false);
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
  saved: string | null = null;
  saving: ReturnType<typeof setTimeout> | undefined;
  /** When the contact was last told that we write; 0: it thinks that we do not. */
  typed = 0;

  /** The newest page; what is known already and joins up stays. */
  newest(page: MessagePage): void {
    const all = joined(this.messages, page.messages);
    if (all[0] === page.messages[0] || !this.loaded) this.more = page.more;
    this.messages = all;
    this.loaded = true;
    this.#settle();
  }

  /** Nothing, where it does not join up: what was between was let go meanwhile. */
  older(page: MessagePage): void {
    const first = this.messages[0];
    const last = page.messages.at(-1);
    if (first && last && last.ordinal < first.ordinal - 1) return;
    this.messages = merge(this.messages, page.messages);
    this.more = page.more;
  }

  /** A new message, or a new state of one. Before the first load there is nothing to add to. */
  put(message: Message): void {
    const first = this.messages[0];
    if (this.loaded && (!first || message.ordinal >= first.ordinal)) this.messages = merge(this.messages, [message]);
    this.#settle();
  }

  unreadBehind(ordinal: number): number {
    return this.messages.filter((m) => m.ordinal > ordinal && isToRead(m)).length;
  }

  /** Only while the reader is at the end: above it nobody looks. From the first unread one on, all stays. */
  trim(unread: number | null = null): void {
    if (this.messages.length <= KEEP) return;
    const first = unread === null ? Infinity : this.messages.findIndex((m) => m.ordinal >= unread);
    const from = Math.min(this.messages.length - KEEP_AFTER, first);
    if (from <= 0) return;
    this.messages = this.messages.slice(from);
    this.more = true;
  }

  pend(id: string, text: string): void {
    this.pending = [...this.pending, { id, text, time: Date.now(), failed: false }];
  }

  mark(id: string, failed: boolean): void {
    this.pending = this.pending.map((p) => (p.id === id ? { ...p, failed } : p));
  }

  forget(id: string): void {
    this.pending = this.pending.filter((p) => p.id !== id);
  }

  #settle(): void {
    if (this.pending.length === 0) return;
    const known = new Set(this.messages.map((m) => m.id));
    this.pending = this.pending.filter((p) => !known.has(p.id));
  }
}
