// Handshakes of a peer that has good keys and a good transcript, and says something the document does not allow, or
// something it allows though nobody says it yet. Everything here is hashed as it was sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import { sha3_256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { cat, fromHex, u8, zeros } from './bytes.mjs'
import { REASON } from './link.mjs'
import { dial, ERR, listen, newPerson, random, refuses, type Talk, theirs } from './peer.mjs'
import { TYPE } from './records.mjs'

type Change = (bytes: Uint8Array) => Uint8Array
type Bad = [what: string, part: string, change: Change, error: number]

const put = (at: number, what: Uint8Array): Change => (bytes) =>
  cat(bytes.subarray(0, at), what, bytes.subarray(at + what.length))

function bend(part: string, change: Change) {
  return (name: string, bytes: Uint8Array) => (name === part ? change(bytes) : bytes)
}

// A record goes through, both ways.
async function works(talk: Talk) {
  await talk.event('open')
  talk.tell('ping')
  talk.link.send(TYPE.DATA, u8(7))
  talk.flush()
  assert.deepEqual(await talk.event('record'), ['record', '1', '07'])
  talk.link.close(REASON.DONE)
  talk.flush()
  assert.equal(await talk.end(), `0 ${REASON.DONE} peer`)
}

// PROTO 3.4.1: "Zero fields must be zero on sending, are ignored but hashed on receipt."
const allowed: [string, string, Change, typeof dial | typeof listen][] = [
  ['M1 with something in its zero field', 'M1', put(1288, random('', 176)), dial],
  ['M1 that offers more suites', 'M1', put(6, u8(0xff)), dial],
  ['M1 that offers suite 1 and others', 'M1', put(6, fromHex('8003')), dial],
  ['M1 that offers versions 0 to 255', 'M1', put(4, fromHex('00ff')), dial],
  ['M1 with another n_A', 'M1', put(8, zeros(32)), dial],
  ['M1 with another knock', 'M1', put(1256, zeros(32)), dial],
  ['M2 with something in its zero byte and flags', 'M2c', (m) => put(1, u8(255))(put(4, random('', 4))(m)), listen],
  ['M2 with caps and zero[8]', 'p2 head', put(2020, random('', 12)), listen],
  ['M2 with padding', 'p2 padding', () => random('', 283), listen],
  ['M3 with caps', 'p3 head', put(2020, random('', 4)), dial],
  ['M3 with zero[7]', 'p3 head', put(2025, random('', 7)), dial],
  ['M3 with padding', 'p3 padding', () => random('', 323), dial],
]
for (const [what, part, change, start] of allowed) {
  test(`${what} opens a link`, () => works(start({ bend: bend(part, change) })))
}

const lowOrder = [
  '00'.repeat(32), '01' + '00'.repeat(31), 'ec' + 'ff'.repeat(30) + '7f', 'ed' + 'ff'.repeat(30) + '7f',
  'ec' + 'ff'.repeat(31), 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
]

const badM1: Bad[] = [
  ['magic', 'M1', put(3, u8(0x32)), ERR.FORMAT],
  ['versions from 2', 'M1', put(4, fromHex('02ff')), ERR.FORMAT],
  ['versions up to 0', 'M1', put(4, fromHex('0000')), ERR.FORMAT],
  ['no suite', 'M1', put(6, fromHex('0000')), ERR.FORMAT],
  ['other suites', 'M1', put(6, fromHex('fffe')), ERR.FORMAT],
  ['an ML-KEM coefficient of q', 'M1', put(40, fromHex('010d')), ERR.CRYPTO],
  ['the last ML-KEM coefficient of 4095', 'M1', put(40 + 1150, fromHex('ffff')), ERR.CRYPTO],
  ...lowOrder.map((hex, i) => [`X25519 share of low order ${i}`, 'M1', put(1224, fromHex(hex)), ERR.CRYPTO] as Bad),
]
for (const [what, part, change, error] of badM1) {
  test(`M1, ${what}: closed without a byte`, async () => {
    const talk = dial({ bend: bend(part, change) })
    let got = 0
    talk.link.feed = (bytes) => void (got += bytes.length)
    assert.equal(await talk.end(), refuses(error))
    assert.equal(got, 0)
  })
}

const badM2: Bad[] = [
  ['version 0', 'M2c', put(0, u8(0)), ERR.FORMAT],
  ['version 2', 'M2c', put(0, u8(2)), ERR.FORMAT],
  ['suite 0', 'M2c', put(2, fromHex('0000')), ERR.FORMAT],
  ['suite 2', 'M2c', put(2, fromHex('0002')), ERR.FORMAT],
  ['suite 257', 'M2c', put(2, fromHex('0101')), ERR.FORMAT],
  ['another ct', 'M2c', put(8, zeros(1)), ERR.CRYPTO],
  ...lowOrder.map((hex, i) => [`X25519 share of low order ${i}`, 'M2c', put(8 + 1088, fromHex(hex)), ERR.CRYPTO] as Bad),
  ['another pk', 'p2 head', put(32, newPerson().pq.pk), ERR.CRYPTO],
  ['another s1', 'p2 signatures', put(0, zeros(2)), ERR.CRYPTO],
  ['S + L', 'p2 signatures', put(63, u8(0xff)), ERR.CRYPTO],
  ['another s2', 'p2 signatures', put(64, zeros(4)), ERR.CRYPTO],
]
for (const [what, part, change, error] of badM2) {
  test(`M2, ${what}: A says nothing more, not who it is`, async () => {
    const talk = listen({ bend: bend(part, change) })
    assert.equal(await talk.end(), refuses(error))
    assert.equal(talk.link.epochs, undefined)
    assert.equal(talk.events.filter(([e]) => e === 'pin').length, 0)
  })
}

test('M2 with a share of low order, from a B that counts with the zero it gives: A says nothing more', async () => {
  const coins = random('', 64)
  const share = fromHex(lowOrder[1])
  let ek: Uint8Array | undefined
  const talk = listen({
    random: (name, n) => (name === 'coins of ct' ? coins : random(name, n)),
    bend: (part, bytes) => {
      if (part === 'M2c') return put(8 + 1088, share)(bytes)
      if (part !== 'ss' || !ek) return bytes
      const { sharedSecret } = ml_kem768.encapsulate(ek.subarray(0, 1184), coins.subarray(0, 32))
      return sha3_256(cat(sharedSecret, zeros(32), share, ek.subarray(1184), fromHex('5c2e2f2f5e5c')))
    },
  })
  const take = talk.link.take.bind(talk.link)
  talk.link.take = (m1) => {
    ek = m1.subarray(40, 1256)
    take(m1)
  }
  assert.equal(await talk.end(), refuses(ERR.CRYPTO))
  assert.equal(talk.link.epochs, undefined)
})

const badM3: Bad[] = [
  ['mode 0', 'p3 head', put(2024, u8(0)), ERR.POLICY],
  ['mode 2', 'p3 head', put(2024, u8(2)), ERR.POLICY],
  ['the address of B', 'p3 head', put(0, theirs.onion.key), ERR.CRYPTO],
  ['the address of another', 'p3 head', put(0, newPerson().onion.key), ERR.CRYPTO],
  ['no point', 'p3 head', put(0, zeros(32).fill(255)), ERR.CRYPTO],
  ...ED25519_TORSION_SUBGROUP.map((hex, i) => [`an address of small order ${i}`, 'p3 head', put(0, fromHex(hex)), ERR.CRYPTO] as Bad),
  ['another pk', 'p3 head', put(32, newPerson().pq.pk), ERR.CRYPTO],
  ['another t1', 'p3 signatures', put(5, zeros(2)), ERR.CRYPTO],
  ['another t2', 'p3 signatures', put(3369, zeros(4)), ERR.CRYPTO],
]
for (const [what, part, change, error] of badM3) {
  test(`M3, ${what}: closed without a byte`, async () => {
    const talk = dial({ bend: bend(part, change) })
    assert.equal(await talk.end(), refuses(error))
    assert.equal(talk.events.filter(([e]) => e === 'accept').length, 0)
    assert.equal(talk.link.status, undefined)
  })
}

test('M3 of who has the keys of B: closed without a byte', async () => {
  const talk = dial({ from: theirs })
  assert.equal(await talk.end(), refuses(ERR.CRYPTO))
  assert.equal(talk.link.status, undefined)
})

// ---- bytes that were changed on the way ----

// The nth message of this side goes out with one bit changed.
function change(talk: Talk, nth: number, at: number) {
  const write = talk.write.bind(talk)
  let count = 0
  talk.write = (bytes) => {
    write(count++ === nth ? put(at, u8(bytes[at] ^ 0x10))(bytes) : bytes)
  }
}

test('M2 and M3 with a changed bit: the program ends the link', async () => {
  for (const at of [20, 1120, 1128, 1200, 4000, 6815, 6831]) {
    const talk = listen()
    change(talk, 0, at)
    assert.equal(await talk.end(), refuses(ERR.CRYPTO))
    assert.equal(talk.link.epochs, undefined)
  }
  for (const at of [0, 100, 3000, 5839, 5855]) {
    const talk = dial()
    change(talk, 0, at) // M1 went out before
    assert.equal(await talk.end(), refuses(ERR.CRYPTO))
    assert.equal(talk.link.status, undefined)
  }
})

test('M1, M2 and records of the program with a changed bit: this side ends the link', async () => {
  const cases: [typeof dial, number, number][] = [
    [dial, 0, 5], [dial, 0, 900], [dial, 0, 3000], [dial, 0, 6831], [dial, 6832, 0], [dial, 6832, 300],
  ]
  for (const [start, before, at] of cases) {
    const talk = start()
    const feed = talk.link.feed.bind(talk.link)
    let seen = 0
    talk.link.feed = (bytes) => {
      const here = before + at - seen
      seen += bytes.length
      feed(here >= 0 && here < bytes.length ? put(here, u8(bytes[here] ^ 0x20))(bytes) : bytes)
    }
    await talk.end()
    assert.ok(talk.refused)
    assert.equal(talk.link.status, undefined)
  }
})

test('any cut of the stream is the same to both', async () => {
  const talk = dial()
  const write = talk.write.bind(talk)
  talk.write = (bytes) => {
    for (let i = 0; i < bytes.length; i += 97) write(bytes.subarray(i, i + 97))
  }
  await works(talk)
})
