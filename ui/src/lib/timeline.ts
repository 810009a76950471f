// A conversation as the timeline shows it: pure steps from what came to what is drawn.

import type { Message, MessageKind, MessageState, Reactions } from './api';
import { daysBetween } from './format';
import { goneWords, termsRow } from './terms';

/** Written here, not yet in the program's keeping. */
export interface Pending {
  readonly id: string;
  readonly text: string;
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

/** Above the first message that was unread. */
export interface Line {
  readonly kind: 'line';
  readonly id: 'line';
}

export type Item = Row | Day | Note | Line;

const RUN_MS = 5 * 60_000;

/** Adds and updates, in the order of ordinals. Events come in order, and a state may go back: the newest is the truth. */
export function merge(known: readonly Message[], news: readonly Message[]): readonly Message[] {
  if (news.length === 0) return known;
  const byOrdinal = new Map(known.map((m) => [m.ordinal, m]));
  for (const m of news) byOrdinal.set(m.ordinal, m);
  return [...byOrdinal.values()].sort((a, b) => a.ordinal - b.ordinal);
}

/** What a fresh list does not join up with is left out: it is fetched again when it is needed. */
export function joined(known: readonly Message[], page: readonly Message[]): readonly Message[] {
  const first = page[0];
  const last = known.at(-1);
  if (!first || !last || last.ordinal < first.ordinal - 1) return page;
  return merge(known, page);
}

type Single = Omit<Row, 'first' | 'last'>;

function rowOf(m: Message, byOrdinal: ReadonlyMap<number, Message>): Single {
  const target = m.reply === null ? undefined : byOrdinal.get(m.reply);
  const quote = target ? { mine: target.from === 'me', shown: target.kind, text: target.text } : 'earlier';
  return {
    kind: 'message',
    id: m.id,
    mine: m.from === 'me',
    shown: m.kind,
    text: m.text,
    time: m.time,
    mark: m.state === 'failed' ? 'refused' : m.state,
    quote: m.reply === null ? null : quote,
    edited: m.edited > 0,
    reactions: m.reactions,
    position: m.ordinal,
  };
}

function rowOfPending({ id, text, time, failed }: Pending, position: number): Single {
  const mark = failed ? 'failed' : 'sending';
  const rest = { quote: null, edited: false, reactions: { me: null, them: null }, position } as const;
  return { kind: 'message', id, mine: true, shown: 'text', text, time, mark, ...rest };
}

/** Of what disappeared not even the time is left: it stands where it was. */
function timed(messages: readonly Message[]): readonly Message[] {
  let time = messages.find((m) => m.kind !== 'expired')?.time ?? 0;
  return messages.map((m) => {
    if (m.kind !== 'expired') time = m.time;
    return m.kind === 'expired' ? { ...m, time } : m;
  });
}

/** What is no message of a person's is told in one line: wishes, and any number of messages that disappeared. */
function quietly(items: readonly Item[], name: string, byOrdinal: ReadonlyMap<number, Message>): Item[] {
  const out: Item[] = [];
  let gone: Row[] = [];
  const flush = (): void => {
    const [first] = gone;
    if (first) out.push({ kind: 'note', id: `gone-${first.position}`, time: first.time, text: goneWords(gone.length) });
    gone = [];
  };
  for (const item of items) {
    if (item.kind === 'message' && item.shown === 'expired') {
      gone.push(item);
      continue;
    }
    flush();
    const terms = item.kind === 'message' && item.shown === 'terms' ? byOrdinal.get(item.position)?.terms : null;
    if (item.kind === 'message' && terms) {
      out.push({ kind: 'note', id: item.id, time: item.time, text: termsRow(item.mine, name, terms) });
    } else out.push(item);
  }
  flush();
  return out;
}

/**
 * `notes` stand among the messages by their time. Where older messages are still to come, so are older notes.
 * `line`: the ordinal above which new ones begin.
 */
export function rows(
  all: readonly Message[],
  pending: readonly Pending[],
  notes: readonly Note[] = [],
  more = false,
  name = '',
  line: number | null = null,
): Item[] {
  const messages = timed(all);
  const known = new Set(messages.map((m) => m.id));
  const byOrdinal = new Map(messages.map((m) => [m.ordinal, m]));
  const waiting = pending.filter((p) => !known.has(p.id));
  const total = messages.at(-1)?.ordinal ?? 0;
  const flat = [...messages.map((m) => rowOf(m, byOrdinal)), ...waiting.map((p, i) => rowOfPending(p, total + i + 1))];
  const out: Item[] = [];
  const start = flat[0]?.time ?? 0;
  const due = notes.filter((n) => !more || n.time >= start).sort((a, b) => a.time - b.time);
  /** No run goes on across a note. */
  const between = (a: number, b: number): boolean => due.some((n) => n.time > a && n.time <= b);
  let told = 0;
  let day: number | null = null;
  /** A rule before the first of each day. */
  const rule = (time: number, id: string): void => {
    if (day === null || daysBetween(day, time) !== 0) out.push({ kind: 'day', id: `day-${id}`, time });
    day = time;
  };
  const tell = (n: Note): void => {
    rule(n.time, n.id);
    out.push(n);
  };
  flat.forEach((m, i) => {
    const before = flat[i - 1];
    const after = flat[i + 1];
    for (let n = due[told]; n && n.time <= m.time; n = due[++told]) tell(n);
    rule(m.time, String(m.position));
    if (m.position === line) out.push({ kind: 'line', id: 'line' });
    const runs = (a: typeof m, b: typeof m): boolean =>
      a.mine === b.mine &&
      b.position !== line &&
      !between(a.time, b.time) &&
      Math.abs(b.time - a.time) < RUN_MS &&
      daysBetween(a.time, b.time) === 0;
    out.push({ ...m, first: !before || !runs(before, m), last: !after || !runs(m, after) });
  });
  due.slice(told).forEach(tell);
  return quietly(out, name, byOrdinal);
}
