// PROTO 4.3.5 to 4.3.16: the KEM exchange that makes the next epoch. No clock, so nothing is due by time.
import { cat, equal, need, u32, zeros } from './bytes.mjs'
import type { Epochs } from './epochs.mjs'
import type { Random } from './handshake.mjs'
import * as kem from './kem.mjs'
import { isData, TYPE } from './records.mjs'

const MIB = 1 << 20
export const HARD_STOP = 128
export const MOST = 256

// PROTO 4.1.4: "Types 3 to 7 and 11 are the link's own; the others belong to the layers above."
export const isAbove = (type: number) => type < TYPE.PING || (type > TYPE.ACCEPT && type !== TYPE.CLOSE)

// What a direction carried in its epoch.
class Count {
  data = 0
  bytes = 0

  // size: on the wire
  add(type: number, size: number) {
    if (isData(type)) this.data++
    if (isAbove(type)) this.bytes += size
  }
}

export class Rekey {
  #asked: { seed: Uint8Array, ek: Uint8Array } | undefined // waits for REKEY_CT
  #ignored = false // A: the one REKEY_EK of B that does not count
  sent = new Count()
  got = new Count()

  constructor(
    public role: 'A' | 'B', public epochs: Epochs, private random: Random,
    private link: { say: (type: number, payload: Uint8Array) => void, mayTalk: () => boolean },
  ) {}

  get n() {
    return this.sent.data + this.got.data
  }

  get b() {
    return this.sent.bytes + this.got.bytes
  }

  waitsForDone() {
    return this.epochs.in.epoch < this.epochs.out.epoch
  }

  // PROTO 4.3.11.
  may() {
    const { epochs } = this
    return epochs.out.epoch === epochs.in.epoch && epochs.out.epoch >= 1 && this.link.mayTalk() && !this.#asked
  }

  ask() {
    if (!this.may()) return
    const epoch = this.epochs.out.epoch + 1
    const seed = this.random(`seed of ek ${epoch}`, 32)
    this.#asked = { seed, ek: kem.publicKey(seed) }
    this.#ignored = false
    this.link.say(TYPE.REKEY_EK, cat(u32(epoch), this.#asked.ek))
  }

  // PROTO 4.3.14.
  afterSent(type: number, size: number) {
    this.sent.add(type, size)
    if (isData(type) && (this.n >= 32 || this.b >= 4 * MIB)) this.ask()
  }

  // PROTO 4.3.16.
  received(type: number, size: number) {
    this.got.add(type, size)
    need(this.got.data <= MOST, 'DATA without an end')
  }

  // PROTO 4.3.14.
  afterReceived() {
    if (this.n >= 64 || this.b >= 8 * MIB) this.ask()
  }

  switchOut() {
    this.epochs.switchOut()
    this.sent = new Count()
  }

  switchIn() {
    this.epochs.switchIn()
    this.got = new Count()
  }

  // PROTO 4.3.13.
  #body(payload: Uint8Array, size: number) {
    need(payload.length === 4 + size, 'length')
    need(equal(payload.subarray(0, 4), u32(this.epochs.in.epoch + 1)), 'epoch')
    return payload.subarray(4)
  }

  // PROTO 4.3.6, 4.3.12, 4.3.13.
  onEk(payload: Uint8Array) {
    const ek = this.#body(payload, kem.EK)
    need(this.epochs.in.epoch >= 1 && !this.waitsForDone() && this.link.mayTalk(), 'REKEY_EK')
    if (this.#asked && this.role === 'A') {
      need(!this.#ignored, 'REKEY_EK again')
      this.#ignored = true
      return
    }
    this.#asked = undefined
    kem.check(ek)
    const epoch = this.epochs.in.epoch + 1
    const { ct, ss } = kem.encapsulate(ek, this.random(`coins of ct ${epoch}`, 64))
    this.link.say(TYPE.REKEY_CT, cat(u32(epoch), ct))
    this.epochs.rekeyed(ss, ek, ct)
    this.switchOut()
  }

  // PROTO 4.3.7.
  onCt(payload: Uint8Array) {
    need(this.#asked, 'REKEY_CT')
    const ct = this.#body(payload, kem.CT)
    this.epochs.rekeyed(kem.decapsulate(this.#asked.seed, ct), this.#asked.ek, ct)
    this.#asked = undefined
    this.switchIn()
    this.done()
  }

  // PROTO 4.3.1, 4.3.7.
  done() {
    this.link.say(TYPE.REKEY_DONE, zeros(0))
    this.switchOut()
  }

  // PROTO 4.3.1, 4.3.8.
  onDone(payload: Uint8Array) {
    need(this.waitsForDone(), 'REKEY_DONE')
    need(payload.length === 0, 'REKEY_DONE has no payload')
    this.switchIn()
  }
}
