// What this implementation puts into tests/vectors/. After tools/test reference, `tools/node
// build/reference/reference/vectors.mjs` writes it anew.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import { ascii, cat, fromHex, toHex, u8, zeros } from './bytes.mjs'
import { commitment, OnionKey, point, PqIdentity, verify } from './identity.mjs'
import { REASON, STATUS } from './link.mjs'
import { TYPE } from './records.mjs'
import { fingerprint, makeChain } from './rotation.mjs'
import { sha512 } from './schedule.mjs'
import { type Line, perform, type Person, readTuple, type Transcript, type Tuple } from './transcript.mjs'

export const folder = path.join(process.env.BOC_SOURCE ?? '.', 'tests/vectors')

// Bytes that anybody can make again.
function bytes(name: string, n: number) {
  const blocks = []
  for (let i = 0; i * 64 < n; i++) blocks.push(sha512(ascii(`BOC1 vectors ${name} ${i}`)))
  return cat(...blocks).slice(0, n)
}

// Tor's expanded secret of a seed (RFC 8032, 5.1.5).
function expandedSecret(name: string) {
  const secret = sha512(bytes(name, 32))
  secret[0] &= 248
  secret[31] = (secret[31] & 127) | 64
  return secret
}

const randomNames = {
  a: { n_A: 32, 'seed of ek_A': 32, knock: 32, cont_cur: 32, cont_prev: 32, inv_mac: 32 },
  b: { 'coins of ct': 64, T_B: 32 },
}

type Who = 'a' | 'b'

// name: of the transcript; identities: as many that it had one after the other, the last is the present one; rekey: random
// numbers of the epochs from 2 on, in the order in which they are drawn.
function person(name: string, who: Who, seq: number, { identities = 1, rekey = {} as { [name: string]: number } } = {}) {
  const of = (what: string) => `${name} ${who} ${what}`
  const onionSecret = expandedSecret(of('onion'))
  const seeds = Array.from({ length: identities - 1 }, (_, i) => bytes(of(`pq ${i}`), 32))
  seeds.push(bytes(of('pq'), 32), bytes(of('next'), 32))
  const keys = seeds.map((seed) => new PqIdentity(seed, zeros(32), 0).pk)
  const all = Array.from({ length: identities }, (_, i) =>
    new PqIdentity(seeds[i], commitment(keys[i + 1]), seq - (identities - 1 - i)))
  const random = Object.entries({ ...randomNames[who], ...rekey })
  const present = all[identities - 1]
  const text: Person = {
    onion_secret: toHex(onionSecret),
    pq_seed: toHex(seeds[identities - 1]),
    next_seed: toHex(seeds[identities]),
    next: toHex(present.next),
    seq,
    random: Object.fromEntries(random.map(([what, n]) => [what, toHex(bytes(of(what), n))])),
    onion: toHex(new OnionKey(onionSecret).key),
    pk: toHex(present.pk),
    pin: null,
  }
  return { text, former: all.slice(0, -1) }
}

const tupleOf = ({ pk, next, seq }: Person): Tuple => ({ pk, next, seq })
const formerOf = ({ pk, next, seq }: PqIdentity): Tuple => ({ pk: toHex(pk), next: toHex(next), seq })
const text = (n: number) => bytes(`text ${n}`, n)
const two = (name: string, seqA = 0, seqB = 0) => ({ a: person(name, 'a', seqA).text, b: person(name, 'b', seqB).text })

const { DATA, ACK, PING, CLOSE, HELLO, ROTCHAIN } = TYPE
// Both say something in epoch 1, B ends it.
const few: Line[] = [['a', HELLO, text(7)], ['b', DATA, text(20)], ['b', CLOSE, u8(REASON.DONE)]]

function firstContacts() {
  const ok = perform({
    about: 'First contact, status OK, records of every class and of both sides of its bounds.',
    ...two('ok'),
    status: STATUS.OK,
  }, [], [
    ['a', HELLO, text(40)], ['b', HELLO, text(0)], ['a', DATA, text(468)], ['b', DATA, text(469)],
    ['b', DATA, text(1932)],
    ['a', DATA, text(1933)], ['a', PING, u8(0)], ['a', DATA, text(7788)], ['b', ACK, text(17)], ['b', PING, u8(0)],
    ['b', DATA, text(7789)], ['a', CLOSE, u8(REASON.DONE)],
  ])
  const early = perform({ about: 'Status OK; what A said in epoch 0 arrives.', ...two('early', 1, 256), status: STATUS.OK },
    [['a', HELLO, text(5)], ['a', DATA, text(600)], ['a', PING, u8(0)]],
    [['a', DATA, text(6)], ['b', CLOSE, u8(REASON.DUP)]])

  const pending = two('pending', 3, 0xffffffff)
  pending.a.pin = tupleOf(pending.b)
  pending.b.pin = tupleOf(pending.a)
  const about = 'Both pinned, status PENDING: of epoch 0 nothing arrives, of epoch 1 all.'
  const waits = perform({ about, ...pending, status: STATUS.PENDING },
    [['a', HELLO, text(5)], ['a', PING, u8(0)]],
    [['a', HELLO, text(7)], ['b', HELLO, text(8)], ['b', CLOSE, u8(REASON.REFUSED)]])
  return { 'boc1-ok.json': ok, 'boc1-early.json': early, 'boc1-pending.json': waits }
}

function changes() {
  const known = two('changed', 7, 0)
  known.b.pin = { ...tupleOf(known.a), seq: 6 }
  const quarantine = 'B has pinned another seq of A: KEY_CHANGED. Only the first ROTCHAIN arrives, and does not help.'
  const changed = perform({ about: quarantine, ...known, status: STATUS.OK },
    [], [['a', ROTCHAIN, text(5297)], ['a', ROTCHAIN, text(9)], ['b', CLOSE, u8(REASON.KEY_CHANGED)]])

  const { text: a, former } = person('chain', 'a', 4, { identities: 4 })
  const b = { ...person('chain', 'b', 0).text, pin: formerOf(former[1]) }
  const chain = makeChain(fromHex(a.onion), former, zeros(32))
  const about = 'A has changed its identity twice since B saw it: KEY_CHANGED, and a ROTCHAIN that leads there.'
  const rotations = perform({ about, a, b, status: STATUS.OK }, [],
    [['a', ROTCHAIN, chain], ['b', CLOSE, u8(REASON.RENEW)]])
  return { 'boc1-changed.json': changed, 'boc1-rotations.json': rotations }
}

// Who has met before.
function again() {
  const [x0, x1, x2, x3] = ['x0', 'x1', 'x2', 'x3'].map((name) => toHex(bytes(`shared ${name}`, 32)))
  const [was, is] = [person('known', 'a', 1, { identities: 2 }), person('known', 'b', 0x80000000, { identities: 2 })]
  const known = perform({
    about: 'Both have changed their identity once, both have the same secrets: cont_cur fits.',
    a: { ...was.text, pin: formerOf(is.former[0]), pair: { cur: x1, prev: x0 } },
    b: { ...is.text, pin: formerOf(was.former[0]), pair: { cur: x1, prev: x0 } },
    status: STATUS.OK,
  }, [], few)

  // Pinned as they are.
  function met(name: string, pairA: Person['pair'], pairB: Person['pair']) {
    const { a, b } = two(name, 2, 3)
    return { a: { ...a, pin: tupleOf(b), pair: pairA }, b: { ...b, pin: tupleOf(a), pair: pairB } }
  }
  const ahead = perform({
    about: 'A is one link ahead of B: cont_prev fits.',
    ...met('ahead', { cur: x2, prev: x1 }, { cur: x1, prev: x0 }),
    status: STATUS.PENDING,
  }, [], few)
  const behind = perform({
    about: 'A has one secret, the one before the last of B: cont_cur fits.',
    ...met('behind', { cur: x1 }, { cur: x2, prev: x1 }),
    status: STATUS.OK,
  }, [], few)
  const lost = perform({
    about: 'No secret is common: CONT_LOST.',
    ...met('lost', { cur: x1, prev: x0 }, { cur: x3, prev: x2 }),
    status: STATUS.OK,
  }, [], few)
  return { 'boc1-known.json': known, 'boc1-ahead.json': ahead, 'boc1-behind.json': behind, 'boc1-lost.json': lost }
}

function invitations() {
  const [good, other] = ['good', 'other'].map((name) => toHex(bytes(`invitation ${name}`, 32)))
  const guest = two('invited', 0, 6)
  const invited = perform({
    about: 'A was invited: the fingerprint is that of B, and inv_key enters R_1.',
    a: { ...guest.a, pqfp: toHex(fingerprint(fromHex(guest.b.onion), readTuple(tupleOf(guest.b)))), invitation: good },
    b: { ...guest.b, invitation: good },
    status: STATUS.OK,
  }, [], few)
  const stranger = two('refused')
  const refused = perform({
    about: 'A names another invitation than the open one: INVITE_BAD.',
    a: { ...stranger.a, invitation: other },
    b: { ...stranger.b, invitation: good },
    status: STATUS.OK,
  }, [], [])
  return { 'boc1-invited.json': invited, 'boc1-refused.json': refused }
}

const transcripts = (): { [file: string]: Transcript } =>
  ({ ...firstContacts(), ...changes(), ...again(), ...invitations(), 'boc1-rekey.json': rekeys() })

// B asks for epoch 2, A for epoch 3, both for epoch 4.
function rekeys() {
  const say = (from: Who, n: number): Line[] => Array.from({ length: n }, (_, i) => [from, DATA, u8(i)])
  return perform({
    about: 'The next epoch asked for by B, by A, and by both at once.',
    a: person('rekey', 'a', 0, { rekey: { 'coins of ct 2': 64, 'seed of ek 3': 32, 'seed of ek 4': 32 } }).text,
    b: person('rekey', 'b', 0, {
      rekey: { 'seed of ek 2': 32, 'coins of ct 3': 64, 'seed of ek 4': 32, 'coins of ct 4': 64 },
    }).text,
    status: STATUS.OK,
  }, [], [
    ...say('a', 20), ...say('b', 12), ['b', PING, u8(0)], ...say('a', 32), ['a', PING, u8(0)],
    ...say('b', 20), ...say('a', 11),
    [['a', DATA, u8(1)], ['b', DATA, u8(2)]],
    ['a', DATA, u8(3)], ['b', DATA, u8(4)], ['b', CLOSE, u8(REASON.RENEW)],
  ])
}

// PROTO 3.2.2 to 3.2.4 at their edges.
function signatures() {
  const { Point } = ed25519
  const L = Point.Fn.ORDER
  const mod = (n: bigint) => ((n % L) + L) % L
  const little = (b: Uint8Array) => BigInt('0x' + Buffer.from(b).reverse().toString('hex'))
  const from = (n: bigint) => fromHex(n.toString(16).padStart(64, '0')).reverse()
  const secret = expandedSecret('signatures')
  const key = new OnionKey(secret)
  const a = mod(little(secret.subarray(0, 32)))
  const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex))
  const last = (torsion.find((t) => !t.multiplyUnsafe(4n).equals(Point.ZERO)) as InstanceType<typeof Point>)
  const A = Point.fromBytes(key.key)
  const k = (...RAm: Uint8Array[]) => mod(little(sha512(cat(...RAm))))

  const sign = [0, 1, 64, 127, 128, 500].map((n) => {
    const m = text(n)
    return { secret: toHex(secret), public: toHex(key.key), message: toHex(m), signature: toHex(key.sign(m)) }
  })

  const m = text(100)
  const good = key.sign(m)
  const S = little(good.subarray(32))
  const flip = (at: number) => good.map((b, i) => (i === at ? b ^ 1 : b))
  const check: {about: string, public: string, message: string, signature: string, ok: boolean}[] = []
  // key, message, signature
  function tell(about: string, ...of: Uint8Array[]) {
    const [pub, message, signature] = of.map(toHex)
    check.push({ about, public: pub, message, signature, ok: verify(of[0], of[1], of[2]) })
  }

  tell('good', key.key, m, good)
  tell('another message', key.key, text(101), good)
  tell('R changed', key.key, m, flip(3))
  tell('S changed', key.key, m, flip(40))
  tell('S + L', key.key, m, cat(good.subarray(0, 32), from(S + L)))
  const r = mod(little(bytes('r', 64)))
  const R = Point.BASE.multiply(r)
  for (const [i, t] of torsion.entries()) {
    const bent = R.add(t).toBytes()
    const S = from(mod(r + k(bent, key.key, m) * a))
    tell(`R with torsion ${i}: only the equation without cofactor tells`, key.key, m, cat(bent, S))
    const small = t.toBytes()
    tell(`R of small order ${i}`, key.key, m, cat(small, from(mod(k(small, key.key, m) * a))))
    tell(`key of small order ${i}`, small, m, cat(R.toBytes(), from(r)))
  }
  // A key with torsion, and a message whose k is a multiple of 8, so that the torsion falls out of the equation.
  const mixed = A.add(last).toBytes()
  for (let i = 0; ; i++) {
    const message = cat(m, u8(i))
    const kk = k(R.toBytes(), mixed, message)
    if (kk % 8n !== 0n) continue
    tell('key with torsion', mixed, message, cat(R.toBytes(), from(mod(r + kk * a))))
    break
  }

  const P = Point.Fp.ORDER
  const keys = [key.key, mixed, zeros(32), zeros(32).fill(255), ...torsion.map((t) => t.toBytes())]
  for (let y = 0n; y < 19n; y++) keys.push(from(y), from(y + P), from(y + (1n << 255n)))
  const judged = keys.map((b) => ({ public: toHex(b), ok: point(b) !== undefined }))
  return { about: 'Ed25519 at its edges.', sign, verify: check, keys: judged }
}

export const vectors = () => ({ ...transcripts(), 'boc1-ed25519.json': signatures() })
export const encode = (value: unknown) => JSON.stringify(value, null, 1) + '\n'

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fs.mkdirSync(folder, { recursive: true })
  for (const [file, value] of Object.entries(vectors())) fs.writeFileSync(path.join(folder, file), encode(value))
}
