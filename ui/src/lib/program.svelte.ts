// The program on this machine, as the page reaches it: whether it answers, what can be asked of it, what went wrong.

import { ERR, type Method, type Methods } from './api';
import { calmly, CallError } from './errors';
import { Link, type Asked, type LinkEvents, type Progress } from './link';
import type { LoginProblem, Phase, ToWorker, VaultAsk } from './ports';

class Program {
  phase = $state.raw<Phase>({ kind: 'seeking' });
  loginProblem = $state<LoginProblem | null>(null);
  /** A login is under way. */
  busy = $state(false);
  /** When the page locks because nobody uses any tab of it, ms since 1970; null: not soon. */
  lockAt = $state<number | null>(null);
  /** What was asked waits long for its answer. */
  slow = $state(false);
  /** What could not be done, in a sentence. */
  notice = $state('');

  #link: Link | null = null;

  /** `phase` hears of a new one when `this.phase` has it. */
  start({ phase, ...events }: Omit<LinkEvents, 'login' | 'idle' | 'slow'>): void {
    this.#link = new Link({
      phase: (now) => {
        this.phase = now;
        if (now.kind === 'open') {
          this.busy = false;
          this.loginProblem = null;
        }
        phase(now);
      },
      login: (problem) => {
        this.busy = false;
        this.loginProblem = problem;
      },
      idle: (lockAt) => (this.lockAt = lockAt),
      slow: (slow) => (this.slow = slow),
      ...events,
    });
  }

  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    if (!this.#link) return Promise.reject(new CallError(ERR.gone, 'not started'));
    return this.#link.call(method, params);
  }

  /** What needs the passphrase anew. */
  ask(ask: VaultAsk, progress?: Progress): Asked {
    if (!this.#link) throw new CallError(ERR.gone, 'not started');
    return this.#link.ask(ask, progress);
  }

  /** Runs something the person asked for; false and a notice when it failed. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.complain(error);
      return false;
    }
  }

  complain(error: unknown): void {
    this.notice = this.phase.kind === 'open' ? calmly(error) : '';
  }

  enroll(name: string, passphrase: string): void {
    this.#begin({ t: 'enroll', name, passphrase });
  }

  login(passphrase: string): void {
    this.#begin({ t: 'login', passphrase });
  }

  /** Another passphrase by the recovery key, and the login with it. */
  recover(key: string, passphrase: string): void {
    this.#begin({ t: 'recover', key, passphrase });
  }

  #begin(message: ToWorker): void {
    this.busy = true;
    this.loginProblem = null;
    this.#link?.post(message);
  }

  lock(): void {
    this.#link?.post({ t: 'lock' });
  }

  /** Somebody is there: the page does not lock yet. */
  used(): void {
    if (this.phase.kind === 'open') this.#link?.used();
  }

  retry(): void {
    this.#link?.post({ t: 'retry' });
  }
}

export const program = new Program();
