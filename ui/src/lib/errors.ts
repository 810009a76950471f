import { ERR } from './api';
import { t } from './i18n.svelte';

export class CallError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Said to people, where nothing more fitting is known. */
export function calmly(error: unknown): string {
  const code = error instanceof CallError ? error.code : ERR.gone;
  switch (code) {
    case ERR.params:
      return t('The program did not understand that.');
    case ERR.locked:
      return t('The program is locked.');
    case ERR.notFound:
      return t('That is no longer there.');
    case ERR.exists:
      return t('You have that already.');
    case ERR.notNow:
      return t('That is not possible now.');
    case ERR.tooMuch:
      return t('There is no room for more.');
    case ERR.diskFull:
      return t('The disk is full. That was not stored.');
    case ERR.disk:
      return t('The disk cannot be read or written. That was not stored.');
    case ERR.damaged:
      return t('What is stored is damaged. Nothing more is written to it.');
    case ERR.later:
      return t('What is stored was written by a later version of this program. Start that one; nothing was changed.');
    case ERR.noBridge:
      return t('That is no bridge.');
    case ERR.gone:
      return t('The program did not answer. Please try again.');
    default:
      return t('That did not work.');
  }
}
