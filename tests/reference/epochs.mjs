// PROTO 4.2.4, 4.3: the keys that one side sends and receives in, from R_0 on.
import { cat, u32, zeros } from './bytes.mjs'
import { A_TO_B, B_TO_A, Direction } from './records.mjs'
import { expand, extract, sha512 } from './schedule.mjs'

const psk = zeros(32)

export class Epochs {
  #from // R_0, then S_i: what the next root comes from
  #newest = 0
  /** @type {Direction} */ #nextOut
  /** @type {Direction} */ #nextIn

  /** @param {'A' | 'B'} role @param {Uint8Array} root R_0 @param {import('./handshake.mjs').Trace} [trace] */
  constructor(role, root, trace) {
    this.trace = trace
    this.#from = root
    this.out = this.#nextOut = new Direction(root, role === 'A' ? A_TO_B : B_TO_A, 0)
    this.in = this.#nextIn = new Direction(root, role === 'A' ? B_TO_A : A_TO_B, 0)
  }

  /** PROTO 3.4.10. @param {Uint8Array} th7 @param {Uint8Array} accept the payload */
  accepted(th7, accept) {
    this.#step(psk, cat(th7, accept))
  }

  /** PROTO 4.3.9. @param {Uint8Array} ss @param {Uint8Array} ek @param {Uint8Array} ct */
  rekeyed(ss, ek, ct) {
    this.#step(ss, cat(ek, ct))
  }

  /** Both directions stay in their epoch until switched. @param {Uint8Array} secret @param {Uint8Array} hashed */
  #step(secret, hashed) {
    const i = ++this.#newest
    const root = expand(extract(this.#from, secret), 'root', cat(u32(i), sha512(hashed)), 64)
    this.trace?.(`R_${i}`, root)
    this.#nextOut = new Direction(root, this.out.dir, i)
    this.#nextIn = new Direction(root, this.in.dir, i)
    this.#from = expand(root, 'next', u32(i), 64)
    this.trace?.(`S_${i}`, this.#from)
  }

  switchOut() {
    this.out = this.#nextOut
  }

  switchIn() {
    this.in = this.#nextIn
  }
}
