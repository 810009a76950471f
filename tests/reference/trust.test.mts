// PROTO 5, 7, 8.1.4 with the program's own link: who has met before, who was invited, whose keys changed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { cat, equal, fromHex, toHex, u32, u8, zeros } from './bytes.mjs'
import { knocks, type Pair } from './continuity.mjs'
import type { Pin } from './identity.mjs'
import { REASON, ResponderLink, STATUS } from './link.mjs'
import {
  comes, dial, type DialOptions, ERR, listen, type ListenOptions, me, newPerson, open, type Person, random, refuses,
  roles, rotatingPerson, type Talk, theirs,
} from './peer.mjs'
import { TYPE } from './records.mjs'
import { fingerprint, leads, makeChain, type Relation } from './rotation.mjs'

const secret = () => random('', 32)
const text = (p: Pair) => [p.cur, p.prev].flatMap((cs) => (cs ? [toHex(cs)] : []))
const RELATION: { [how in Relation]: string } = { new: '1', same: '2', rotated: '3', changed: '4' }

// Both have committed; the pairs of both, in hex.
async function committed(talk: Talk, mine: Pair) {
  talk.link.ping()
  talk.flush()
  await until('an answer', () => talk.link.answers > 0)
  if (talk.link instanceof ResponderLink) await comes(talk, TYPE.DATA, u8(1))
  const [, ...theirPair] = await talk.event('pair')
  return { mine: text(mine), theirs: theirPair }
}

async function finish(talk: Talk) {
  talk.link.close(REASON.DONE)
  talk.flush()
  assert.equal(await talk.end(), `0 ${REASON.DONE} peer`)
}

// ---- continuity ----

const [x0, x1, x2, x3] = [secret(), secret(), secret(), secret()]
interface Case {
  what: string
  mine: Pair
  theirs: Pair
  selA?: number // psk_sel where this side dials
  selB?: number // where it is dialled
  lost?: [mine: boolean, theirs: boolean]
  common?: Uint8Array // what is selected
}
const cases: Case[] = [
  { what: 'nobody has a secret', mine: {}, theirs: {}, selA: 0, selB: 0 },
  { what: 'both have one', mine: { cur: x1 }, theirs: { cur: x1 }, selA: 2, selB: 2, common: x1 },
  { what: 'both have two', mine: { cur: x1, prev: x0 }, theirs: { cur: x1, prev: x0 }, selA: 2, selB: 2, common: x1 },
  { what: 'this side is ahead', mine: { cur: x2, prev: x1 }, theirs: { cur: x1, prev: x0 }, selA: 3, selB: 2, common: x1 },
  { what: 'the program is ahead', mine: { cur: x1, prev: x0 }, theirs: { cur: x2, prev: x1 }, selA: 2, selB: 3, common: x1 },
  { what: 'both went on alone', mine: { cur: x2, prev: x1 }, theirs: { cur: x3, prev: x1 }, selA: 3, selB: 3, common: x1 },
  { what: 'only this side has one', mine: { cur: x1 }, theirs: {}, selA: 0, selB: 0 },
  { what: 'each has another one', mine: { cur: x1 }, theirs: { cur: x2 }, selA: 0, selB: 0 },
  { what: 'only this side has two', mine: { cur: x1, prev: x0 }, theirs: {}, selA: 0, selB: 0, lost: [true, false] },
  { what: 'only the program has two', mine: { cur: x3 }, theirs: { cur: x1, prev: x0 }, selA: 0, selB: 0, lost: [false, true] },
  { what: 'nothing of two is common', mine: { cur: x3, prev: x2 }, theirs: { cur: x1, prev: x0 }, selA: 0, selB: 0, lost: [true, true] },
]

for (const [name, start] of Object.entries(roles)) {
  for (const status of [STATUS.OK, STATUS.PENDING]) {
    for (const c of cases) {
      test(`${name}, status ${status}: ${c.what}`, async () => {
        const mine = { ...c.mine }
        const talk = start({ pair: mine, theirPair: c.theirs, pin: theirs.pin, theirPin: me.pin, status })
        const lost = c.lost ?? [false, false]
        const answering = lost[start === dial ? 1 : 0]
        const said = answering && status === STATUS.OK ? STATUS.CONT_LOST : status
        await open(talk, said)
        const told = said === STATUS.CONT_LOST // so the other side knows too
        assert.equal(talk.link.choice?.psk_sel, start === dial ? c.selA : c.selB)
        assert.equal(talk.link.choice?.lost, lost[0] || (told && start === dial))
        const theyLost = lost[1] || (told && start === listen)
        assert.deepEqual(await talk.event('chose'), ['chose', String(talk.link.choice?.psk_sel), String(Number(theyLost))])
        const pairs = await committed(talk, mine)
        assert.equal(pairs.mine[0], pairs.theirs[0])
        const prev = (isLost?: boolean) => (c.common ? [toHex(c.common)] : isLost ? [pairs.mine[0]] : [])
        assert.deepEqual(pairs.mine.slice(1), prev(talk.link.choice?.lost))
        assert.deepEqual(pairs.theirs.slice(1), prev(theyLost))
        await finish(talk)
      })
    }
  }

  test(`${name}: ten links, each begins with the secrets of the one before`, async () => {
    const mine: Pair = {}
    let theirPair: Pair = {}
    for (let i = 0; i < 10; i++) {
      const talk = await open(start({ pair: mine, theirPair, pin: theirs.pin, theirPin: me.pin }))
      assert.equal(talk.link.choice?.psk_sel, i === 0 ? 0 : 2)
      const pairs = await committed(talk, mine)
      assert.deepEqual(pairs.mine, pairs.theirs)
      const [cur, prev] = pairs.theirs.map(fromHex)
      theirPair = { cur, prev }
      await finish(talk)
    }
  })

  test(`${name}: a link that is cut before A says something in epoch 1 changes nothing at B`, async () => {
    const [mine, theirPair] = [{ cur: x1, prev: x0 }, { cur: x1, prev: x0 }]
    const talk = start({ pair: mine, theirPair, pin: theirs.pin, theirPin: me.pin })
    await talk.event('open')
    await until('open here', () => talk.link.epochs?.in.epoch === 1)
    talk.link.close(REASON.LOCKED) // what B says does not confirm
    if (start === dial) talk.stdin.end()
    else talk.flush()
    await talk.end()
    const told = talk.events.filter(([e]) => e === 'pair').length
    assert.equal(told, start === dial ? 0 : 1)
    assert.equal(equal(mine.cur, x1), start === listen)
  })
}

// PROTO 3.4.9: "What selects a secret that A does not have, or has not any more, ends the link; so does `psk_sel` other
// than 0 with status 3 or 4, and 2 or 3 with status 2."
const accepts: [string, number, number, Pair, number | undefined][] = [
  ['psk_sel 2 though only cur is there', STATUS.OK, 2, { cur: x1 }, undefined],
  ['psk_sel 3 though only cur is there', STATUS.OK, 3, { cur: x1 }, ERR.POLICY],
  ['psk_sel 1 without an invitation', STATUS.OK, 1, { cur: x1, prev: x0 }, ERR.POLICY],
  ['psk_sel 2 with status 2', STATUS.CONT_LOST, 2, { cur: x1, prev: x0 }, ERR.POLICY],
  ['psk_sel 3 with status 2', STATUS.CONT_LOST, 3, { cur: x1, prev: x0 }, ERR.POLICY],
  ['psk_sel 2 with status 3', STATUS.INVITE_BAD, 2, { cur: x1, prev: x0 }, ERR.POLICY],
  ['psk_sel 2 with status 4', STATUS.KEY_CHANGED, 2, { cur: x1, prev: x0 }, ERR.POLICY],
]
for (const [what, status, psk_sel, pair, error] of accepts) {
  test(`the program dials and is told ${what}`, async () => {
    const accept = cat(u8(status), u8(psk_sel), u32(0))
    const talk = listen({ accept, pair: { ...pair }, theirPair: pair, pin: theirs.pin, theirPin: me.pin })
    if (error) return assert.equal(await talk.end(), refuses(error))
    await talk.event('open')
    await finish(talk)
  })
}

test('tags of nobody: the program selects nothing', async () => {
  const bend = (part: string, bytes: Uint8Array) => (part === 'p3 tags' ? random('', 96) : bytes)
  const talk = dial({ bend, pair: { cur: x1 }, theirPair: { cur: x1, prev: x0 }, pin: theirs.pin, theirPin: me.pin })
  assert.deepEqual(await talk.event('chose'), ['chose', '0', '1'])
  await finish(await open(talk, STATUS.CONT_LOST))
})

// ---- the knock ----

const pairs: [string, Pair, Pair, boolean][] = [
  ['a stranger', {}, {}, false],
  ['a stranger to who has a contact', {}, { cur: x1, prev: x0 }, false],
  ['both have one', { cur: x1 }, { cur: x1 }, true],
  ['A is ahead', { cur: x2, prev: x1 }, { cur: x1, prev: x0 }, true],
  ['A is ahead, B has one', { cur: x2, prev: x1 }, { cur: x1 }, true],
  ['B is ahead', { cur: x1, prev: x0 }, { cur: x2, prev: x1 }, true],
  ['nothing is common', { cur: x1, prev: x0 }, { cur: x3, prev: x2 }, false],
]
for (const [what, ofA, ofB, yes] of pairs) {
  test(`knock: ${what}`, async () => {
    const here = dial({ pair: { ...ofA }, theirPair: ofB })
    assert.deepEqual(await here.event('knock'), ['knock', String(Number(yes))])
    await here.event('open')
    await finish(here)
    const there = listen({ pair: { ...ofB }, theirPair: ofA })
    await there.event('open')
    assert.equal(knocks((there.link as ResponderLink).m1 ?? zeros(0), ofB), yes)
    await finish(there)
  })
}

test('a knock is for one M1 only', async () => {
  const bend = (part: string, m1: Uint8Array) => (part === 'M1' ? cat(m1.subarray(0, 8), random('', 32), m1.subarray(40)) : m1)
  const talk = dial({ bend, pair: { cur: x1 }, theirPair: { cur: x1 } })
  assert.deepEqual(await talk.event('knock'), ['knock', '0'])
  await talk.event('open')
  await finish(talk)
})

// ---- invitations ----

for (const status of [STATUS.OK, STATUS.PENDING]) {
  test(`invited, status ${status}: inv_key enters R_1`, async () => {
    const invitation = secret()
    const here = await open(dial({ invitation, theirInvitation: invitation, pqfp: fingerprint(theirs.onion.key, theirs.pin), status }), status)
    assert.equal(here.link.choice?.psk_sel, 1)
    assert.deepEqual(await here.event('chose'), ['chose', '1', '0'])
    await finish(here)
    const given = { secret: invitation, open: true }
    const there = await open(listen({ invitations: [given], theirInvitation: invitation, theirPqfp: fingerprint(me.onion.key, me.pin), status }), status)
    assert.equal(there.link.choice?.psk_sel, 1)
    assert.equal(given.open, false)
    const pair = {}
    await finish(there)
    // used up
    const again = listen({ invitations: [given], theirInvitation: invitation, pair, pin: theirs.pin, theirPin: me.pin })
    assert.deepEqual(await again.event('open'), ['open', String(STATUS.INVITE_BAD)])
    assert.equal(await again.end(), `0 ${REASON.REFUSED} peer`)
  })
}

const bad: [string, DialOptions & ListenOptions][] = [
  ['unknown', { invitation: secret(), theirInvitation: secret(), invitations: [{ secret: secret(), open: true }] }],
  ['one where there is none', { invitation: secret(), invitations: [] }],
]
for (const [what, o] of bad) {
  test(`an invitation that is ${what}: INVITE_BAD`, async () => {
    const here = dial({ ...o, theirInvitation: o.invitations?.length ? o.theirInvitation : undefined })
    assert.equal(await here.end(), `${ERR.POLICY} ${REASON.REFUSED} self`)
    assert.deepEqual([here.link.status, here.link.choice?.psk_sel], [STATUS.INVITE_BAD, 0])
    const there = listen({ invitations: o.invitations, theirInvitation: o.theirInvitation ?? secret() })
    assert.deepEqual(await there.event('open'), ['open', String(STATUS.INVITE_BAD)])
    assert.equal(await there.end(), `0 ${REASON.REFUSED} peer`)
    assert.equal(there.events.filter(([e]) => e === 'pair').length, 0)
  })
}

test('who knows inv_id but not the secret gets INVITE_BAD', async () => {
  const invitation = secret()
  const bend = (part: string, bytes: Uint8Array) => (part === 'p3 tags' ? cat(bytes.subarray(0, 64), secret()) : bytes)
  const talk = dial({ invitation, theirInvitation: invitation, bend })
  assert.equal(await talk.end(), `${ERR.POLICY} ${REASON.REFUSED} self`)
  assert.equal(talk.link.status, STATUS.INVITE_BAD)
})

test('the invitation of a contact that both accepted does not count', async () => {
  const here = await open(dial({ invitation: secret(), pair: { cur: x1 }, theirPair: { cur: x1 }, agreed: true, theirPin: me.pin }))
  assert.equal(here.link.choice?.psk_sel, 2)
  await finish(here)
})

test('a continuity secret goes before an invitation', async () => {
  const invitation = secret()
  const both = { pair: { cur: x1 }, theirPair: { cur: x1 } }
  const here = await open(dial({ invitation, theirInvitation: invitation, ...both, theirPin: me.pin }))
  assert.equal(here.link.choice?.psk_sel, 2)
  await finish(here)
})

test('continuity is lost, but there is an invitation: status 2, psk_sel 1', async () => {
  const invitation = secret()
  const old = { cur: x1, prev: x0 }
  const here = await open(dial({ invitation, theirInvitation: invitation, theirPair: old, theirPin: me.pin }), STATUS.CONT_LOST)
  assert.deepEqual([here.link.choice?.psk_sel, here.link.choice?.lost], [1, true])
  await finish(here)
  const given = [{ secret: invitation, open: true }]
  const there = await open(listen({ invitations: given, theirInvitation: invitation, pair: { ...old }, pin: theirs.pin }), STATUS.CONT_LOST)
  assert.deepEqual(await there.event('chose'), ['chose', '1', '1'])
  await finish(there)
})

test('another identity than the fingerprint: A says nothing more', async () => {
  const other = newPerson()
  const here = dial({ pqfp: fingerprint(theirs.onion.key, other.pin), invitation: secret() })
  assert.equal(await here.end(), refuses(ERR.BROKEN))
  assert.equal(here.refused?.message, 'pin')
  for (const pqfp of [fingerprint(me.onion.key, other.pin), fingerprint(other.onion.key, me.pin)]) {
    const there = listen({ theirPqfp: pqfp, theirInvitation: secret() })
    assert.equal((await there.event('pin')).at(-1), RELATION.changed)
    assert.equal(await there.end(), refuses(ERR.PIN))
    assert.equal(there.link.epochs, undefined)
  }
})

// ---- rotations ----

// The two sides of a test: this side has the identities.
const sides: [string, (o: { from: Person, theirPin: Pin }) => Talk, string][] = [
  ['dials the program', (o) => dial(o), 'accept'], ['is dialled by the program', (o) => listen(o), 'pin'],
]
for (const [name, start, event] of sides) {
  test(`this side ${name} with the next identity: nobody is asked`, async () => {
    const [was, is] = rotatingPerson(2, 7)
    const talk = await open(start({ from: is, theirPin: was.pin }))
    const [, , pk, , seq, how] = await talk.event(event)
    assert.deepEqual([pk, seq, how], [toHex(is.pin.pk), '8', RELATION.rotated])
    await finish(talk)
  })
}

test('the program shows the next identity: nobody is asked', async () => {
  const [was, is] = rotatingPerson(2, 7)
  for (const start of [dial, listen]) {
    const learned: [Pin, Relation][] = []
    const talk = await open(start({ to: is, pin: was.pin, ...{ learned: (pin: Pin, how: Relation) => void learned.push([pin, how]) } }))
    assert.deepEqual(learned, [[is.pin, 'rotated']])
    await finish(talk)
  }
})

test('what looks like the next identity but is not: another one', async () => {
  const [was, is, later] = rotatingPerson(3, 7)
  const wrong: [string, Pin][] = [
    ['one was left out', { ...was.pin }],
    ['seq is the same', { ...is.pin, seq: later.pin.seq }],
    ['seq is one more', { ...is.pin, seq: later.pin.seq - 2 }],
    ['next is of another key', { ...is.pin, next: was.pin.next }],
    ['it goes back', { ...newPerson().pin, seq: later.pin.seq + 1 }],
  ]
  for (const [what, pin] of wrong) {
    const here = dial({ from: later, theirPin: pin })
    assert.deepEqual(await here.event('open'), ['open', String(STATUS.KEY_CHANGED)], what)
    here.tell(`close ${REASON.KEY_CHANGED}`)
    await here.end()
    const there = listen({ from: later, theirPin: pin })
    assert.equal(await there.end(), refuses(ERR.PIN), what)
    const mine = dial({ to: later, pin })
    await mine.end()
    assert.equal(mine.refused?.message, 'pin', what)
  }
})

test('seq 2^32 - 1 has no successor', async () => {
  const [was, is] = rotatingPerson(2, 0xffffffff)
  is.pq.seq = 0 // behind 2^32 - 1
  const talk = dial({ from: is, theirPin: was.pin })
  assert.deepEqual(await talk.event('open'), ['open', String(STATUS.KEY_CHANGED)])
  talk.tell(`close ${REASON.KEY_CHANGED}`)
  await talk.end()
})

// ---- ROTCHAIN ----

const people = rotatingPerson(8, 3)
const now = people[7]

// This side has rotated: its chain goes to the program, which has pinned one of them.
async function sayChain(pinned: Pin, chain: Uint8Array) {
  const talk = dial({ from: now, theirPin: pinned })
  await open(talk, STATUS.KEY_CHANGED)
  talk.link.send(TYPE.ROTCHAIN, chain)
  talk.flush()
  const [, err] = await talk.event('chain')
  talk.tell(`close ${err === '0' ? REASON.RENEW : REASON.KEY_CHANGED}`)
  await talk.end()
  assert.equal(talk.link.closed, err === '0' ? REASON.RENEW : REASON.KEY_CHANGED)
  // both implementations say the same
  assert.equal(leads(now.onion.key, pinned, now.pin, chain), err === '0')
  return Number(err)
}

const chainOf = (former: Person[]) => makeChain(now.onion.key, former.map((p) => p.pq), random('', 32))
const ENTRY = 5297

test('ROTCHAIN of this side leads from each of the last five to the present one', async () => {
  const chain = chainOf(people.slice(0, 7))
  assert.equal(chain.length, 5 * ENTRY)
  for (const i of [2, 3, 4, 5]) assert.equal(await sayChain(people[i].pin, chain), 0)
  for (const i of [0, 1]) assert.equal(await sayChain(people[i].pin, chain), ERR.PIN)
  assert.equal(await sayChain(newPerson().pin, chain), ERR.PIN)
  assert.equal(await sayChain(people[5].pin, chainOf(people.slice(5, 7))), 0)
})

test('ROTCHAIN that is not one', async () => {
  const pinned = people[4].pin
  const chain = chainOf(people.slice(2, 7))
  const other = newPerson()
  const at = (i: number) => chain.subarray(i * ENTRY, (i + 1) * ENTRY)
  const flip = (place: number) => chain.map((b, i) => (i === place ? b ^ 1 : b))
  const wrong: [string, Uint8Array, number][] = [
    ['empty', zeros(0), ERR.FORMAT],
    ['a byte too short', chain.subarray(1), ERR.FORMAT],
    ['an entry left out', cat(at(0), at(1), at(2), at(4)), ERR.PIN],
    ['the last left out', chain.subarray(0, 4 * ENTRY), ERR.PIN],
    ['the first of it only', at(2), ERR.PIN],
    ['in the wrong order', cat(at(3), at(2), at(4)), ERR.PIN],
    ['one twice', cat(at(2), at(2), at(3), at(4)), ERR.PIN],
    ['a signature changed', flip(2 * ENTRY + 1988 + 99), ERR.CRYPTO],
    ['the last signature changed', flip(5 * ENTRY - 1000), ERR.CRYPTO],
    ['next changed', flip(3 * ENTRY + 1952), ERR.CRYPTO],
    ['pk changed', flip(3 * ENTRY), ERR.PIN],
    ['seq changed', flip(3 * ENTRY + 1987), ERR.PIN],
    ['of another onion', makeChain(other.onion.key, people.slice(2, 7).map((p) => p.pq), zeros(32)), ERR.CRYPTO],
  ]
  for (const [what, bytes, error] of wrong) assert.equal(await sayChain(pinned, bytes), error, what)
  // before the pin nothing is checked
  assert.equal(await sayChain(pinned, flip(1988)), 0)
})

test('ROTCHAIN of the program leads from the pin of this side to what it has shown', async () => {
  for (const [i, yes] of [[6, true], [2, true], [1, false]] as [number, boolean][]) {
    // one before the present is a rotation that needs no chain: show the pin another seq
    const pin = i === 6 ? people[5].pin : people[i].pin
    const talk = await open(listen({ to: now, pin }), STATUS.KEY_CHANGED)
    talk.tell(`chain ${now.formerArgs.slice(2).join(' ')}`)
    await until('the chain', () => talk.link.records.length === 1)
    const { proved, peer } = talk.link as ResponderLink
    const good = leads(peer ?? zeros(0), pin, proved as Pin, talk.link.records[0].payload)
    assert.equal(good, yes)
    talk.link.close(good ? REASON.RENEW : REASON.KEY_CHANGED)
    talk.flush()
    assert.equal(await talk.end(), `0 ${good ? REASON.RENEW : REASON.KEY_CHANGED} peer`)
  }
})
