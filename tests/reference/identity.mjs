// PROTO 3.2: who somebody is.
import { ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ascii, cat, equal } from './bytes.mjs'
import { sha512 } from './schedule.mjs'

const { Point } = ed25519
const L = Point.Fn.ORDER

/** @param {Uint8Array} b */
const little = (b) => BigInt('0x' + Buffer.from(b).reverse().toString('hex'))
const mod = (/** @type {bigint} */ n) => ((n % L) + L) % L
const scalarBytes = (/** @type {bigint} */ n) => Point.Fn.toBytes(n)
const times = (/** @type {InstanceType<typeof Point>} */ p, /** @type {bigint} */ n) => (n === 0n ? Point.ZERO : p.multiplyUnsafe(n))

/** PROTO 3.2.2. The point, or undefined. @param {Uint8Array} key */
export function point(key) {
  try {
    const p = Point.fromBytes(key, false)
    return !p.isSmallOrder() && p.isTorsionFree() ? p : undefined
  } catch {
    return undefined
  }
}

/** PROTO 3.2.4. @param {Uint8Array} key @param {Uint8Array} m @param {Uint8Array} signature */
export function verify(key, m, signature) {
  const A = point(key)
  const R = signature.subarray(0, 32)
  const S = little(signature.subarray(32))
  if (!A || signature.length !== 64 || S >= L) return false
  // R is compared as bytes with a multiple of prime order: the one R of small order left is the neutral element.
  if (equal(R, Point.ZERO.toBytes())) return false
  const k = mod(little(sha512(cat(R, key, m))))
  return equal(times(Point.BASE, S).subtract(times(A, k)).toBytes(), R)
}

// PROTO 3.2.1: Tor's expanded secret a(32) ‖ RH(32).
export class OnionKey {
  #a
  #RH

  /** @param {Uint8Array} expanded */
  constructor(expanded) {
    this.#a = mod(little(expanded.subarray(0, 32)))
    this.#RH = expanded.slice(32, 64)
    this.key = times(Point.BASE, this.#a).toBytes()
  }

  /** PROTO 3.2.3. @param {Uint8Array} m */
  sign(m) {
    const r = mod(little(sha512(cat(this.#RH, m))))
    const R = times(Point.BASE, r).toBytes()
    const k = mod(little(sha512(cat(R, this.key, m))))
    const signature = cat(R, scalarBytes(mod(r + k * this.#a)))
    if (!verify(this.key, m, signature)) throw new Error('fault while signing')
    return signature
  }
}

/** PROTO 3.2.5: what commits to the key that comes after. @param {Uint8Array} pk */
export const commitment = (pk) => sha512(cat(ascii('boc1 next'), pk)).slice(0, 32)

// PROTO 3.2.5: (pk, next, seq) with its secret.
export class PqIdentity {
  #secret

  /** @param {Uint8Array} seed @param {Uint8Array} next @param {number} seq */
  constructor(seed, next, seq) {
    const { secretKey, publicKey } = ml_dsa65.keygen(seed)
    this.#secret = secretKey
    this.pk = publicKey
    this.next = next
    this.seq = seq
  }

  /** @param {Uint8Array} m @param {string} context @param {Uint8Array} random 32 bytes: the hedged variant of FIPS 204 */
  sign(m, context, random) {
    return ml_dsa65.sign(m, this.#secret, { context: ascii(context), extraEntropy: random })
  }
}

/** @param {Uint8Array} pk @param {Uint8Array} m @param {string} context @param {Uint8Array} signature */
export const pqVerify = (pk, m, context, signature) => ml_dsa65.verify(signature, m, pk, { context: ascii(context) })

/** @typedef {{pk: Uint8Array, next: Uint8Array, seq: number}} Pin what is pinned beside the onion key */

/** PROTO 3.5.5: a difference in any of the three is a mismatch. @param {Pin} a @param {Pin} b */
export const samePin = (a, b) => equal(a.pk, b.pk) && equal(a.next, b.next) && a.seq === b.seq
