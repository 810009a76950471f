// PROTO 4.5.18 with the program's own link: COVER is answered, and is to the link what DATA is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { u8, zeros } from './bytes.mjs'
import { REASON } from './link.mjs'
import { open, random, roles, type Talk } from './peer.mjs'
import { TYPE } from './records.mjs'

const { ACK, COVER, COVERED, DATA } = TYPE
const records = (talk: Talk, type: number) => talk.events.filter(([e, t]) => e === 'record' && t === String(type))
const epochs = (talk: Talk) => [talk.link.epochs?.out.epoch, talk.link.epochs?.in.epoch]
const pings = (talk: Talk) => talk.link.sent.filter(({ type }) => type === TYPE.PING).length

async function finish(talk: Talk) {
  talk.link.close(REASON.DONE)
  talk.flush()
  assert.equal(await talk.end(), `0 ${REASON.DONE} peer`)
}

for (const [name, start] of Object.entries(roles)) {
  test(`${name}: COVER of the program is answered here, in the smallest class`, async () => {
    const talk = await open(start())
    for (const payload of ['', '', '0102']) talk.tell(`send ${COVER} ${payload}`)
    await until('three answers', () => records(talk, COVERED).length === 3)
    assert.deepEqual(records(talk, COVERED), Array(3).fill(['record', String(COVERED), '']))
    const sent = talk.link.sent.filter(({ type }) => type === COVERED)
    assert.deepEqual(sent.map(({ bytes }) => bytes.length), [488, 488, 488])
    await finish(talk)
  })

  test(`${name}: COVER from here comes to the program, and its answer back`, async () => {
    const talk = await open(start())
    talk.link.send(COVER, zeros(0))
    talk.flush()
    assert.deepEqual(await talk.event('record'), ['record', String(COVER), ''])
    talk.tell(`send ${COVERED} `)
    await until('the answer', () => talk.link.covered === 1)
    await finish(talk)
  })

  // PROTO 4.3.14: "at once behind a DATA record that it sent, when n ≥ 32"
  for (const who of ['this side', 'the program']) {
    test(`${name}: a rekey comes behind 32 of DATA and COVER together, of ${who}`, async () => {
      const talk = await open(start())
      for (let i = 1; i <= 70; i++) {
        const type = i % 3 ? COVER : DATA
        if (who === 'the program') talk.tell(`send ${type} `)
        else talk.link.send(type, zeros(0))
        talk.flush()
        const count = () => (who === 'this side' ? talk.events.filter(([e]) => e === 'record').length :
          talk.link.records.length + talk.link.sent.filter((r) => r.type === COVERED).length)
        await until(`number ${i}`, () => count() === i)
        const epoch = 1 + Math.floor(i / 32)
        await until(`epoch ${epoch} behind number ${i}`, () => epochs(talk).every((e) => e === epoch))
      }
      await finish(talk)
    })
  }

  // PROTO 4.1.6: "A side asks as well when its DATA has had no ACK for 10 s."
  for (const [question, answer] of [[DATA, ACK], [COVER, COVERED]]) {
    test(`${name}: the program asks when its record of type ${question} was not answered for 10 s`, async () => {
      const talk = await open(start())
      talk.link.mute = true
      for (const answered of [true, false]) {
        talk.tell(`send ${question} `)
        await until('it is here', () => talk.link.rekey?.got.data === (answered ? 1 : 2))
        if (answered) talk.link.send(answer, u8(1))
        talk.link.send(TYPE.HELLO, random('', 3)) // any other record is no answer
        talk.flush()
        await until('they are there', () => records(talk, TYPE.HELLO).length === (answered ? 1 : 2))
        talk.tell('wait 11000')
        talk.link.send(99, zeros(0)) // wakes it
        talk.flush()
        await until('it was woken', () => records(talk, 99).length === (answered ? 1 : 2))
        if (answered) assert.equal(pings(talk), 0)
        else await until('an answer to its PING', () => pings(talk) === 1)
      }
      await finish(talk)
    })
  }
}
