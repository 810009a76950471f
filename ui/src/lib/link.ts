// The page's end of the worker.

import { ERR, type Method, type Methods, type Notification } from './api';
import { CallError } from './errors';
import type { FromWorker, LoginProblem, Phase, ToWorker, VaultAsk } from './ports';
import { startWorker } from './trusted';

export interface LinkEvents {
  readonly phase: (phase: Phase) => void;
  readonly login: (problem: LoginProblem) => void;
  readonly event: (event: Notification) => void;
}

const RESTART_MS = 2000;

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
  #worker: Worker;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(private readonly events: LinkEvents) {
    this.#worker = this.#start();
  }

  #start(): Worker {
    const { events } = this;
    const worker = startWorker();
    // The program went away between the page and its worker.
    worker.onerror = () => {
      worker.terminate();
      for (const { reject } of this.#waiting.values()) reject(new CallError(ERR.gone, 'the worker ended'));
      this.#waiting.clear();
      events.phase({ kind: 'gone', retryAt: Date.now() + RESTART_MS, wasOpen: false });
      setTimeout(() => (this.#worker = this.#start()), RESTART_MS);
    };
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.t === 'phase') events.phase(data.phase);
      else if (data.t === 'login') events.login(data.problem);
      else if (data.t === 'event') events.event(data.event);
      else this.#answer(data);
    };
    worker.postMessage({ t: 'start' } satisfies ToWorker);
    return worker;
  }

  post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // The worker read the result as this method's.
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.post({ t: 'call', id, method, params });
    });
  }

  ask(ask: VaultAsk, progress?: Progress): Asked {
    const id = this.#nextId++;
    const answer = new Promise<string | Blob>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, progress });
      this.post({ t: 'vault', id, ask });
    });
    return { answer, stop: () => this.post({ t: 'stop', id }) };
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
