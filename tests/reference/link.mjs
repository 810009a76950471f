// A whole link over a stream of bytes, either side: handshake, records, epochs, PING, CLOSE. No clock, no socket.
//
// Of docs/protocol.md it has neither continuity (5.5) nor invitations (7) nor knocks (8.1.4): it shares no secret with
// anybody, its tags and knocks are random, its psk is 0. Of rotations it has neither the successor of a pin (5.2.2) nor
// what a ROTCHAIN holds (5.3.2, 5.3.3): another tuple than the pinned one is another identity.
import { cat, need, u32, u8, zeros } from './bytes.mjs'
import { Epochs } from './epochs.mjs'
import { Initiator, M1, M2, M3, Responder } from './handshake.mjs'
import { recordSize, TYPE } from './records.mjs'
import { HARD_STOP, isAbove, Rekey } from './rekey.mjs'

/** @typedef {import('./identity.mjs').Pin} Pin */
/** @typedef {import('./handshake.mjs').Side} Side */
/** @typedef {{type: number, payload: Uint8Array}} Record */
/** @typedef {Record & {epoch: number, seq: number, bytes: Uint8Array}} Sent */

export const STATUS = { OK: 0, PENDING: 1, CONT_LOST: 2, INVITE_BAD: 3, KEY_CHANGED: 4 }
export const REASON = { DONE: 1, DUP: 2, LOCKED: 3, REFUSED: 4, KEY_CHANGED: 5, RENEW: 6 }

// What both sides have. `output` is to be sent, `records` were delivered to the layers above.
class Link {
  /** @type {Uint8Array[]} */ output = []
  /** @type {Record[]} */ records = []
  /** @type {Sent[]} */ sent = []
  /** @type {number | undefined} */ status
  /** @type {number | undefined} */ closed // the reason of a CLOSE, sent or received
  /** @type {Epochs | undefined} */ epochs // from M3 on
  /** @type {Rekey | undefined} */ rekey
  answers = 0 // to PINGs of ours
  #chain = false // B, in quarantine: the one ROTCHAIN was delivered
  #rest = zeros(0)

  /** @param {'A' | 'B'} role @param {Side} side */
  constructor(role, side) {
    this.role = role
    this.side = side
  }

  /** The size of the handshake message that is due. @returns {number} */
  expects() {
    return 0
  }

  /** @param {Uint8Array} _message of the handshake */
  take(_message) {}

  /** @param {Uint8Array} _payload @returns {void} */
  onAccept(_payload) {
    need(false, 'ACCEPT')
  }

  /** @param {Uint8Array} bytes */
  feed(bytes) {
    this.#rest = cat(this.#rest, bytes)
    while (this.closed === undefined && this.#rest.length > 0) {
      const size = this.epochs ? recordSize(this.#rest[0]) : this.expects()
      if (this.#rest.length < size) return
      const message = this.#rest.slice(0, size)
      this.#rest = this.#rest.slice(size)
      if (this.epochs) this.#onRecord(message)
      else this.take(message)
    }
  }

  /** The stream ended. PROTO 4.4.1. */
  ended() {
    return this.closed === undefined ? 'broken' : 'clean'
  }

  /** @param {Uint8Array} root R_0 */
  start(root) {
    const { role, side } = this
    this.epochs = new Epochs(role, root, side.trace)
    const link = { say: this.say.bind(this), mayTalk: () => this.mayTalk() }
    this.rekey = new Rekey(role, this.epochs, side.random, link)
  }

  /** PROTO 3.5.6: whether data flows. */
  mayTalk() {
    return this.status === STATUS.OK || this.status === STATUS.CONT_LOST || this.status === STATUS.PENDING
  }

  /** One record, whatever it is. @param {number} type @param {Uint8Array} payload @param {number} [cls] @param {Uint8Array} [inner] */
  say(type, payload, cls, inner) {
    if (this.closed !== undefined || !this.epochs) throw new Error('not now')
    const { epoch, seq } = this.epochs.out
    const bytes = this.epochs.out.seal(type, payload, cls, inner)
    this.output.push(bytes)
    this.sent.push({ type, payload, epoch, seq, bytes })
    return bytes.length
  }

  /** A record of the layers above. @param {number} type @param {Uint8Array} payload */
  send(type, payload) {
    // PROTO 4.3.15
    if (type === TYPE.DATA && this.rekey && this.rekey.n >= HARD_STOP) throw new Error('DATA waits')
    this.rekey?.afterSent(type, this.say(type, payload))
  }

  ping() {
    this.say(TYPE.PING, u8(0))
  }

  /** @param {number} reason */
  close(reason) {
    this.say(TYPE.CLOSE, u8(reason))
    this.closed = reason
  }

  /** @param {Uint8Array} message */
  #onRecord(message) {
    const rekey = /** @type {Rekey} */ (this.rekey)
    const record = /** @type {Epochs} */ (this.epochs).in.open(message)
    // PROTO 3.4.9: "B's first record, and its only one of epoch 0, is ACCEPT"
    need((this.role === 'A' && this.status === undefined) === (record.type === TYPE.ACCEPT), 'ACCEPT')
    if (isAbove(record.type)) {
      rekey.received(record.type, message.length)
      this.#deliver(record)
    } else {
      this.#ours(rekey, record)
    }
    if (this.closed === undefined) rekey.afterReceived()
  }

  /** PROTO 4.1.5, 4.1.6, 4.4.2. @param {Rekey} rekey @param {Record} record */
  #ours(rekey, { type, payload }) {
    switch (type) {
      case TYPE.ACCEPT:
        return this.onAccept(payload)
      case TYPE.REKEY_EK:
        return rekey.onEk(payload)
      case TYPE.REKEY_CT:
        return rekey.onCt(payload)
      case TYPE.REKEY_DONE:
        return rekey.onDone(payload)
      case TYPE.PING:
        need(payload.length > 0, 'PING')
        // PROTO 5.3.1: "nothing but one ROTCHAIN of A and CLOSE has a meaning in it"
        if (payload[0] === 0 && this.mayTalk()) this.say(TYPE.PING, u8(1))
        if (payload[0] === 1) this.answers++
        return
      case TYPE.CLOSE:
        need(payload.length > 0, 'CLOSE')
        this.closed = 1 <= payload[0] && payload[0] <= REASON.RENEW ? payload[0] : REASON.DONE
    }
  }

  /** PROTO 3.5.7, 4.1.4, 5.3.1. @param {Record} record */
  #deliver(record) {
    const first = this.epochs?.in.epoch === 0
    const early = first && this.status === STATUS.PENDING
    const quarantine = this.role === 'B' && this.status === STATUS.KEY_CHANGED && !first
    if (record.type === TYPE.ROTCHAIN && quarantine && !this.#chain) {
      this.#chain = true
      this.records.push(record)
    }
    const known = record.type === TYPE.DATA || record.type === TYPE.ACK || record.type === TYPE.HELLO
    if (known && this.mayTalk() && !early) this.records.push(record)
  }
}

export class InitiatorLink extends Link {
  /** @type {Uint8Array | undefined} */ #th7

  /** @param {ConstructorParameters<typeof Initiator>[0]} side */
  constructor(side) {
    super('A', side)
    this.handshake = new Initiator(side)
    this.output.push(this.handshake.m1())
  }

  /** @override */
  expects() {
    return M2
  }

  /** @override @param {Uint8Array} m2 */
  take(m2) {
    const { m3, root, th7 } = this.handshake.m3(m2)
    this.output.push(m3)
    this.#th7 = th7
    this.start(root)
  }

  /** PROTO 3.4.9, 3.4.10, 4.3.1. @override @param {Uint8Array} payload */
  onAccept(payload) {
    const rekey = /** @type {Rekey} */ (this.rekey)
    need(payload.length >= 6, 'ACCEPT')
    need(payload[0] <= STATUS.KEY_CHANGED, 'status')
    // PROTO 3.4.9: "What selects a secret that A does not have, or has not any more, ends the link"
    need(payload[1] === 0, 'psk_sel')
    this.status = payload[0]
    rekey.epochs.accepted(/** @type {Uint8Array} */ (this.#th7), payload)
    rekey.switchIn()
    rekey.done()
  }
}

export class ResponderLink extends Link {
  /** @type {Uint8Array | undefined} */ peer
  /** @type {Pin | undefined} */ proved
  #answered = false

  /**
   * @param {Side & {
   *   policy: (A: Uint8Array) => Pin | null | undefined, welcome: number, accept?: Uint8Array}} side
   *   welcome: the status for whom nothing is wrong with; accept: another ACCEPT payload, for tests
   */
  constructor(side) {
    super('B', side)
    this.options = side
    this.handshake = new Responder(side)
  }

  /** @override */
  expects() {
    return this.#answered ? M3 : M1
  }

  /** @override @param {Uint8Array} message */
  take(message) {
    if (this.#answered) return this.#onM3(message)
    this.output.push(this.handshake.m2(message))
    this.#answered = true
  }

  /** PROTO 3.5.4 to 3.5.6, 4.3.1. @param {Uint8Array} m3 */
  #onM3(m3) {
    const { policy, welcome, accept } = this.options
    const { peer, proved, changed, root, th7 } = this.handshake.accept(m3, policy)
    this.peer = peer
    this.proved = proved
    this.status = changed ? STATUS.KEY_CHANGED : welcome
    this.start(root)
    const payload = accept ?? cat(u8(this.status), u8(0), u32(0))
    this.say(TYPE.ACCEPT, payload)
    this.rekey?.epochs.accepted(th7, payload)
    this.rekey?.switchOut()
    if (this.status === STATUS.INVITE_BAD) this.close(REASON.REFUSED)
  }
}
