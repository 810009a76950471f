// What a person does to a message that is there.

import type { Message, Method, Methods } from './api';
import { app } from './app.svelte';
import { t } from './i18n.svelte';
import { program } from './program.svelte';

type Of = Pick<Message, 'contact' | 'ordinal'>;
type Changes = Extract<Method, 'messages.react' | 'messages.edit' | 'messages.delete'>;

function change<M extends Changes>(method: M, params: Methods[M]['params']): Promise<boolean> {
  return program.attempt(async () => app.take((await program.call(method, params)) as Message));
}

/** Empty: none. */
export const react = ({ contact, ordinal }: Of, emoji: string): Promise<boolean> =>
  change('messages.react', { contact, ordinal, emoji });

export const edit = ({ contact, ordinal }: Of, text: string): Promise<boolean> =>
  change('messages.edit', { contact, ordinal, text });

export const erase = ({ contact, ordinal }: Of, everyone: boolean): Promise<boolean> =>
  change('messages.delete', { contact, ordinal, everyone });

/** To be put elsewhere, which is told. */
export async function copy(text: string): Promise<boolean> {
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  program.notice = done ? t('Copied') : t('Copying is not allowed here');
  return done;
}
