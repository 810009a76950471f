// Bytes as docs/protocol.md writes them.
export const cat = (/** @type {Uint8Array[]} */ ...parts) => new Uint8Array(Buffer.concat(parts))
export const zeros = (/** @type {number} */ n) => new Uint8Array(n)
export const ascii = (/** @type {string} */ s) => new Uint8Array(Buffer.from(s, 'ascii'))
export const equal = (/** @type {Uint8Array} */ a, /** @type {Uint8Array} */ b) => Buffer.compare(a, b) === 0
export const toHex = (/** @type {Uint8Array} */ b) => Buffer.from(b).toString('hex')
export const fromHex = (/** @type {string} */ s) => new Uint8Array(Buffer.from(s, 'hex'))

export const u8 = (/** @type {number} */ n) => Uint8Array.of(n)
export const u16 = (/** @type {number} */ n) => integer(2, n)
export const u32 = (/** @type {number} */ n) => integer(4, n)
export const u64 = (/** @type {number} */ n) => integer(8, n)

/** "x"~n: ASCII padded with zeros to n bytes. @param {string} s @param {number} n */
export const padded = (s, n) => cat(ascii(s), zeros(n - s.length))

/** @param {number} size @param {number} n */
function integer(size, n) {
  const out = zeros(size)
  for (let i = size - 1; i >= 0; i--, n = Math.floor(n / 256)) out[i] = n % 256
  return out
}

/** The big-endian integer of all bytes. @param {Uint8Array} b */
export const number = (b) => b.reduce((n, byte) => n * 256 + byte, 0)

// What the peer sent cannot be accepted: the link is wiped and closed.
export class Refused extends Error {}

/** @param {unknown} fine @param {string} why @returns {asserts fine} */
export function need(fine, why) {
  if (!fine) throw new Refused(why)
}
