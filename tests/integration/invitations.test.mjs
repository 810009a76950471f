// Invitations between real nodes on a private Tor network: an address alone opens nothing, an invitation opens once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Demo } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

let demo, alice, bob

const contacts = async (node) => (await node.client.call('contacts.list')).contacts
const contact = async (node, id) => (await contacts(node)).find((c) => c.id === id)
const invitation = async (node, id) =>
  (await node.client.call('invitations.list')).invitations.find((i) => i.id === id)
const first = async (node) => (await node.client.call('identities.list')).identities[0]
const seconds = (n) => new Promise((done) => setTimeout(done, n * 1000))

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
  await bob.client.call('identities.set', { identity: (await first(bob)).id, strangers: false })
})
after(() => demo?.stop())

test('a stranger who knows the address is refused', async () => {
  const { address } = await bob.client.call('status.get')
  const added = await alice.client.call('contacts.add', { address, greeting: 'It is me' })
  await seconds(15)
  assert.deepEqual(await contacts(bob), [])
  assert.equal((await contact(alice, added.id)).state, 'request_sent')
  await alice.client.call('contacts.remove', { contact: added.id })
})

let used, refused

test('a revoked invitation is refused, and both see what happened', async () => {
  const made = await bob.client.call('invitations.create', { label: 'revoked' })
  const revoked = await bob.client.call('invitations.revoke', { invitation: made.id })
  assert.equal(revoked.state, 'revoked')
  assert.equal(revoked.text, null, 'the secret is gone')
  await assert.rejects(bob.client.call('invitations.revoke', { invitation: made.id }), { code: -32005 })
  const added = await alice.client.call('contacts.add', { invitation: made.text })
  assert.equal(added.invitation, 'waiting')
  await until('she is told', async () => (await contact(alice, added.id)).invitation === 'refused', 60)
  assert.deepEqual(await contacts(bob), [])
  refused = added.id
})

test('another one takes its place, makes both contacts at once, and is trusted as invited', async () => {
  const made = await bob.client.call('invitations.create', { label: 'for Alice', days: 1 })
  assert.match(made.text, /^BOC:[A-Z2-7]{170}$/)
  assert.equal(made.link, made.text.replace('BOC:', 'blackedoutchat:'))
  used = made.text
  const added = await alice.client.call('contacts.add', { invitation: made.link, name: 'Bobby' })
  assert.deepEqual([added.id, added.invitation], [refused, 'waiting'])
  await until('she is his contact', async () => (await contact(alice, added.id)).state === 'accepted', 60)
  const [hers, his] = [await contact(alice, added.id), (await contacts(bob))[0]]
  assert.equal(his.state, 'accepted', 'there is nothing to approve')
  assert.equal(hers.trust, 'invited')
  assert.equal(his.trust, 'invited')
  assert.equal(hers.invitation, null)
  const after = await invitation(bob, made.id)
  assert.deepEqual([after.state, after.contact, after.text], ['used', his.id, null])
  await alice.client.call('messages.send', { contact: added.id, text: 'thank you' })
  await until('it arrives', async () =>
    (await bob.client.call('messages.list', { contact: his.id })).messages.some((m) => m.text === 'thank you'))
})

test('it works once', async () => {
  const other = await alice.client.call('identities.create', { name: 'Alicia' })
  const added = await alice.client.call('contacts.add', { invitation: used, identity: other.id })
  await until('she is told', async () => (await contact(alice, added.id)).invitation === 'refused', 90)
  assert.equal((await contacts(bob)).length, 1)
})

test('what is no invitation, or of no use, is refused at once', async () => {
  await until('they are connected', async () => (await contact(alice, refused)).online, 90)
  const add = (invitation) => alice.client.call('contacts.add', { invitation })
  await assert.rejects(add(used.slice(0, -1)), { code: -32602 })
  await assert.rejects(add(used.replace(/.$/, (c) => (c === 'A' ? 'E' : 'A'))), { code: -32602 })
  await assert.rejects(add(used), { code: -32004 })
  await assert.rejects(alice.client.call('contacts.add', {}), { code: -32602 })
})
