// What is told of what comes, and to whom: outside of the page, where others may read it.

import type { Contact, Message } from './api';
import { t } from './i18n.svelte';
import { nameOf } from './people';
import type { Preferences } from './preferences';
import { briefly } from './words';

export interface News {
  readonly title: string;
  readonly body: string;
}

/** What is shown, if anything, and whether it is heard. */
export interface Told {
  readonly news: News | null;
  readonly heard: boolean;
}

type How = Pick<Preferences, 'notify' | 'sound'>;

const NOTHING: Told = { news: null, heard: false };

/** `watched`: somebody looks at the conversation, in a window that has the focus. They hear of it, and see it anyway. */
export function newsOf(contact: Contact, message: Message, how: How, watched: boolean): Told {
  if (contact.muted) return NOTHING;
  return { news: watched ? null : said(contact, message, how), heard: how.sound };
}

function said(contact: Contact, message: Message, { notify }: How): News | null {
  switch (notify) {
    case 'off':
      return null;
    case 'plain':
      return { title: t('New message'), body: '' };
    case 'name':
      return { title: nameOf(contact), body: t('New message') };
    case 'text':
      return { title: nameOf(contact), body: briefly(message.kind, message.text) };
  }
}

/** Strangers call themselves what they like: of them nothing is said. */
export function newsOfRequest({ notify, sound }: How): Told {
  return { news: notify === 'off' ? null : { title: t('New request'), body: '' }, heard: sound };
}

/** In the title: how many messages are unread. Never a name, which would end up in the history. */
export function titleOf(unread: number): string {
  return unread > 0 ? `(${unread}) BlackedOutChat` : 'BlackedOutChat';
}
