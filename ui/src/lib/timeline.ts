// A conversation as the timeline shows it: pure steps from what came to what is drawn.

import type { Message, MessageKind, MessageState, Reactions } from './api';
import type { Runs } from './runs';
import { daysBetween } from './format';
import { goneWords, termsRow } from './terms';

/** Written here, not yet in the program's keeping. */
export interface Pending {
  readonly id: string;
  readonly text: string;
  /** the ordinal of what it answers */
  readonly reply: number | null;
  readonly time: number;
  readonly failed: boolean;
}

/** `failed`: it did not get into the program's keeping. `refused`: the contact's program cannot read it. */
export type Mark = MessageState | 'sending' | 'refused';

/** What a message answers, as far as it is loaded. */
export type Quote = Pick<Row, 'mine' | 'shown' | 'text'> | 'earlier';

export interface Row {
  readonly kind: 'message';
  readonly id: string;
  readonly mine: boolean;
  readonly shown: MessageKind;
  readonly text: string;
  readonly time: number;
  readonly mark: Mark;
  /** the ordinal of what it answers */
  readonly reply: number | null;
  readonly quote: Quote | null;
  readonly edited: boolean;
  readonly reactions: Reactions;
  /** of a run of one author */
  readonly first: boolean;
  readonly last: boolean;
  /** from 1, of all there are */
  readonly position: number;
}

export interface Day {
  readonly kind: 'day';
  readonly id: string;
  readonly time: number;
}

/** Something that happened to the contact's key or program, told in one line. */
export interface Note {
  readonly kind: 'note';
  readonly id: string;
  readonly time: number;
  readonly text: string;
}

/** Above the first message that was unread: so many were. It stays as it is for the visit. */
export interface Line {
  readonly kind: 'line';
  readonly id: 'line';
  readonly count: number;
}

/** A place of the list with what stands there; null: it is not loaded. Places count from 0: the ordinals, pending ones, the rest. */
export interface Slot {
  readonly at: number;
  readonly key: string;
  readonly items: readonly Item[] | null;
}

/** What is known of a conversation: any of its messages may be loaded. */
export interface Source {
  readonly total: number;
  readonly gone: Pick<Runs, 'at'>;
  readonly pending: readonly Pending[];
  get(ordinal: number): Message | undefined;
}

export interface Shown {
  /** They stand among the messages by their time. */
  readonly notes: readonly Note[];
  readonly name: string;
  /** The ordinal above which new ones began, and how many they were. */
  readonly line: { readonly above: number; readonly count: number } | null;
}

export type Item = Row | Day | Note | Line;

const RUN_MS = 5 * 60_000;
/** Authors' clocks differ: so many messages before say whether a note is due already. */
const BEFORE = 30;

type Single = Omit<Row, 'first' | 'last'>;

/** What stands at that place, as it is quoted. */
export function quoteOf(from: Pick<Source, 'get'>, ordinal: number): Quote {
  const target = from.get(ordinal);
  return target ? { mine: target.from === 'me', shown: target.kind, text: target.text } : 'earlier';
}

function rowOf(m: Message, from: Source): Single {
  return {
    kind: 'message',
    id: m.id,
    mine: m.from === 'me',
    shown: m.kind,
    text: m.text,
    time: m.time,
    mark: m.state === 'failed' ? 'refused' : m.state,
    reply: m.reply,
    quote: m.reply === null ? null : quoteOf(from, m.reply),
    edited: m.edited > 0,
    reactions: m.reactions,
    position: m.ordinal,
  };
}

function rowOfPending({ id, text, reply, time, failed }: Pending, from: Source, position: number): Single {
  const mark = failed ? 'failed' : 'sending';
  const quote = reply === null ? null : quoteOf(from, reply);
  const rest = { reply, quote, edited: false, reactions: { me: null, them: null }, position } as const;
  return { kind: 'message', id, mine: true, shown: 'text', text, time, mark, ...rest };
}

/** What stands at each place of one conversation. */
class Slots {
  readonly #end: number;

  constructor(
    private readonly from: Source,
    private readonly shown: Shown,
  ) {
    this.#end = from.total + from.pending.length;
  }

  slot(at: number): Slot {
    const ordinal = at + 1;
    if (ordinal > this.#end) return { at, key: 'end', items: this.#notes(ordinal, Infinity) };
    const run = this.from.gone.at(ordinal);
    if (run) return { at, key: `at-${ordinal}`, items: run[0] === ordinal ? this.#gone(run) : [] };
    const m = this.#single(ordinal);
    return m ? { at, key: m.id, items: this.#message(m) } : { at, key: `at-${ordinal}`, items: null };
  }

  #single(ordinal: number): Single | undefined {
    const pending = this.from.pending[ordinal - this.from.total - 1];
    if (pending) return rowOfPending(pending, this.from, ordinal);
    const m = this.from.get(ordinal);
    return m && rowOf(m, this.from);
  }

  /** The time of what comes before a place; null: nothing does, undefined: it is not known. */
  #timeBefore(ordinal: number): number | null | undefined {
    const before = this.from.gone.at(ordinal - 1);
    const at = before ? before[0] - 1 : ordinal - 1;
    if (at < 1) return null;
    return this.#time(at);
  }

  #time(ordinal: number): number | undefined {
    return (this.from.pending[ordinal - this.from.total - 1] ?? this.from.get(ordinal))?.time;
  }

  /** Those that are due between what is before a place and that time. */
  #due(ordinal: number, until: number): Note[] {
    if (this.shown.notes.length === 0) return [];
    let since = -Infinity;
    for (let o = ordinal - 1; o >= Math.max(1, ordinal - BEFORE); o--) {
      if (this.from.gone.at(o)) continue;
      const time = this.#time(o);
      // Where it would stand shows when more is loaded.
      if (time === undefined) return o === ordinal - 1 ? [] : this.#between(since, until);
      since = Math.max(since, time);
    }
    return this.#between(since, until);
  }

  #between(since: number, until: number): Note[] {
    return this.shown.notes.filter((n) => n.time > since && n.time <= until).sort((a, b) => a.time - b.time);
  }

  /** With a rule before the first of each day. */
  #notes(ordinal: number, until: number): Item[] {
    const out: Item[] = [];
    let day = this.#timeBefore(ordinal);
    for (const n of this.#due(ordinal, until)) {
      if (day === null || (day !== undefined && daysBetween(day, n.time) !== 0))
        out.push({ kind: 'day', id: `day-${n.id}`, time: n.time });
      day = n.time;
      out.push(n);
    }
    return out;
  }

  #gone([from, to]: readonly [number, number]): Item[] {
    const after = from === 1 ? this.#time(to + 1) : undefined;
    const note: Note = { kind: 'note', id: `gone-${from}`, time: after ?? 0, text: goneWords(to - from + 1) };
    return after === undefined ? [note] : [{ kind: 'day', id: `day-${from}`, time: after }, note];
  }

  #message(m: Single): Item[] {
    const out = this.#notes(m.position, m.time);
    const last = out.at(-1);
    const first = this.#timeBefore(m.position);
    const day = last?.kind === 'note' ? last.time : first;
    // Behind what disappeared first of all, its rule has the day of what follows.
    const ruled = first === null && m.position > 1 && last === undefined;
    if (!ruled && (day === null || (day !== undefined && daysBetween(day, m.time) !== 0)))
      out.push({ kind: 'day', id: `day-${m.position}`, time: m.time });
    const { line, name } = this.shown;
    if (m.position === line?.above) out.push({ kind: 'line', id: 'line', count: line.count });
    const terms = m.shown === 'terms' ? this.from.get(m.position)?.terms : null;
    if (terms) out.push({ kind: 'note', id: m.id, time: m.time, text: termsRow(m.mine, name, terms) });
    else out.push({ ...m, first: !this.#runs(m.position - 1), last: !this.#runs(m.position) });
    return out;
  }

  /** Whether what stands there and the next stand together: of one author, with nothing between. */
  #runs(ordinal: number): boolean {
    const a = this.#single(ordinal);
    const b = this.#single(ordinal + 1);
    if (!a || !b) return false;
    return (
      a.mine === b.mine &&
      a.shown !== 'terms' &&
      b.shown !== 'terms' &&
      b.position !== this.shown.line?.above &&
      this.#due(b.position, b.time).length === 0 &&
      Math.abs(b.time - a.time) < RUN_MS &&
      daysBetween(a.time, b.time) === 0
    );
  }
}

/** How many places there are: the last one is for what stands behind all messages. */
export function countOf({ total, pending }: Pick<Source, 'total' | 'pending'>): number {
  return total + pending.length + 1;
}

/** The places from `from` to `to`, without it. Of places at which nothing is left only the first of a run has a row. */
export function slots(source: Source, shown: Shown, from: number, to: number): Slot[] {
  const all = new Slots(source, shown);
  const out: Slot[] = [];
  for (let at = Math.max(0, from); at < Math.min(to, countOf(source)); at++) {
    const run = source.gone.at(at + 1);
    if (run && at + 1 > run[0]) {
      at = run[1] - 1;
      continue;
    }
    out.push(all.slot(at));
  }
  return out;
}
