// PROTO 4.2.4, 4.3: the keys that one side sends and receives in, from R_0 on.
import { cat, u32 } from './bytes.mjs'
import { A_TO_B, B_TO_A, Direction } from './records.mjs'
import type { Trace } from './handshake.mjs'
import { expand, extract, sha512 } from './schedule.mjs'

export class Epochs {
  #from: Uint8Array // R_0, then S_i: what the next root comes from
  #newest = 0
  #nextOut: Direction
  #nextIn: Direction
  out: Direction
  in: Direction

  // root: R_0
  constructor(role: 'A' | 'B', root: Uint8Array, private trace?: Trace) {
    this.#from = root
    this.out = this.#nextOut = new Direction(root, role === 'A' ? A_TO_B : B_TO_A, 0)
    this.in = this.#nextIn = new Direction(root, role === 'A' ? B_TO_A : A_TO_B, 0)
  }

  // PROTO 3.4.10; accept: the payload. Gives R_1.
  accepted(psk: Uint8Array, th7: Uint8Array, accept: Uint8Array) {
    return this.#step(psk, cat(th7, accept))
  }

  // PROTO 4.3.9.
  rekeyed(ss: Uint8Array, ek: Uint8Array, ct: Uint8Array) {
    this.#step(ss, cat(ek, ct))
  }

  // Both directions stay in their epoch until switched.
  #step(secret: Uint8Array, hashed: Uint8Array) {
    const i = ++this.#newest
    const root = expand(extract(this.#from, secret), 'root', cat(u32(i), sha512(hashed)), 64)
    this.trace?.(`R_${i}`, root)
    this.#nextOut = new Direction(root, this.out.dir, i)
    this.#nextIn = new Direction(root, this.in.dir, i)
    this.#from = expand(root, 'next', u32(i), 64)
    this.trace?.(`S_${i}`, this.#from)
    return root
  }

  switchOut() {
    this.out = this.#nextOut
  }

  switchIn() {
    this.in = this.#nextIn
  }
}
