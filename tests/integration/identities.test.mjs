// Two identities of one node talk to the same person on a private Tor network, and nothing links them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Demo } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

let demo, alice, bob, first, second
const at = {} // contacts: at Alice with Bob by each identity, and at Bob with each

const contacts = async (node) => (await node.client.call('contacts.list')).contacts
const contact = async (node, id) => (await contacts(node)).find((c) => c.id === id)
const invite = async () => (await bob.client.call('invitations.create', {})).text

async function meet(identity) {
  const known = (await contacts(bob)).map((c) => c.id)
  const added = await alice.client.call('contacts.add', { invitation: await invite(), identity })
  await until('they met', async () => (await contact(alice, added.id)).state === 'accepted', 90)
  const theirs = (await contacts(bob)).filter((c) => !known.includes(c.id))
  assert.equal(theirs.length, 1)
  return { mine: added.id, his: theirs[0].id }
}

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
})
after(() => demo?.stop())

test('a second identity has an address of its own', async () => {
  ;[first] = (await alice.client.call('identities.list')).identities
  second = await alice.client.call('identities.create', { name: 'Alicia' })
  assert.notEqual(second.address, first.address)
  assert.deepEqual((await alice.client.call('status.get')).identities.map((i) => i.name), ['Alice', 'Alicia'])
  assert.equal(second.strangers, false)
})

test('both talk to Bob, who sees two strangers to each other', async () => {
  at.first = await meet(first.id)
  at.second = await meet(second.id)
  const [one, two] = [await contact(bob, at.first.his), await contact(bob, at.second.his)]
  assert.equal(one.address, first.address)
  assert.equal(two.address, second.address)
  await until('he sees their names', async () => {
    const names = (await contacts(bob)).map((c) => c.name).sort()
    return names[0] === 'Alice' && names[1] === 'Alicia'
  })
  const numbers = await Promise.all([at.first.his, at.second.his].map((id) =>
    bob.client.call('contacts.safety', { contact: id })))
  const groups = numbers.map((n) => n.digits.split(' '))
  const own = groups[0].filter((g) => groups[1].includes(g))
  assert.ok(own.length <= 7, 'only his own half is the same')
})

test('what is said to one stays with it', async () => {
  await bob.client.call('messages.send', { contact: at.second.his, text: 'to Alicia' })
  await until('it arrives', async () =>
    (await alice.client.call('messages.list', { contact: at.second.mine })).messages.length === 1)
  assert.deepEqual((await alice.client.call('messages.list', { contact: at.first.mine })).messages, [])
  assert.equal((await contact(alice, at.second.mine)).identity, second.id)
})

test('an invitation is good for one only', async () => {
  const made = await alice.client.call('invitations.create', { identity: second.id, label: 'hers' })
  assert.equal(made.identity, second.id)
  const list = async (identity) => (await alice.client.call('invitations.list', { identity })).invitations
  assert.deepEqual(await list(first.id), [])
  assert.equal((await list(second.id)).length, 1)
})

test('both come back after a lock', async () => {
  await alice.client.call('session.lock')
  await alice.unlock()
  await alice.rpc()
  await until('both are online', async () => (await contacts(alice)).every((c) => c.online), 120)
})

test('a removed identity is gone with all that is its own; the other stays', async () => {
  await alice.client.call('identities.remove', { identity: second.id })
  assert.deepEqual((await contacts(alice)).map((c) => c.id), [at.first.mine])
  await assert.rejects(alice.client.call('messages.list', { contact: at.second.mine }), { code: -32003 })
  assert.deepEqual((await alice.client.call('invitations.list')).invitations, [])
  await until('Bob sees her leave', async () => !(await contact(bob, at.second.his)).online, 90)
  assert.equal((await contact(bob, at.first.his)).online, true)
  await assert.rejects(alice.client.call('identities.remove', { identity: first.id }), { code: -32005 })
})
