import { ERR } from './api';

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
      return 'The program did not understand that.';
    case ERR.locked:
      return 'The program is locked.';
    case ERR.notFound:
      return 'That is no longer there.';
    case ERR.exists:
      return 'You have that already.';
    case ERR.notNow:
      return 'That is not possible now.';
    case ERR.tooMuch:
      return 'There is no room for more.';
    case ERR.diskFull:
      return 'The disk is full. That was not stored.';
    case ERR.disk:
      return 'The disk cannot be read or written. That was not stored.';
    case ERR.damaged:
      return 'What is stored is damaged. Nothing more is written to it.';
    case ERR.later:
      return 'What is stored was written by a later version of this program. Start that one; nothing was changed.';
    case ERR.noBridge:
      return 'That is no bridge.';
    case ERR.gone:
      return 'The program did not answer. Please try again.';
    default:
      return 'That did not work.';
  }
}
