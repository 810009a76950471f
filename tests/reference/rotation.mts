// PROTO 5.1 to 5.3, 7.3: identities that last, and change.
import { ascii, cat, equal, number, u32 } from './bytes.mjs'
import { commitment, type Pin, type PqIdentity, pqVerify } from './identity.mjs'
import { sha512 } from './schedule.mjs'

export type Relation = 'new' | 'same' | 'rotated' | 'changed'

const LABEL = 'boc1 rotate'
const ENTRY = 1952 + 32 + 4 + 3309
const MOST = 5

// PROTO 3.5.5: a difference in any of the three is another identity.
export const isSame = (a: Pin, b: Pin) => equal(a.pk, b.pk) && equal(a.next, b.next) && a.seq === b.seq

// PROTO 5.2.2.
export const isNext = (of: Pin, b: Pin) => b.seq === of.seq + 1 && equal(commitment(b.pk), of.next)

// What is shown, by what is pinned.
export function relation(pin: Pin | undefined, shown: Pin): Relation {
  if (!pin) return 'new'
  if (isSame(pin, shown)) return 'same'
  return isNext(pin, shown) ? 'rotated' : 'changed'
}

// PROTO 7.3.
export const fingerprint = (onion: Uint8Array, { pk, next }: Pin) => sha512(cat(ascii('boc1 id'), onion, pk, next)).slice(0, 32)

// PROTO 5.3.2.
const said = (onion: Uint8Array, { seq, next }: Pin) => cat(ascii(LABEL), onion, u32(seq), next)

// The payload of a ROTCHAIN of `onion`; identities: all that it had before its present one, oldest first.
export function makeChain(onion: Uint8Array, identities: PqIdentity[], random: Uint8Array) {
  const last = identities.slice(-MOST)
  return cat(...last.map((id) => cat(id.pk, id.next, u32(id.seq), id.sign(said(onion, id), LABEL, random))))
}

function readEntry(b: Uint8Array) {
  const pin = { pk: b.slice(0, 1952), next: b.slice(1952, 1984), seq: number(b.subarray(1984, 1988)) }
  return { pin, sig: b.slice(1988) }
}

// PROTO 5.3.3: whether the chain leads from the pin of `onion` to what it has shown.
export function leads(onion: Uint8Array, pin: Pin, shown: Pin, chain: Uint8Array) {
  const n = chain.length / ENTRY
  if (!Number.isInteger(n) || n > MOST) return false
  const entries = Array.from({ length: n }, (_, i) => readEntry(chain.subarray(i * ENTRY, (i + 1) * ENTRY)))
  const start = entries.findIndex((e) => isSame(e.pin, pin))
  if (start < 0) return false
  const walk = entries.slice(start)
  return walk.every((e, i) =>
    pqVerify(e.pin.pk, said(onion, e.pin), LABEL, e.sig) && isNext(e.pin, walk[i + 1]?.pin ?? shown))
}
