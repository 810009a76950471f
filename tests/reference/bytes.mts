// Bytes as docs/protocol.md writes them.
export const cat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))
export const zeros = (n: number) => new Uint8Array(n)
export const ascii = (s: string) => new Uint8Array(Buffer.from(s, 'ascii'))
export const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
export const toHex = (b: Uint8Array) => Buffer.from(b).toString('hex')
export const fromHex = (s: string) => new Uint8Array(Buffer.from(s, 'hex'))

export const u8 = (n: number) => Uint8Array.of(n)
export const u16 = (n: number) => integer(2, n)
export const u32 = (n: number) => integer(4, n)
export const u64 = (n: number) => integer(8, n)

// "x"~n: ASCII padded with zeros to n bytes.
export const padded = (s: string, n: number) => cat(ascii(s), zeros(n - s.length))

function integer(size: number, n: number) {
  const out = zeros(size)
  for (let i = size - 1; i >= 0; i--, n = Math.floor(n / 256)) out[i] = n % 256
  return out
}

// The big-endian integer of all bytes.
export const number = (b: Uint8Array) => b.reduce((n, byte) => n * 256 + byte, 0)

// What the peer sent cannot be accepted: the link is wiped and closed.
export class Refused extends Error {}

export function need(fine: unknown, why: string): asserts fine {
  if (!fine) throw new Refused(why)
}
