// What people write, as a small tree: bold, italic, struck out, code, quoted lines, what is hidden until asked for,
// links. All that is in it is a piece of the text, so it holds nothing that the text does not; it is read once from its
// beginning to its end, so that nobody can write what takes long.

import { linkEnd, linkOf } from './links';

export type Style = 'bold' | 'italic' | 'strike' | 'spoiler';

export type Format =
  | { readonly kind: 'text' | 'code' | 'block' | 'link'; readonly text: string }
  | { readonly kind: Style | 'quote'; readonly of: readonly Format[] };

const STYLES: Readonly<Partial<Record<string, Style>>> = { '*': 'bold', _: 'italic', '~': 'strike', '||': 'spoiler' };
const MARKS = '*_~|`';
const FENCE = '```';

/** Scripts without a space between words: marks stand right beside them. */
const DENSE =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/** Before a mark that begins something; elsewhere it is a part of a word, or of a face. */
const BEFORE = new RegExp(`^$|[\\s\\p{Ps}\\p{Pi}"'¿¡${MARKS}，。、：；！？…—${DENSE}]`, 'u');
/** Behind a mark it makes that a part of a word; a mark of a letter belongs to what is before it. */
const WORD = new RegExp(`(?![${DENSE}])[\\p{L}\\p{N}]|\\p{M}`, 'u');

/** From where to where in a text. */
type Place = readonly [from: number, to: number];

/** Of text that is harmless. `hidden` takes the places of what is hidden until it is asked for. */
export function formats(text: string, hidden: Place[] = []): Format[] {
  const out: Format[] = [];
  let from = 0;
  for (let at = fence(text, 0); at >= 0; at = fence(text, from)) {
    const end = text.indexOf(FENCE, at + FENCE.length);
    if (end < 0) break;
    // It stands on lines of its own: the breaks around it are not drawn a second time.
    if (at > from) lines(text.slice(from, at - 1), from, out, hidden);
    out.push({ kind: 'block', text: text.slice(at + FENCE.length, end).replace(/^\n|\n$/g, '') });
    from = end + FENCE.length;
    if (text.charAt(from) === '\n') from++;
  }
  if (from < text.length) lines(text.slice(from), from, out, hidden);
  return out;
}

/** Where the next line begins that begins a block of code; -1: none does. */
function fence(text: string, from: number): number {
  if (text.startsWith(FENCE, from) && (from === 0 || text.charAt(from - 1) === '\n')) return from;
  const at = text.indexOf(`\n${FENCE}`, from);
  return at < 0 ? at : at + 1;
}

/** `start`: where they stand in the whole. */
function lines(text: string, start: number, out: Format[], hidden: Place[]): void {
  let at = start;
  let quote: Format[] | null = null;
  let plain = false;
  for (const line of text.split('\n')) {
    const quoted = line.startsWith('> ');
    if (quoted && !quote) out.push({ kind: 'quote', of: (quote = []) });
    else if (quoted || plain) add(quote ?? out, '\n');
    if (!quoted) quote = null;
    plain = !quoted;
    const begin = quoted ? 2 : 0;
    const found: Place[] = [];
    inline(line.slice(begin), quote ?? out, found);
    for (const [from, to] of found) hidden.push([at + begin + from, at + begin + to]);
    at += line.length + 1;
  }
}

interface Frame {
  readonly mark: string;
  readonly at: number;
  readonly of: Format[];
}

/** One line: no mark reaches beyond it. Each style is open once at most, so it is never deep. */
function inline(line: string, out: Format[], hidden: Place[]): void {
  const stack: Frame[] = [{ mark: '', at: 0, of: out }];
  const top = (): Format[] => (stack.at(-1) as Frame).of;
  /** What was begun and not ended are characters like others. */
  const drop = (): void => {
    const { mark, of } = stack.pop() as Frame;
    add(top(), mark);
    for (const f of of)
      if (f.kind === 'text') add(top(), f.text);
      else top().push(f);
  };
  let done = 0;
  const flush = (to: number, next: number): void => {
    add(top(), line.slice(done, to));
    done = next;
  };

  for (let at = 0; at < line.length;) {
    const c = line.charAt(at);
    if (!MARKS.includes(c)) {
      const end = WORD.test(before(line, at)) ? 0 : linkEnd(line, at);
      const text = line.slice(at, end);
      if (end > at && linkOf(text)) {
        flush(at, end);
        top().push({ kind: 'link', text });
      }
      at = Math.max(at + 1, end);
      continue;
    }
    const end = runEnd(line, at);
    const mark = line.slice(at, end);
    const begins = BEFORE.test(before(line, at)) && /[^\s\p{M}]/u.test(line.charAt(end));
    if (mark === '`' && begins) {
      const close = tick(line, end);
      if (close > 0) {
        flush(at, close + 1);
        top().push({ kind: 'code', text: line.slice(end, close) });
        at = close + 1;
        continue;
      }
    }
    const kind = STYLES[mark];
    const open = kind ? stack.findIndex((f) => f.mark === mark) : -1;
    if (kind && open > 0 && !/\s/u.test(before(line, at)) && !WORD.test(after(line, end))) {
      flush(at, end);
      while (stack.length > open + 1) drop();
      const { at: from, of } = stack.pop() as Frame;
      top().push({ kind, of });
      if (kind === 'spoiler') hidden.push([from, end]);
    } else if (kind && open < 0 && begins) {
      flush(at, end);
      stack.push({ mark, at, of: [] });
    }
    at = end;
  }
  flush(line.length, line.length);
  while (stack.length > 1) drop();
}

/** Doubled marks are none, but for those that are double. */
function runEnd(line: string, at: number): number {
  let end = at + 1;
  while (line.charAt(end) === line.charAt(at)) end++;
  return end;
}

/** Where the code ends that begins there; 0: it does not. */
function tick(line: string, from: number): number {
  for (let at = line.indexOf('`', from); at >= 0;) {
    const end = runEnd(line, at);
    // A letter's mark would stand on the code.
    if (end === at + 1) return /\p{M}/u.test(line.charAt(end)) ? 0 : at;
    at = line.indexOf('`', end);
  }
  return 0;
}

const before = (line: string, at: number): string => line.slice(Math.max(0, at - 2), at).match(/.$/u)?.[0] ?? '';
const after = (line: string, at: number): string => line.slice(at, at + 2).match(/^./u)?.[0] ?? '';

function add(to: Format[], text: string): void {
  const last = to.at(-1);
  if (text === '') return;
  if (last?.kind === 'text') to[to.length - 1] = { kind: 'text', text: last.text + text };
  else to.push({ kind: 'text', text });
}

/** Its words without the marks; `hidden` stands for what is to be asked for. */
export function plain(all: readonly Format[], hidden: string): string {
  return all
    .map((f, i) => {
      const words = 'text' in f ? f.text : f.kind === 'spoiler' ? hidden : plain(f.of, hidden);
      const block = (n: number): boolean => all[n]?.kind === 'block' || all[n]?.kind === 'quote';
      return i > 0 && (block(i) || block(i - 1)) ? `\n${words}` : words;
    })
    .join('');
}

const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})/u;
/** No emoji is longer. */
const EMOJI_LENGTH = 40;

/** Nothing but one to three emoji. */
export function onlyEmoji(text: string): boolean {
  const short = text.replace(/\s/gu, '');
  if (short === '' || short.length > 3 * EMOJI_LENGTH) return false;
  const all = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(short)];
  return all.length <= 3 && all.every(({ segment }) => EMOJI.test(segment));
}
