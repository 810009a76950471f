// A node that may connect only through a bridge: a private one, behind obfs4. Its tor and what that starts are watched all
// the time: they connect to no relay of the network. Before the vault is open they connect to nothing at all.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Bridge, connectedTo, find, relayPorts, tree } from '../lib/bridge.mjs'
import { Demo, Node, program, roleOf, run } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { control } from '../lib/watcher.mjs'

const obfs4proxy = find('obfs4proxy') ?? find('lyrebird')
const skip = obfs4proxy ? false : 'skipped: install obfs4proxy'

let root, demo, bob, bridge, carol, relays, toBob, watch
const seen = new Set() // ports that Carol's tor was connected to
let looks = 0

const launch = (node, ...more) => node.start([program, 'run', '--data', node.data, '--network', node.network, ...more])
const tor = (node) => node.client.call('status.get').then((s) => s.tor)
const reachable = (node) => until('it is reachable', async () => (await tor(node)).phase === 'reachable', 120)

// What tor says to GETCONF or GETINFO.
async function ask(node, command) {
  const lines = (await control(path.join(node.data, 'tor'), command)).slice(0, -2)
  assert.ok(lines.length > 0, 'tor answers')
  return lines
}

async function torRuns(node) {
  await until('tor answers', () => ask(node, 'GETCONF DisableNetwork'), 30)
}

// Nothing leaves: tor's network is off, it has begun nothing, and has no connection, for some time.
async function silent(node) {
  await torRuns(node)
  for (let i = 0; i < 20; i++) {
    assert.deepEqual(await ask(node, 'GETCONF DisableNetwork'), ['250 DisableNetwork=1'])
    assert.deepEqual(await ask(node, 'GETINFO orconn-status'), ['250-orconn-status=', '250 OK'])
    assert.deepEqual(connectedTo(tree(roleOf(node.pid, 'tor'))) ?? [], []) // what only root can see
    await new Promise((r) => setTimeout(r, 50))
  }
  assert.match((await ask(node, 'GETINFO status/bootstrap-phase'))[0], /PROGRESS=0 /)
}

before(async () => {
  if (skip) return
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-bridge-'))
  demo = await Demo.start()
  bob = demo.bob
  await bob.rpc()
  relays = relayPorts(demo.network)
  bridge = await Bridge.start(demo.network, path.join(root, 'bridge'), obfs4proxy)
  carol = new Node(path.join(root, 'carol'), demo.network, 'correct horse battery')
  watch = setInterval(() => {
    const pid = carol.pid && roleOf(carol.pid, 'tor')
    for (const port of (pid && connectedTo(tree(pid))) || []) seen.add(port)
    looks++
  }, 40)
})
after(async () => {
  clearInterval(watch)
  await carol?.stop().catch(() => null)
  await bridge?.stop()
  await demo?.stop()
  if (root) fs.rmSync(root, { recursive: true, force: true })
})

test('who wants bridges from the beginning connects to nothing before they are given', { skip, timeout: 120_000 }, async () => {
  await launch(carol, '--bridges')
  await silent(carol)
  await carol.unlock('Carol')
  await carol.rpc()
  // It waited before the login, too: for that.
  await until('it waits for bridges', async () => /Waiting for bridges/.test((await tor(carol)).summary), 20)
  assert.equal((await tor(carol)).phase, 'waiting')
  assert.deepEqual(await carol.client.call('tor.bridges.get'), { bridges: '', way: 'waiting', transports: (await carol.client.call('tor.bridges.get')).transports })
  await silent(carol)
})

test('a wrong line is told by its number, and changes nothing', { skip }, async () => {
  const set = (bridges) => carol.client.call('tor.bridges.set', { bridges })
  const refused = async (bridges, words) =>
    assert.rejects(set(bridges), (e) => e.code === -32011 && words.test(e.message) ? true : assert.fail(e.message))
  await refused(`${bridge.line}\nUseBridges 0`, /^Line 2: /)
  await refused(bridge.line.replace(/ cert.*/, ''), /^Line 1: its end/)
  await refused(`${bridge.line}" DisableNetwork="0`, /^Line 1: it has a character/)
  if (!find('webtunnel-client')) {
    await refused(`\n\nwebtunnel 127.0.0.1:1 ${'A'.repeat(40)} url=https://example.org/x`, /^Line 3: for webtunnel install the program webtunnel-client/)
  }
  assert.equal((await carol.client.call('tor.bridges.get')).bridges, '')
  await silent(carol)
})

test('with a bridge only, she reaches another node, and messages go both ways', { skip, timeout: 240_000 }, async () => {
  const set = await carol.client.call('tor.bridges.set', { bridges: `Bridge ${bridge.line}\n` })
  assert.equal(set.way, 'bridges')
  assert.equal(set.bridges, bridge.line + '\n')
  assert.ok(set.transports.includes('obfs4'))
  await reachable(carol)
  assert.deepEqual(await ask(carol, 'GETCONF UseBridges'), ['250 UseBridges=1'])
  const { address } = await bob.client.call('status.get')
  toBob = (await carol.client.call('contacts.add', { address })).id
  const asked = await until('Bob is asked', async () => (await bob.client.call('contacts.list')).contacts.find((c) => c.name === 'Carol'), 120)
  await bob.client.call('contacts.accept', { contact: asked.id })
  await carol.client.call('messages.send', { contact: toBob, text: 'through the wall' })
  await bob.client.call('messages.send', { contact: asked.id, text: 'and back' })
  for (const [node, id] of [[carol, toBob], [bob, asked.id]]) {
    await until('both are there', async () => {
      const { messages } = await node.client.call('messages.list', { contact: id })
      return messages.length === 2 && messages.every((m) => m.state === (m.from === 'me' ? 'delivered' : 'received'))
    }, 120)
  }
})

test('the bridge is the only way: without it she is cut off, with it she is back', { skip, timeout: 300_000 }, async () => {
  const online = async () => (await carol.client.call('contacts.list')).contacts[0].online
  await until('there is a link', online, 60)
  await bridge.stop()
  await until('the link is gone', async () => !(await online()), 120)
  await bridge.run()
  await until('the link is back', online, 180)
})

test('after a start nothing connects before the vault is open; then by the bridge again', { skip, timeout: 240_000 }, async () => {
  await carol.stop()
  // No trace of the lines but what tor itself notes of its guards.
  const torrc = fs.readFileSync(path.join(carol.data, 'tor', 'torrc'), 'utf8')
  assert.ok(!torrc.includes(String(bridge.port)) && !torrc.includes('obfs4'))
  assert.equal(fs.statSync(path.join(carol.data, 'vault', 'bridges')).size, 0)
  await launch(carol)
  const heard = []
  const script = await carol.rpc()
  script.on('tor.state', (t) => heard.push(t))
  await silent(carol)
  // The same for a tor, and a vault, that died.
  for (const role of ['tor', 'onion', 'vault']) {
    const pid = roleOf(carol.pid, role)
    process.kill(pid, 'SIGKILL')
    await until('it runs again', () => ![undefined, pid].includes(roleOf(carol.pid, role)), 30)
    await until('its tor runs', () => roleOf(carol.pid, 'tor'), 30)
    await silent(carol)
  }
  assert.ok(heard.some((t) => t.phase === 'waiting' && /^Waiting for you to unlock/.test(t.summary)), JSON.stringify(heard))
  await until('she logs in', () => carol.unlock(), 20)
  await carol.rpc()
  await reachable(carol)
  await until('there is a link', async () => (await carol.client.call('contacts.list')).contacts[0].online, 120)
  // A tor that died while the vault is open is told again.
  const pid = roleOf(carol.pid, 'tor')
  process.kill(pid, 'SIGKILL')
  await until('it runs again', () => ![undefined, pid].includes(roleOf(carol.pid, 'tor')), 30)
  await reachable(carol)
})

test('a backup of it waits, too, until it is opened', { skip, timeout: 120_000 }, async () => {
  const file = path.join(root, 'backup')
  assert.equal((await run(['backup', '--data', carol.data, file], { input: carol.passphrase + '\n' })).code, 0)
  const other = new Node(path.join(root, 'again'), demo.network, carol.passphrase)
  assert.equal((await run(['restore', '--data', other.data, file])).code, 0)
  await launch(other)
  try {
    await silent(other)
    // It has the keys of her who runs: it is not let to the network.
    assert.ok(fs.existsSync(path.join(other.data, 'vault', 'restored')))
  } finally {
    await other.stop()
  }
})

test('all the time her tor was connected to no relay, and to her bridge', { skip }, (t) => {
  assert.ok(looks > 100)
  if (process.getuid() !== 0) return t.skip('only root sees the connections of a tor') // it lets nobody else look
  assert.ok(seen.has(bridge.port), 'the bridge')
  assert.deepEqual(relays.filter((p) => seen.has(p)), [])
})

test('without bridges she connects directly, and the next start does, too', { skip, timeout: 240_000 }, async () => {
  const set = await carol.client.call('tor.bridges.set', { bridges: '' })
  assert.equal(set.way, 'direct')
  await until('tor is another one', async () => (await ask(carol, 'GETCONF UseBridges'))[0] === '250 UseBridges=0', 30)
  await reachable(carol)
  assert.ok(!fs.existsSync(path.join(carol.data, 'vault', 'bridges')))
  await carol.stop()
  await launch(carol)
  await until('it connects', async () => /PROGRESS=100/.test((await ask(carol, 'GETINFO status/bootstrap-phase'))[0]), 60)
})
