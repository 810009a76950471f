// What a message says, in words: in its bubble, in one line elsewhere, and read out.

import type { MessageKind, Reactions } from './api';
import { clockTime } from './format';
import { harmless, oneLine } from './text';
import type { Mark, Quote, Row } from './timeline';

export function markWords(mark: Mark, name: string, answered: boolean, mine = true): string {
  switch (mark) {
    case 'sending':
      return 'Sending';
    case 'waiting':
      return answered ? `Waiting for ${name} to come online` : `Waiting for ${name} to accept`;
    case 'sent':
      return 'On its way';
    case 'delivered':
      return 'Delivered';
    case 'read':
      return 'Read';
    case 'failed':
      return 'Not sent';
    case 'refused':
      return mine ? `Not readable by ${name}’s program` : `Your reaction is not readable by ${name}’s program`;
    case 'received':
      return '';
  }
}

/** In its bubble. */
export function rowWords({ shown, text }: Pick<Row, 'shown' | 'text'>, name: string): string {
  switch (shown) {
    case 'text':
      return harmless(text);
    case 'deleted':
      return 'Deleted';
    case 'deleted_here':
      return 'Deleted here';
    case 'expired':
      return 'Disappeared';
    case 'terms':
      return 'How long messages stay';
    case 'unknown':
      return 'This message needs a newer version';
    case 'unreadable':
      return `A message from ${name} could not be read. It was set aside.`;
  }
}

/** In one line: in the list, in a quote, when it arrives. */
export function briefly(shown: MessageKind, text: string): string {
  switch (shown) {
    case 'text':
      return oneLine(text);
    case 'deleted':
      return 'Deleted message';
    case 'deleted_here':
      return 'Message deleted here';
    case 'expired':
      return 'Message that disappeared';
    case 'terms':
      return 'How long messages stay';
    case 'unknown':
      return 'Message for a newer version';
    case 'unreadable':
      return 'Message that could not be read';
  }
}

/** Who wrote what is answered, and what; no author where it is not loaded. */
export function quoteWords(quote: Quote, name: string): { author: string; words: string } {
  if (quote === 'earlier') return { author: '', words: 'An earlier message' };
  return { author: quote.mine ? 'You' : name, words: briefly(quote.shown, quote.text) };
}

export interface Reaction {
  readonly mine: boolean;
  readonly emoji: string;
  readonly words: string;
}

/** Theirs first. One that is nothing to see is left out. */
export function reactionsOf({ me, them }: Reactions, name: string): Reaction[] {
  return [them, me]
    .map((emoji, i) => ({ mine: i === 1, emoji: oneLine(emoji ?? '') }))
    .filter((r) => r.emoji !== '')
    .map((r) => ({ ...r, words: `${r.mine ? 'You' : name} reacted with ${r.emoji}` }));
}

/** All of it, for whoever cannot see it. */
export function rowLabel(row: Row, name: string, answered: boolean): string {
  const quote = row.quote && quoteWords(row.quote, name);
  const answer = quote && ` in answer to ${quote.author ? `${quote.author}: “${quote.words}”` : 'an earlier message'}`;
  return [
    `${row.mine ? 'You' : name}${answer ?? ''}: ${rowWords(row, name)}`,
    clockTime(row.time),
    row.edited ? 'edited' : '',
    markWords(row.mark, name, answered, row.mine),
    ...reactionsOf(row.reactions, name).map((r) => r.words),
  ]
    .filter(Boolean)
    .join(', ');
}
