// Two real nodes on a private Tor network. Each role dies at each point where it could (src/os/fault.h), while a message
// goes out and while one comes in. What was written is there once, on both sides, and is shown as delivered.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Orders, points } from '../lib/fault.mjs'
import { Demo, Node, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

let demo
const people = {} // alice, bob: {node, orders, other, to: their contact, said: [text]}
let deaths = 0

const quietly = (promise) => promise.catch(() => {})

// A node that lost a process is one again: started, logged in, asked.
const whole = (person) => until('the node is whole', async () => {
  const { node } = person
  if (node.child.exitCode !== null || node.child.signalCode !== null) await node.start()
  try {
    return await node.client.call('status.get')
  } catch (error) {
    if (error.code === -32001) await node.unlock()
    await node.connect() // once: that its process ended may be known a moment later
  }
}, 60)

// Says it until the program has answered: with the same id it is the same message.
async function say(person, text) {
  const id = randomBytes(16).toString('hex')
  person.said.push(text)
  for (;;) {
    const sent = await Promise.race([quietly(person.node.client.call('messages.send', { contact: person.to, text, id })), sleep(3000)])
    if (sent) return sent
    await whole(person)
  }
}

// Things that make every role of a node do something. None of them has to succeed.
function stir({ node }) {
  const web = http.request(node.url)
  web.on('error', () => {}).on('response', (r) => r.resume().on('error', () => {})).end()
  const key = randomBytes(16).toString('base64')
  const page = http.request(node.url + '/ws', { headers: { connection: 'Upgrade', upgrade: 'websocket', origin: node.url,
    'sec-websocket-version': '13', 'sec-websocket-key': key, 'sec-websocket-protocol': 'chat.v1' } })
  page.on('error', () => {}).on('upgrade', (_, socket) => {
    socket.on('error', () => {}).resume()
    socket.write(Buffer.from([0x89, 0x80, 1, 2, 3, 4])) // a ping
    setTimeout(() => socket.destroy(), 500).unref()
  }).end()
  return quietly(node.client.call('invitations.create').then(({ id }) => node.client.call('invitations.revoke', { invitation: id })))
}

async function list(person, limit = 20) {
  return (await person.node.client.call('messages.list', { contact: person.to, limit })).messages
}

// The last message of each is where it should be.
async function settled() {
  for (const person of Object.values(people)) {
    const last = person.said.at(-1)
    await until(`"${last}" is delivered`, async () => {
      await Promise.all([whole(person), whole(person.other)])
      return (await list(person)).some((m) => m.from === 'me' && m.text === last && m.state === 'delivered')
    }, 60)
  }
}

const struck = (person, seconds) => until('it dies', () => person.orders.struck, seconds).then(() => 1, () => 0)

// One death. Gives whether it came to it.
async function die(person, role, point, isAuthor) {
  const began = performance.now()
  const text = `${person.name}'s ${role} at ${point}, ${isAuthor ? 'writing' : 'reading'}`
  person.orders.give(role, point)
  const talk = say(isAuthor ? person : person.other, text)
  if (role === 'web' || point === 'store.truncate') stir(person)
  let died = await struck(person, role === 'supervisor' || role === 'onion' ? 0 : 20)
  if (!died && (role === 'onion' || role === 'supervisor') && point !== 'port.write') { // that is only at the start
    const onion = roleOf(person.node.pid, 'onion')
    if (onion) process.kill(onion, 'SIGKILL')
    died = await struck(person, 5)
  }
  if (!died && role === 'supervisor') {
    await person.node.stop()
    quietly(person.node.start())
    died = await struck(person, 5)
    await sleep(100)
  }
  person.orders.clear()
  await talk
  await settled()
  deaths += died
  if (process.env.BOC_VERBOSE) console.log(`${died ? 'died' : '    '} ${((performance.now() - began) / 1000).toFixed(1)} s: ${text}`)
  return died
}

before(async () => {
  demo = await Demo.start()
  for (const name of ['alice', 'bob']) {
    const { data, passphrase } = demo[name]
    await demo[name].stop()
    const orders = new Orders(data)
    const node = await new Node(data, demo.network, passphrase).start()
    people[name] = { name, node, orders, said: [] }
  }
  const { alice, bob } = people
  Object.assign(alice, { other: bob })
  Object.assign(bob, { other: alice })
  for (const person of [alice, bob]) {
    await person.node.unlock()
    await person.node.rpc()
  }
  await Promise.all([alice, bob].map(({ node }) => until('it can be reached', async () =>
    (await node.client.call('status.get')).tor.phase === 'reachable', 90)))
  const { address } = await bob.node.client.call('status.get')
  alice.to = (await alice.node.client.call('contacts.add', { address })).id
  bob.to = (await until('Bob is asked', async () => (await bob.node.client.call('contacts.list')).contacts[0], 120)).id
  await bob.node.client.call('contacts.accept', { contact: bob.to })
  await Promise.all([say(alice, 'good morning'), say(bob, 'hello')])
  await settled()
})
after(async () => {
  for (const { node, orders } of Object.values(people)) {
    await node.stop()
    orders.close()
  }
  await demo?.stop()
})

// Only a vault that is made comes by these; migrate.test.mjs has those of earlier versions.
const atBirth = (point) => /^(keyfile|vaultdir|migrate)\./.test(point.name)

// Only a vault that reads something comes by these.
const readsOnly = (point) => point.name.startsWith('hand.')

// Only a vault that receives while it is locked, or takes in what came then.
const ofInbox = (point) => point.name.startsWith('inbox.')

// No message passes where bridges are chosen.
const ofBridges = (point) => point.name.startsWith('bridges.')

// What dies often is started again ever later. A supervisor that was started again has forgotten that.
async function restart(person) {
  await person.node.stop()
  await whole(person)
}

// Both sides of a conversation matter where a message passes; elsewhere one of them is enough. The nodes take turns.
for (const point of points().filter((p) => !atBirth(p) && !ofInbox(p) && !ofBridges(p))) {
  for (const role of point.roles) {
    test(`${role} dies at ${point.name}`, { timeout: 360_000 }, async () => {
      const [one, two] = deaths % 2 ? [people.bob, people.alice] : [people.alice, people.bob]
      const before = deaths
      assert.ok(await die(one, role, point.name, !readsOnly(point)), 'it came to it')
      if (role === 'vault' || role === 'net') assert.ok(await die(two, role, point.name, false), 'it came to it')
      if (Math.floor(before / 4) !== Math.floor(deaths / 4)) await restart(Math.floor(deaths / 4) % 2 ? people.alice : people.bob)
    })
  }
}

for (const point of points().filter(ofInbox)) {
  test(`a locked vault dies at ${point.name}`, { timeout: 360_000 }, async () => {
    const person = deaths % 2 ? people.bob : people.alice
    const text = `${person.name} is locked, at ${point.name}`
    await until('there is a link', async () => (await person.other.node.client.call('contacts.list')).contacts[0].online, 60)
    await person.node.client.call('settings.set', { receive_locked: true })
    await person.node.client.call('session.lock')
    const atLogin = point.name.startsWith('inbox.take')
    if (!atLogin) person.orders.give('vault', point.name)
    await say(person.other, text)
    if (atLogin) {
      await until('it is delivered', async () => (await list(person.other)).some((m) => m.text === text && m.state === 'delivered'), 60)
      person.orders.give('vault', point.name)
      await quietly(person.node.unlock())
    }
    assert.ok(await struck(person, 20), 'it came to it')
    person.orders.clear()
    await settled()
    await person.node.client.call('settings.set', { receive_locked: false })
    deaths++
    await restart(person)
  })
}

test('everything is there once, in order, and delivered', async () => {
  for (const person of Object.values(people)) {
    const rows = []
    for (let before; ; before = rows[0].ordinal) {
      const page = await person.node.client.call('messages.list', { contact: person.to, limit: 100, ...(before && { before }) })
      rows.unshift(...page.messages)
      if (!page.more) break
    }
    assert.deepEqual(rows.filter((m) => m.from === 'me').map((m) => [m.text, m.state]), person.said.map((t) => [t, 'delivered']))
    assert.deepEqual(rows.filter((m) => m.from === 'them').map((m) => m.text), person.other.said)
  }
})

// A node of the test's own, which has no vault yet.
async function newcomer(t) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-newcomer-'))
  const orders = new Orders(data)
  const node = new Node(data, demo.network, 'correct horse battery')
  t.after(async () => {
    await node.stop()
    orders.close()
    fs.rmSync(data, { recursive: true })
  })
  await node.start()
  return { node, orders }
}

// The mark that keeps tor from connecting comes before what is kept: either both are there afterwards or none counts.
for (const point of points().filter(ofBridges)) {
  test(`the vault dies at ${point.name}`, { timeout: 180_000 }, async (t) => {
    const { node, orders } = await newcomer(t)
    await node.unlock('Carol')
    await node.rpc()
    orders.give('vault', point.name)
    const bridges = '127.0.0.1:9 4352E58420E68F5E40BF7C74FADDCCD9D1349413'
    await quietly(node.client.call('tor.bridges.set', { bridges }))
    assert.ok(await struck({ orders }, 20), 'it came to it')
    orders.clear()
    await until('it is in again', () => node.unlock(), 30)
    await node.rpc()
    assert.equal((await node.client.call('tor.bridges.get')).bridges, '')
    await until('tor may connect', async () => (await node.client.call('status.get')).tor.phase !== 'waiting', 30)
  })
}

// A vault that dies while it is made is there afterwards, whole, or was never there.
for (const point of points().filter((p) => p.roles.includes('vault') && (atBirth(p) || p.name.startsWith('store.')))) {
  test(`a new vault dies at ${point.name}`, { timeout: 180_000 }, async (t) => {
    const { node, orders } = await newcomer(t)
    orders.give('vault', point.name)
    await quietly(node.unlock('Carol'))
    if (point.name !== 'store.truncate') assert.equal(orders.struck, 1, 'it came to it')
    orders.clear()
    await until('there is a vault', async () => (await quietly(node.unlock('Carol'))) ?? node.unlock(), 30)
    await node.rpc()
    const { identities } = await node.client.call('identities.list')
    assert.deepEqual(identities.map((i) => i.name), ['Carol'])
  })
}
