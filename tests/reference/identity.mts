// PROTO 3.2: who somebody is.
import { ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ascii, cat, equal } from './bytes.mjs'
import { sha512 } from './schedule.mjs'

const { Point } = ed25519
const L = Point.Fn.ORDER

const little = (b: Uint8Array) => BigInt('0x' + Buffer.from(b).reverse().toString('hex'))
const mod = (n: bigint) => ((n % L) + L) % L
const scalarBytes = (n: bigint) => Point.Fn.toBytes(n)
const times = (p: InstanceType<typeof Point>, n: bigint) => (n === 0n ? Point.ZERO : p.multiplyUnsafe(n))

// PROTO 3.2.2. The point, or undefined.
export function point(key: Uint8Array) {
  try {
    const p = Point.fromBytes(key, false)
    return !p.isSmallOrder() && p.isTorsionFree() ? p : undefined
  } catch {
    return undefined
  }
}

// PROTO 3.2.4.
export function verify(key: Uint8Array, m: Uint8Array, signature: Uint8Array) {
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
  #a: bigint
  #RH: Uint8Array
  key: Uint8Array

  constructor(expanded: Uint8Array) {
    this.#a = mod(little(expanded.subarray(0, 32)))
    this.#RH = expanded.slice(32, 64)
    this.key = times(Point.BASE, this.#a).toBytes()
  }

  // PROTO 3.2.3.
  sign(m: Uint8Array) {
    const r = mod(little(sha512(cat(this.#RH, m))))
    const R = times(Point.BASE, r).toBytes()
    const k = mod(little(sha512(cat(R, this.key, m))))
    const signature = cat(R, scalarBytes(mod(r + k * this.#a)))
    if (!verify(this.key, m, signature)) throw new Error('fault while signing')
    return signature
  }
}

// PROTO 3.2.5: what commits to the key that comes after.
export const commitment = (pk: Uint8Array) => sha512(cat(ascii('boc1 next'), pk)).slice(0, 32)

// PROTO 3.2.5: (pk, next, seq) with its secret.
export class PqIdentity {
  #secret: Uint8Array
  pk: Uint8Array

  constructor(seed: Uint8Array, public next: Uint8Array, public seq: number) {
    const { secretKey, publicKey } = ml_dsa65.keygen(seed)
    this.#secret = secretKey
    this.pk = publicKey
  }

  // random: 32 bytes, the hedged variant of FIPS 204
  sign(m: Uint8Array, context: string, random: Uint8Array) {
    return ml_dsa65.sign(m, this.#secret, { context: ascii(context), extraEntropy: random })
  }
}

export const pqVerify = (pk: Uint8Array, m: Uint8Array, context: string, signature: Uint8Array) =>
  ml_dsa65.verify(signature, m, pk, { context: ascii(context) })

// What is pinned beside the onion key.
export interface Pin {
  pk: Uint8Array
  next: Uint8Array
  seq: number
}
