// The program's link as another process (peer_stdio.c), joined with a link of this implementation.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterEach } from 'node:test'
import { until } from '../lib/wait.mjs'
import { Refused, toHex } from './bytes.mjs'
import type { Pair } from './continuity.mjs'
import type { Random, Side } from './handshake.mjs'
import { commitment, OnionKey, type Pin, PqIdentity } from './identity.mjs'
import { type Given, InitiatorLink, ResponderLink, STATUS } from './link.mjs'

const program = process.env.BOC_PROGRAM ?? 'build/release/blackedoutchat'
const folder = path.join(path.dirname(program), 'tests/reference')
export const tool = (name: string) => path.join(folder, name)

type Link = InitiatorLink | ResponderLink

export const random = (_name: string, n: number) => new Uint8Array(randomBytes(n))

export interface Person {
  onion: OnionKey
  pq: PqIdentity
  pin: Pin
  args: string[] // for peer_stdio
  former: PqIdentity[] // that it had before, oldest first
  formerArgs: string[]
}

function personOf(onionSecret: Uint8Array, pqSeed: Uint8Array, next: Uint8Array, seq: number, before?: Person): Person {
  const [onion, pq] = [new OnionKey(onionSecret), new PqIdentity(pqSeed, next, seq)]
  const args = [toHex(onionSecret), toHex(pqSeed), toHex(next), String(seq)]
  const former = before ? [...before.former, before.pq] : []
  const formerArgs = before ? [...before.formerArgs, before.args.slice(1).join(' ')] : []
  return { onion, pq, args, former, formerArgs, pin: { pk: pq.pk, next, seq } }
}

function newOnion() {
  const secret = random('', 64)
  secret[0] &= 248
  secret[31] = (secret[31] & 127) | 64
  return secret
}

export const newPerson = (seq = 0) => personOf(newOnion(), random('', 32), random('', 32), seq)

// One person under `n` identities, one after the other.
export function rotatingPerson(n: number, seq = 0) {
  const onion = newOnion()
  const seeds = Array.from({ length: n + 1 }, () => random('', 32))
  const nexts = seeds.map((s) => commitment(new PqIdentity(s, random('', 32), 0).pk))
  const people: Person[] = []
  for (let i = 0; i < n; i++) people.push(personOf(onion, seeds[i], nexts[i + 1], seq + i, people[i - 1]))
  return people
}

export const me = newPerson(5)
export const theirs = newPerson(0x80000001)

const pinArgs = (pin: Pin) => [`pk=${toHex(pin.pk)}`, `next=${toHex(pin.next)}`, `seq=${pin.seq}`]
const pairArgs = ({ cur, prev }: Pair) => [...(cur ? [`cur=${toHex(cur)}`] : []), ...(prev ? [`prev=${toHex(prev)}`] : [])]

// A test that failed leaves its process behind.
const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill()
  running.clear()
})

// One conversation. `events` are the lines that the program's side tells, split at blanks.
export class Talk {
  events: string[][] = []
  refused: Refused | undefined // why this side ended it
  over = false
  child: ChildProcess
  stdin: Writable
  orders: Writable

  constructor(public link: Link, args: string[]) {
    this.child = spawn(tool('peer_stdio'), args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    const [stdin, stdout, stderr, orders] = this.child.stdio as unknown as [Writable, Readable, Readable, Writable]
    this.stdin = stdin
    this.orders = orders
    stdin.on('error', () => {})
    orders.on('error', () => {})
    stdout.on('data', (data: Buffer) => this.take(data))
    createInterface({ input: stderr }).on('line', (line) => this.events.push(line.split(' ')))
    this.child.on('close', () => (this.over = true))
    running.add(this.child)
    this.flush()
  }

  take(data: Buffer) {
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

  // What the link made goes out.
  flush() {
    for (const bytes of this.link.output.splice(0)) this.write(bytes)
  }

  // Every byte of this side goes through here.
  write(bytes: Uint8Array) {
    this.stdin.write(bytes)
  }

  // order: of peer_stdio.c
  tell(order: string) {
    this.orders.write(order + '\n')
  }

  // of an event
  event(name: string, nth: number = 0) {
    return until(`the event ${name} ${nth}`, () => this.events.filter(([n]) => n === name)[nth], 20)
  }

  // Waits for the end and gives [error, reason, who] of the program's side.
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

interface Options {
  from?: Person // this side
  to?: Person // the program's
  pin?: Pin // that this side has
  theirPin?: Pin // that the program has
  pair?: Pair
  theirPair?: Pair
  status?: number
  deny?: boolean
  agreed?: boolean // who dials is a contact that both have accepted
  bend?: Side['bend']
  random?: Random
}
export interface DialOptions extends Options {
  invitation?: Uint8Array // its secret, which this side holds
  theirInvitation?: Uint8Array // which the program gave
  pqfp?: Uint8Array // that this side was told
}
export interface ListenOptions extends Options {
  invitations?: Given[] // which this side gave
  theirInvitation?: Uint8Array // which the program holds
  theirPqfp?: Uint8Array
  accept?: Uint8Array
}

const optionArgs = ({ theirPin, theirPair, agreed, deny, theirInvitation }: DialOptions | ListenOptions) => [
  ...(theirPin ? pinArgs(theirPin) : []), ...(theirPair ? pairArgs(theirPair) : []), ...(deny ? ['deny'] : []),
  ...(agreed ? ['agreed'] : []), ...(theirInvitation ? [`invite=${toHex(theirInvitation)}`] : []),
]

// This implementation dials the program.
export function dial(o: DialOptions = {}) {
  const { from = me, to = theirs, status = STATUS.OK } = o
  const link = new InitiatorLink({ random, ...o, onion: from.onion, pq: from.pq, peer: to.onion.key })
  return new Talk(link, ['listen', ...to.args, `status=${status}`, ...optionArgs(o)])
}

// The program dials this implementation.
export function listen(o: ListenOptions = {}) {
  const { from = me, to = theirs, status = STATUS.OK, theirPqfp } = o
  const link = new ResponderLink({
    random, ...o, onion: from.onion, pq: from.pq, welcome: status, policy: () => (o.deny ? undefined : (o.pin ?? null)),
  })
  const pqfp = theirPqfp ? [`pqfp=${toHex(theirPqfp)}`] : []
  return new Talk(link, ['dial', ...to.args, `peer=${toHex(from.onion.key)}`, ...optionArgs(o), ...pqfp])
}

export const roles = { 'dials the program': dial, 'is dialled by the program': listen }

// err_t of src/base/err.h
export const ERR = { FORMAT: -1, CRYPTO: -2, PIN: -3, POLICY: -4, LIMIT: -5, TIMEOUT: -6, BROKEN: -40 }
export const refuses = (error: number) => `${error} 0 self`

// Both are open.
export async function open(talk: Talk, status: number = STATUS.OK) {
  assert.deepEqual(await talk.event('open'), ['open', String(status)])
  await until('open here', () => talk.link.status === status && talk.link.epochs?.in.epoch === 1)
  return talk
}

// The same bytes arrive there.
export async function arrives(talk: Talk, type: number, payload: Uint8Array, nth: number) {
  talk.link.send(type, payload)
  talk.flush()
  assert.deepEqual(await talk.event('record', nth), ['record', String(type), toHex(payload)])
}

// The same bytes arrive here.
export async function comes(talk: Talk, type: number, payload: Uint8Array) {
  const before = talk.link.records.length
  talk.tell(`send ${type} ${toHex(payload)}`)
  await until('a record', () => talk.link.records.length > before)
  assert.deepEqual(talk.link.records[before], { type, payload })
}
