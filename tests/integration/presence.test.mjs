// Two addresses on a private Tor network: while the public one is off nobody sees by it who is online, contacts go on
// talking and find each other again, and who is no contact any more is kept out.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Demo, Node } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { Watcher, control, isOwn } from '../lib/watcher.mjs'

const NO_KEY = 0xf4

let demo, alice, bob, watcher
const own = async (node) => (await node.client.call('identities.list')).identities[0]
const contact = async (node) => (await node.client.call('contacts.list')).contacts[0]
const texts = async (node) =>
  (await node.client.call('messages.list', { contact: (await contact(node)).id })).messages.map((m) => m.text)
const set = async (node, listed) =>
  node.client.call('identities.set_listed', { identity: (await own(node)).id, listed })

// What Bob's tor knows of Alice's contacts' address: [address, key]. It has a key for its own one, too.
async function keyOf(node) {
  const lines = await control(path.join(node.data, 'tor'), 'ONION_CLIENT_AUTH_VIEW')
  const found = lines.map((l) => /^250-CLIENT (\S+) (x25519:\S+)/.exec(l)).filter(Boolean)
  for (const [, address, key] of found)
    if (!(await isOwn(path.join(node.data, 'tor'), address))) return [address, key]
}

async function talk(from, to, text) {
  await from.client.call('messages.send', { contact: (await contact(from)).id, text })
  await until(`${text} arrives`, async () => (await texts(to)).includes(text), 120)
}

async function again(node) {
  await node.stop()
  const next = await new Node(node.data, node.network, node.passphrase).start()
  await next.unlock()
  await next.rpc()
  return next
}

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
  watcher = await new Watcher().start(demo.network)
})
after(async () => {
  await watcher?.stop()
  for (const node of [alice, bob]) if (node?.child) await node.stop()
  await demo?.stop()
})

test('at first everybody can see who is online', async () => {
  assert.equal((await own(alice)).listed, true)
  await until('she is found', async () => (await watcher.dial((await own(alice)).address)) === 0)
})

test('contacts tell each other another address', async () => {
  if (!(await contact(alice))) {
    const { text } = await alice.client.call('invitations.create', {})
    await bob.client.call('contacts.add', { invitation: text })
  }
  await until('they have met', async () => (await contact(alice))?.online && (await contact(bob))?.online)
  await until('both know that both know', async () =>
    (await own(alice)).unaware === 0 && (await own(bob)).unaware === 0)
  const [address, key] = await until('tor knows it', () => keyOf(bob))
  assert.notEqual(address + '.onion', (await own(alice)).address)
  await until('without a key it cannot be read', async () => (await watcher.dial(address)) === NO_KEY)
  await control(watcher.folder, `ONION_CLIENT_AUTH_ADD ${address} ${key}`)
  await until('with one it can', async () => (await watcher.dial(address)) === 0)
})

test('a public address that is off says nothing', async () => {
  const { address } = await set(alice, false)
  await set(bob, false)
  const fresh = await new Watcher().start(demo.network) // one that has no descriptor from before
  // What was published stays with the network until it is over; it leads nowhere: tor says so at once, or in the end.
  await until('nobody is there', async () => (await fresh.dial(address)) !== 0, 300)
  assert.notEqual(await fresh.dial(address), 0)
  await fresh.stop()
  await talk(alice, bob, 'still here')
})

test('both find each other after a restart', async () => {
  alice = await again(alice)
  bob = await again(bob)
  assert.equal((await own(alice)).listed, false)
  await talk(alice, bob, 'found again')
  await talk(bob, alice, 'so are you')
})

test('one who was removed is kept out', async () => {
  const [address] = await keyOf(bob)
  // What the watcher knows of her was published before she began anew.
  await until('her address lets in who has the key', async () => (await watcher.dial(address)) === 0, 120)
  await alice.client.call('contacts.remove', { contact: (await contact(alice)).id })
  // Nobody else is let in, so nothing is published there any more.
  await until('the key is worth nothing', async () => (await watcher.dial(address)) !== 0, 300)
})
