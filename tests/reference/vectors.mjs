// What this implementation puts into tests/vectors/. `node tests/reference/vectors.mjs` writes it anew.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import { ascii, cat, fromHex, toHex, u8, zeros } from './bytes.mjs'
import { commitment, OnionKey, point, PqIdentity, verify } from './identity.mjs'
import { REASON, STATUS } from './link.mjs'
import { TYPE } from './records.mjs'
import { sha512 } from './schedule.mjs'
import { perform } from './transcript.mjs'

export const folder = fileURLToPath(new URL('../vectors/', import.meta.url))

/** Bytes that anybody can make again. @param {string} name @param {number} n */
function bytes(name, n) {
  const blocks = []
  for (let i = 0; i * 64 < n; i++) blocks.push(sha512(ascii(`BOC1 vectors ${name} ${i}`)))
  return cat(...blocks).slice(0, n)
}

/** Tor's expanded secret of a seed (RFC 8032, 5.1.5). @param {string} name */
function expandedSecret(name) {
  const secret = sha512(bytes(name, 32))
  secret[0] &= 248
  secret[31] = (secret[31] & 127) | 64
  return secret
}

const randomNames = {
  a: { n_A: 32, 'seed of ek_A': 32, knock: 32, cont_cur: 32, cont_prev: 32, inv_mac: 32 },
  b: { 'coins of ct': 64, T_B: 32 },
}

/**
 * @param {string} name of the transcript @param {'a' | 'b'} who @param {number} seq
 * @param {{[name: string]: number}} rekey random numbers of the epochs from 2 on, in the order in which they are drawn
 */
function person(name, who, seq, rekey = {}) {
  const of = (/** @type {string} */ what) => `${name} ${who} ${what}`
  const [onionSecret, pqSeed, nextSeed] = [expandedSecret(of('onion')), bytes(of('pq'), 32), bytes(of('next'), 32)]
  const random = Object.entries({ ...randomNames[who], ...rekey })
  const next = commitment(new PqIdentity(nextSeed, zeros(32), 0).pk)
  return {
    onion_secret: toHex(onionSecret),
    pq_seed: toHex(pqSeed),
    next_seed: toHex(nextSeed),
    next: toHex(next),
    seq,
    random: Object.fromEntries(random.map(([what, n]) => [what, toHex(bytes(of(what), n))])),
    onion: toHex(new OnionKey(onionSecret).key),
    pk: toHex(new PqIdentity(pqSeed, next, seq).pk),
    pin: /** @type {import('./transcript.mjs').Tuple | null} */ (null),
  }
}

/** @param {ReturnType<typeof person>} p */
const tupleOf = ({ pk, next, seq }) => ({ pk, next, seq })
const text = (/** @type {number} */ n) => bytes(`text ${n}`, n)

/** @returns {{[file: string]: import('./transcript.mjs').Transcript}} */
function transcripts() {
  const { DATA, ACK, PING, CLOSE, HELLO, ROTCHAIN } = TYPE
  const two = (/** @type {string} */ name, seqA = 0, seqB = 0) => ({ a: person(name, 'a', seqA), b: person(name, 'b', seqB) })

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

  const known = two('changed', 7, 0)
  known.b.pin = { ...tupleOf(known.a), seq: 6 }
  const quarantine = 'B has pinned another seq of A: KEY_CHANGED. Only the first ROTCHAIN arrives, and does not help.'
  const changed = perform({ about: quarantine, ...known, status: STATUS.OK },
    [], [['a', ROTCHAIN, text(5297)], ['a', ROTCHAIN, text(9)], ['b', CLOSE, u8(REASON.KEY_CHANGED)]])
  return {
    'boc1-ok.json': ok, 'boc1-early.json': early, 'boc1-pending.json': waits, 'boc1-changed.json': changed,
    'boc1-rekey.json': rekeys(),
  }
}

/** B asks for epoch 2, A for epoch 3, both for epoch 4. */
function rekeys() {
  const { DATA, PING, CLOSE } = TYPE
  /** @param {'a' | 'b'} from @param {number} n @returns {import('./transcript.mjs').Line[]} */
  const say = (from, n) => Array.from({ length: n }, (_, i) => [from, DATA, u8(i)])
  return perform({
    about: 'The next epoch asked for by B, by A, and by both at once.',
    a: person('rekey', 'a', 0, { 'coins of ct 2': 64, 'seed of ek 3': 32, 'seed of ek 4': 32 }),
    b: person('rekey', 'b', 0, { 'seed of ek 2': 32, 'coins of ct 3': 64, 'seed of ek 4': 32, 'coins of ct 4': 64 }),
    status: STATUS.OK,
  }, [], [
    ...say('a', 20), ...say('b', 12), ['b', PING, u8(0)], ...say('a', 32), ['a', PING, u8(0)],
    ...say('b', 20), ...say('a', 11),
    [['a', DATA, u8(1)], ['b', DATA, u8(2)]],
    ['a', DATA, u8(3)], ['b', DATA, u8(4)], ['b', CLOSE, u8(REASON.RENEW)],
  ])
}

/** PROTO 3.2.2 to 3.2.4 at their edges. */
function signatures() {
  const { Point } = ed25519
  const L = Point.Fn.ORDER
  const mod = (/** @type {bigint} */ n) => ((n % L) + L) % L
  const little = (/** @type {Uint8Array} */ b) => BigInt('0x' + Buffer.from(b).reverse().toString('hex'))
  const from = (/** @type {bigint} */ n) => fromHex(n.toString(16).padStart(64, '0')).reverse()
  const secret = expandedSecret('signatures')
  const key = new OnionKey(secret)
  const a = mod(little(secret.subarray(0, 32)))
  const torsion = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex))
  const last = /** @type {InstanceType<typeof Point>} */ (torsion.find((t) => !t.multiplyUnsafe(4n).equals(Point.ZERO)))
  const A = Point.fromBytes(key.key)
  const k = (/** @type {Uint8Array[]} */ ...RAm) => mod(little(sha512(cat(...RAm))))

  const sign = [0, 1, 64, 127, 128, 500].map((n) => {
    const m = text(n)
    return { secret: toHex(secret), public: toHex(key.key), message: toHex(m), signature: toHex(key.sign(m)) }
  })

  const m = text(100)
  const good = key.sign(m)
  const S = little(good.subarray(32))
  const flip = (/** @type {number} */ at) => good.map((b, i) => (i === at ? b ^ 1 : b))
  /** @type {{about: string, public: string, message: string, signature: string, ok: boolean}[]} */
  const check = []
  /** @param {string} about @param {Uint8Array[]} of key, message, signature */
  function tell(about, ...of) {
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
export const encode = (/** @type {unknown} */ value) => JSON.stringify(value, null, 1) + '\n'

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fs.mkdirSync(folder, { recursive: true })
  for (const [file, value] of Object.entries(vectors())) fs.writeFileSync(path.join(folder, file), encode(value))
}
