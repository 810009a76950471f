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
  | { readonly t: 'lock' }
  | { readonly t: 'call'; readonly id: number; readonly method: Method; readonly params: Methods[Method]['params'] };

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
  | { readonly kind: 'open' };

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
