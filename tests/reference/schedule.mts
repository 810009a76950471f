// PROTO 3.1.2: the key schedule.
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ascii, cat, Refused, u32, u8, zeros } from './bytes.mjs'

export { sha512 }

export const mac = (key: Uint8Array, m: Uint8Array) => hmac(sha512, key, m)
export const extract = (salt: Uint8Array, ikm: Uint8Array) => mac(salt, ikm)

export function expand(prk: Uint8Array, label: string, ctx: Uint8Array, n: number) {
  if (n > 64) throw new RangeError('one block of output')
  return mac(prk, cat(ascii('boc1'), u8(label.length), ascii(label), ctx, u8(1))).slice(0, n)
}

export const mix = (th: Uint8Array, t: number, d: Uint8Array) => sha512(cat(th, u8(t), u32(d.length), d))

const nonce0 = zeros(12)

export const seal = (key: Uint8Array, ad: Uint8Array, plain: Uint8Array, nonce = nonce0) => chacha20poly1305(key, nonce, ad).encrypt(plain)

export function open(key: Uint8Array, ad: Uint8Array, sealed: Uint8Array, nonce = nonce0) {
  try {
    return chacha20poly1305(key, nonce, ad).decrypt(sealed)
  } catch {
    throw new Refused('AEAD')
  }
}
