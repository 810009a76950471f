// A whole link over a stream of bytes, either side: handshake, records, epochs, PING, CLOSE. No clock, no socket.
import { cat, equal, need, u32, u8, zeros } from './bytes.mjs'
import { choose, type Choice, follow, invitation, invitationFits, isInvited, nextPair, type Pair, SELECTS } from './continuity.mjs'
import { Epochs } from './epochs.mjs'
import { type Claim, type Dial, Initiator, M1, M2, M3, type Policy, Responder, type Side } from './handshake.mjs'
import type { Pin } from './identity.mjs'
import { isData, recordSize, TYPE } from './records.mjs'
import { HARD_STOP, isAbove, Rekey } from './rekey.mjs'
import type { Relation } from './rotation.mjs'

export interface Record {
  type: number
  payload: Uint8Array
}
export interface Sent extends Record {
  epoch: number
  seq: number
  bytes: Uint8Array
}

export const STATUS = { OK: 0, PENDING: 1, CONT_LOST: 2, INVITE_BAD: 3, KEY_CHANGED: 4 }
export const REASON = { DONE: 1, DUP: 2, LOCKED: 3, REFUSED: 4, KEY_CHANGED: 5, RENEW: 6 }

// What both sides have. `output` is to be sent, `records` were delivered to the layers above.
class Link {
  output: Uint8Array[] = []
  records: Record[] = []
  sent: Sent[] = []
  status: number | undefined
  closed: number | undefined // the reason of a CLOSE, sent or received
  epochs: Epochs | undefined // from M3 on
  rekey: Rekey | undefined
  choice: Choice | undefined // from ACCEPT on
  answers = 0 // to PINGs of ours
  covered = 0 // COVERs of ours that were answered
  mute = false // does not answer any
  #chain = false // B, in quarantine: the one ROTCHAIN was delivered
  #rest: Uint8Array = zeros(0)

  constructor(public role: 'A' | 'B', public side: Side) {}

  // The size of the handshake message that is due.
  expects(): number {
    return 0
  }

  // A message of the handshake.
  take(_message: Uint8Array) {}

  // B: A has shown that it has the keys of epoch 1.
  confirmed() {}

  onAccept(_payload: Uint8Array): void {
    need(false, 'ACCEPT')
  }

  feed(bytes: Uint8Array) {
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

  // The stream ended. PROTO 4.4.1.
  ended() {
    return this.closed === undefined ? 'broken' : 'clean'
  }

  // root: R_0
  start(root: Uint8Array) {
    const { role, side } = this
    this.epochs = new Epochs(role, root, side.trace)
    const link = { say: this.say.bind(this), mayTalk: () => this.mayTalk() }
    this.rekey = new Rekey(role, this.epochs, side.random, link)
  }

  // PROTO 3.5.6: whether data flows.
  mayTalk() {
    return this.status === STATUS.OK || this.status === STATUS.CONT_LOST || this.status === STATUS.PENDING
  }

  // One record, whatever it is.
  say(type: number, payload: Uint8Array, cls?: number, inner?: Uint8Array) {
    if (this.closed !== undefined || !this.epochs) throw new Error('not now')
    const { epoch, seq } = this.epochs.out
    const bytes = this.epochs.out.seal(type, payload, cls, inner)
    this.output.push(bytes)
    this.sent.push({ type, payload, epoch, seq, bytes })
    return bytes.length
  }

  // A record of the layers above.
  send(type: number, payload: Uint8Array) {
    // PROTO 4.3.15
    if (isData(type) && this.rekey && this.rekey.n >= HARD_STOP) throw new Error('DATA waits')
    this.rekey?.afterSent(type, this.say(type, payload))
  }

  ping() {
    this.say(TYPE.PING, u8(0))
  }

  close(reason: number) {
    this.say(TYPE.CLOSE, u8(reason))
    this.closed = reason
  }

  #onRecord(message: Uint8Array) {
    const rekey = this.rekey as Rekey
    const record = (this.epochs as Epochs).in.open(message)
    // PROTO 3.4.9: "B's first record, and its only one of epoch 0, is ACCEPT"
    need((this.role === 'A' && this.status === undefined) === (record.type === TYPE.ACCEPT), 'ACCEPT')
    // PROTO 5.5.3: "B does so on the first record of A in epoch 1"
    if (this.epochs?.in.epoch) this.confirmed()
    if (isAbove(record.type)) {
      rekey.received(record.type, message.length)
      this.#deliver(record)
    } else {
      this.#ours(rekey, record)
    }
    if (this.closed === undefined) rekey.afterReceived()
  }

  // PROTO 4.1.5, 4.1.6, 4.4.2.
  #ours(rekey: Rekey, { type, payload }: Record) {
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

  // PROTO 3.5.7, 4.1.4, 5.3.1.
  #deliver(record: Record) {
    const first = this.epochs?.in.epoch === 0
    const early = first && this.status === STATUS.PENDING
    const quarantine = this.role === 'B' && this.status === STATUS.KEY_CHANGED && !first
    if (record.type === TYPE.ROTCHAIN && quarantine && !this.#chain) {
      this.#chain = true
      this.records.push(record)
    }
    const known = record.type === TYPE.DATA || record.type === TYPE.ACK || record.type === TYPE.HELLO
    if (known && this.mayTalk() && !early) this.records.push(record)
    // PROTO 4.5.18: "It is answered by everybody, whether he sends any or not". There are no contacts here, so no more are
    // accepted than these, and nobody asks too often.
    if (record.type === TYPE.COVER && this.mayTalk() && !early && !this.mute) this.send(TYPE.COVERED, zeros(0))
    if (record.type === TYPE.COVERED && this.mayTalk() && !early) this.covered++
  }
}

export class InitiatorLink extends Link {
  handshake: Initiator
  #claim: Claim | undefined

  constructor(public options: Dial) {
    super('A', options)
    this.handshake = new Initiator(options)
    this.output.push(this.handshake.m1())
  }

  override expects() {
    return M2
  }

  override take(m2: Uint8Array) {
    const { m3, claim } = this.handshake.m3(m2)
    this.output.push(m3)
    this.#claim = claim
    this.start(claim.root)
  }

  // PROTO 3.4.9, 3.4.10, 4.3.1, 5.5.3.
  override onAccept(payload: Uint8Array) {
    const { pair = {}, invitation: secret, trace } = this.options
    const { th6, th7, tags } = this.#claim as Claim
    const rekey = this.rekey as Rekey
    need(payload.length >= 6, 'ACCEPT')
    need(payload[0] <= STATUS.KEY_CHANGED, 'status')
    this.choice = follow(th6, tags, pair, secret && invitation(secret).key, payload[0], payload[1])
    this.status = payload[0]
    const R_1 = rekey.epochs.accepted(this.choice.psk, th7, payload)
    if (this.mayTalk()) replace(pair, nextPair(this.choice, R_1, th7), trace)
    rekey.switchIn()
    rekey.done()
  }
}

function replace(pair: Pair, by: Pair, trace: Side['trace']) {
  trace?.('cs_new', by.cur as Uint8Array)
  pair.cur = by.cur
  pair.prev = by.prev
}

export interface Given {
  secret: Uint8Array
  open: boolean
}
export interface Listen extends Side {
  policy: Policy
  welcome: number // the status for whom nothing is wrong with
  pair?: Pair // shared with A
  invitations?: Given[]
  agreed?: boolean // A is a contact that both sides have accepted
  accept?: Uint8Array // another ACCEPT payload, for tests
  learned?: (pin: Pin, how: Relation) => void // A proved another identity than the pinned one
}

export class ResponderLink extends Link {
  handshake: Responder
  peer: Uint8Array | undefined
  proved: Pin | undefined
  m1: Uint8Array | undefined
  #next: Pair | undefined // what the pair becomes when A confirms

  constructor(public options: Listen) {
    super('B', options)
    this.handshake = new Responder(options)
  }

  override expects() {
    return this.m1 ? M3 : M1
  }

  override take(message: Uint8Array) {
    if (this.m1) return this.#onM3(message)
    this.output.push(this.handshake.m2(message))
    this.m1 = message
  }

  override confirmed() {
    if (this.#next) replace(this.options.pair ?? {}, this.#next, this.options.trace)
    this.#next = undefined
  }

  // PROTO 3.5.6, 5.5.4, 7.7.
  #decide(how: Relation, invited: Uint8Array, { th6, tags }: Claim): [number, Choice] {
    const { welcome, pair = {}, invitations = [], agreed } = this.options
    const nothing = { psk_sel: SELECTS.NOTHING, psk: zeros(32), lost: false }
    if (how === 'changed') return [STATUS.KEY_CHANGED, nothing]
    const counts = !agreed && isInvited(invited)
    const good = invitations.find(({ secret, open }) => counts && open && equal(invitation(secret).id, invited) &&
      invitationFits(th6, tags, invitation(secret).key))
    if ((counts && !good) || welcome >= STATUS.INVITE_BAD) return [STATUS.INVITE_BAD, nothing]
    if (good) good.open = false
    const choice = choose(th6, tags, pair, good && invitation(good.secret).key)
    return [welcome === STATUS.OK && choice.lost ? STATUS.CONT_LOST : welcome, choice]
  }

  // PROTO 3.5.4 to 3.5.6, 4.3.1.
  #onM3(m3: Uint8Array) {
    const { policy, accept, learned } = this.options
    const { peer, proved, how, invited, claim } = this.handshake.accept(m3, policy)
    const [status, choice] = this.#decide(how, invited, claim)
    if (how !== 'same' && status !== STATUS.INVITE_BAD) learned?.(proved, how)
    this.peer = peer
    this.proved = proved
    this.status = status
    this.choice = choice
    this.start(claim.root)
    const payload = accept ?? cat(u8(status), u8(choice.psk_sel), u32(0))
    this.say(TYPE.ACCEPT, payload)
    const epochs = this.epochs as Epochs
    const R_1 = epochs.accepted(choice.psk, claim.th7, payload)
    if (this.mayTalk()) this.#next = nextPair(choice, R_1, claim.th7)
    this.rekey?.switchOut()
    if (status === STATUS.INVITE_BAD) this.close(REASON.REFUSED)
  }
}
