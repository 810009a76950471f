// What a row of the list says of a conversation, below its name.

import type { Contact } from './api';
import { preview } from './people';
import type { Mark, Pending } from './timeline';
import { briefly } from './words';

export interface Summary {
  readonly mine: boolean;
  readonly words: string;
  /** of a message of mine */
  readonly mark: Mark | null;
}

/** `pending`: what the program has not taken yet is newer than anything it has. */
export function summary(contact: Contact, pending: readonly Pending[]): Summary {
  const { last, state } = contact;
  const latest = pending.at(-1);
  if (latest) {
    const mark = pending.some((p) => p.failed) ? 'failed' : 'sending';
    return { mine: true, words: briefly('text', latest.text), mark };
  }
  const words = preview(contact);
  const told = contact.trust !== 'changed' && contact.invitation !== 'refused';
  const open = state === 'accepted' || state === 'request_sent';
  if (!told || !open || last?.from !== 'me' || last.kind !== 'text') return { mine: false, words, mark: null };
  return { mine: true, words, mark: last.state === 'failed' ? 'refused' : last.state };
}

/** How many are new; of what is muted, only whether anything is. */
export type Sign = { readonly kind: 'number' | 'dot'; readonly count: number } | { readonly kind: 'marked' } | null;

export function signOf({ muted, marked }: Pick<Contact, 'muted' | 'marked'>, news: number): Sign {
  if (news > 0) return { kind: muted ? 'dot' : 'number', count: news };
  return marked ? { kind: 'marked' } : null;
}
