// Bob's vault dies over one message each time it comes: after eight deaths the message is set aside, what is behind it arrives,
// once, and Alice is told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Orders } from '../lib/fault.mjs'
import { Demo, Node, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const TRIES = 8 // ASIDE_TRIES of src/base/limits.h

let demo, alice, bob, orders, toBob, toAlice

const rows = async (node, id) => (await node.client.call('messages.list', { contact: id, limit: 100 })).messages
const say = (text) => alice.client.call('messages.send', { contact: toBob, text })

async function start() {
  bob = await new Node(demo.bob.data, demo.network, demo.bob.passphrase).start()
}

async function unlock() {
  await until('he logs in', () => bob.unlock().catch(() => null), 30)
  await bob.rpc()
}

// Logs in until the vault has died. A login that fails only because the vault died over it is not tried again: another vault,
// without orders, would be unlocked by that and take what is poison.
async function unlockOnce() {
  await until('he logs in, or it dies', () => orders.struck === 1 || bob.unlock().catch(() => null), 60)
}

before(async () => {
  demo = await Demo.start()
  alice = demo.alice
  await alice.rpc()
  await demo.bob.stop()
  orders = new Orders(demo.bob.data)
  await start()
  await unlock()
  await until('he can be reached', async () => (await bob.client.call('status.get')).tor.phase === 'reachable', 90)
  toBob = (await alice.client.call('contacts.add', { address: (await bob.client.call('status.get')).address })).id
  toAlice = (await until('Bob is asked', async () => (await bob.client.call('contacts.list')).contacts[0], 120)).id
  await bob.client.call('contacts.accept', { contact: toAlice })
  await say('before')
  await until('it is delivered', async () => (await rows(alice, toBob)).every((m) => m.state === 'delivered'), 90)
})
after(async () => {
  await bob?.stop()
  orders?.close()
  await demo?.stop()
})

test('what kills the vault eight times is set aside, and the rest arrives once', { timeout: 1_500_000 }, async () => {
  await bob.stop()
  for (const text of ['poison', 'behind it', 'and behind that']) await say(text)
  for (let i = 1; i <= TRIES; i++) {
    // Started anew, it has no back-off; the first item that comes is the poison, each time.
    await start()
    const vault = await until('the vault runs', () => roleOf(bob.pid, 'vault'), 20)
    orders.give('vault', 'hand.held')
    await unlockOnce()
    await until(`it dies for the ${i}th time`, () => orders.struck === 1, 150)
    await until('another one runs', () => ![undefined, vault].includes(roleOf(bob.pid, 'vault')), 20)
    assert.deepEqual((await rows(alice, toBob)).slice(1).filter((m) => m.state === 'delivered'), [], 'nothing is called delivered')
    await bob.stop()
  }
  orders.clear()
  await start()
  await unlock()
  const said = ['before', 'poison', 'behind it', 'and behind that']
  await until('the rest arrives', async () => (await rows(alice, toBob)).at(-1).state === 'delivered', 90)
  await until('she is told of the poison', async () => (await rows(alice, toBob))[1].state !== 'sent', 30)
  assert.deepEqual((await rows(alice, toBob)).map((m) => [m.text, m.state]), said.map((t) => [t, t === 'poison' ? 'failed' : 'delivered']))
  const there = await rows(bob, toAlice)
  assert.deepEqual(there.map((m) => m.text), said.map((t) => (t === 'poison' ? '' : t)))
  assert.equal(there[1].kind, 'unreadable')
  const { missing, broken, unreadable } = (await bob.client.call('contacts.list')).contacts[0]
  assert.deepEqual([missing, broken, unreadable], [0, 0, 0])
})

test('everything goes on, and stays as it is with the next start', { timeout: 540_000 }, async () => {
  await say('afterwards')
  await until('it arrives', async () => (await rows(alice, toBob)).at(-1).state === 'delivered', 90)
  await bob.stop()
  await start()
  await unlock()
  await say('and after the next start')
  await until('it arrives', async () => (await rows(alice, toBob)).at(-1).state === 'delivered', 90)
  assert.deepEqual((await rows(alice, toBob)).map((m) => m.state), ['delivered', 'failed', ...Array(4).fill('delivered')])
  assert.equal((await rows(bob, toAlice)).length, 6)
})

// A login that ends over something in the inbox would end so for ever.
test('what kills the vault when its inbox is taken in is set aside behind eight logins', { timeout: 1_500_000 }, async () => {
  await until('there is a link', async () => (await bob.client.call('contacts.list')).contacts[0].online, 90)
  await bob.client.call('settings.set', { receive_locked: true })
  await bob.client.call('session.lock')
  const said = ['poison while locked', 'behind it, locked', 'and behind that, locked']
  for (const text of said) await say(text)
  await until('it is delivered', async () => (await rows(alice, toBob)).at(-1).state === 'delivered', 90)
  await bob.stop()
  for (let i = 1; i <= TRIES; i++) {
    await start()
    const vault = await until('the vault runs', () => roleOf(bob.pid, 'vault'), 20)
    orders.give('vault', 'hand.held')
    await unlockOnce()
    await until(`it dies for the ${i}th time`, () => orders.struck === 1, 90)
    await until('another one runs', () => ![undefined, vault].includes(roleOf(bob.pid, 'vault')), 20)
    await bob.stop()
  }
  orders.clear()
  await start()
  await unlock()
  const there = (await rows(bob, toAlice)).slice(-3)
  assert.deepEqual(there.map((m) => [m.text, m.kind]), said.map((t, i) => (i ? [t, 'text'] : ['', 'unreadable'])))
  assert.deepEqual((await rows(alice, toBob)).slice(-3).map((m) => m.state), Array(3).fill('delivered'), 'as it was acknowledged')
  await say('after all that')
  await until('it arrives', async () => (await rows(alice, toBob)).at(-1).state === 'delivered', 90)
  assert.equal((await rows(bob, toAlice)).at(-1).text, 'after all that')
})
