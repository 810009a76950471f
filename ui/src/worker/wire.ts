// One WebSocket connection: JSON-RPC in text frames until seal() is called, in sealed frames from then on.

import { ERR } from '../lib/api';
import type { Bytes } from '../lib/bytes';
import { readFrame, type Frame } from '../lib/guards';
import { Opener, Sealer, TO_PAGE, TO_PROGRAM } from './frames';
import type { FrameKeys } from './keys';

export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** A connection may have 64 requests that wait for their answers. What all tabs ask beyond that waits here. */
const AT_ONCE = 60;
/** What has no answer for so long is told. It is never asked again: the program answers, or the connection ends. */
const SLOW_MS = 5000;
const LOOK_MS = 1000;

interface Waiting {
  readonly since: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: RpcError) => void;
}

export interface WireEvents {
  readonly notification: (method: string, params: unknown) => void;
  /** After the login: whether an answer is long in coming. */
  readonly slow: (slow: boolean) => void;
  /** Once, for whatever reason. */
  readonly closed: () => void;
}

export class Wire {
  #socket: WebSocket;
  #events: WireEvents;
  #waiting = new Map<number, Waiting>();
  /** What is not sent yet, in the order of its calls. */
  #later: string[] = [];
  #slow = false;
  #looks: ReturnType<typeof setInterval> | undefined;
  #nextId = 1;
  #sealer: Sealer | null = null;
  #opener: Opener | null = null;
  /** The first sealed frame came: text is an attack from here on. */
  #sealed = false;
  #closed = false;
  #out: Promise<void> = Promise.resolve();
  #in: Promise<void> = Promise.resolve();

  private constructor(socket: WebSocket, events: WireEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#in = this.#in.then(() => this.#receive(data)).catch((error: unknown) => this.#refuse(error));
    };
    socket.onclose = () => this.close();
    socket.onerror = () => this.close();
  }

  static connect(url: string, events: WireEvents): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, 'chat.v1');
      const fail = (): void => reject(new RpcError(ERR.gone, 'no connection'));
      socket.onclose = fail;
      socket.onerror = fail;
      socket.onopen = () => resolve(new Wire(socket, events));
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  call(method: string, params: unknown): Promise<unknown> {
    if (this.#closed) return Promise.reject(new RpcError(ERR.gone, 'closed'));
    const id = this.#nextId++;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { since: Date.now(), resolve, reject });
      if (this.#waiting.size - this.#later.length > AT_ONCE) this.#later.push(text);
      else this.#send(text);
    });
  }

  /** As call(), but from the next frame on everything is sealed, the answer to this call already. */
  callAndSeal(method: string, params: unknown, keys: FrameKeys): Promise<unknown> {
    const answer = this.call(method, params);
    this.#out = this.#out.then(() => {
      this.#sealer = new Sealer(keys.toProgram, TO_PROGRAM);
    });
    this.#opener = new Opener(keys.toPage, TO_PAGE);
    return answer;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sealer = null;
    this.#opener = null;
    this.#socket.close();
    clearInterval(this.#looks);
    this.#later = [];
    for (const { reject } of this.#waiting.values()) reject(new RpcError(ERR.gone, 'closed'));
    this.#waiting.clear();
    this.#look();
    this.#events.closed();
  }

  #look(): void {
    // The first of a Map is what waits longest.
    const [oldest] = this.#waiting.values();
    const slow = oldest !== undefined && Date.now() - oldest.since >= SLOW_MS;
    if (slow === this.#slow) return;
    this.#slow = slow;
    this.#events.slow(slow);
  }

  /** What came is not what may come. The reason names fields, never contents. */
  #refuse(error: unknown): void {
    if (this.#closed) return;
    console.error('connection closed:', error instanceof Error ? error.message : 'error');
    this.close();
  }

  #send(text: string): void {
    this.#out = this.#out
      .then(async () => {
        if (this.#closed) return;
        const frame: string | Bytes = this.#sealer ? await this.#sealer.seal(text) : text;
        if (!this.#closed) this.#socket.send(frame);
      })
      .catch(() => this.close());
  }

  async #receive(data: string | ArrayBuffer): Promise<void> {
    if (this.#closed) return;
    if (typeof data === 'string') {
      if (this.#sealed) throw new Error('text after login');
      this.#take(readFrame(data));
      return;
    }
    if (!this.#opener) throw new Error('sealed before login');
    const text = await this.#opener.open(new Uint8Array(data));
    if (!this.#sealed) this.#looks = setInterval(() => this.#look(), LOOK_MS);
    this.#sealed = true;
    if (!this.#closed) this.#take(readFrame(text));
  }

  #take(frame: Frame): void {
    if (frame.kind === 'notification') {
      if (!this.#sealed) throw new Error('notification before login');
      this.#events.notification(frame.method, frame.params);
      return;
    }
    if (frame.id === null) throw new Error('an answer to nothing');
    const waiting = this.#waiting.get(frame.id);
    if (!waiting) throw new Error('an answer to nothing');
    this.#waiting.delete(frame.id);
    const next = this.#later.shift();
    if (next !== undefined) this.#send(next);
    if (this.#slow) this.#look();
    if (frame.kind === 'result') waiting.resolve(frame.result);
    else waiting.reject(new RpcError(frame.code, frame.message));
  }
}
