// What is believed about keys, between real nodes on a private Tor network: comparing, rotating, losing the memory of a
// session, and a key that was replaced without a word.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { copyFolder, Demo, Node } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

let demo, alice, bob, toBob, toAlice

const contact = async (node) => (await node.client.call('contacts.list')).contacts[0]
const online = (node) => until('they are connected', async () => (await contact(node)).online, 150)
const safety = (node, id) => node.client.call('contacts.safety', { contact: id })

async function restart(node, copy) {
  await node.stop()
  copy?.()
  const again = await new Node(node.data, demo.network, node.passphrase).start()
  await again.unlock()
  await again.rpc()
  return again
}

async function says(from, id, to, theirs, text) {
  await from.client.call('messages.send', { contact: id, text })
  await until(`${text} arrives`, async () =>
    (await to.client.call('messages.list', { contact: theirs })).messages.some((m) => m.text === text), 150)
}

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
  const { address } = await bob.client.call('status.get')
  toBob = (await alice.client.call('contacts.add', { address })).id
  toAlice = (await until('Bob is asked', async () => contact(bob), 120)).id
  await bob.client.call('contacts.accept', { contact: toAlice })
  await until('Alice knows', async () => (await contact(alice)).state === 'accepted', 60)
})
after(async () => {
  for (const node of [alice, bob]) if (node?.child) await node.stop()
  await demo?.stop()
})

test('both see the same numbers; a match verifies', async () => {
  const [a, b] = [await safety(alice, toBob), await safety(bob, toAlice)]
  assert.deepEqual(a, b)
  assert.match(a.digits, /^(\d{5} ){11}\d{5}$/)
  assert.equal(a.words.length, 8)
  assert.equal((await contact(alice)).trust, 'unverified')
  const other = a.qr.replace(/.$/, (c) => (c === 'A' ? 'Q' : 'A'))
  const no = await alice.client.call('contacts.compare', { contact: toBob, qr: other })
  assert.deepEqual([no.match, no.contact.trust], [false, 'unverified'])
  const yes = await alice.client.call('contacts.compare', { contact: toBob, qr: b.qr })
  assert.deepEqual([yes.match, yes.contact.trust], [true, 'verified'])
  assert.equal((await bob.client.call('contacts.compare', { contact: toAlice, qr: b.qr })).contact.trust, 'verified')
  assert.equal((await bob.client.call('contacts.unverify', { contact: toAlice })).trust, 'unverified')
  await assert.rejects(alice.client.call('contacts.trust_key', { contact: toBob, qr: a.qr }), { code: -32005 })
})

test('a rotation is announced by the old key and accepted', async () => {
  const before = await safety(alice, toBob)
  const [own] = (await bob.client.call('identities.list')).identities
  const rotated = await bob.client.call('identities.rotate', { identity: own.id })
  assert.equal(rotated.seq, own.seq + 1)
  await until('Alice sees it', async () => (await contact(alice)).rotated > 0, 150)
  assert.equal((await contact(alice)).trust, 'verified', 'what was known of him stays')
  assert.notEqual((await safety(alice, toBob)).digits, before.digits)
  await online(alice)
  await says(bob, toAlice, alice, toBob, 'with my new key')
})

test('two rotations that she missed are bridged', async () => {
  const [own] = (await bob.client.call('identities.list')).identities
  await alice.stop()
  await bob.client.call('identities.rotate', { identity: own.id })
  await bob.client.call('identities.rotate', { identity: own.id })
  alice = demo.alice = await restart(alice)
  await online(alice)
  assert.notEqual((await contact(alice)).trust, 'changed')
  await says(bob, toAlice, alice, toBob, 'after two more')
})

test('a vault that was copied back shows as lost continuity', async () => {
  const vault = path.join(bob.data, 'vault')
  const old = `${vault}.old`
  bob = demo.bob = await restart(bob, () => copyFolder(vault, old))
  await online(alice)
  for (let i = 0; i < 2; i++) {
    bob = demo.bob = await restart(bob)
    await online(alice)
    await says(bob, toAlice, alice, toBob, `link ${i}`)
  }
  assert.equal((await contact(alice)).continuity, null)
  bob = demo.bob = await restart(bob, () => {
    fs.rmSync(vault, { recursive: true })
    fs.renameSync(old, vault)
  })
  await until('Alice sees it', async () => (await contact(alice)).continuity?.times === 1, 150)
  await says(bob, toAlice, alice, toBob, 'restored')
})

test('a key that was replaced without announcement is refused until it is trusted', async () => {
  const vault = path.join(bob.data, 'vault')
  const old = `${vault}.old`
  bob = demo.bob = await restart(bob, () => copyFolder(vault, old))
  await online(alice)
  const [own] = (await bob.client.call('identities.list')).identities
  const seen = (await contact(alice)).rotated
  await bob.client.call('identities.rotate', { identity: own.id })
  await until('Alice sees it', async () => (await contact(alice)).rotated > seen, 150)
  const shown = await safety(alice, toBob)
  // The key before: she never takes a step back by herself.
  bob = demo.bob = await restart(bob, () => {
    fs.rmSync(vault, { recursive: true })
    fs.renameSync(old, vault)
  })
  await until('Alice is warned', async () => (await contact(alice)).trust === 'changed', 150)
  const waiting = await alice.client.call('messages.send', { contact: toBob, text: 'is it you' })
  await bob.client.call('messages.send', { contact: toAlice, text: 'it is me' })
  await new Promise((done) => setTimeout(done, 10000))
  const mine = (await alice.client.call('messages.list', { contact: toBob })).messages
  assert.equal(mine.find((m) => m.id === waiting.id).state, 'waiting')
  assert.ok(!mine.some((m) => m.text === 'it is me'))
  assert.equal((await contact(alice)).online, false)
  const numbers = [await safety(alice, toBob), await safety(bob, toAlice)]
  assert.equal(numbers[0].digits, numbers[1].digits, 'what is compared is the new key')
  const pinned = { contact: toBob, qr: shown.qr }
  await assert.rejects(alice.client.call('contacts.trust_key', pinned), { code: -32005 }, 'not the key that is meant')
  const trusted = await alice.client.call('contacts.trust_key', { contact: toBob, qr: numbers[0].qr })
  assert.equal(trusted.trust, 'unverified')
  await until('what waited arrives', async () => {
    const [hers, his] = await Promise.all([
      alice.client.call('messages.list', { contact: toBob }),
      bob.client.call('messages.list', { contact: toAlice }),
    ])
    return hers.messages.some((m) => m.text === 'it is me') && his.messages.some((m) => m.text === 'is it you')
  }, 150)
})
