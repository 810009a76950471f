// A tab's end of the worker.

import { ERR, type Method, type Methods, type Notification, type Settings } from './api';
import { CallError } from './errors';
import type { FromWorker, LoginProblem, Phase, ToWorker, VaultAsk } from './ports';
import { startWorker } from './trusted';

export interface LinkEvents {
  readonly phase: (phase: Phase) => void;
  readonly login: (problem: LoginProblem) => void;
  readonly event: (event: Notification) => void;
  readonly settings: (settings: Settings) => void;
  /** Another tab changed the draft for this contact. */
  readonly draft: (contact: number) => void;
  /** When it locks because nobody uses it; null: not soon. */
  readonly idle: (lockAt: number | null) => void;
  readonly slow: (slow: boolean) => void;
}

const RESTART_MS = 2000;
/** A worker that says nothing for so long after it was started was ending, or is none. */
const DEAF_MS = 10_000;
/** That somebody uses the page is told no more often. */
const USED_MS = 1000;

interface Waiting {
  readonly resolve: (result: Methods[Method]['result'] | string | Blob) => void;
  readonly reject: (error: CallError) => void;
  readonly progress?: Progress | undefined;
}

/** `done` of `size` bytes are here. */
export type Progress = (done: number, size: number) => void;

/** What was asked of the vault; stop() says that nobody wants it any more. */
export interface Asked {
  readonly answer: Promise<string | Blob>;
  readonly stop: () => void;
}

export class Link {
  #port: MessagePort | null = null;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #usedAt = 0;
  /** Held for as long as this tab is there. */
  readonly #lock = `tab ${crypto.randomUUID()}`;

  constructor(private readonly events: LinkEvents) {
    void navigator.locks.request(this.#lock, () => {
      this.#start();
      return new Promise<never>(() => undefined);
    });
  }

  #start(): void {
    const worker = startWorker();
    const { port } = worker;
    const again = (): void => {
      if (this.#port === port) this.#restart();
    };
    const deaf = setTimeout(again, DEAF_MS);
    this.#port = port;
    // The program went away between the page and its worker.
    worker.onerror = () => {
      clearTimeout(deaf);
      again();
    };
    port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (this.#port !== port) return;
      if (data.t !== 'hello') {
        this.#take(data);
        return;
      }
      clearTimeout(deaf);
      void navigator.locks.request(data.lock, again);
    };
    this.post({ t: 'start', lock: this.#lock });
  }

  #restart(): void {
    this.#port?.close();
    this.#port = null;
    for (const { reject } of this.#waiting.values()) reject(new CallError(ERR.gone, 'the worker ended'));
    this.#waiting.clear();
    this.events.idle(null);
    this.events.slow(false);
    this.events.phase({ kind: 'gone', retryAt: Date.now() + RESTART_MS });
    setTimeout(() => this.#start(), RESTART_MS);
  }

  post(message: ToWorker): void {
    this.#port?.postMessage(message);
  }

  /** Somebody is there. */
  used(): void {
    const now = Date.now();
    if (now - this.#usedAt < USED_MS) return;
    this.#usedAt = now;
    this.post({ t: 'used' });
  }

  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    if (!this.#port) return Promise.reject(new CallError(ERR.gone, 'no worker'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // The worker read the result as this method's.
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.post({ t: 'call', id, method, params });
    });
  }

  ask(ask: VaultAsk, progress?: Progress): Asked {
    if (!this.#port) return { answer: Promise.reject(new CallError(ERR.gone, 'no worker')), stop: () => undefined };
    const id = this.#nextId++;
    const answer = new Promise<string | Blob>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, progress });
      this.post({ t: 'vault', id, ask });
    });
    return { answer, stop: () => this.post({ t: 'stop', id }) };
  }

  #take(message: Exclude<FromWorker, { t: 'hello' }>): void {
    const { events } = this;
    switch (message.t) {
      case 'phase':
        events.phase(message.phase);
        break;
      case 'login':
        events.login(message.problem);
        break;
      case 'event':
        events.event(message.event);
        break;
      case 'settings':
        events.settings(message.settings);
        break;
      case 'draft':
        events.draft(message.contact);
        break;
      case 'idle':
        // Whoever wants to stay is heard at once.
        this.#usedAt = 0;
        events.idle(message.lockAt);
        break;
      case 'slow':
        events.slow(message.slow);
        break;
      case 'result':
      case 'done':
      case 'progress':
      case 'error':
        this.#answer(message);
        break;
    }
  }

  #answer(answer: Extract<FromWorker, { id: number }>): void {
    const waiting = this.#waiting.get(answer.id);
    if (answer.t === 'progress') {
      waiting?.progress?.(answer.done, answer.size);
      return;
    }
    this.#waiting.delete(answer.id);
    if (!waiting) return;
    if (answer.t === 'result') waiting.resolve(answer.result);
    else if (answer.t === 'done') waiting.resolve(answer.value);
    else waiting.reject(new CallError(answer.code, answer.message || String(ERR.gone)));
  }
}
