// PROTO 4.3.5 to 4.3.16 with the program's own link: who asks, crossing, what ends the link.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { cat, fromHex, toHex, u32, u8, zeros } from './bytes.mjs'
import * as kem from './kem.mjs'
import { REASON, STATUS } from './link.mjs'
import { arrives, comes, dial, ERR, listen, open, random, refuses, roles, type Talk } from './peer.mjs'
import { TYPE } from './records.mjs'
import { HARD_STOP, MOST, type Rekey } from './rekey.mjs'

const count = (talk: Talk) => talk.events.filter(([name]) => name === 'record').length
const epochs = (talk: Talk) => [talk.link.epochs?.out.epoch, talk.link.epochs?.in.epoch]

// Records go both ways in that epoch.
async function inEpoch(talk: Talk, epoch: number) {
  await until(`epoch ${epoch}`, () => epochs(talk).every((e) => e === epoch))
  await arrives(talk, TYPE.HELLO, random('', 30), count(talk))
  await comes(talk, TYPE.HELLO, random('', 30))
  assert.deepEqual(epochs(talk), [epoch, epoch])
}

async function finish(talk: Talk) {
  talk.link.close(REASON.RENEW)
  talk.flush()
  assert.equal(await talk.end(), `0 ${REASON.RENEW} peer`)
}

// This side asks, and does not wait.
function ask(talk: Talk) {
  talk.link.rekey?.ask()
  talk.flush()
}

// The program says so many DATA.
function orders(talk: Talk, n: number) {
  for (let i = 0; i < n; i++) talk.tell(`send ${TYPE.DATA} ${toHex(u8(i))}`)
}

// What comes is kept back until this is called.
function hold(talk: Talk) {
  const take = talk.take.bind(talk)
  const kept: Buffer[] = []
  talk.take = (data) => void kept.push(data)
  return {
    size: () => kept.reduce((n, b) => n + b.length, 0),
    release: () => {
      talk.take = take
      kept.forEach(take)
    },
  }
}

for (const [name, start] of Object.entries(roles)) {
  test(`${name}: this side asks, the program asks, each several times`, async () => {
    const talk = await open(start())
    for (let epoch = 2; epoch < 8; epoch += 2) {
      ask(talk)
      await inEpoch(talk, epoch)
      for (let i = 0; i < 20; i++) await arrives(talk, TYPE.DATA, u8(i), count(talk))
      orders(talk, 12)
      await inEpoch(talk, epoch + 1)
    }
    await finish(talk)
  })

  test(`${name}: with the 32nd DATA record of both together who sends it asks`, async () => {
    const talk = await open(start())
    for (let i = 0; i < 31; i++) await comes(talk, TYPE.DATA, u8(i))
    assert.deepEqual(epochs(talk), [1, 1])
    await arrives(talk, TYPE.DATA, u8(1), 0)
    await inEpoch(talk, 2)
    await finish(talk)
  })

  test(`${name}: both ask at once`, async () => {
    const talk = await open(start())
    for (const epoch of [2, 3]) {
      const held = hold(talk)
      orders(talk, 32)
      await until('the program asked', () => held.size() >= 32 * 488 + 1952)
      ask(talk)
      held.release()
      await inEpoch(talk, epoch)
    }
    await finish(talk)
  })

  // PROTO 4.3.10: "Records of every other kind may be sent before, between and behind these"
  test(`${name}: other records between the three`, async () => {
    const talk = await open(start())
    talk.link.rekey?.ask()
    for (let i = 0; i < 5; i++) talk.link.send(TYPE.DATA, u8(i))
    talk.link.ping()
    talk.flush()
    await until('all arrive', () => count(talk) === 5 && talk.link.answers === 1)
    await inEpoch(talk, 2)
    await finish(talk)
  })

  test(`${name}: PENDING lets data flow, and so keys change`, async () => {
    const talk = await open(start({ status: STATUS.PENDING }), STATUS.PENDING)
    ask(talk)
    await inEpoch(talk, 2)
    await finish(talk)
  })

  test(`${name}: the program sends 128 DATA records without an answer, and no more`, async () => {
    const talk = await open(start())
    if (talk.link.rekey) talk.link.rekey.onEk = () => {}
    orders(talk, HARD_STOP + 3)
    await talk.event('refused', 2)
    await until('128 came', () => talk.link.records.length === HARD_STOP)
    assert.equal(talk.events.filter(([e]) => e === 'refused').length, 3)
    await comes(talk, TYPE.ACK, u8(1))
    await finish(talk)
  })

  test(`${name}: the program takes 256 DATA records without an answer, and no more`, async () => {
    const talk = await open(start())
    if (talk.link.rekey) talk.link.rekey.onEk = () => {}
    for (let i = 0; i < MOST; i++) talk.link.say(TYPE.DATA, u8(1))
    talk.flush()
    await until('all arrive', () => count(talk) === MOST)
    talk.link.say(TYPE.DATA, u8(1))
    talk.flush()
    assert.equal(await talk.end(), refuses(ERR.LIMIT))
    assert.equal(count(talk), MOST)
  })

  // The program asked, and gets this for an answer; `ct` is a good one.
  const answers: [string, (ct: Uint8Array) => [number, Uint8Array][], number][] = [
    ['REKEY_CT too short', (ct) => [[TYPE.REKEY_CT, cat(u32(2), ct.subarray(1))]], ERR.FORMAT],
    ['REKEY_CT too long', (ct) => [[TYPE.REKEY_CT, cat(u32(2), ct, u8(0))]], ERR.FORMAT],
    ['REKEY_CT for epoch 1', (ct) => [[TYPE.REKEY_CT, cat(u32(1), ct)]], ERR.FORMAT],
    ['REKEY_CT for epoch 3', (ct) => [[TYPE.REKEY_CT, cat(u32(3), ct)]], ERR.FORMAT],
    ['REKEY_CT with low order', (ct) => [[TYPE.REKEY_CT, cat(u32(2), ct.subarray(0, 1088), zeros(32))]], ERR.CRYPTO],
    ['REKEY_CT with an empty payload', () => [[TYPE.REKEY_CT, zeros(0)]], ERR.FORMAT],
    ['REKEY_DONE', () => [[TYPE.REKEY_DONE, zeros(0)]], ERR.POLICY],
    ['REKEY_EK, too short', (ct) => [[TYPE.REKEY_EK, cat(u32(2), ct)]], ERR.FORMAT],
    ['REKEY_EK for another epoch', () => [[TYPE.REKEY_EK, cat(u32(3), kem.publicKey(random('', 32)))]], ERR.FORMAT],
  ]
  for (const [what, answer, error] of answers) {
    test(`${name}: ${what} to the program, which waits for REKEY_CT, ends the link`, async () => {
      const talk = await open(start())
      const rekey = talk.link.rekey as Rekey
      rekey.onEk = (payload) => {
        const { ct } = kem.encapsulate(payload.subarray(4), random('', 64))
        for (const [type, p] of answer(ct)) talk.link.say(type, p)
      }
      orders(talk, 32)
      assert.equal(await talk.end(), refuses(error))
    })
  }

  const good = () => kem.publicKey(random('', 32))
  const { REKEY_EK, REKEY_CT, REKEY_DONE } = TYPE
  const questions: [string, () => [number, Uint8Array][], number][] = [
    ['REKEY_EK too short', () => [[REKEY_EK, cat(u32(2), good().subarray(1))]], ERR.FORMAT],
    ['REKEY_EK too long', () => [[REKEY_EK, cat(u32(2), good(), u8(0))]], ERR.FORMAT],
    ['REKEY_EK for epoch 0', () => [[REKEY_EK, cat(u32(0), good())]], ERR.FORMAT],
    ['REKEY_EK for epoch 1', () => [[REKEY_EK, cat(u32(1), good())]], ERR.FORMAT],
    ['REKEY_EK for epoch 3', () => [[REKEY_EK, cat(u32(3), good())]], ERR.FORMAT],
    ['REKEY_EK with a coefficient of q', () => [[REKEY_EK, cat(u32(2), fromHex('010d'), good().subarray(2))]], ERR.CRYPTO],
    ['REKEY_EK with a share of low order', () => [[REKEY_EK, cat(u32(2), good().subarray(0, 1184), zeros(32))]], ERR.CRYPTO],
    ['REKEY_EK twice', () => [[REKEY_EK, cat(u32(2), good())], [REKEY_EK, cat(u32(2), good())]], ERR.POLICY],
    ['REKEY_CT behind REKEY_EK', () => [[REKEY_EK, cat(u32(2), good())], [REKEY_CT, cat(u32(2), zeros(1120))]], ERR.POLICY],
    ['REKEY_DONE with a payload', () => [[REKEY_EK, cat(u32(2), good())], [REKEY_DONE, u8(0)]], ERR.FORMAT],
  ]
  for (const [what, question, error] of questions) {
    test(`${name}: ${what} ends the link`, async () => {
      const talk = await open(start())
      const rekey = talk.link.rekey as Rekey
      rekey.onCt = () => {}
      for (const [type, payload] of question()) talk.link.say(type, payload)
      talk.flush()
      assert.equal(await talk.end(), refuses(error))
    })
  }
}

// ---- time, which passes at once at the program ----

// So many seconds, with a PING every 20 s.
async function pass(talk: Talk, seconds: number) {
  for (let s = 0; s < seconds; s += 20) {
    talk.tell(`wait ${Math.min(20, seconds - s) * 1000}`)
    const before = talk.link.answers
    talk.link.ping()
    talk.flush()
    await until('an answer', () => talk.link.answers > before || talk.over)
  }
}

for (const [name, start] of Object.entries(roles)) {
  // PROTO 4.1.6: "A side that received nothing for 25 s asks, one that received nothing for 70 s takes the link for
  // broken."
  test(`${name}: the program asks after 25 s of silence, and gives up after 70 s`, async () => {
    const talk = await open(start())
    const pings = () => talk.link.sent.filter(({ type }) => type === TYPE.PING).length
    talk.tell('wait 24000')
    await comes(talk, TYPE.ACK, u8(1))
    assert.equal(pings(), 0)
    talk.tell('wait 2000')
    await until('a PING', () => pings() === 1)
    talk.take = () => {}
    talk.tell('wait 26000')
    talk.tell('wait 45000')
    assert.equal(await talk.end(), refuses(ERR.TIMEOUT))
  })

  // PROTO 4.3.14: "at any time when n ≥ 1 and t ≥ 5 minutes (A) or 6 minutes (B)"
  const [minutes, before] = start === listen ? [5, 4] : [6, 5]
  test(`${name}: the program asks ${minutes} minutes after the first DATA`, async () => {
    const talk = await open(start())
    await pass(talk, minutes * 60)
    assert.deepEqual(epochs(talk), [1, 1])
    await comes(talk, TYPE.DATA, u8(1))
    await pass(talk, before * 60)
    await arrives(talk, TYPE.DATA, u8(2), 0)
    assert.deepEqual(epochs(talk), [1, 1])
    await pass(talk, 60)
    await inEpoch(talk, 2)
    await finish(talk)
  })

  // PROTO 4.3.17: "A side that has waited 5 minutes for REKEY_CT or REKEY_DONE, in epoch 0 too, takes the link for
  // broken."
  for (const waits of ['REKEY_CT', 'REKEY_DONE']) {
    test(`${name}: the program waits 5 minutes for ${waits}`, async () => {
      const talk = await open(start())
      const rekey = talk.link.rekey as Rekey
      let waiting = false
      rekey[waits === 'REKEY_CT' ? 'onEk' : 'done'] = () => { waiting = true }
      if (waits === 'REKEY_CT') orders(talk, 32)
      else ask(talk)
      await until('it waits', () => waiting) // orders overtake records: time must not pass before
      await pass(talk, 299)
      assert.equal(talk.over, false)
      talk.tell('wait 2000')
      assert.equal(await talk.end(), refuses(ERR.TIMEOUT))
    })
  }
}

test('B asks twice while A waits for its answer: A ends the link', async () => {
  const talk = await open(listen())
  const ek = () => cat(u32(2), kem.publicKey(random('', 32)))
  if (talk.link.rekey) talk.link.rekey.onEk = () => {
    talk.link.say(TYPE.REKEY_EK, ek())
    talk.link.say(TYPE.REKEY_EK, ek())
  }
  orders(talk, 32)
  assert.equal(await talk.end(), refuses(ERR.POLICY))
})

test('A answers what B asked although A asked too: B ends the link', async () => {
  const talk = await open(dial())
  if (talk.link.rekey) talk.link.rekey.onEk = (payload) => {
    talk.link.say(TYPE.REKEY_EK, cat(u32(2), kem.publicKey(random('', 32))))
    talk.link.say(TYPE.REKEY_CT, cat(u32(2), kem.encapsulate(payload.subarray(4), random('', 64)).ct))
  }
  orders(talk, 32)
  assert.equal(await talk.end(), refuses(ERR.POLICY))
})

test('REKEY_EK in epoch 0 ends the link', async () => {
  const talk = dial()
  const take = talk.link.take.bind(talk.link)
  talk.link.take = (m2) => {
    take(m2)
    talk.link.say(TYPE.REKEY_EK, cat(u32(1), kem.publicKey(random('', 32))))
  }
  assert.equal(await talk.end(), refuses(ERR.POLICY))
})

test('REKEY_EK where the status forbids data ends the link', async () => {
  const talk = listen({ accept: cat(u8(STATUS.KEY_CHANGED), zeros(5)) })
  await talk.event('open')
  talk.link.say(TYPE.REKEY_EK, cat(u32(2), kem.publicKey(random('', 32))))
  talk.flush()
  assert.equal(await talk.end(), refuses(ERR.POLICY))
})
