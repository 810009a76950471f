// What can be given to somebody who helps: the log of two nodes that met and talked, and what doctor and the page say of them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Demo, Node, program, roleOf, run } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const ROLES = ['supervisor', 'vault', 'onion', 'net', 'web']
const TEXT = 'the ferry leaves at four'
const BRIDGE = { ip: '192.0.2.77', fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567' }
let root, home, demo, carol, dave, toDave, toCarol

// With BOC_DEBUG, and a home that has a name.
async function launch(node) {
  const command = ['env', 'BOC_DEBUG=1', `HOME=${home}`, program, 'run', '--data', node.data, '--network', demo.network]
  await node.start(command)
  node.pid = node.child.pid
}

async function logOf(node) {
  const lines = []
  for (let line = 1; line !== null; ) {
    const part = await node.client.call('log.get', { line })
    assert.ok(part.first >= line && part.lines.length > 0)
    lines.push(...part.lines)
    line = part.next
  }
  return lines
}

const messages = async (node, contact) => (await node.client.call('messages.list', { contact })).messages

before(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-log-'))
  home = path.join(root, 'home-of-wilhelmina')
  fs.mkdirSync(home)
  demo = await Demo.start()
  carol = new Node(path.join(home, 'carolina-data'), demo.network, 'correct horse battery')
  dave = new Node(path.join(home, 'davids-data'), demo.network, 'another passphrase here')
})
after(async () => {
  await carol?.stop().catch(() => null)
  await dave?.stop().catch(() => null)
  await demo?.stop()
  if (root) fs.rmSync(root, { recursive: true, force: true })
})

test('two people meet and talk, and much goes wrong', { timeout: 720_000 }, async () => {
  for (const [node, name] of [[carol, 'Carolina'], [dave, 'Davidson']]) {
    await launch(node)
    await node.unlock(name)
    await node.rpc()
  }
  carol.address = (await carol.client.call('status.get')).address
  dave.address = (await dave.client.call('status.get')).address
  await dave.client.call('identities.set', { identity: 1, strangers: true })
  toDave = (await carol.client.call('contacts.add', { address: dave.address, name: 'My friend Davidson' })).id
  const asked = await until('she has asked', async () => (await dave.client.call('contacts.list')).contacts[0], 120)
  toCarol = asked.id
  await dave.client.call('contacts.accept', { contact: toCarol })
  await carol.client.call('messages.send', { contact: toDave, text: TEXT })
  await until('it is there', async () => (await messages(dave, toCarol)).some((m) => m.text === TEXT), 120)
  // A wrong passphrase, an unknown method, a role that dies.
  const wrong = await run(['rpc', '--data', carol.data, 'session.unlock'], { input: 'not the right one\n' })
  assert.equal(wrong.code, 1)
  await assert.rejects(carol.client.call('no.such.method'))
  process.kill(roleOf(carol.pid, 'net'), 'SIGKILL')
  await until('it is noticed', async () => (await logOf(carol)).some((l) => /supervisor: net ended/.test(l)), 20)
  await dave.client.call('contacts.block', { contact: toCarol })
  // A bridge that nobody answers at.
  await carol.client.call('tor.bridges.set', { bridges: `${BRIDGE.ip}:443 ${BRIDGE.fingerprint}` })
  await until('tor has heard', async () => (await carol.client.call('connection.get')).way === 'bridges', 20)
  await until('tor is another one', async () => (await logOf(carol)).filter((l) => /onion: tor answers/.test(l)).length > 1, 30)
})

test('no log has an address, a name, a text, a folder, a passphrase or a bridge', { timeout: 180_000 }, async () => {
  const secrets = [
    ...[carol.address, dave.address].map((a) => a.replace('.onion', '')),
    'Carolina', 'Davidson', TEXT, 'wilhelmina', 'carolina-data', 'davids-data',
    carol.passphrase, dave.passphrase, 'not the right one', BRIDGE.ip, BRIDGE.fingerprint,
  ]
  for (const node of [carol, dave]) {
    const lines = await logOf(node)
    for (const role of ROLES) assert.ok(lines.some((l) => l.includes(` ${role}: `)), `${role} says nothing`)
    for (const line of lines) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [\x20-\x7e]+$/)
      for (const secret of secrets) assert.ok(!line.toLowerCase().includes(secret.toLowerCase()), `${secret}: ${line}`)
      assert.doesNotMatch(line, /[a-z2-7]{56}|[0-9a-f]{32}|\.onion/i)
    }
    // On the screen is the same, and none of it is on the disk.
    assert.match(node.log, /onion: tor answers/)
    const found = fs.readdirSync(node.data, { recursive: true }).filter((f) => /log/i.test(f))
    assert.deepEqual(found, [])
  }
})

test('doctor and the page agree', { timeout: 180_000 }, async () => {
  const now = await carol.client.call('connection.look')
  const got = await carol.client.call('connection.get')
  assert.deepEqual(got.findings, now.findings)
  const { code, stdout } = await run(['doctor', '--data', carol.data], { env: { HOME: home } })
  const words = { ok: 'ok', note: 'note', MEND: 'mend' }
  const told = stdout.split('\n').flatMap((line) => {
    const found = /^(ok|note|MEND) +(\S+) +(.*)$/.exec(line)
    return found ? [{ grade: words[found[1]], what: found[2], text: found[3] }] : []
  })
  assert.deepEqual(told, now.findings)
  assert.ok(told.length >= 8)
  assert.equal(code, told.some((f) => f.grade === 'mend') ? 1 : 0)
  assert.match(stdout, /^now +way +bridges$/m)
  assert.match(stdout, /^now +contacts +0 connected, /m)
})

test('who is locked out sees tor, and neither log nor contacts', { timeout: 180_000 }, async () => {
  await dave.client.call('session.lock')
  const { locked, addresses, contacts, findings, tor } = await dave.client.call('connection.get')
  assert.deepEqual({ locked, addresses, contacts }, { locked: true, addresses: [], contacts: null })
  assert.ok(findings.length >= 8 && tor.phase)
  await assert.rejects(dave.client.call('log.get'), { code: -32001 })
  await assert.rejects(dave.client.call('connection.try'), { code: -32001 })
  const { stdout } = await run(['doctor', '--data', dave.data])
  assert.match(stdout, /^now +vault +locked/m)
})

test('at the end the last words of all are on the screen', { timeout: 180_000 }, async () => {
  assert.equal(await dave.stop(), 0)
  assert.match(dave.log, /vault: locked/)
})
