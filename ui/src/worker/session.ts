// The life of the page's connection: seek the program, log in, talk, and begin again when it ends.

import { ERR, type Method } from '../lib/api';
import { Malformed, readNotification, readResult } from '../lib/guards';
import type { FromWorker, LockReason, LoginProblem, Phase, ToWorker } from '../lib/ports';
import { enroll, login, vaultPresent } from './login';
import { isBelowNew, type Ksf } from './opaque';
import { change, recover, Vault } from './vault';
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
  #page = { postMessage: (message: FromWorker) => this.post(message) };

  constructor(
    private readonly origin: string,
    private readonly post: (message: FromWorker) => void,
  ) {}

  take(message: ToWorker): void {
    switch (message.t) {
      case 'start':
        this.post({ t: 'phase', phase: this.#phase });
        if (this.#phase.kind === 'seeking') void this.#seek();
        break;
      case 'retry':
        void this.#seek();
        break;
      case 'enroll':
        void this.#login(message.passphrase, message.name, (wire) => enroll(wire, message.passphrase));
        break;
      case 'login':
        void this.#login(message.passphrase);
        break;
      case 'recover':
        void this.#login(message.passphrase, '', (wire) => recover(wire, message.key, message.passphrase));
        break;
      case 'lock':
        void this.#lock();
        break;
      case 'call':
        void this.#call(message.id, message.method, message.params);
        break;
      case 'vault':
        void this.#vault.ask(this.#wire, message.id, message.ask, this.#page);
        break;
      case 'stop':
        this.#vault.stop(message.id, this.#page);
        break;
    }
  }

  #go(phase: Phase): void {
    this.#phase = phase;
    this.post({ t: 'phase', phase });
  }

  #connect(): Promise<Wire> {
    return Wire.connect(`${this.origin.replace('http:', 'ws:')}/ws`, {
      notification: (method, params) => this.#notified(method, params),
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
  async #login(passphrase: string, name = '', before?: (wire: Wire) => Promise<void>): Promise<void> {
    if (this.#loggingIn || this.#wire) return;
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
      this.post({ t: 'login', problem });
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
    this.#go({ kind: 'gone', retryAt: Date.now() + inMs, wasOpen: this.#reason === 'lost' });
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

  #notified(method: string, params: unknown): void {
    const event = readNotification(method, params);
    if (!event) return;
    if (event.method !== 'session.locked') {
      this.post({ t: 'event', event });
      return;
    }
    this.#reason = 'locked';
    this.#wire?.close();
  }

  async #call(id: number, method: Method, params: unknown): Promise<void> {
    try {
      if (!this.#wire) throw new RpcError(ERR.gone, 'not logged in');
      const result = readResult(method, await this.#wire.call(method, params));
      this.post({ t: 'result', id, result });
      if (method === 'session.erase') this.#erased();
    } catch (error) {
      const code = error instanceof RpcError ? error.code : ERR.gone;
      if (error instanceof Malformed) this.#wire?.close();
      this.post({ t: 'error', id, code, message: error instanceof Error ? error.message : '' });
    }
  }
}
