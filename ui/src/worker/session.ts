// The life of the one connection of all tabs: seek the program, log in, talk, and begin again when it ends.

import { ERR, type Method, type Methods, type Settings } from '../lib/api';
import { Malformed, readNotification, readResult } from '../lib/guards';
import type { FromWorker, LockReason, LoginProblem, Phase, ToWorker } from '../lib/ports';
import { Idle } from './idle';
import { enroll, login, vaultPresent } from './login';
import { isBelowNew, type Ksf } from './opaque';
import { change, recover, Vault } from './vault';
import type { Tab } from './tabs';
import { RpcError, Wire } from './wire';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 8000;

function problemOf(error: unknown): LoginProblem {
  if (!(error instanceof RpcError)) return 'gone';
  if (error.code === ERR.passphrase) return 'passphrase';
  return error.code === ERR.gone ? 'gone' : 'refused';
}

export class Session {
  #wire: Wire | null = null;
  #phase: Phase = { kind: 'seeking' };
  /** Why the next login will be needed. */
  #reason: LockReason = 'start';
  #retryMs = RETRY_MIN_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seeking: Promise<void> | null = null;
  #loggingIn = false;
  #vault = new Vault();
  /** Logins of several tabs, one after the other. */
  #logins: Promise<void> = Promise.resolve();
  #lockAt: number | null = null;
  #idle = new Idle({
    warns: (lockAt) => {
      this.#lockAt = lockAt;
      this.tell({ t: 'idle', lockAt });
    },
    locks: () => this.#leave(),
    // What it says is the same for all, and may have been changed by a script.
    asks: () => void this.#ask('settings.get', {}).catch(() => undefined),
  });

  constructor(
    private readonly origin: string,
    /** to all tabs but that one */
    private readonly tell: (message: FromWorker, except?: Tab) => void,
  ) {}

  take(message: ToWorker, tab: Tab): void {
    switch (message.t) {
      case 'start':
        tab.postMessage({ t: 'phase', phase: this.#phase });
        tab.postMessage({ t: 'idle', lockAt: this.#lockAt });
        if (this.#phase.kind === 'seeking') void this.#seek();
        break;
      case 'retry':
        void this.#seek();
        break;
      case 'enroll':
        this.#loginNext(message.passphrase, tab, message.name, (wire) => enroll(wire, message.passphrase));
        break;
      case 'login':
        this.#loginNext(message.passphrase, tab);
        break;
      case 'recover':
        this.#loginNext(message.passphrase, tab, '', (wire) => recover(wire, message.key, message.passphrase));
        break;
      case 'used':
        this.#idle.used();
        break;
      case 'lock':
        void this.#lock();
        break;
      case 'call':
        void this.#call(message.id, message.method, message.params, tab);
        break;
      case 'vault':
        void this.#vault.ask(this.#wire, message.id, message.ask, tab);
        break;
      case 'stop':
        this.#vault.stop(message.id, tab);
        break;
    }
  }

  /** Nobody is there any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#leave();
  }

  #go(phase: Phase): void {
    this.#phase = phase;
    if (phase.kind === 'open') this.#idle.begin();
    else this.#idle.end();
    this.tell({ t: 'phase', phase });
  }

  #connect(): Promise<Wire> {
    return Wire.connect(`${this.origin.replace('http:', 'ws:')}/ws`, {
      notification: (method, params) => this.#notified(method, params),
      slow: (slow) => this.tell({ t: 'slow', slow }),
      closed: () => this.#ended(),
    });
  }

  #seek(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#phase.kind === 'open' || this.#loggingIn) return Promise.resolve();
    this.#seeking ??= this.#askForVault().finally(() => (this.#seeking = null));
    return this.#seeking;
  }

  /** On a connection of its own: one that waits for somebody to type would be closed. */
  async #askForVault(): Promise<void> {
    try {
      const wire = await this.#connect();
      const present = await vaultPresent(wire).finally(() => wire.close());
      this.#retryMs = RETRY_MIN_MS;
      this.#go(present ? { kind: 'locked', reason: this.#reason } : { kind: 'first' });
    } catch {
      this.#gone(this.#retryMs);
      this.#timer = setTimeout(() => void this.#seek(), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
    }
  }

  /** `before` makes the vault open with this passphrase; `name` is who begins. */
  #loginNext(passphrase: string, tab: Tab, name = '', before?: (wire: Wire) => Promise<void>): void {
    this.#logins = this.#logins.then(() => this.#login(passphrase, tab, name, before));
  }

  async #login(passphrase: string, tab: Tab, name: string, before?: (wire: Wire) => Promise<void>): Promise<void> {
    if (this.#wire) return;
    this.#loggingIn = true;
    await this.#seeking;
    clearTimeout(this.#timer);
    let wire: Wire | null = null;
    let problem: LoginProblem | null = null;
    let ksf: Ksf | null = null;
    try {
      wire = await this.#connect();
      await before?.(wire);
      ksf = await login(wire, this.origin, passphrase, name);
      if (wire.closed) throw new RpcError(ERR.gone, 'closed');
    } catch (error) {
      problem = problemOf(error);
      wire?.close();
    }
    this.#loggingIn = false;
    if (problem !== null) {
      tab.postMessage({ t: 'login', problem });
      if (problem !== 'passphrase') void this.#seek();
      return;
    }
    this.#wire = wire;
    this.#reason = 'lost';
    this.#go({ kind: 'open' });
    // Should this fail, the next login does it.
    if (wire && ksf && isBelowNew(ksf)) void change(wire, passphrase, passphrase).catch(() => undefined);
  }

  #gone(inMs: number): void {
    this.#go({ kind: 'gone', retryAt: Date.now() + inMs });
  }

  /** If it was the logged-in connection that ended, its keys went with it. */
  #ended(): void {
    if (!this.#wire?.closed) return;
    this.#wire = null;
    if (this.#phase.kind === 'erased') return;
    if (this.#reason === 'locked') {
      this.#go({ kind: 'locked', reason: 'locked' });
      return;
    }
    this.#gone(0);
    void this.#seek();
  }

  async #lock(): Promise<void> {
    const wire = this.#wire;
    if (!wire) return;
    this.#reason = 'locked';
    await wire.call('session.lock', {}).catch(() => undefined);
    wire.close();
  }

  /** Nothing is sought before somebody wants to begin anew. */
  #erased(): void {
    this.#reason = 'start';
    this.#go({ kind: 'erased' });
    this.#wire?.close();
  }

  /**
   * This page locks by itself. The vault does so by its own clock: another browser or a script may be at work with it.
   */
  #leave(): void {
    this.#reason = 'locked';
    this.#wire?.close();
  }

  #notified(method: string, params: unknown): void {
    const event = readNotification(method, params);
    if (!event) return;
    if (event.method !== 'session.locked') {
      this.tell({ t: 'event', event });
      return;
    }
    this.#reason = 'locked';
    this.#wire?.close();
  }

  async #ask<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    if (!this.#wire) throw new RpcError(ERR.gone, 'not logged in');
    const result = readResult(method, await this.#wire.call(method, params));
    // No notification tells of settings.
    if (method === 'settings.get' || method === 'settings.set') this.#settings(result as Settings);
    return result;
  }

  #settings(settings: Settings): void {
    this.#idle.after(settings.lock_after);
    this.tell({ t: 'settings', settings });
  }

  async #call(id: number, method: Method, params: Methods[Method]['params'], tab: Tab): Promise<void> {
    try {
      const result = await this.#ask(method, params);
      tab.postMessage({ t: 'result', id, result });
      if (method === 'session.erase') this.#erased();
      // Nor of drafts, but for their beginnings. Which of them is shown, each tab decides for itself.
      if (method === 'drafts.set') {
        const { contact } = params as Methods['drafts.set']['params'];
        this.tell({ t: 'draft', contact }, tab);
      }
    } catch (error) {
      const code = error instanceof RpcError ? error.code : ERR.gone;
      if (error instanceof Malformed) this.#wire?.close();
      tab.postMessage({ t: 'error', id, code, message: error instanceof Error ? error.message : '' });
    }
  }
}
