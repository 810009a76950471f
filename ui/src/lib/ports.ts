// What the page and its worker say to each other.

import type { Method, Methods, Notification } from './api';

export type ToWorker =
  | { readonly t: 'start' }
  | { readonly t: 'retry' }
  | { readonly t: 'enroll'; readonly name: string; readonly passphrase: string }
  | { readonly t: 'login'; readonly passphrase: string }
  | { readonly t: 'lock' }
  | { readonly t: 'call'; readonly id: number; readonly method: Method; readonly params: Methods[Method]['params'] };

/** Why there is no login. */
export type LockReason =
  /** as yet none */
  | 'start'
  /** the person or another page locked */
  | 'locked'
  /** the connection ended: its keys are gone */
  | 'lost';

export type Phase =
  | { readonly kind: 'seeking' }
  /** The program does not answer; retryAt is the next try, ms since 1970. */
  | { readonly kind: 'gone'; readonly retryAt: number; readonly wasOpen: boolean }
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
  | { readonly t: 'phase'; readonly phase: Phase }
  | { readonly t: 'login'; readonly problem: LoginProblem }
  | { readonly t: 'result'; readonly id: number; readonly result: Methods[Method]['result'] }
  | { readonly t: 'error'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly t: 'event'; readonly event: Notification };
