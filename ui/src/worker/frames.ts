// Sealed frames of docs/api.md: 0x01 ‖ counter u64be ‖ AES-256-GCM. Counters start at 0 and grow by exactly 1.

import { concat, utf8, type Bytes } from '../lib/bytes';

const TYPE = 0x01;
const HEAD = 9;
const TAG = 16;

/** The direction's word in the nonce. */
export const TO_PROGRAM = 0;
export const TO_PAGE = 1;
type Direction = typeof TO_PROGRAM | typeof TO_PAGE;

function headOf(counter: bigint): Bytes {
  const head = new Uint8Array(HEAD);
  head[0] = TYPE;
  new DataView(head.buffer).setBigUint64(1, counter);
  return head;
}

function paramsOf(dir: Direction, head: Bytes): AesGcmParams {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setUint32(0, dir);
  iv.set(head.subarray(1), 4);
  return { name: 'AES-GCM', iv, additionalData: head };
}

export class Sealer {
  #next = 0n;

  constructor(
    private readonly key: CryptoKey,
    private readonly dir: Direction,
  ) {}

  /** The counter is taken at the call: the caller sends in the order of its calls. */
  async seal(text: string): Promise<Bytes> {
    const head = headOf(this.#next++);
    const sealed = await crypto.subtle.encrypt(paramsOf(this.dir, head), this.key, utf8(text));
    return concat(head, new Uint8Array(sealed));
  }
}

export class Opener {
  #next = 0n;

  constructor(
    private readonly key: CryptoKey,
    private readonly dir: Direction,
  ) {}

  /** Throws on anything but the one frame that comes next. */
  async open(frame: Bytes): Promise<string> {
    if (frame.length < HEAD + TAG) throw new RangeError('frame too short');
    const head = headOf(this.#next++);
    if (!head.every((byte, i) => byte === frame[i])) throw new RangeError('not the next frame');
    const plain = await crypto.subtle.decrypt(paramsOf(this.dir, head), this.key, frame.subarray(HEAD));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  }
}
