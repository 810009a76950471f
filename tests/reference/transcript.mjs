// Conversations with every key and random number given, as tests/vectors/boc1-*.json hold them: played by both sides of
// this implementation, or by one side against the other's recorded bytes.
import assert from 'node:assert/strict'
import { cat, fromHex, toHex, zeros } from './bytes.mjs'
import { OnionKey, PqIdentity } from './identity.mjs'
import { InitiatorLink, ResponderLink } from './link.mjs'
import { TYPE } from './records.mjs'

/** @typedef {{pk: string, next: string, seq: number}} Tuple */
/**
 * @typedef {object} Person the last four: what follows from the secrets; what is pinned for the other side
 * @property {string} onion_secret
 * @property {string} pq_seed
 * @property {string} next
 * @property {number} seq
 * @property {string} [next_seed] of the key that `next` commits to
 * @property {{[name: string]: string}} random in the order in which it is drawn
 * @property {string} onion
 * @property {string} pk
 * @property {Tuple | null} pin
 */
/**
 * @typedef {object} Step  asked: the layer above wanted this record; delivered: the other layer above gets it; later: it
 *   arrives when a step says that `arrives` is its number
 * @property {'a' | 'b'} from
 * @property {string} bytes
 * @property {string} [message]
 * @property {number} [epoch]
 * @property {number} [seq]
 * @property {number} [type]
 * @property {string} [payload]
 * @property {boolean} [asked]
 * @property {boolean} [delivered]
 * @property {boolean} [later]
 */
/** @typedef {{arrives: number}} Arrival */
/** @typedef {{about: string, a: Person, b: Person, status: number, values: {[name: string]: string}, steps: (Step | Arrival)[]}} Transcript */
/** @typedef {['a' | 'b', number, Uint8Array]} Line who says what */
/** @typedef {Line | Line[]} Talk lines in a list are said before any of them arrives */

/** ML-DSA is not hedged in a transcript. @param {Person} p @returns {import('./handshake.mjs').Random} */
const randomOf = (p) => (name, n) => {
  if (name.startsWith('ML-DSA')) return zeros(32)
  const bytes = fromHex(p.random[name])
  assert.equal(bytes.length, n, name)
  return bytes
}

/** @param {Tuple} t */
export const readTuple = (t) => ({ pk: fromHex(t.pk), next: fromHex(t.next), seq: t.seq })

/** @param {Person} p @param {{[name: string]: string}} values what is traced comes here */
export function sideOf(p, values) {
  const onion = new OnionKey(fromHex(p.onion_secret))
  const pq = new PqIdentity(fromHex(p.pq_seed), fromHex(p.next), p.seq)
  assert.equal(toHex(onion.key), p.onion)
  assert.equal(toHex(pq.pk), p.pk)
  const trace = (/** @type {string} */ name, /** @type {Uint8Array} */ value) => {
    assert.equal(values[name] ??= toHex(value), toHex(value), name)
  }
  return { onion, pq, random: randomOf(p), trace }
}

/** @param {Transcript} t @param {{[name: string]: string}} values */
const initiator = (t, values) => new InitiatorLink({
  ...sideOf(t.a, values), peer: fromHex(t.b.onion), pin: t.a.pin ? readTuple(t.a.pin) : undefined,
})

/** @param {Transcript} t @param {{[name: string]: string}} values */
const responder = (t, values) => new ResponderLink({
  ...sideOf(t.b, values), policy: () => (t.b.pin ? readTuple(t.b.pin) : null), welcome: t.status,
})

/** What the layer above wants said. @param {InitiatorLink | ResponderLink} link @param {number} type @param {Uint8Array} payload */
function order(link, type, payload) {
  if (type === TYPE.CLOSE) link.close(payload[0])
  else if (type === TYPE.PING) link.ping()
  else link.send(type, payload)
}

/**
 * Both sides here; fills in `values` and `steps`. `early` is said by A behind M3, `talk` when both are in epoch 1.
 * @param {Omit<Transcript, 'values' | 'steps'>} given @param {Line[]} early @param {Talk[]} talk @returns {Transcript}
 */
export function perform(given, early, talk) {
  const t = { ...given, values: {}, steps: /** @type {(Step | Arrival)[]} */ ([]) }
  const links = { a: initiator(t, t.values), b: responder(t, t.values) }
  const names = { a: ['M1', 'M3'], b: ['M2'] }

  /** @param {'a' | 'b'} from @param {Uint8Array} bytes @param {boolean} asked @returns {Step} */
  function stepOf(from, bytes, asked) {
    const record = links[from].sent.find((s) => s.bytes === bytes)
    if (!record) return { from, message: names[from].shift(), bytes: toHex(bytes) }
    const { epoch, seq, type, payload } = record
    return { from, epoch, seq, type, payload: toHex(payload), asked, delivered: false, bytes: toHex(bytes) }
  }

  /** @param {Step} step @param {Uint8Array} bytes */
  function arrive(step, bytes) {
    const to = links[step.from === 'a' ? 'b' : 'a']
    const before = to.records.length
    to.feed(bytes)
    if (step.delivered !== undefined) step.delivered = to.records.length > before
  }

  /** What one side has to say, each message with its answer behind it. @param {'a' | 'b'} from */
  function carry(from, asked = false, answered = true) {
    for (const [i, bytes] of links[from].output.splice(0).entries()) {
      const step = stepOf(from, bytes, asked && i === 0)
      t.steps.push(step)
      arrive(step, bytes)
      if (answered) carry(from === 'a' ? 'b' : 'a')
    }
  }

  /** What B said arrives first. @param {Line[]} lines */
  function cross(lines) {
    /** @type {[number, Step, Uint8Array][]} */
    const held = []
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
      cross(/** @type {Line[]} */ (line))
      continue
    }
    const [from, type, payload] = /** @type {Line} */ (line)
    order(links[from], type, payload)
    carry(from, true)
  }
  return t
}

/**
 * One side here against the recorded bytes of the other: ours must be the recorded ones.
 * @param {Transcript} t @param {'a' | 'b'} role
 */
export function replay(t, role) {
  /** @type {{[name: string]: string}} */ const values = {}
  const link = role === 'a' ? initiator(t, values) : responder(t, values)
  for (const [i, entry] of t.steps.entries()) {
    const arrival = 'arrives' in entry
    const step = /** @type {Step} */ (arrival ? t.steps[entry.arrives] : entry)
    if (step.from === role && !arrival) {
      if (step.asked) order(link, /** @type {number} */ (step.type), fromHex(step.payload ?? ''))
      assert.equal(toHex(link.output.shift() ?? cat()), step.bytes, `step ${i}`)
    } else if (step.from !== role && (arrival || !step.later)) {
      const before = link.records.length
      link.feed(fromHex(step.bytes))
      const got = link.records.slice(before).map((r) => [r.type, toHex(r.payload)])
      assert.deepEqual(got, step.delivered ? [[step.type, step.payload]] : [], `step ${i}`)
    }
  }
  assert.equal(link.output.length, 0)
  for (const name of Object.keys(t.values)) assert.equal(values[name], t.values[name], name)
  return link
}
