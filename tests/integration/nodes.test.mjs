// Two real nodes on a private Tor network: they chat both ways and survive the death of any process, with nothing lost,
// nothing doubled and nothing falsely called delivered.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { alive, children, Demo, Node, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

let demo, alice, bob // nodes
let toBob, toAlice // Alice's contact of Bob, and his of her
const sent = { alice: [], bob: [] }

const contact = async (node) => (await node.client.call('contacts.list')).contacts[0]
const online = (node) => until(`${node.data} sees its contact`, async () => (await contact(node))?.online, 120)
const reachable = (node) =>
  until(`${node.data} is reachable`, async () => (await node.client.call('status.get')).tor.phase === 'reachable', 60)

async function connect(node) {
  await node.rpc()
  await until('it is unlocked', () => node.client.call('status.get'), 20)
}

// Every message of a conversation, oldest first.
async function all(node, id) {
  const rows = []
  for (let before; ; before = rows[0].ordinal) {
    const page = await node.client.call('messages.list', { contact: id, limit: 100, ...(before && { before }) })
    rows.unshift(...page.messages)
    if (!page.more) return rows
  }
}

async function say(who, text) {
  const [node, to] = who === 'alice' ? [alice, toBob] : [bob, toAlice]
  sent[who].push(text)
  return node.client.call('messages.send', { contact: to, text })
}

// Everything that was said is delivered, once, in order, on both sides.
async function settled() {
  for (const [who, from, to, theirs] of [['alice', alice, toBob, toAlice], ['bob', bob, toAlice, toBob]]) {
    const other = who === 'alice' ? bob : alice
    await until(`everything of ${who} is delivered`, async () => {
      const mine = (await all(from, to)).filter((m) => m.from === 'me')
      return mine.length === sent[who].length && mine.every((m) => m.state === 'delivered')
    }, 150)
    const got = (await all(other, theirs)).filter((m) => m.from === 'them').map((m) => m.text)
    assert.deepEqual(got, sent[who], `${who}'s messages arrived once and in order`)
  }
}

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
})
after(() => demo?.stop())

test('a stranger asks, is seen with name and greeting, and is accepted', async () => {
  const { address } = await bob.client.call('status.get')
  const added = await alice.client.call('contacts.add', { address, name: 'Bobby', greeting: 'It is me' })
  assert.equal(added.state, 'request_sent')
  toBob = added.id
  const early = await say('alice', 'written before he accepted')
  assert.equal(early.state, 'waiting')
  const request = await until('Bob sees the request', async () => {
    const c = await contact(bob)
    return c?.greeting && c
  }, 120)
  assert.equal(request.state, 'request_received')
  assert.equal(request.name, 'Alice')
  assert.equal(request.greeting, 'It is me')
  assert.deepEqual(await all(bob, request.id), [], 'a stranger delivers nothing')
  toAlice = request.id
  assert.equal((await bob.client.call('contacts.accept', { contact: toAlice })).state, 'accepted')
  await until('Alice knows', async () => (await contact(alice)).state === 'accepted')
  assert.equal((await contact(alice)).name, 'Bobby', 'the name she chose stays')
  await settled()
})

test('they chat both ways, and every client of a person hears of it', async () => {
  const heard = new Set()
  alice.client.on('message.new', (m) => heard.add(m.text))
  for (let i = 0; i < 20; i++) await Promise.all([say('alice', `a ${i}`), say('bob', `b ${i} ñ 😀`)])
  await settled()
  for (const text of sent.bob) assert.ok(heard.has(text), `a notification for ${text}`)
})

test('what was written is found, page by page, with the place of each word', async () => {
  const one = await alice.client.call('messages.search', { text: 'b 7 N 😀', contact: toBob, from: 'them' })
  assert.deepEqual(one.messages.map((m) => [m.text, m.marks]), [['b 7 ñ 😀', [[0, 1], [2, 3], [4, 5], [6, 7]]]])
  assert.equal(one.next, null)
  const found = []
  for (let before; before !== null;) {
    const page = await alice.client.call('messages.search', { text: 'ñ 😀', limit: 6, ...(before && { before }) })
    found.push(...page.messages.map((m) => m.text))
    before = page.next
  }
  assert.deepEqual(found, sent.bob.slice(-20).reverse())
  assert.deepEqual(await bob.client.call('messages.search', { text: 'ñ', from: 'them' }), { messages: [], next: null })
  await assert.rejects(bob.client.call('messages.search', { text: 'ñ', contact: 999 }), { code: -32003 })
})

test('the same id sent again is the same message', async () => {
  const id = '00112233445566778899aabbccddeeff'
  const first = await alice.client.call('messages.send', { contact: toBob, text: 'once', id })
  const again = await alice.client.call('messages.send', { contact: toBob, text: 'once', id })
  sent.alice.push('once')
  assert.equal(again.ordinal, first.ordinal)
  await settled()
})

for (const role of ['net', 'web', 'onion', 'tor']) {
  test(`kill -9 of ${role}: it comes back, nothing is lost or doubled`, async () => {
    const pid = roleOf(alice.pid, role)
    assert.ok(pid, `${role} runs`)
    for (let i = 0; i < 5; i++) await Promise.all([say('alice', `${role} a${i}`), say('bob', `${role} b${i}`)])
    process.kill(pid, 'SIGKILL')
    await until(`${role} runs again`, () => ![undefined, pid].includes(roleOf(alice.pid, role)), 30)
    if (role === 'web') await connect(alice)
    for (let i = 5; i < 10; i++) await Promise.all([say('alice', `${role} a${i}`), say('bob', `${role} b${i}`)])
    await settled()
    await reachable(alice)
  })
}

test('a tor that hangs is killed when its onion is gone', async () => {
  const tor = roleOf(alice.pid, 'tor')
  process.kill(tor, 'SIGSTOP')
  process.kill(roleOf(alice.pid, 'onion'), 'SIGKILL')
  await until('another tor runs', () => ![undefined, tor].includes(roleOf(alice.pid, 'tor')), 30)
  assert.ok(!alive(tor))
  await say('alice', 'after a hung tor')
  await settled()
})

test('kill -9 of vault: it comes back locked; after login everything is there', async () => {
  const pid = roleOf(alice.pid, 'vault')
  for (let i = 0; i < 5; i++) await Promise.all([say('alice', `vault a${i}`), say('bob', `vault b${i}`)])
  process.kill(pid, 'SIGKILL')
  await until('the vault runs again', () => ![undefined, pid].includes(roleOf(alice.pid, 'vault')), 30)
  const client = await alice.rpc()
  await until('it says that it is locked', async () => {
    try {
      await client.call('status.get')
    } catch (error) {
      if (error.code === -32001) return true
    }
    await alice.rpc()
  }, 20)
  await until('login works', () => alice.unlock(), 20)
  await connect(alice)
  await settled()
})

test('a restart of a whole node: what was written meanwhile waits and arrives', async () => {
  await bob.stop()
  assert.equal(children(bob.pid).length, 0)
  await until('Alice sees that he is gone', async () => !(await contact(alice)).online, 90)
  const waiting = await say('alice', 'while you were away')
  assert.equal(waiting.state, 'waiting')
  bob = demo.bob = await new Node(bob.data, demo.network, bob.passphrase).start()
  await bob.unlock()
  await connect(bob)
  await say('bob', 'back')
  await settled()
})

test('lock: keys and links are gone, the contact sees it, unlock brings all back', async () => {
  let locked = false
  alice.client.on('session.locked', () => (locked = true))
  await online(bob)
  await alice.client.call('session.lock')
  await until('clients are told', () => locked, 10)
  await until('Bob sees her leave', async () => !(await contact(bob)).online, 30)
  await say('bob', 'are you there')
  await assert.rejects(Node.prototype.unlock.call({ ...alice, passphrase: 'wrong' }), /passphrase/)
  await alice.unlock()
  await connect(alice)
  await settled()
})

// Alice is locked, Bob writes twenty, and sees that they are there.
async function twentyWhileLocked(name) {
  await online(bob)
  await alice.client.call('settings.set', { receive_locked: true })
  const locked = new Promise((done) => alice.client.once('session.locked', done))
  await alice.client.call('session.lock')
  await locked
  await assert.rejects(alice.client.call('contacts.list'), { code: -32001 })
  for (let i = 0; i < 20; i++) await say('bob', `${name} ${i}`)
  await until('Bob sees that they are there', async () => (await all(bob, toAlice)).filter((m) => m.from === 'me').every((m) => m.state === 'delivered'), 60)
  assert.ok(fs.statSync(path.join(alice.data, 'vault', 'inbox')).size > 0)
  await assert.rejects(alice.client.call('contacts.list'), { code: -32001 })
  assert.ok((await contact(bob)).online)
}

test('locked, with messages going on to arrive: they are there after the login', async () => {
  await twentyWhileLocked('locked')
  await alice.unlock()
  await connect(alice)
  await settled()
  assert.ok(!fs.existsSync(path.join(alice.data, 'vault', 'inbox')))
})

test('kill -9 of a vault that receives while locked: what it acknowledged is there', async () => {
  await twentyWhileLocked('killed')
  const pid = roleOf(alice.pid, 'vault')
  process.kill(pid, 'SIGKILL')
  await until('the vault runs again', () => ![undefined, pid].includes(roleOf(alice.pid, 'vault')), 30)
  await say('bob', 'and one that has to wait')
  await until('login works', () => alice.unlock(), 20)
  await connect(alice)
  await settled()
  await alice.client.call('settings.set', { receive_locked: false })
})

test('a blocked contact is silent and blind', async () => {
  assert.equal((await bob.client.call('contacts.block', { contact: toAlice })).state, 'blocked')
  await until('Alice sees him leave', async () => !(await contact(alice)).online, 90)
  const m = await alice.client.call('messages.send', { contact: toBob, text: 'to nobody' })
  assert.equal(m.state, 'waiting')
  assert.equal((await bob.client.call('contacts.accept', { contact: toAlice })).state, 'accepted')
  sent.alice.push('to nobody')
  await settled()
})

test('what both agreed to let disappear is gone on both sides, once it was read', async () => {
  const sides = [
    { node: alice, id: toBob },
    { node: bob, id: toAlice },
  ]
  const terms = { vanish: 5, keep: 30 }
  for (const { node, id } of sides) await node.client.call('conversation.terms', { contact: id, ...terms })
  for (const { node } of sides) await until('both agree', async () => (await contact(node)).terms.inForce.vanish === 5)
  const { ordinal } = await alice.client.call('messages.send', { contact: toBob, text: 'cinnabar' })
  const last = async ({ node, id }) => (await node.client.call('messages.list', { contact: id, limit: 1 })).messages[0]
  const unread = await until('Bob has it', async () => {
    const m = await last(sides[1])
    return m.text === 'cinnabar' && m
  })
  await until('hers is gone', async () => (await last(sides[0])).kind === 'expired', 60)
  assert.deepEqual([unread.vanish, (await last(sides[1])).text], [5, 'cinnabar'], 'his waits until it is read')
  await bob.client.call('messages.read', { contact: toAlice, ordinal: unread.ordinal })
  await until('his is gone', async () => (await last(sides[1])).kind === 'expired', 60)
  for (const side of sides) {
    const { kind, text, time } = await last(side)
    assert.deepEqual({ kind, text, time }, { kind: 'expired', text: '', time: 0 })
    assert.deepEqual(await side.node.client.call('messages.search', { text: 'cinnabar' }), { messages: [], next: null })
  }
  assert.equal((await last(sides[0])).ordinal, ordinal)
})

test('SIGTERM ends a node within 5 s, SIGKILL of its supervisor leaves nothing behind', async () => {
  const started = performance.now()
  const before = children(bob.pid).map((c) => c.pid)
  assert.equal(await bob.stop(), 0)
  assert.ok(performance.now() - started < 5000)
  assert.deepEqual(before.filter(alive), [])
  bob = demo.bob = await new Node(bob.data, demo.network, bob.passphrase).start()
  await until('all five run', () => children(bob.pid).length === 5, 20)
  const pids = children(bob.pid).map((c) => c.pid)
  await bob.stop('SIGKILL')
  await until('nothing is left', () => !pids.some(alive), 20)
})
