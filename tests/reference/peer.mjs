// The program's link as another process (peer_stdio.c), joined with a link of this implementation.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach } from 'node:test'
import { fileURLToPath } from 'node:url'
import { until } from '../lib/wait.mjs'
import { Refused, toHex } from './bytes.mjs'
import { OnionKey, PqIdentity } from './identity.mjs'
import { InitiatorLink, ResponderLink, STATUS } from './link.mjs'

const program = process.env.BOC_PROGRAM ?? fileURLToPath(new URL('../../build/release/x', import.meta.url))
const folder = path.join(path.dirname(program), 'tests/reference')
export const tool = (/** @type {string} */ name) => path.join(folder, name)

/** @typedef {import('./identity.mjs').Pin} Pin */
/** @typedef {InitiatorLink | ResponderLink} Link */

export const random = (/** @type {string} */ _name, /** @type {number} */ n) => new Uint8Array(randomBytes(n))

export function newPerson(seq = 0) {
  const onionSecret = random('', 64)
  onionSecret[0] &= 248
  onionSecret[31] = (onionSecret[31] & 127) | 64
  const [pqSeed, next] = [random('', 32), random('', 32)]
  const pq = new PqIdentity(pqSeed, next, seq)
  const onion = new OnionKey(onionSecret)
  const args = [toHex(onionSecret), toHex(pqSeed), toHex(next), String(seq)]
  return { onion, pq, args, pin: /** @type {Pin} */ ({ pk: pq.pk, next, seq }) }
}

export const me = newPerson(5)
export const theirs = newPerson(0x80000001)

const pinArgs = (/** @type {Pin} */ pin) => [`pk=${toHex(pin.pk)}`, `next=${toHex(pin.next)}`, `seq=${pin.seq}`]

// A test that failed leaves its process behind.
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
afterEach(() => {
  for (const child of running) child.kill()
  running.clear()
})

// One conversation. `events` are the lines that the program's side tells, split at blanks.
export class Talk {
  /** @type {string[][]} */ events = []
  /** @type {Refused | undefined} */ refused // why this side ended it
  over = false

  /** @param {Link} link @param {string[]} args */
  constructor(link, args) {
    this.link = link
    this.child = spawn(tool('peer_stdio'), args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    const [stdin, stdout, stderr, orders] = /** @type {any[]} */ (this.child.stdio)
    this.stdin = stdin
    this.orders = orders
    stdin.on('error', () => {})
    orders.on('error', () => {})
    stdout.on('data', (/** @type {Buffer} */ data) => this.take(data))
    createInterface({ input: stderr }).on('line', (line) => this.events.push(line.split(' ')))
    this.child.on('close', () => (this.over = true))
    running.add(this.child)
    this.flush()
  }

  /** @param {Buffer} data */
  take(data) {
    if (this.refused) return
    try {
      this.link.feed(new Uint8Array(data))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.refused = error
      this.stdin.end()
      return
    }
    this.flush()
    if (this.link.closed !== undefined) this.stdin.end()
  }

  /** What the link made goes out. */
  flush() {
    for (const bytes of this.link.output.splice(0)) this.stdin.write(bytes)
  }

  /** Bytes that no honest link sends. @param {Uint8Array} bytes */
  write(bytes) {
    this.stdin.write(bytes)
  }

  /** @param {string} order of peer_stdio.c */
  tell(order) {
    this.orders.write(order + '\n')
  }

  /** @param {string} name of an event @param {number} [nth] */
  event(name, nth = 0) {
    return until(`the event ${name} ${nth}`, () => this.events.filter(([n]) => n === name)[nth], 20)
  }

  /** Waits for the end and gives [error, reason, who] of the program's side. */
  async end() {
    this.orders.end()
    await until('the program ends', () => this.over, 20)
    assert.equal(this.child.exitCode, 0, JSON.stringify(this.events))
    const closed = this.events.filter(([name]) => name === 'closed')
    assert.equal(closed.length, 1)
    assert.equal(this.events.at(-1), closed[0])
    return closed[0].slice(1).join(' ')
  }
}

/**
 * This implementation dials the program.
 * @param {{pin?: Pin, theirPin?: Pin, status?: number, deny?: boolean, bend?: import('./handshake.mjs').Side['bend'],
 *   from?: ReturnType<typeof newPerson>}} [o] theirPin: what the program has pinned
 */
export function dial({ pin, theirPin, status = STATUS.OK, deny = false, bend, from = me } = {}) {
  const link = new InitiatorLink({ ...from, random, peer: theirs.onion.key, pin, bend })
  const args = ['listen', ...theirs.args, `status=${status}`, ...(deny ? ['deny'] : []), ...(theirPin ? pinArgs(theirPin) : [])]
  return new Talk(link, args)
}

/**
 * The program dials this implementation.
 * @param {{pin?: Pin, theirPin?: Pin, status?: number, deny?: boolean, accept?: Uint8Array,
 *   bend?: import('./handshake.mjs').Side['bend'], random?: import('./handshake.mjs').Random}} [o]
 */
export function listen({ pin, theirPin, status = STATUS.OK, deny = false, accept, bend, random: numbers = random } = {}) {
  const link = new ResponderLink({
    ...me, random: numbers, welcome: status, accept, bend, policy: () => (deny ? undefined : (pin ?? null)),
  })
  const args = ['dial', ...theirs.args, `peer=${toHex(me.onion.key)}`, ...(theirPin ? pinArgs(theirPin) : [])]
  return new Talk(link, args)
}

export const roles = { 'dials the program': dial, 'is dialled by the program': listen }

// err_t of src/base/err.h
export const ERR = { FORMAT: -1, CRYPTO: -2, PIN: -3, POLICY: -4, LIMIT: -5, BROKEN: -40 }
export const refuses = (/** @type {number} */ error) => `${error} 0 self`

/** Both are open. @param {Talk} talk @param {number} [status] */
export async function open(talk, status = STATUS.OK) {
  assert.deepEqual(await talk.event('open'), ['open', String(status)])
  await until('open here', () => talk.link.status === status && talk.link.epochs?.in.epoch === 1)
  return talk
}

/** The same bytes arrive there. @param {Talk} talk @param {number} type @param {Uint8Array} payload @param {number} nth */
export async function arrives(talk, type, payload, nth) {
  talk.link.send(type, payload)
  talk.flush()
  assert.deepEqual(await talk.event('record', nth), ['record', String(type), toHex(payload)])
}

/** The same bytes arrive here. @param {Talk} talk @param {number} type @param {Uint8Array} payload */
export async function comes(talk, type, payload) {
  const before = talk.link.records.length
  talk.tell(`send ${type} ${toHex(payload)}`)
  await until('a record', () => talk.link.records.length > before)
  assert.deepEqual(talk.link.records[before], { type, payload })
}
