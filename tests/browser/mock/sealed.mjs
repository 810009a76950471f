// docs/api.md "Login": key schedule and frames, with node's own crypto.
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'

const hkdf = (salt, key, info, length) => Buffer.from(hkdfSync('sha512', key, salt, info, length))

function open(key, nonce, ad, sealed) {
  const cipher = createDecipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(ad)
  cipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
}

function seal(key, nonce, ad, plain) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(ad)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** What was sealed for the vault: the unlock key and the name. Throws when it was not sealed with this session key. */
export function openUnlock(sessionKey, sealed) {
  const plain = open(hkdf('boc ws 1', sessionKey, 'unlock', 32), Buffer.alloc(12), Buffer.from('boc unlock 1'), sealed)
  return { key: plain.subarray(0, 32), name: plain.subarray(32).toString() }
}

/** What was sealed with a key of this session, bound to what it is about. */
export const openOnce = (sessionKey, info, bound, sealed) =>
  open(hkdf('boc ws 1', sessionKey, info, 32), Buffer.alloc(12), bound, sealed)
export const sealOnce = (sessionKey, info, bound, plain) =>
  seal(hkdf('boc ws 1', sessionKey, info, 32), Buffer.alloc(12), bound, plain)
export const unlockKeyOf = (exportKey) => hkdf('boc vault 1', exportKey, 'unlock', 32)

export const PAGE = 0
export const PROGRAM = 1

/** The frames of one side. */
export function frames(side, sessionKey, origin, ke1, ke2, ke3) {
  const secret = hkdf('boc ws 1', sessionKey, 'ws', 64)
  const th = createHash('sha512').update(`${origin}\n`).update(ke1).update(ke2).update(ke3).digest()
  const keys = [hkdf(th, secret, 'c2s', 32), hkdf(th, secret, 's2c', 32)]
  const other = 1 - side
  let received = 0n
  let sent = 0n
  const head = (counter) => {
    const bytes = Buffer.alloc(9)
    bytes[0] = 1
    bytes.writeBigUInt64BE(counter, 1)
    return bytes
  }
  const nonce = (dir, ad) => Buffer.concat([Buffer.from([0, 0, 0, dir]), ad.subarray(1)])
  return {
    open(frame) {
      const ad = head(received++)
      if (!ad.equals(frame.subarray(0, 9))) throw new Error('not the next frame')
      return open(keys[other], nonce(other, ad), ad, frame.subarray(9)).toString()
    },
    seal(text) {
      const ad = head(sent++)
      return Buffer.concat([ad, seal(keys[side], nonce(side, ad), ad, Buffer.from(text))])
    },
  }
}
