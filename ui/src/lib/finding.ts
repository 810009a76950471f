// From what somebody typed to what the program is asked, and what to say where it cannot be asked.

import type { Contact, Found, Search } from './api';
import { app } from './app.svelte';
import { fitting } from './fuzzy';
import { t } from './i18n.svelte';
import { oneLine } from './text';
import { nav } from './nav.svelte';
import { latest, nameOf } from './people';
import { parseQuery } from './query';

export interface Wish {
  /** null: there is nothing to look for yet */
  readonly params: Search | null;
  /** What is not understood, or nobody's name. */
  readonly problem: string;
}

export function wishOf(typed: string, now: number, limit: number): Wish {
  const { text, in: name, wrong, ...rest } = parseQuery(typed, now);
  if (wrong !== undefined)
    return { params: null, problem: t('“{filter}” is not understood.', { filter: oneLine(wrong) }) };
  const contact = name === undefined ? undefined : people(name)[0];
  if (name !== undefined && !contact)
    return { params: null, problem: t('You have no conversation with “{name}”.', { name: oneLine(name) }) };
  if (!/[\p{L}\p{N}\p{S}\p{Extended_Pictographic}]/u.test(text)) return { params: null, problem: '' };
  return { params: { text, ...rest, ...(contact && { contact: contact.id }), limit }, problem: '' };
}

/** Those whose name fits: who was talked with last comes first, then who said something last. */
export function people(typed: string): Contact[] {
  const place = (c: Contact): number => (nav.recent.includes(c.id) ? nav.recent.indexOf(c.id) : Infinity);
  const all = [...app.contacts.values()].sort((a, b) => {
    const [one, other] = [place(a), place(b)];
    return one === other ? latest(b) - latest(a) : one - other;
  });
  return fitting(typed, all, nameOf);
}

/** Shows it where it stands; the way back leads here. */
export function show({ contact, ordinal }: Found): void {
  app.jump(contact, ordinal);
  nav.visit(contact);
}
