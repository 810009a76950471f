// PROTO 3.4.8 to 3.4.10, 5.5, 7.2, 8.1.4: the secrets that two who met before share beside their keys.
import { ascii, cat, equal, need, zeros } from './bytes.mjs'
import type { Random } from './handshake.mjs'
import { expand, mac, sha512 } from './schedule.mjs'

// PROTO 5.5.1: "Each side keeps up to two secrets of 32 bytes for each contact"
export interface Pair {
  cur?: Uint8Array
  prev?: Uint8Array
}

// What a handshake settled on.
export interface Choice {
  psk_sel: number
  psk: Uint8Array
  lost: boolean // continuity is
}

export const SELECTS = { NOTHING: 0, INVITATION: 1, CUR: 2, PREV: 3 }
const selectsPair = (n: number) => n === SELECTS.CUR || n === SELECTS.PREV
const short = (key: Uint8Array, label: string, ...m: Uint8Array[]) => mac(key, cat(ascii(label), ...m)).slice(0, 32)

// PROTO 7.2.
export const invitation = (secret: Uint8Array) => ({
  id: expand(secret, 'inv id', zeros(0), 16), key: expand(secret, 'inv key', zeros(0), 32),
})
export const isInvited = (id: Uint8Array) => id.some((b) => b !== 0)

// PROTO 3.4.8.
const contTag = (cs: Uint8Array, th6: Uint8Array) => short(cs, 'boc1 cont', th6)
const invTag = (key: Uint8Array, th6: Uint8Array) => short(key, 'boc1 inv', th6)
const parts = (tags: Uint8Array) => [tags.slice(0, 32), tags.slice(32, 64), tags.slice(64, 96)]

// cont_cur ‖ cont_prev ‖ inv_mac.
export function makeTags(th6: Uint8Array, pair: Pair, invKey: Uint8Array | undefined, random: Random) {
  const drawn = [random('cont_cur', 32), random('cont_prev', 32), random('inv_mac', 32)]
  return cat(
    pair.cur ? contTag(pair.cur, th6) : drawn[0],
    pair.prev ? contTag(pair.prev, th6) : drawn[1],
    invKey ? invTag(invKey, th6) : drawn[2],
  )
}

export const invitationFits = (th6: Uint8Array, tags: Uint8Array, key: Uint8Array) => equal(parts(tags)[2], invTag(key, th6))

// PROTO 5.5.4.
const isLost = (pair: Pair, psk_sel: number) => pair.prev !== undefined && !selectsPair(psk_sel)

// The value of the pair that makes the tag.
const maker = (pair: Pair, th6: Uint8Array, tag: Uint8Array) =>
  [pair.cur, pair.prev].find((cs) => cs && equal(contTag(cs, th6), tag))

// PROTO 3.4.9, as B. invKey: of the invitation, where it is good.
export function choose(th6: Uint8Array, tags: Uint8Array, pair: Pair, invKey?: Uint8Array): Choice {
  const [cur, prev] = parts(tags)
  const options: [number, Uint8Array | undefined][] = [
    [SELECTS.CUR, maker(pair, th6, cur)], [SELECTS.PREV, maker(pair, th6, prev)], [SELECTS.INVITATION, invKey],
  ]
  for (const [psk_sel, psk] of options) if (psk) return { psk_sel, psk, lost: isLost(pair, psk_sel) }
  return { psk_sel: SELECTS.NOTHING, psk: zeros(32), lost: isLost(pair, SELECTS.NOTHING) }
}

// PROTO 3.4.9, as A; `sent` are its tags.
export function follow(
  th6: Uint8Array, sent: Uint8Array, pair: Pair, invKey: Uint8Array | undefined, status: number, psk_sel: number,
): Choice {
  const [cur, prev] = parts(sent)
  need(psk_sel <= SELECTS.PREV, 'psk_sel')
  need(status < 3 || psk_sel === SELECTS.NOTHING, 'psk_sel with this status')
  need(status !== 2 || !selectsPair(psk_sel), 'psk_sel with CONT_LOST')
  const lost = status < 3 && (status === 2 || isLost(pair, psk_sel))
  if (psk_sel === SELECTS.NOTHING) return { psk_sel, psk: zeros(32), lost }
  const psk = psk_sel === SELECTS.INVITATION ? invKey : maker(pair, th6, psk_sel === SELECTS.CUR ? cur : prev)
  need(psk, 'psk_sel selects nothing')
  return { psk_sel, psk, lost }
}

// PROTO 5.5.2, 5.5.3.
export function nextPair(choice: Choice, R_1: Uint8Array, th7: Uint8Array): Pair {
  const fresh = expand(R_1, 'continuity', th7, 32)
  if (selectsPair(choice.psk_sel)) return { cur: fresh, prev: choice.psk }
  return { cur: fresh, prev: choice.lost ? fresh : undefined }
}

// PROTO 8.1.4.
const COVERED = 1256
const half = (cs: Uint8Array, digest: Uint8Array) => mac(short(cs, 'boc1 knock'), digest).slice(0, 16)

// m1: what comes before the knock.
export function makeKnock(m1: Uint8Array, pair: Pair, random: Random) {
  const [drawn, digest] = [random('knock', 32), sha512(m1.subarray(0, COVERED))]
  return cat(
    pair.cur ? half(pair.cur, digest) : drawn.slice(0, 16), pair.prev ? half(pair.prev, digest) : drawn.slice(16, 32),
  )
}

// Whether the author of a whole M1 has a value of the pair.
export function knocks(m1: Uint8Array, pair: Pair) {
  const digest = sha512(m1.subarray(0, COVERED))
  const said = [m1.subarray(COVERED, COVERED + 16), m1.subarray(COVERED + 16, COVERED + 32)]
  return [pair.cur, pair.prev].some((cs) => cs && said.some((s) => equal(s, half(cs, digest))))
}
