// PROTO 3.1.2: the key schedule.
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ascii, cat, Refused, u32, u8, zeros } from './bytes.mjs'

export { sha512 }

/** @param {Uint8Array} salt @param {Uint8Array} ikm */
export const extract = (salt, ikm) => hmac(sha512, salt, ikm)

/** @param {Uint8Array} prk @param {string} label @param {Uint8Array} ctx @param {number} n */
export function expand(prk, label, ctx, n) {
  if (n > 64) throw new RangeError('one block of output')
  return hmac(sha512, prk, cat(ascii('boc1'), u8(label.length), ascii(label), ctx, u8(1))).slice(0, n)
}

/** @param {Uint8Array} th @param {number} t @param {Uint8Array} d */
export const mix = (th, t, d) => sha512(cat(th, u8(t), u32(d.length), d))

const nonce0 = zeros(12)

/** @param {Uint8Array} key @param {Uint8Array} ad @param {Uint8Array} plain */
export const seal = (key, ad, plain, nonce = nonce0) => chacha20poly1305(key, nonce, ad).encrypt(plain)

/** @param {Uint8Array} key @param {Uint8Array} ad @param {Uint8Array} sealed */
export function open(key, ad, sealed, nonce = nonce0) {
  try {
    return chacha20poly1305(key, nonce, ad).decrypt(sealed)
  } catch {
    throw new Refused('AEAD')
  }
}
