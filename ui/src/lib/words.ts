// What a message says, in words: in its bubble, in one line elsewhere, and read out.

import type { MessageKind, Reactions } from './api';
import { utf8Length } from './bytes';
import { clockTime } from './format';
import { series, t, tn } from './i18n.svelte';
import { formats, plain } from './formats';
import { harmless, oneLine } from './text';
import type { Mark, Quote, Row } from './timeline';

export function markWords(mark: Mark, name: string, answered: boolean, mine = true): string {
  switch (mark) {
    case 'sending':
      return t('Sending');
    case 'waiting':
      return answered ? t('Waiting for {name} to come online', { name }) : t('Waiting for {name} to accept', { name });
    case 'sent':
      return t('On its way');
    case 'delivered':
      return t('Delivered');
    case 'read':
      return t('Read');
    case 'failed':
      return t('Not sent');
    case 'refused':
      return mine
        ? t('Not readable by {name}’s program', { name })
        : t('Your reaction is not readable by {name}’s program', { name });
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
      return t('Deleted');
    case 'deleted_here':
      return t('Deleted here');
    case 'expired':
      return t('Disappeared');
    case 'terms':
      return t('How long messages stay');
    case 'unknown':
      return t('This message needs a newer version');
    case 'unreadable':
      return t('A message from {name} could not be read. It was set aside.', { name });
  }
}

/** Where nothing can be drawn in bold, or uncovered. */
const plainly = (text: string): string => harmless(plain(formats(text), t('(hidden)')));

/** For the list the program cuts a text after 256 bytes: what is hidden may have lost its end there. */
function plainStart(text: string): string {
  if (utf8Length(text) < 250) return plainly(text);
  return plainly(text.replace(/[|\s]+$/u, '') + '||').replace(/\|\|$/, '');
}

/** In one line: in the list, in a quote, when it arrives. */
export function briefly(shown: MessageKind, text: string): string {
  switch (shown) {
    case 'text':
      return oneLine(plainStart(harmless(text)));
    case 'deleted':
      return t('Deleted message');
    case 'deleted_here':
      return t('Message deleted here');
    case 'expired':
      return t('Message that disappeared');
    case 'terms':
      return t('How long messages stay');
    case 'unknown':
      return t('Message for a newer version');
    case 'unreadable':
      return t('Message that could not be read');
  }
}

/** Who wrote what is answered, and what; no author where it is not loaded. */
export function quoteWords(quote: Quote, name: string): { author: string; words: string } {
  if (quote === 'earlier') return { author: '', words: t('An earlier message') };
  return { author: quote.mine ? t('You') : name, words: briefly(quote.shown, quote.text) };
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
    .map((r) => ({
      ...r,
      words: r.mine
        ? t('You reacted with {emoji}', { emoji: r.emoji })
        : t('{name} reacted with {emoji}', { name, emoji: r.emoji }),
    }));
}

/** Who says what, in answer to what. */
function saidWords(row: Row, name: string): string {
  const words = row.shown === 'text' ? plainly(harmless(row.text)) : rowWords(row, name);
  if (!row.quote) return row.mine ? t('You: {words}', { words }) : t('{name}: {words}', { name, words });
  if (row.quote === 'earlier')
    return row.mine
      ? t('You in answer to an earlier message: {words}', { words })
      : t('{name} in answer to an earlier message: {words}', { name, words });
  const quote = quoteWords(row.quote, name).words;
  if (row.quote.mine)
    return row.mine
      ? t('You in answer to You: “{quote}”: {words}', { quote, words })
      : t('{name} in answer to You: “{quote}”: {words}', { name, quote, words });
  return row.mine
    ? t('You in answer to {name}: “{quote}”: {words}', { name, quote, words })
    : t('{name} in answer to {name}: “{quote}”: {words}', { name, quote, words });
}

/** All of it, for whoever cannot see it. */
export function rowLabel(row: Row, name: string, answered: boolean): string {
  return series([
    saidWords(row, name),
    clockTime(row.time),
    row.edited ? t('edited') : '',
    markWords(row.mark, name, answered, row.mine),
    ...reactionsOf(row.reactions, name).map((r) => r.words),
  ]);
}

/** How many are to be read. */
export function newWords(count: number): string {
  return count < 1000 ? tn(count, '{n} new message', '{n} new messages') : t('999+ new messages');
}
