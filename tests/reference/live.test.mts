// This implementation talks with the program's own link, in both roles.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { cat, toHex, u16, u32, u8, zeros } from './bytes.mjs'
import type { Pin } from './identity.mjs'
import { REASON, STATUS } from './link.mjs'
import { arrives, comes, dial, ERR, listen, me, newPerson, open, random, refuses, roles, type Talk, theirs } from './peer.mjs'
import { LARGEST, TYPE } from './records.mjs'


async function proved(talk: Talk, line: string) {
  const [, onion, pk, next, seq] = await talk.event(line)
  assert.deepEqual([onion, pk, next, seq], [toHex(me.onion.key), toHex(me.pq.pk), toHex(me.pq.next), String(me.pq.seq)])
}

for (const [name, start] of Object.entries(roles)) {
  test(`${name}: records of every class, PING, CLOSE from here`, async () => {
    const talk = await open(start())
    await proved(talk, start === dial ? 'accept' : 'pin')
    let nth = 0
    for (const n of [0, 1, 468, 469, 1932, 1933, 7788, 7789, LARGEST]) {
      await arrives(talk, TYPE.DATA, random('', n), nth++)
      await comes(talk, TYPE.DATA, random('', n))
    }
    for (const type of [TYPE.ACK, TYPE.HELLO]) {
      await arrives(talk, type, random('', 40), nth++)
      await comes(talk, type, random('', 40))
    }
    talk.link.ping()
    talk.flush()
    await until('an answer', () => talk.link.answers === 1)
    talk.tell('ping')
    await until('a PING was answered', () => talk.link.sent.at(-1)?.type === TYPE.PING)
    talk.link.close(REASON.LOCKED)
    talk.flush()
    assert.equal(await talk.end(), `0 ${REASON.LOCKED} peer`)
  })

  test(`${name}: CLOSE from there`, async () => {
    const talk = await open(start())
    talk.tell(`close ${REASON.DUP}`)
    assert.equal(await talk.end(), `0 ${REASON.DUP} self`)
    assert.equal(talk.link.closed, REASON.DUP)
  })

  test(`${name}: the end of the stream without CLOSE is broken`, async () => {
    const talk = await open(start())
    talk.stdin.end()
    assert.equal(await talk.end(), refuses(ERR.BROKEN))
  })

  test(`${name}: PENDING, and both are pinned`, async () => {
    const talk = await open(start({ status: STATUS.PENDING, pin: theirs.pin, theirPin: me.pin }), STATUS.PENDING)
    await arrives(talk, TYPE.HELLO, random('', 9), 0)
    await comes(talk, TYPE.HELLO, random('', 9))
    talk.link.close(REASON.DONE)
    talk.flush()
    await talk.end()
  })

  test(`${name}: a record that was changed ends the link`, async () => {
    for (const at of [0, 1, 200, 487]) {
      const talk = await open(start())
      talk.link.send(TYPE.DATA, random('', 5))
      const [record] = talk.link.output.splice(0)
      record[at] ^= 1
      if (at === 0) record[0] = 4
      talk.write(record)
      assert.equal(await talk.end(), refuses(at === 0 ? ERR.FORMAT : ERR.CRYPTO))
      assert.equal(talk.events.filter(([e]) => e === 'record').length, 0)
    }
  })

  test(`${name}: a record again, and one left out`, async () => {
    for (const which of ['again', 'left out']) {
      const talk = await open(start())
      talk.link.send(TYPE.DATA, u8(1))
      const [record] = talk.link.output.splice(0)
      talk.link.send(TYPE.DATA, u8(2))
      if (which === 'again') talk.write(cat(record, record))
      else talk.flush()
      assert.equal(await talk.end(), refuses(ERR.CRYPTO))
    }
  })
}

// ---- what a peer with good keys may send all the same, and what not ----

// PROTO 4.1.3: "Whether the class is the smallest is not checked."
// PROTO 4.1.6: "So are more bytes behind the kind; a PING without one ends the link."
// error: undefined where the link goes on
const oddities: [string, (talk: Talk) => void, number | undefined][] = [
  ['a class larger than needed', (t) => void t.link.say(99, u8(1), 2), undefined],
  ['an unknown type', (t) => void t.link.say(200, random('', 30)), undefined],
  ['reserved types', (t) => [0, 8, 9, 10, 12, 255].forEach((type) => t.link.say(type, random('', 3))), undefined],
  ['a PING of another kind', (t) => void t.link.say(TYPE.PING, u8(7)), undefined],
  ['a PING with more in it', (t) => void t.link.say(TYPE.PING, cat(u8(0), random('', 5))), undefined],
  ['a PING without a kind', (t) => void t.link.say(TYPE.PING, zeros(0)), ERR.FORMAT],
  ['a CLOSE without a reason', (t) => void t.link.say(TYPE.CLOSE, zeros(0)), ERR.FORMAT],
  ['padding that is not zero', (t) => void t.link.say(1, zeros(0), 0, cat(u8(1), u16(1), u8(5), u8(1))), ERR.FORMAT],
  ['a length past the end', (t) => void t.link.say(1, zeros(0), 0, cat(u8(1), u16(469))), ERR.FORMAT],
  ['ACCEPT', (t) => void t.link.say(TYPE.ACCEPT, zeros(6)), ERR.POLICY],
  ['REKEY_CT', (t) => void t.link.say(TYPE.REKEY_CT, cat(u32(2), zeros(1120))), ERR.POLICY],
  ['REKEY_DONE', (t) => void t.link.say(TYPE.REKEY_DONE, zeros(0)), ERR.POLICY],
]
for (const [name, start] of Object.entries(roles)) {
  for (const [what, say, error] of oddities) {
    test(`${name}: ${what} ${error ? 'ends the link' : 'is no matter'}`, async () => {
      const talk = await open(start())
      say(talk)
      talk.flush()
      if (error) return assert.equal(await talk.end(), refuses(error))
      const before = talk.link.answers
      talk.link.ping()
      talk.flush()
      await until('an answer', () => talk.link.answers > before)
      talk.link.close(REASON.DONE)
      talk.flush()
      assert.equal(await talk.end(), `0 ${REASON.DONE} peer`)
    })
  }

  const reasons: [Uint8Array, number][] = [
    [u8(0), REASON.DONE], [u8(250), REASON.DONE], [cat(u8(REASON.REFUSED), zeros(9)), REASON.REFUSED],
  ]
  for (const [payload, reason] of reasons) {
    test(`${name}: CLOSE(${toHex(payload)}) counts as ${reason}`, async () => {
      const talk = await open(start())
      talk.link.say(TYPE.CLOSE, payload)
      talk.flush()
      assert.equal(await talk.end(), `0 ${reason} peer`)
    })
  }
}

// ---- pins ----

const others: [string, (pin: Pin) => Pin][] = [
  ['pk', (pin) => ({ ...pin, pk: newPerson().pq.pk })],
  ['next', (pin) => ({ ...pin, next: random('', 32) })],
  ['seq', (pin) => ({ ...pin, seq: pin.seq - 1 })],
]
for (const [what, other] of others) {
  // PROTO 5.3.1: "nothing but one ROTCHAIN of A and CLOSE has a meaning in it"
  test(`the program has pinned another ${what} for who dials it: KEY_CHANGED and quarantine`, async () => {
    const talk = await open(dial({ theirPin: other(me.pin) }), STATUS.KEY_CHANGED)
    talk.link.ping()
    for (const type of [TYPE.DATA, TYPE.HELLO, TYPE.ROTCHAIN, TYPE.ROTCHAIN]) talk.link.say(type, random('', 3))
    talk.flush()
    const chain = talk.link.sent.find(({ type }) => type === TYPE.ROTCHAIN)
    assert.deepEqual(await talk.event('record'), ['record', String(TYPE.ROTCHAIN), toHex(chain?.payload ?? zeros(0))])
    talk.tell('send 1 00')
    await talk.event('refused')
    talk.tell(`close ${REASON.KEY_CHANGED}`)
    assert.equal(await talk.end(), `0 ${REASON.KEY_CHANGED} self`)
    await until('CLOSE', () => talk.link.closed === REASON.KEY_CHANGED)
    assert.equal(talk.link.answers, 0)
    assert.equal(talk.events.filter(([e]) => e === 'record').length, 1)
  })

  test(`the program has pinned another ${what} for whom it dials: it says nothing more`, async () => {
    const talk = listen({ theirPin: other(me.pin) })
    assert.equal(await talk.end(), refuses(ERR.PIN))
    assert.equal(talk.link.epochs, undefined)
  })

  test(`this side has pinned another ${what} for who dials it: KEY_CHANGED and quarantine`, async () => {
    const talk = await open(listen({ pin: other(theirs.pin) }), STATUS.KEY_CHANGED)
    await comes(talk, TYPE.ROTCHAIN, random('', 3))
    talk.link.close(REASON.KEY_CHANGED)
    talk.flush()
    assert.equal(await talk.end(), `0 ${REASON.KEY_CHANGED} peer`)
  })

  test(`this side has pinned another ${what} for whom it dials: it says nothing more`, async () => {
    const talk = dial({ pin: other(theirs.pin) })
    assert.equal(await talk.end(), refuses(ERR.BROKEN))
    assert.equal(talk.refused?.message, 'pin')
  })
}

test('an address that may not talk: the program closes without a word', async () => {
  const talk = dial({ deny: true })
  assert.equal(await talk.end(), refuses(ERR.POLICY))
  assert.equal(talk.link.status, undefined)
})

// ---- ACCEPT ----

// PROTO 4.3.3: "A may send other records in epoch 0, between M3 and REKEY_DONE (3.5.7)."
// PROTO 3.5.7: "This is said of the layers above: the link's own records (4.1.4) count in any case."
test('records of epoch 0 arrive with OK and not with PENDING; PING is answered either way', async () => {
  for (const status of [STATUS.OK, STATUS.CONT_LOST, STATUS.PENDING]) {
    const talk = dial({ status })
    const feed = talk.link.take.bind(talk.link)
    talk.link.take = (m2) => {
      feed(m2)
      talk.link.send(TYPE.HELLO, u8(1))
      talk.link.ping()
    }
    await open(talk, status)
    await until('an answer', () => talk.link.answers === 1)
    await arrives(talk, TYPE.HELLO, u8(2), status === STATUS.PENDING ? 0 : 1)
    talk.link.close(REASON.DONE)
    talk.flush()
    await talk.end()
  }
})

test('CLOSE in epoch 0 counts, with PENDING too', async () => {
  for (const status of [STATUS.OK, STATUS.PENDING]) {
    const talk = dial({ status })
    const feed = talk.link.take.bind(talk.link)
    talk.link.take = (m2) => {
      feed(m2)
      talk.link.close(REASON.DONE)
    }
    assert.equal(await talk.end(), `0 ${REASON.DONE} peer`)
  }
})

test('ACCEPT may have more in it, which is hashed; batch too', async () => {
  const talk = await open(listen({ accept: cat(u8(0), u8(0), random('', 4), random('', 100)) }))
  await arrives(talk, TYPE.DATA, u8(1), 0)
  talk.link.close(REASON.DONE)
  talk.flush()
  await talk.end()
})

// PROTO 3.4.9: "What selects a secret that A does not have, or has not any more, ends the link"
const badAccepts: [string, Uint8Array, number][] = [
  ['too short', zeros(5), ERR.FORMAT], ['status 5', cat(u8(5), zeros(5)), ERR.FORMAT],
  ['psk_sel 4', cat(u8(0), u8(4), zeros(4)), ERR.FORMAT],
  ...[1, 2, 3].map((n) => [`psk_sel ${n}`, cat(u8(0), u8(n), zeros(4)), ERR.POLICY] as [string, Uint8Array, number]),
]
for (const [what, accept, error] of badAccepts) {
  test(`ACCEPT ${what} ends the link`, async () => {
    const talk = listen({ accept })
    assert.equal(await talk.end(), refuses(error))
    assert.equal(talk.events.filter(([e]) => e === 'open').length, 0)
  })
}

test('status 3: who listens says CLOSE(REFUSED) at once', async () => {
  const there = dial({ status: STATUS.INVITE_BAD })
  assert.equal(await there.end(), `${ERR.POLICY} ${REASON.REFUSED} self`)
  assert.deepEqual([there.link.status, there.link.closed], [STATUS.INVITE_BAD, REASON.REFUSED])
  const here = listen({ status: STATUS.INVITE_BAD })
  assert.deepEqual(await here.event('open'), ['open', String(STATUS.INVITE_BAD)])
  assert.equal(await here.end(), `0 ${REASON.REFUSED} peer`)
})

for (const status of [STATUS.INVITE_BAD, STATUS.KEY_CHANGED]) {
  test(`with status ${status} no data flows`, async () => {
    const talk = listen({ accept: cat(u8(status), zeros(5)) })
    await talk.event('open')
    talk.link.say(TYPE.DATA, u8(1))
    talk.flush()
    talk.tell('send 1 00')
    await talk.event('refused')
    talk.link.close(REASON.REFUSED)
    talk.flush()
    await talk.end()
    assert.equal(talk.events.filter(([e]) => e === 'record').length, 0)
    assert.equal(talk.link.records.length, 0)
  })
}
