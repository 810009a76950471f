// Two real nodes on a private Tor network: whether others can reach a node is found out by dialling it, said, and mended; a
// program that was away, or is on another network, notices at once.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { children, Demo, Node, program, roleOf } from '../lib/program.mjs'
import { TorEvents } from '../lib/torevents.mjs'
import { until } from '../lib/wait.mjs'
import { control, isOwn } from '../lib/watcher.mjs'

let demo, alice, bob
let toBob, toAlice
const said = [] // every tor state that a client of Alice's was told

const contact = async (node) => (await node.client.call('contacts.list')).contacts[0]
const tor = async (node) => (await node.client.call('status.get')).tor
const reachable = (node, seconds = 60) => until('it is reachable', async () => (await tor(node)).phase === 'reachable', seconds)
const everything = (pid) => [pid, ...children(pid).map((c) => c.pid)]

// All of a node stands still for so long, as on a machine that nobody woke.
async function freeze(node, seconds) {
  const pids = everything(node.pid)
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  await sleep(seconds * 1000)
  for (const pid of pids.reverse()) process.kill(pid, 'SIGCONT')
}

// Streams that a node's tor opens to an address, and what becomes of its descriptor.
async function listen(node, address) {
  const events = await TorEvents.open(node.data, ['STREAM', 'HS_DESC'])
  const heard = { dials: 0, reached: 0, uploads: 0 }
  events.on('stream', ({ status, target }) => {
    if (!target.startsWith(address)) return
    if (status === 'NEW') heard.dials++
    if (status === 'SUCCEEDED') heard.reached++
  })
  events.on('descriptor', ({ action, address: of }) => {
    if (action === 'UPLOADED' && `${of}.onion` === address) heard.uploads++
  })
  return Object.assign(heard, { close: () => events.close() })
}

// The address of a node that only contacts know: one of those to which the contact's tor has a key.
function contactsAddress(node, friend) {
  return until('the contact has a key', async () => {
    for (const line of await control(path.join(friend.data, 'tor'), 'ONION_CLIENT_AUTH_VIEW')) {
      const address = /^250-CLIENT (\S+)/.exec(line)?.[1]
      if (address && (await isOwn(path.join(node.data, 'tor'), address))) return `${address}.onion`
    }
  })
}

async function exchange(text) {
  const one = await alice.client.call('messages.send', { contact: toBob, text: `${text} a` })
  const two = await bob.client.call('messages.send', { contact: toAlice, text: `${text} b` })
  for (const [node, id, m] of [[alice, toBob, one], [bob, toAlice, two]]) {
    await until(`${text} is delivered`, async () => {
      const { messages } = await node.client.call('messages.list', { contact: id, limit: 20 })
      return messages.find((x) => x.ordinal === m.ordinal)?.state === 'delivered'
    }, 120)
  }
}

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
  alice.client.on('tor.state', (t) => said.push(t))
  const { address } = await bob.client.call('status.get')
  toBob = (await alice.client.call('contacts.add', { address, name: 'Bob', greeting: '' })).id
  await until('Bob is asked', async () => (await contact(bob))?.state === 'request_received', 120)
  toAlice = (await contact(bob)).id
  await bob.client.call('contacts.accept', { contact: toAlice })
  await until('they are connected', async () => (await contact(alice)).online && (await contact(bob)).online, 120)
})
after(() => demo?.stop())

test('a program that stood still looks at once and publishes anew, and there is always a link', async () => {
  const { address } = await alice.client.call('status.get')
  await reachable(alice)
  let seen = await listen(alice, address)
  const down = []
  // While she stands still he may find out that he hears nothing; the two are never without a link.
  bob.client.on('contact.state', ({ reach }) => ['left', 'lost', 'absent'].includes(reach.what) && down.push(reach))
  await freeze(alice, 12) // shorter than what makes it publish anew
  await until('she dials herself', () => seen.reached > 0, 60)
  assert.equal(seen.uploads, 0)
  seen.close()
  seen = await listen(alice, address)
  const other = await listen(alice, await contactsAddress(alice, bob))
  await freeze(alice, 35)
  await until('a directory has it anew', () => seen.uploads > 0, 60)
  await until('she dials herself', () => seen.reached > 0, 60)
  await until('at her other address, too, which lets in nobody without a key', () => other.reached > 0, 60)
  other.close()
  await reachable(alice)
  assert.deepEqual(down, [], 'there was always a link')
  await exchange('awake')
  assert.equal((await tor(alice)).warning, '')
  assert.deepEqual((await bob.client.call('contacts.list')).contacts.length, 1, 'no dial of her own looks like somebody')
  assert.equal((await alice.client.call('contacts.list')).contacts.length, 1)
  seen.close()
})

test('who cannot be reached is told so, is published again, and is told when it is over', async () => {
  const { address } = await alice.client.call('status.get')
  const seen = await listen(alice, address)
  const links = path.join(alice.data, 'links')
  const before = roleOf(alice.pid, 'tor')
  for (const name of fs.readdirSync(links)) fs.renameSync(path.join(links, name), path.join(links, `${name}.away`))
  said.length = 0
  await freeze(alice, 12) // so that she looks now, and not in ten minutes
  const told = await until('she is told', () => said.find((t) => /^Nobody can reach us at the moment/.test(t.warning)), 120)
  assert.equal(told.phase, 'publishing')
  await until('it is published again', () => seen.uploads > 0, 60)
  assert.match((await tor(alice)).warning, /^Nobody can reach us/, 'a directory that has it proves nothing')
  assert.ok((await contact(alice)).online, 'her link does not care')
  await exchange('meanwhile')
  for (const name of fs.readdirSync(links)) fs.renameSync(path.join(links, name), path.join(links, name.replace(/\.away$/, '')))
  await until('both addresses are well', async () => (await tor(alice)).warning === '', 120)
  await reachable(alice)
  assert.equal(roleOf(alice.pid, 'tor'), before, 'tor was left alone')
  seen.close()
})

test('kill -9 of tor: reachable again, and proven by a dial', async () => {
  const { address } = await alice.client.call('status.get')
  const pid = roleOf(alice.pid, 'tor')
  said.length = 0
  process.kill(pid, 'SIGKILL')
  await until('another tor runs', () => ![undefined, pid].includes(roleOf(alice.pid, 'tor')), 30)
  const down = await until('it is said', () => said.find((t) => t.phase === 'down'))
  assert.match(down.warning, /^Tor ended \(killed by signal 9\)/)
  await reachable(alice)
  await until('they are connected', async () => (await contact(alice)).online && (await contact(bob)).online, 120)
  const seen = await listen(alice, address)
  await until('she dials herself', () => seen.reached > 0, 120)
  seen.close()
  await exchange('after tor')
})

// A network of its own for one node, without any way out: nothing but its addresses changes.
const own = (command) => ['unshare', '--user', '--map-root-user', '--net', 'sh', '-c', `ip link set lo up && ${command}`]
const device = ['link', 'add', 'eth7', 'type', 'veth', 'peer', 'name', 'eth8']
const may = () => spawnSync(own('')[0], own(`ip ${device.join(' ')}`).slice(1)).status === 0

test('another address of the machine is noticed within seconds', { skip: !may() && 'no right to a network of one\'s own' }, async () => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-reach-'))
  const node = new Node(data, demo.network, 'correct horse battery staple')
  try {
    await node.start(own(`exec ${program} run --data ${data} --network ${demo.network}`))
    const ip = (...args) => execFileSync('nsenter', ['--target', String(node.child.pid), '--user', '--net', '--preserve-credentials', 'ip', ...args])
    const noticed = () => (node.log.match(/awake: reason 4/g) ?? []).length
    ip(...device)
    ip('link', 'set', 'eth8', 'up')
    ip('link', 'set', 'eth7', 'up')
    ip('addr', 'add', '192.0.2.7/24', 'dev', 'eth7')
    await until('the address is noticed', () => noticed() === 1, 15)
    ip('route', 'add', 'default', 'via', '192.0.2.1')
    await until('the way out is noticed', () => noticed() === 2, 15)
    ip('link', 'set', 'eth7', 'mtu', '1400') // stirs, and is nothing
    await sleep(6000)
    assert.equal(noticed(), 2)
    ip('addr', 'del', '192.0.2.7/24', 'dev', 'eth7')
    await until('that it is gone is noticed', () => noticed() === 3, 15)
  } finally {
    await node.stop()
    fs.rmSync(data, { recursive: true, force: true })
  }
})
