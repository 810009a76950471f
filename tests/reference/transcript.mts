// Conversations with every key and random number given, as tests/vectors/boc1-*.json hold them: played by both sides of
// this implementation, or by one side against the other's recorded bytes.
import assert from 'node:assert/strict'
import { cat, fromHex, toHex, zeros } from './bytes.mjs'
import { knocks, type Pair } from './continuity.mjs'
import type { Random } from './handshake.mjs'
import { OnionKey, PqIdentity } from './identity.mjs'
import { InitiatorLink, ResponderLink } from './link.mjs'
import { TYPE } from './records.mjs'
import { leads } from './rotation.mjs'

export interface Tuple {
  pk: string
  next: string
  seq: number
}
type Values = { [name: string]: string }
export interface PairText {
  cur?: string
  prev?: string
}
export interface Person {
  onion_secret: string
  pq_seed: string
  next_seed?: string // of the key that `next` commits to
  next: string
  seq: number
  random: Values // in the order in which it is drawn
  onion: string // this and the next follow from the secrets
  pk: string
  pin: Tuple | null // of the other side
  pqfp?: string // A: of the other side
  invitation?: string // its secret. A: was given it; B: gave it
  pair?: PairText // shared with the other side
  pair_after?: PairText
}
export interface Step {
  from: 'a' | 'b'
  message?: string
  epoch?: number
  seq?: number
  type?: number
  payload?: string
  asked?: boolean // the layer above wanted this record
  delivered?: boolean // the other layer above gets it
  later?: boolean // it arrives when a step says that `arrives` is its number
  bytes: string
}
export interface Arrival {
  arrives: number
}
export interface Given {
  about: string
  a: Person
  b: Person
  status: number // for whom nothing is wrong with
}
export interface Transcript extends Given {
  psk_sel?: number
  knocks?: boolean // M1 says so to B
  leads?: boolean // the ROTCHAIN does, from the pin of B to what A has shown
  values: Values
  steps: (Step | Arrival)[]
}
type Who = 'a' | 'b'
export type Line = [who: Who, type: number, payload: Uint8Array]
export type Talk = Line | Line[] // lines in a list are said before any of them arrives
type Link = InitiatorLink | ResponderLink

// ML-DSA is not hedged in a transcript.
const randomOf = (p: Person): Random => (name, n) => {
  if (name.startsWith('ML-DSA')) return zeros(32)
  const bytes = fromHex(p.random[name])
  assert.equal(bytes.length, n, name)
  return bytes
}

export const readTuple = (t: Tuple) => ({ pk: fromHex(t.pk), next: fromHex(t.next), seq: t.seq })

const bytesOf = (hex?: string) => (hex === undefined ? undefined : fromHex(hex))
const readPair = (p: PairText): Pair => ({ cur: bytesOf(p.cur), prev: bytesOf(p.prev) })
const pairText = (p: Pair): PairText => ({ ...(p.cur && { cur: toHex(p.cur) }), ...(p.prev && { prev: toHex(p.prev) }) })

// What is traced comes to `values`.
export function sideOf(p: Person, values: Values) {
  const onion = new OnionKey(fromHex(p.onion_secret))
  const pq = new PqIdentity(fromHex(p.pq_seed), fromHex(p.next), p.seq)
  assert.equal(toHex(onion.key), p.onion)
  assert.equal(toHex(pq.pk), p.pk)
  const trace = (name: string, value: Uint8Array) => {
    assert.equal(values[name] ??= toHex(value), toHex(value), name)
  }
  return { onion, pq, random: randomOf(p), trace }
}

const initiator = (t: Given, values: Values) => new InitiatorLink({
  ...sideOf(t.a, values), peer: fromHex(t.b.onion), pin: t.a.pin ? readTuple(t.a.pin) : undefined,
  pqfp: bytesOf(t.a.pqfp), invitation: bytesOf(t.a.invitation), pair: readPair(t.a.pair ?? {}),
})

const responder = (t: Given, values: Values) => new ResponderLink({
  ...sideOf(t.b, values), policy: () => (t.b.pin ? readTuple(t.b.pin) : null), welcome: t.status,
  invitations: t.b.invitation ? [{ secret: fromHex(t.b.invitation), open: true }] : [], pair: readPair(t.b.pair ?? {}),
})

// What B finds out beside the bytes.
function findings({ b }: Given, link: ResponderLink) {
  const chain = link.records.find((r) => r.type === TYPE.ROTCHAIN)
  const { m1, peer, proved } = link
  return {
    psk_sel: link.choice?.psk_sel,
    knocks: m1 && knocks(m1, readPair(b.pair ?? {})),
    ...(chain && b.pin && peer && proved && { leads: leads(peer, readTuple(b.pin), proved, chain.payload) }),
  }
}

// What the layer above wants said.
function order(link: Link, type: number, payload: Uint8Array) {
  if (type === TYPE.CLOSE) link.close(payload[0])
  else if (type === TYPE.PING) link.ping()
  else link.send(type, payload)
}

// Both sides here; fills in `values` and `steps`. `early` is said by A behind M3, `talk` when both are in epoch 1.
export function perform(given: Given, early: Line[], talk: Talk[]): Transcript {
  const t = { ...given, values: {}, steps: [] as (Step | Arrival)[] }
  const links = { a: initiator(t, t.values), b: responder(t, t.values) }
  const names = { a: ['M1', 'M3'], b: ['M2'] }

  function stepOf(from: Who, bytes: Uint8Array, asked: boolean): Step {
    const record = links[from].sent.find((s) => s.bytes === bytes)
    if (!record) return { from, message: names[from].shift(), bytes: toHex(bytes) }
    const { epoch, seq, type, payload } = record
    return { from, epoch, seq, type, payload: toHex(payload), asked, delivered: false, bytes: toHex(bytes) }
  }

  function arrive(step: Step, bytes: Uint8Array) {
    const to = links[step.from === 'a' ? 'b' : 'a']
    const before = to.records.length
    to.feed(bytes)
    if (step.delivered !== undefined) step.delivered = to.records.length > before
  }

  // What one side has to say, each message with its answer behind it.
  function carry(from: Who, asked = false, answered = true) {
    for (const [i, bytes] of links[from].output.splice(0).entries()) {
      const step = stepOf(from, bytes, asked && i === 0)
      t.steps.push(step)
      arrive(step, bytes)
      if (answered) carry(from === 'a' ? 'b' : 'a')
    }
  }

  // What B said arrives first.
  function cross(lines: Line[]) {
    const held: [number, Step, Uint8Array][] = []
    for (const [from, type, payload] of lines) {
      order(links[from], type, payload)
      for (const [i, bytes] of links[from].output.splice(0).entries()) {
        const step = { ...stepOf(from, bytes, i === 0), later: true }
        held.push([t.steps.push(step) - 1, step, bytes])
      }
    }
    for (const [number, step, bytes] of held.sort((x, y) => Number(x[1].from === 'a') - Number(y[1].from === 'a'))) {
      t.steps.push({ arrives: number })
      arrive(step, bytes)
      carry(step.from === 'a' ? 'b' : 'a')
    }
  }

  carry('a', false, false) // M1
  carry('b', false, false) // M2
  for (const [, type, payload] of early) order(links.a, type, payload)
  const flight = links.a.output.splice(0)
  for (const [i, bytes] of flight.entries()) {
    links.a.output.push(bytes)
    carry('a', i > 0, false) // M3, then what A says without an answer
  }
  carry('b')
  for (const line of talk) {
    if (Array.isArray(line[0])) {
      cross(line as Line[])
      continue
    }
    const [from, type, payload] = line as Line
    order(links[from], type, payload)
    carry(from, true)
  }
  const { values, steps } = t
  const after = (who: Who) => ({ ...given[who], pair_after: pairText(links[who].options.pair ?? {}) })
  return { ...given, a: after('a'), b: after('b'), ...findings(given, links.b), values, steps }
}

// One side here against the recorded bytes of the other: ours must be the recorded ones.
export function replay(t: Transcript, role: Who) {
  const values: Values = {}
  const link = role === 'a' ? initiator(t, values) : responder(t, values)
  for (const [i, entry] of t.steps.entries()) {
    const arrival = 'arrives' in entry
    const step = (arrival ? t.steps[entry.arrives] : entry) as Step
    if (step.from === role && !arrival) {
      if (step.asked) order(link, step.type as number, fromHex(step.payload ?? ''))
      assert.equal(toHex(link.output.shift() ?? cat()), step.bytes, `step ${i}`)
    } else if (step.from !== role && (arrival || !step.later)) {
      const before = link.records.length
      link.feed(fromHex(step.bytes))
      const got = link.records.slice(before).map((r) => [r.type, toHex(r.payload)])
      assert.deepEqual(got, step.delivered ? [[step.type, step.payload]] : [], `step ${i}`)
    }
  }
  assert.equal(link.output.length, 0)
  if (t[role].pair_after) assert.deepEqual(pairText(link.options.pair ?? {}), t[role].pair_after)
  if (link instanceof ResponderLink && t.psk_sel !== undefined) {
    const { psk_sel, knocks, leads } = t
    assert.deepEqual(findings(t, link), { psk_sel, knocks, ...(leads !== undefined && { leads }) })
  }
  for (const name of Object.keys(t.values)) assert.equal(values[name], t.values[name], name)
  return link
}
