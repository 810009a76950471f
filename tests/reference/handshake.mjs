// PROTO 3.4 and 3.5: M1, M2, M3, one class for each side. A method takes one whole message and gives the next.
import { ascii, cat, equal, need, number, padded, u16, u32, u8, zeros } from './bytes.mjs'
import { point, pqVerify, samePin, verify } from './identity.mjs'
import * as kem from './kem.mjs'
import { expand, extract, mix, open, seal, sha512 } from './schedule.mjs'

/** @typedef {import('./identity.mjs').Pin} Pin */
/** @typedef {import('./identity.mjs').OnionKey} OnionKey */
/** @typedef {import('./identity.mjs').PqIdentity} PqIdentity */
/** @typedef {(name: string, n: number) => Uint8Array} Random every random number has a name, for transcripts */
/** @typedef {(name: string, value: Uint8Array) => void} Trace told of every value that both sides must have the same */
/**
 * @typedef {object} Side
 * @property {OnionKey} onion
 * @property {PqIdentity} pq
 * @property {Random} random
 * @property {Trace} [trace]
 * @property {(part: string, bytes: Uint8Array) => Uint8Array} [bend] what a peer that is not honest makes of a part it sends
 */

export const M1 = 1464
export const M2 = 6832
export const M3 = 5856
const RESPONDER = 'boc1 responder auth'
const INITIATOR = 'boc1 initiator auth'

/** PROTO 3.4.2. @param {Uint8Array} B */
const th0 = (B) => sha512(cat(ascii('BOC1 link suite 1 xwing ed25519 mldsa65 sha512 cc20p1305'), u8(0), B))

/** What both sides do: the running hash, told under its name. */
class Party {
  th = zeros(64)

  /** @param {Side} side */
  constructor(side) {
    this.side = side
    this.trace = side.trace ?? (() => {})
    this.bend = side.bend ?? ((/** @type {string} */ _part, /** @type {Uint8Array} */ bytes) => bytes)
  }

  /** @param {Uint8Array} B */
  begin(B) {
    this.th = th0(B)
    this.trace('th0', this.th)
  }

  /** @param {number} t @param {Uint8Array} d */
  mix(t, d) {
    this.th = mix(this.th, t, d)
    this.trace(`th${t}`, this.th)
  }

  /** PROTO 3.4.4: HS. @param {Uint8Array} ss */
  secret(ss) {
    this.trace('ss', ss)
    this.HS = extract(this.th, ss)
    this.trace('HS', this.HS)
  }

  /** @param {'m2' | 'm3'} label */
  key(label) {
    const key = expand(/** @type {Uint8Array} */ (this.HS), label, this.th, 32)
    this.trace(label === 'm2' ? 'k2' : 'k3', key)
    return key
  }

  /** PROTO 3.4.8. @param {Uint8Array} tags cont_cur ‖ cont_prev ‖ inv_mac */
  root(tags) {
    this.mix(7, tags)
    const root = expand(/** @type {Uint8Array} */ (this.HS), 'root', this.th, 64)
    this.HS = undefined
    this.trace('R_0', root)
    return { root, th7: this.th }
  }

  /** Both signatures. @param {string} label @param {Uint8Array} said @param {string} name of the random number */
  sign(label, said, name) {
    const m = cat(padded(label, 32), said)
    const ed = this.side.onion.sign(m)
    return cat(ed, this.side.pq.sign(cat(m, ed), label, this.side.random(name, 32)))
  }
}

/** PROTO 3.4.5, 3.4.8: pk ‖ next ‖ seq ‖ caps. @param {PqIdentity} pq */
const tuple = (pq) => cat(pq.pk, pq.next, u32(pq.seq), u32(0))

/** The tuple at an offset of 32. @param {Uint8Array} p @returns {Pin} */
const readTuple = (p) => ({ pk: p.slice(32, 1984), next: p.slice(1984, 2016), seq: number(p.subarray(2016, 2020)) })

/** @param {Uint8Array} onion @param {Uint8Array} pk @param {string} label @param {Uint8Array} said @param {Uint8Array} both */
function verifyBoth(onion, pk, label, said, both) {
  const m = cat(padded(label, 32), said)
  need(verify(onion, m, both.subarray(0, 64)), 'Ed25519')
  need(pqVerify(pk, cat(m, both.subarray(0, 64)), label, both.subarray(64)), 'ML-DSA')
}

export class Initiator extends Party {
  /** @type {Uint8Array} */ #seed = zeros(0)

  /** @param {Side & {peer: Uint8Array, pin?: Pin, learned?: (pin: Pin) => void}} side  peer: B; pin: what is pinned for B */
  constructor(side) {
    super(side)
    this.dialled = side
    if (!point(side.peer)) throw new Error('no address')
  }

  /** PROTO 3.4.3. */
  m1() {
    const { peer, random } = this.dialled
    const n = random('n_A', 32)
    this.#seed = random('seed of ek_A', 32)
    const ek = kem.publicKey(this.#seed)
    const m1 = this.bend('M1', cat(ascii('BOC1'), u8(1), u8(1), u16(1), n, ek, random('knock', 32), zeros(176)))
    this.begin(peer)
    this.mix(1, m1)
    return m1
  }

  /** PROTO 3.5.3. @param {Uint8Array} m2 */
  m3(m2) {
    const { peer, pin, learned } = this.dialled
    need(m2.length === M2, 'size of M2')
    need(m2[0] === 1, 'version')
    need(number(m2.subarray(2, 4)) === 1, 'suite')
    const ss = kem.decapsulate(this.#seed, m2.subarray(8, 1128))
    this.mix(2, m2.subarray(0, 1128))
    this.secret(ss)
    const p2 = open(this.key('m2'), this.th, m2.subarray(1128))
    const proved = readTuple(p2)
    need(!pin || samePin(pin, proved), 'pin')
    this.mix(3, p2.subarray(0, 2032))
    verifyBoth(peer, proved.pk, RESPONDER, this.th, p2.subarray(2032, 5405))
    this.mix(4, p2.subarray(2032, 5405))
    if (!pin) learned?.(proved)
    return this.#build(p2.subarray(0, 32))
  }

  /** PROTO 3.4.8. @param {Uint8Array} T_B */
  #build(T_B) {
    const { onion, pq, random } = this.side
    const [key, ad] = [this.key('m3'), this.th]
    const head = this.bend('p3 head', cat(onion.key, tuple(pq), u8(1), zeros(7), zeros(16)))
    this.mix(5, head)
    const both = this.bend('p3 signatures', this.sign(INITIATOR, cat(T_B, this.th), 'ML-DSA of A'))
    this.mix(6, both)
    const tags = cat(random('cont_cur', 32), random('cont_prev', 32), random('inv_mac', 32))
    const m3 = seal(key, ad, cat(head, both, tags, this.bend('p3 padding', zeros(5840 - 5517))))
    return { m3, ...this.root(tags) }
  }
}

export class Responder extends Party {
  /** @type {Uint8Array} */ #T_B = zeros(0)

  /** PROTO 3.4.3 to 3.4.6, 3.5.2. @param {Uint8Array} m1 */
  m2(m1) {
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

  /**
   * PROTO 3.5.4. `policy` gives what is pinned for an address, null for nothing, undefined where it may not talk to us.
   * @param {Uint8Array} m3 @param {(A: Uint8Array) => Pin | null | undefined} policy
   */
  accept(m3, policy) {
    need(m3.length === M3, 'size of M3')
    const p3 = open(this.key('m3'), this.th, m3)
    need(p3[2024] === 1, 'mode')
    const peer = p3.slice(0, 32)
    need(point(peer) && !equal(peer, this.side.onion.key), 'address')
    const pin = policy(peer)
    need(pin !== undefined, 'policy')
    const proved = readTuple(p3)
    const changed = pin !== null && !samePin(pin, proved)
    this.mix(5, p3.subarray(0, 2048))
    verifyBoth(peer, proved.pk, INITIATOR, cat(this.#T_B, this.th), p3.subarray(2048, 5421))
    this.mix(6, p3.subarray(2048, 5421))
    return { peer, proved, changed, known: pin !== null, ...this.root(p3.subarray(5421, 5517)) }
  }
}
