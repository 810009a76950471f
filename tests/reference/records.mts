// PROTO 4.1, 4.2: one direction of one epoch.
import { cat, need, number, u16, u32, u64, u8, zeros } from './bytes.mjs'
import { expand, open, seal } from './schedule.mjs'

export const SIZES = [488, 1952, 7808, 31232]
const capacity = (size: number) => size - 1 - 16 - 3
const smallest = (n: number) => SIZES.findIndex((size) => n <= capacity(size))
export const LARGEST = capacity(SIZES[3])
export const A_TO_B = 1
export const B_TO_A = 2

export const TYPE = {
  DATA: 1, ACK: 2, PING: 3, REKEY_EK: 4, REKEY_CT: 5, REKEY_DONE: 6, ACCEPT: 7, PREKEYS: 8, SYNC: 9, ROTCHAIN: 10,
  CLOSE: 11, DROP: 12, HELLO: 32, COVER: 37, COVERED: 38,
}

// PROTO 4.5.18: "Where 4.1.6, 4.3.14, 4.3.15 and 4.3.16 say DATA, a COVER counts as one"
export const isData = (type: number) => type === TYPE.DATA || type === TYPE.COVER

export class Direction {
  #chain: Uint8Array
  seq = 0 // of the next record

  // PROTO 4.2.1.
  constructor(root: Uint8Array, public dir: number, public epoch: number) {
    this.#chain = expand(root, dir === A_TO_B ? 'chain a2b' : 'chain b2a', u32(epoch), 32)
  }

  // PROTO 4.1.2, 4.2.2: key, nonce and ad of the next record.
  #next(cls: number) {
    const both = expand(this.#chain, 'rec', zeros(0), 64)
    this.#chain = both.slice(32)
    const seq = u64(this.seq++)
    return { key: both.slice(0, 32), nonce: cat(zeros(4), seq), ad: cat(u8(cls), u8(this.dir), u32(this.epoch), seq) }
  }

  // `cls` and `inner` are given only by tests of what a peer may not send.
  seal(
    type: number, payload: Uint8Array, cls = smallest(payload.length),
    inner: Uint8Array = cat(u8(type), u16(payload.length), payload),
  ) {
    if (cls < 0) throw new RangeError('too long for a record')
    const { key, nonce, ad } = this.#next(cls)
    return cat(u8(cls), seal(key, ad, cat(inner, zeros(SIZES[cls] - 17 - inner.length)), nonce))
  }

  // A whole one.
  open(record: Uint8Array) {
    const { key, nonce, ad } = this.#next(record[0])
    const inner = open(key, ad, record.subarray(1), nonce)
    const n = number(inner.subarray(1, 3))
    need(n <= inner.length - 3, 'length')
    need(inner.subarray(3 + n).every((b) => b === 0), 'padding')
    return { type: inner[0], payload: inner.slice(3, 3 + n) }
  }
}

// The size of the record that begins with this byte.
export function recordSize(cls: number) {
  need(cls < SIZES.length, 'class')
  return SIZES[cls]
}
