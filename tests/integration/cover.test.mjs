// Cover traffic on the private Tor network, seen from tor: how many bytes of the link go to and fro, and when. Nobody who
// counts them can tell a message from cover.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Demo } from '../lib/program.mjs'
import { TorEvents } from '../lib/torevents.mjs'
import { until } from '../lib/wait.mjs'

const RECORD = 488
const PING_IDLE = 25 // seconds of silence, after which a side asks
let demo, alice, bob
const seen = [] // {stream, out, in, at} by either tor, of a second each
const watchers = []

const contact = async (node) => (await node.client.call('contacts.list')).contacts[0]
const cover = async (node, on) => node.client.call('contacts.set_cover', { contact: (await contact(node)).id, on })

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  for (const node of [alice, bob]) {
    await node.rpc()
    const events = await TorEvents.open(node.data, ['STREAM_BW'])
    events.on('bandwidth', ({ id, written, read, at }) => seen.push({ stream: `${node.data} ${id}`, out: written, in: read, at }))
    watchers.push(events)
  }
  const { text } = await alice.client.call('invitations.create', { days: 7 })
  await bob.client.call('contacts.add', { invitation: text })
  await until('they are connected', async () => (await contact(alice))?.online && (await contact(bob))?.online, 120)
})
after(async () => {
  for (const events of watchers) events.close()
  await demo?.stop()
})

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000))

/** Exchanges since then that no PING can be: those follow on a silence. Both ends may ask, and be a moment apart. */
function exchanges(since) {
  const all = seen.filter(({ at }) => at >= since)
  return all.filter(({ stream, at }, i) => {
    const before = all.slice(0, i).findLast((one) => one.stream === stream)
    return before && at - before.at > 4000 && at - before.at < (PING_IDLE - 4) * 1000
  })
}

// That none goes where it was not chosen, and how often it goes, is shown where time costs nothing: test_vault_cover.c, tests/sim/cover.c.
test('it goes in records of the smallest class, and is answered', async () => {
  assert.deepEqual([(await contact(alice)).cover, (await contact(bob)).cover], [false, false])
  await pause(5) // what is said once per link is over
  // Both, so that it goes every 10 s
  await cover(alice, true)
  await cover(bob, true)
  const since = performance.now()
  await until('records that are no PING', () => exchanges(since).length >= 3, 300)
  const link = exchanges(since)[0].stream
  const { id } = await contact(alice)
  for (const text of ['one', 'another']) {
    await alice.client.call('messages.send', { contact: id, text })
    await pause(7)
  }
  const { messages } = await bob.client.call('messages.list', { contact: (await contact(bob)).id, limit: 2 })
  assert.deepEqual(messages.map(({ text }) => text), ['one', 'another'])
  const all = seen.filter(({ stream, at }) => stream === link && at >= since)
  const total = (way) => all.reduce((n, one) => n + one[way], 0)
  assert.equal(total('out') % RECORD, 0)
  assert.equal(total('in') % RECORD, 0)
  // PROTO 4.5.18: "so that they look like a short message and its ACK": as much one way as the other, but for what is under way
  // and for the last word of a rekey
  assert.ok(Math.abs(total('out') - total('in')) <= 5 * RECORD, JSON.stringify(all))
})
