// What the tabs of the page and their one worker say to each other.

import type { Method, Methods, Notification, Settings } from './api';

export type ToWorker =
  /** The first. A tab holds the Web Lock of this name for as long as it is there. */
  | { readonly t: 'start'; readonly lock: string }
  /** Somebody moves the pointer, types, or wants to stay. */
  | { readonly t: 'used' }
  | { readonly t: 'retry' }
  | { readonly t: 'enroll'; readonly name: string; readonly passphrase: string }
  | { readonly t: 'login'; readonly passphrase: string }
  /** `key` is the recovery key; `passphrase` opens the vault from then on, and is logged in with. */
  | { readonly t: 'recover'; readonly key: string; readonly passphrase: string }
  | { readonly t: 'lock' }
  | { readonly t: 'call'; readonly id: number; readonly method: Method; readonly params: Methods[Method]['params'] }
  | { readonly t: 'vault'; readonly id: number; readonly ask: VaultAsk }
  /** What was asked of the vault is not wanted any more. */
  | { readonly t: 'stop'; readonly id: number };

/** What needs the passphrase on a page that is logged in, too. */
export type VaultAsk =
  | { readonly what: 'change'; readonly passphrase: string; readonly next: string }
  /** gives the new recovery key */
  | { readonly what: 'recovery'; readonly passphrase: string }
  /** gives the file */
  | { readonly what: 'backup'; readonly passphrase: string };

/** Why there is no login. */
export type LockReason =
  /** as yet none */
  | 'start'
  /** the person or another page locked, or nobody used any tab for long */
  | 'locked'
  /** the connection ended: its keys are gone */
  | 'lost';

export type Phase =
  | { readonly kind: 'seeking' }
  /** The program does not answer; retryAt is the next try, ms since 1970. */
  | { readonly kind: 'gone'; readonly retryAt: number }
  | { readonly kind: 'first' }
  | { readonly kind: 'locked'; readonly reason: LockReason }
  | { readonly kind: 'open' }
  /** There is no vault any more, and the program ends. */
  | { readonly kind: 'erased' };

export type LoginProblem =
  | 'passphrase'
  /** the program refused to make a vault, or to log in now */
  | 'refused'
  /** the program went away or said nonsense */
  | 'gone';

export type FromWorker =
  /** The first. The worker holds the Web Lock of this name for as long as it is there. */
  | { readonly t: 'hello'; readonly lock: string }
  | { readonly t: 'phase'; readonly phase: Phase }
  | { readonly t: 'login'; readonly problem: LoginProblem }
  | { readonly t: 'result'; readonly id: number; readonly result: Methods[Method]['result'] }
  | { readonly t: 'done'; readonly id: number; readonly value: string | Blob }
  | { readonly t: 'progress'; readonly id: number; readonly done: number; readonly size: number }
  | { readonly t: 'error'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly t: 'event'; readonly event: Notification }
  /** as the program has them now, whoever changed them */
  | { readonly t: 'settings'; readonly settings: Settings }
  /** another tab changed the draft for this contact */
  | { readonly t: 'draft'; readonly contact: number }
  /** when it locks because nobody uses it, ms since 1970; null: not soon */
  | { readonly t: 'idle'; readonly lockAt: number | null }
  /** whether the program takes long to answer what was asked */
  | { readonly t: 'slow'; readonly slow: boolean };
