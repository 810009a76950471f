// PROTO 3.4 and 3.5: M1, M2, M3, one class for each side. A method takes one whole message and gives the next.
import { ascii, cat, equal, need, number, padded, u16, u32, u8, zeros } from './bytes.mjs'
import { invitation, makeKnock, makeTags, type Pair } from './continuity.mjs'
import { type OnionKey, type Pin, point, type PqIdentity, pqVerify, verify } from './identity.mjs'
import * as kem from './kem.mjs'
import { fingerprint, type Relation, relation } from './rotation.mjs'
import { expand, extract, mix, open, seal, sha512 } from './schedule.mjs'

// Every random number has a name, for transcripts.
export type Random = (name: string, n: number) => Uint8Array
// Told of every value that both sides must have the same.
export type Trace = (name: string, value: Uint8Array) => void
export interface Side {
  onion: OnionKey
  pq: PqIdentity
  random: Random
  trace?: Trace
  bend?: (part: string, bytes: Uint8Array) => Uint8Array // what a peer that is not honest makes of a part it sends
}
export interface Dial extends Side {
  peer: Uint8Array // B
  pin?: Pin // of B
  pqfp?: Uint8Array // where there is no pin: what B has to show
  pair?: Pair // shared with B
  invitation?: Uint8Array // its secret
  learned?: (pin: Pin, how: Relation) => void // B proved another identity than the pinned one
}

export const M1 = 1464
export const M2 = 6832
export const M3 = 5856
const RESPONDER = 'boc1 responder auth'
const INITIATOR = 'boc1 initiator auth'

// inv_id: zeros where there is none.
export type Policy = (A: Uint8Array, inv_id: Uint8Array) => Pin | null | undefined

// PROTO 3.4.2.
const th0 = (B: Uint8Array) => sha512(cat(ascii('BOC1 link suite 1 xwing ed25519 mldsa65 sha512 cc20p1305'), u8(0), B))

// What both sides have after M3.
export interface Claim {
  root: Uint8Array // R_0
  th6: Uint8Array
  th7: Uint8Array
  tags: Uint8Array
}

// What both sides do: the running hash, told under its name.
class Party {
  th: Uint8Array = zeros(64)
  #HS: Uint8Array = zeros(0)
  trace: Trace
  bend: (part: string, bytes: Uint8Array) => Uint8Array

  constructor(public side: Side) {
    this.trace = side.trace ?? (() => {})
    this.bend = side.bend ?? ((_part, bytes) => bytes)
  }

  begin(B: Uint8Array) {
    this.th = th0(B)
    this.trace('th0', this.th)
  }

  mix(t: number, d: Uint8Array) {
    this.th = mix(this.th, t, d)
    this.trace(`th${t}`, this.th)
  }

  // PROTO 3.4.4: HS.
  secret(ss: Uint8Array) {
    this.trace('ss', ss)
    this.#HS = extract(this.th, ss)
    this.trace('HS', this.#HS)
  }

  key(label: 'm2' | 'm3') {
    const key = expand(this.#HS, label, this.th, 32)
    this.trace(label === 'm2' ? 'k2' : 'k3', key)
    return key
  }

  // PROTO 3.4.8.
  root(tags: Uint8Array): Claim {
    const th6 = this.th
    this.mix(7, tags)
    const root = expand(this.#HS, 'root', this.th, 64)
    this.#HS = zeros(0)
    this.trace('R_0', root)
    return { root, th6, tags, th7: this.th }
  }

  // Both signatures; name: of the random number.
  sign(label: string, said: Uint8Array, name: string) {
    const m = cat(padded(label, 32), said)
    const ed = this.side.onion.sign(m)
    return cat(ed, this.side.pq.sign(cat(m, ed), label, this.side.random(name, 32)))
  }
}

// PROTO 3.4.5, 3.4.8: pk ‖ next ‖ seq ‖ caps.
const tuple = (pq: PqIdentity) => cat(pq.pk, pq.next, u32(pq.seq), u32(0))

// The tuple at an offset of 32.
const readTuple = (p: Uint8Array): Pin => ({ pk: p.slice(32, 1984), next: p.slice(1984, 2016), seq: number(p.subarray(2016, 2020)) })

function verifyBoth(onion: Uint8Array, pk: Uint8Array, label: string, said: Uint8Array, both: Uint8Array) {
  const m = cat(padded(label, 32), said)
  need(verify(onion, m, both.subarray(0, 64)), 'Ed25519')
  need(pqVerify(pk, cat(m, both.subarray(0, 64)), label, both.subarray(64)), 'ML-DSA')
}

export class Initiator extends Party {
  #seed: Uint8Array = zeros(0)

  constructor(public dialled: Dial) {
    super(dialled)
    if (!point(dialled.peer)) throw new Error('no address')
  }

  // PROTO 3.4.3.
  m1() {
    const { peer, pair = {}, random } = this.dialled
    const n = random('n_A', 32)
    this.#seed = random('seed of ek_A', 32)
    const ek = kem.publicKey(this.#seed)
    const head = cat(ascii('BOC1'), u8(1), u8(1), u16(1), n, ek)
    const m1 = this.bend('M1', cat(head, makeKnock(head, pair, random), zeros(176)))
    this.begin(peer)
    this.mix(1, m1)
    return m1
  }

  // PROTO 3.5.3.
  m3(m2: Uint8Array) {
    const { peer, learned } = this.dialled
    need(m2.length === M2, 'size of M2')
    need(m2[0] === 1, 'version')
    need(number(m2.subarray(2, 4)) === 1, 'suite')
    const ss = kem.decapsulate(this.#seed, m2.subarray(8, 1128))
    this.mix(2, m2.subarray(0, 1128))
    this.secret(ss)
    const p2 = open(this.key('m2'), this.th, m2.subarray(1128))
    const proved = readTuple(p2)
    const how = this.#relation(proved)
    this.mix(3, p2.subarray(0, 2032))
    verifyBoth(peer, proved.pk, RESPONDER, this.th, p2.subarray(2032, 5405))
    this.mix(4, p2.subarray(2032, 5405))
    if (how !== 'same') learned?.(proved, how)
    need(how !== 'changed', 'pin')
    return this.#build(p2.subarray(0, 32))
  }

  // PROTO 7.5.
  #relation(proved: Pin): Relation {
    const { peer, pin, pqfp } = this.dialled
    if (!pin && pqfp && !equal(fingerprint(peer, proved), pqfp)) return 'changed'
    return relation(pin, proved)
  }

  // PROTO 3.4.8.
  #build(T_B: Uint8Array) {
    const { onion, pq, random, pair = {}, invitation: secret } = this.dialled
    const invited = secret && invitation(secret)
    const [key, ad] = [this.key('m3'), this.th]
    const head = this.bend('p3 head', cat(onion.key, tuple(pq), u8(1), zeros(7), invited?.id ?? zeros(16)))
    this.mix(5, head)
    const both = this.bend('p3 signatures', this.sign(INITIATOR, cat(T_B, this.th), 'ML-DSA of A'))
    this.mix(6, both)
    const tags = this.bend('p3 tags', makeTags(this.th, pair, invited?.key, random))
    const m3 = seal(key, ad, cat(head, both, tags, this.bend('p3 padding', zeros(5840 - 5517))))
    return { m3, claim: this.root(tags) }
  }
}

export class Responder extends Party {
  #T_B: Uint8Array = zeros(0)

  // PROTO 3.4.3 to 3.4.6, 3.5.2.
  m2(m1: Uint8Array) {
    const { onion, pq, random } = this.side
    need(m1.length === M1, 'size of M1')
    need(equal(m1.subarray(0, 4), ascii('BOC1')), 'magic')
    need(m1[4] <= 1 && 1 <= m1[5], 'version')
    need(number(m1.subarray(6, 8)) % 2 === 1, 'suite')
    const ek = m1.subarray(40, 40 + kem.EK)
    kem.check(ek)
    this.begin(onion.key)
    this.mix(1, m1)
    const { ct, ss } = kem.encapsulate(ek, random('coins of ct', 64))
    const m2c = this.bend('M2c', cat(u8(1), u8(0), u16(1), u32(0), ct))
    this.mix(2, m2c)
    this.secret(this.bend('ss', ss))
    const [key, ad] = [this.key('m2'), this.th]
    this.#T_B = random('T_B', 32)
    const head = this.bend('p2 head', cat(this.#T_B, tuple(pq), zeros(8)))
    this.mix(3, head)
    const both = this.bend('p2 signatures', this.sign(RESPONDER, this.th, 'ML-DSA of B'))
    this.mix(4, both)
    return cat(m2c, seal(key, ad, cat(head, both, this.bend('p2 padding', zeros(5688 - 5405)))))
  }

  // PROTO 3.5.4. `policy` gives what is pinned for an address, null for nothing, undefined where it may not talk to us.
  accept(m3: Uint8Array, policy: Policy) {
    need(m3.length === M3, 'size of M3')
    const p3 = open(this.key('m3'), this.th, m3)
    need(p3[2024] === 1, 'mode')
    const [peer, invited] = [p3.slice(0, 32), p3.slice(2032, 2048)]
    need(point(peer) && !equal(peer, this.side.onion.key), 'address')
    const pin = policy(peer, invited)
    need(pin !== undefined, 'policy')
    const proved = readTuple(p3)
    const how = relation(pin ?? undefined, proved)
    this.mix(5, p3.subarray(0, 2048))
    verifyBoth(peer, proved.pk, INITIATOR, cat(this.#T_B, this.th), p3.subarray(2048, 5421))
    this.mix(6, p3.subarray(2048, 5421))
    return { peer, proved, how, invited, claim: this.root(p3.slice(5421, 5517)) }
  }
}
