// Who is shown as there is there: a machine that died, a tor that was killed, a program that stands still, and a path that
// was cut, all at once, on the private Tor network. Nothing that was written to a ghost is called delivered, and it arrives
// once when the cause is gone.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { alive, children, Demo, Node, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const GHOST_S = 70
const BULK = 60 // messages of 6,000 bytes that are under way when the path is cut
const NAMES = ['Carol', 'Dave', 'Eve', 'Frank']
let demo, root
const people = {} // name: {node, id: Alice's contact, alice: their contact of her}

const contact = async (node, id) => (await node.client.call('contacts.list')).contacts.find((c) => c.id === id)
const rows = async (node, id) => (await node.client.call('messages.list', { contact: id, limit: 100 })).messages
const say = (to, text) => demo.alice.client.call('messages.send', { contact: people[to].id, text })

// Of the whole program, tor too.
function signal(node, name) {
  const all = children(node.pid).map(({ pid }) => pid)
  for (const pid of name === 'SIGCONT' ? [...all, node.pid] : [node.pid, ...all]) {
    try {
      process.kill(pid, name)
    } catch (e) {
      if (e.code !== 'ESRCH') throw e // roles die with their supervisor
    }
  }
}

async function meet(name, node) {
  await node.rpc()
  const [own] = (await node.client.call('identities.list')).identities
  await node.client.call('identities.set', { identity: own.id, strangers: true })
  const { address } = await node.client.call('status.get')
  const { id } = await demo.alice.client.call('contacts.add', { address, name, greeting: 'It is Alice' })
  const asks = await until(
    `${name} is asked`,
    async () => (await node.client.call('contacts.list')).contacts.find((c) => c.state === 'request_received'),
    120,
  )
  await node.client.call('contacts.accept', { contact: asks.id })
  people[name] = { node, id, alice: asks.id }
}

before(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-alive-'))
  demo = await Demo.start()
  await demo.alice.rpc()
  const others = await Promise.all(
    NAMES.map(async (name) => {
      const node = new Node(path.join(root, name), demo.network, 'correct horse battery')
      await node.start()
      await node.unlock(name)
      return [name, node]
    }),
  )
  await Promise.all(others.map(([name, node]) => meet(name, node)))
  for (const name in people) {
    const { node, id, alice } = people[name]
    await until(
      `${name} and Alice are connected`,
      async () => (await contact(demo.alice, id)).online && (await contact(node, alice)).online,
      120,
    )
  }
})
after(async () => {
  for (const name of NAMES) {
    if (!people[name]) continue
    if (alive(people[name].node.pid)) signal(people[name].node, 'SIGCONT')
    await people[name].node.stop()
  }
  await demo?.stop()
  fs.rmSync(root, { recursive: true, force: true })
})

test('nobody who is gone is shown as there for long, at either side', { timeout: 900_000 }, async () => {
  const { Frank, Carol, Dave, Eve } = people
  const tor = roleOf(Carol.node.pid, 'tor')
  const bulk = Array.from({ length: BULK }, () => say('Eve', 'x'.repeat(6000)))
  signal(Frank.node, 'SIGKILL')
  process.kill(tor, 'SIGKILL')
  signal(Dave.node, 'SIGSTOP')
  process.kill(roleOf(Eve.node.pid, 'tor'), 'SIGSTOP')
  for (const name of ['Frank', 'Dave']) await say(name, 'to a ghost')
  await Promise.all(bulk)
  const goes = (what, node, id) => until(what, async () => !(await contact(node, id)).online, GHOST_S)
  await Promise.all([
    goes('Frank is not shown as there', demo.alice, Frank.id),
    goes('Dave is not shown as there', demo.alice, Dave.id),
    goes('Eve is not shown as there', demo.alice, Eve.id),
    goes('nor is Alice at Eve', Eve.node, Eve.alice),
    until(
      'Carol is there by another tor',
      async () => roleOf(Carol.node.pid, 'tor') !== tor && (await contact(demo.alice, Carol.id)).online,
      180,
    ),
  ])
  for (const name of ['Frank', 'Dave', 'Eve']) {
    const { reach } = await contact(demo.alice, people[name].id)
    assert.ok(
      ['quiet', 'lost', 'absent', 'unpublished', 'silent', 'trying'].includes(reach.what),
      `${name}: ${reach.what}`,
    )
    assert.ok(reach.seen > 0)
    assert.equal(
      (await rows(demo.alice, people[name].id)).at(-1).state === 'delivered',
      false,
      `nothing is called delivered to ${name}`,
    )
  }
})

test('what somebody waits for is tried at once, and told', async () => {
  const heard = []
  demo.alice.client.on('contact.state', (c) => c.id === people.Frank.id && heard.push(c.reach.what))
  await demo.alice.client.call('contacts.dial', { contact: people.Frank.id })
  await until('nobody answers', () => ['absent', 'unpublished', 'silent'].includes(heard.at(-1)), 200)
})

test('when the cause is gone, all arrives, once', { timeout: 900_000 }, async () => {
  const { Dave, Eve } = people
  signal(Dave.node, 'SIGCONT')
  process.kill(roleOf(Eve.node.pid, 'tor'), 'SIGCONT')
  for (const [name, count] of [
    ['Dave', 1],
    ['Eve', BULK],
  ]) {
    const { node, id, alice } = people[name]
    await until(
      `all is delivered to ${name}`,
      async () => (await rows(demo.alice, id)).every((m) => m.from === 'them' || m.state === 'delivered'),
      180,
    )
    assert.equal((await rows(node, alice)).filter((m) => m.from === 'them').length, count)
    await until(`${name} is there again`, async () => (await contact(demo.alice, id)).online, 120)
  }
})
