// A node that uses a tor which runs already, as Debian's does: `run --tor DIR`. It starts none, changes nothing of that one, comes back
// when that was away, and leaves nothing there when it ends.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { children, Demo, Node, program, roleOf, run } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { control, DEBIAN_TOR, isOwn, Watcher } from '../lib/watcher.mjs'

let root, demo, alice, bob, system, carol, address, bobsAddress
let toBob, toCarol // contacts: hers, his
let config

const tor = () => carol.client.call('status.get').then((s) => s.tor)
const contact = async (node, id) => (await node.client.call('contacts.list')).contacts.find((c) => c.id === id)
const online = (node, id) => until('the link is up', async () => (await contact(node, id)).online, 120)
const settings = async () => (await control(system.folder, 'GETINFO config-text')).filter((line) => !/^250|^\.$/.test(line))
const clientKeys = async () => (await control(system.folder, 'ONION_CLIENT_AUTH_VIEW')).filter((line) => line.startsWith('250-CLIENT'))

// One contact of `from`, who asks at the address, by one of `to`, who accepts.
async function befriend(from, to, at) {
  const known = (await to.client.call('contacts.list')).contacts.map((c) => c.id)
  const [identity] = (await from.client.call('identities.list')).identities
  const mine = (await from.client.call('contacts.add', { address: at, identity: identity.id })).id
  const { id } = await until('the request is there', async () =>
    (await to.client.call('contacts.list')).contacts.find((c) => !known.includes(c.id)), 120)
  await to.client.call('contacts.accept', { contact: id })
  await until('they are connected', async () => (await contact(from, mine)).state === 'accepted', 120)
  return { mine, theirs: id }
}

const texts = async (node, id) =>
  (await node.client.call('messages.list', { contact: id })).messages.filter((m) => m.kind === 'text').map((m) => m.text)
const stateOf = async (node, id, ordinal) =>
  (await node.client.call('messages.list', { contact: id })).messages.find((m) => m.ordinal === ordinal).state

// Says it, and gives what waits until the other's vault has it.
async function say(node, id, text) {
  const { ordinal } = await node.client.call('messages.send', { contact: id, text })
  return () => until(`"${text}" is delivered`, async () => /^(delivered|read)$/.test(await stateOf(node, id, ordinal)), 120)
}

// Internet sockets of a process: {local, listens}.
function sockets(pid) {
  const inodes = new Set(fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
    } catch {
      return undefined
    }
  }))
  return ['tcp', 'tcp6', 'udp', 'udp6', 'raw'].flatMap((kind) => {
    const lines = fs.readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').trim().split('\n').slice(1)
    return lines.map((line) => line.trim().split(/\s+/)).filter((f) => inodes.has(f[9]))
      .map((f) => ({ kind, local: f[1], listens: kind === 'tcp' && f[3] === '0A' }))
  })
}

const startCarol = () => carol.start([program, 'run', '--data', carol.data, '--tor', system.folder])

before(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-system-'))
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
  bobsAddress = (await bob.client.call('status.get')).address
  system = await new Watcher().start(demo.network, { asDebian: true })
  config = await settings()
  assert.ok(config.some((line) => line.startsWith('ControlSocket')))
  carol = new Node(path.join(root, 'carol'), undefined, 'correct horse battery')
  await startCarol()
  await carol.unlock('Carol')
  await carol.rpc()
  address = (await carol.client.call('status.get')).address
})
after(async () => {
  await carol?.stop()
  await system?.stop()
  await demo?.stop()
  fs.rmSync(root, { recursive: true, force: true })
})

test('two meet and talk, one of them by the tor of the system', { timeout: 900_000 }, async () => {
  await until('she can be reached', async () => (await tor()).phase === 'reachable', 120)
  assert.equal(await isOwn(system.folder, address.replace('.onion', '')), true)
  ;({ mine: toBob, theirs: toCarol } = await befriend(carol, bob, bobsAddress))
  await Promise.all([online(carol, toBob), online(bob, toCarol)])
  for (const delivered of [await say(carol, toBob, 'by the other tor'), await say(bob, toCarol, 'I hear you')]) await delivered()
  for (const said of [await texts(bob, toCarol), await texts(carol, toBob)]) {
    assert.deepEqual(said.toSorted(), ['I hear you', 'by the other tor'])
  }
  assert.equal(roleOf(carol.pid, 'tor'), undefined)
  assert.equal(children(carol.pid).length, 4, 'the roles and nobody else')
  assert.equal(fs.existsSync(path.join(carol.data, 'tor', 'torrc')), false)
})

test('who dials her comes over loopback, to a socket that net did not make', { timeout: 900_000 }, async () => {
  const [her] = (await carol.client.call('identities.list')).identities
  await carol.client.call('identities.set', { identity: her.id, strangers: true })
  const { mine, theirs } = await befriend(alice, carol, address)
  await online(carol, theirs)
  const pid = roleOf(carol.pid, 'net')
  const all = sockets(pid)
  const listeners = all.filter((s) => s.listens)
  assert.equal(listeners.length, 32)
  for (const s of listeners) assert.match(s.local, /^0100007F:/, '127.0.0.1 only')
  const ports = new Set(listeners.map((s) => s.local))
  const came = all.filter((s) => !s.listens)
  assert.deepEqual(came.filter((s) => s.kind !== 'tcp' || !ports.has(s.local)), [], 'everything else was accepted by one of these')
  assert.ok(came.length > 0, 'Alice came that way')
  for (const role of ['vault', 'onion']) assert.deepEqual(sockets(roleOf(carol.pid, role)), [], role)
  assert.deepEqual(sockets(roleOf(carol.pid, 'web')).filter((s) => !s.listens), [])
  const delivered = await say(alice, mine, 'through the front door')
  await delivered()
  assert.deepEqual(await texts(carol, theirs), ['through the front door'])
})

test('its bridges are its own affair', async () => {
  assert.equal((await carol.client.call('tor.bridges.get')).way, 'system')
  await assert.rejects(carol.client.call('tor.bridges.set', { bridges: '192.0.2.1:443 ' + 'A'.repeat(40) }),
    (e) => e.code === -32011 && /system's Tor/.test(e.message))
  assert.equal((await carol.client.call('tor.bridges.get')).bridges, '')
})

test('killed and started again, that tor costs no message', { timeout: 900_000 }, async () => {
  await until('contacts told their addresses', async () => (await clientKeys()).length > 0, 60)
  await system.end('SIGKILL')
  await until('she is told', async () => (await tor()).phase === 'down', 60)
  assert.match((await tor()).warning, /^The system's Tor does not answer/)
  const [hers, his] = [await say(carol, toBob, 'while it is away'), await say(bob, toCarol, 'where are you?')]
  await new Promise((resolve) => setTimeout(resolve, 3000)) // it is tried in vain a few times
  assert.equal(roleOf(carol.pid, 'tor'), undefined, 'nobody starts one')
  const roles = ['vault', 'onion', 'net', 'web'].map((r) => roleOf(carol.pid, r))
  const at = performance.now()
  await system.run()
  await until('she can be reached', async () => (await tor()).phase === 'reachable', 120)
  const reachable = performance.now()
  await Promise.all([hers(), his()])
  console.log(`reachable ${((reachable - at) / 1000).toFixed(1)} s after the start, all delivered after ${((performance.now() - at) / 1000).toFixed(1)} s`)
  for (const [node, id] of [[bob, toCarol], [carol, toBob]]) {
    const all = await texts(node, id)
    assert.deepEqual(all.toSorted(), ['I hear you', 'by the other tor', 'where are you?', 'while it is away'].toSorted(), 'each once')
  }
  assert.deepEqual(['vault', 'onion', 'net', 'web'].map((r) => roleOf(carol.pid, r)), roles, 'no role died')
  assert.deepEqual(await settings(), config, 'nothing of it was changed')
})

test('onion that dies is back with its services', { timeout: 720_000 }, async () => {
  const before = roleOf(carol.pid, 'onion')
  process.kill(before, 'SIGKILL')
  await until('another is there', () => ![undefined, before].includes(roleOf(carol.pid, 'onion')), 60)
  await until('it is back', async () => (await tor()).phase === 'reachable', 120)
  assert.equal(await isOwn(system.folder, address.replace('.onion', '')), true)
  await until('its keys are back', async () => (await clientKeys()).length > 0, 60)
  const delivered = await say(carol, toBob, 'still here')
  await delivered()
})

test('when she ends, nothing of hers stays there', { timeout: 360_000 }, async () => {
  assert.ok((await clientKeys()).length > 0)
  const pid = system.child.pid
  const at = performance.now()
  assert.equal(await carol.stop(), 0)
  console.log(`ended in ${((performance.now() - at) / 1000).toFixed(1)} s`)
  assert.equal(system.child?.pid, pid)
  assert.match((await control(system.folder, 'GETINFO status/bootstrap-phase')).join(), /PROGRESS=100/, 'it runs on')
  assert.equal(await isOwn(system.folder, address.replace('.onion', '')), false)
  assert.deepEqual(await clientKeys(), [])
  assert.deepEqual(await settings(), config)
  assert.doesNotMatch(carol.log, /error:/)
})

test('what is wrong with that tor is said in a sentence', { timeout: 180_000 }, async () => {
  const start = (dir, ...more) => run(['run', '--data', path.join(root, 'dave'), '--tor', dir, ...more])
  const empty = fs.mkdtempSync(path.join(root, 'empty-'))
  const none = await start(empty)
  assert.deepEqual([none.code, none.stdout], [1, ''])
  assert.match(none.stderr, /^blackedoutchat: there is no .*\/control: no tor runs/)
  assert.equal((await start(path.join(empty, 'nowhere'))).code, 1)
  assert.match((await start('run/tor')).stderr, /begins with \//)
  for (const option of [['--bridges'], ['--network', demo.network]]) assert.equal((await start(system.folder, ...option)).code, 2)

  const cookie = path.join(system.folder, 'control.authcookie')
  const whole = fs.readFileSync(cookie)
  fs.writeFileSync(cookie, 'too short')
  const short = await start(system.folder)
  assert.equal(short.code, 1)
  assert.match(short.stderr, /control\.authcookie/)
  fs.writeFileSync(cookie, whole)

  const doctor = await run(['doctor', '--data', path.join(root, 'dave'), '--tor', system.folder])
  assert.match(doctor.stdout, /^ok +tor +the system's answers$/m)
  assert.match((await run(['doctor', '--tor', empty])).stdout, /^MEND +tor +there is no /m)
})

// Of another user: nobody, who is in no group, or in the given one.
function asNobody(groups) {
  const data = fs.mkdtempSync(path.join(root, 'nobody-'))
  fs.chownSync(data, 65534, 65534)
  fs.chmodSync(root, 0o755)
  const copy = path.join(root, 'program') // which the user can reach
  if (!fs.existsSync(copy)) fs.copyFileSync(program, copy)
  return { data, command: (...args) => ['setpriv', '--reuid=65534', '--regid=65534', groups, copy, ...args] }
}
const needsRoot = { timeout: 120_000, skip: DEBIAN_TOR ? false : 'needs other users' }

test("a user in tor's group is let in, as at Debian's service", needsRoot, async () => {
  const { data, command } = asNobody(`--groups=${fs.statSync(path.join(system.folder, 'control')).gid}`)
  const rpc = async (method, params, input) => {
    const [file, ...args] = command('rpc', '--data', data, method, ...(params ? [JSON.stringify(params)] : []))
    const r = await run(args, { program: file, input })
    return r.code === 0 ? JSON.parse(r.stdout || 'null') : Promise.reject(new Error(r.stderr))
  }
  const [file, ...args] = command('run', '--data', data, '--tor', system.folder)
  const child = spawn(file, args, { stdio: 'ignore' })
  try {
    await until('it is unlocked', () => rpc('session.unlock', { name: 'Nobody' }, 'correct horse battery\n').then(() => true), 30)
    await until('it can be reached', async () => (await rpc('status.get')).tor.phase === 'reachable', 60)
  } finally {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    assert.equal((await gone)[0], 0)
  }
})

test('a cookie that is not ours to read is said, too', needsRoot, async () => {
  const { data, command } = asNobody('--clear-groups')
  const begin = () => run(['20', ...command('run', '--data', data, '--tor', system.folder)], { program: 'timeout' })
  fs.chmodSync(system.folder, 0o700)
  const folder = await begin() // the folder is closed to everybody else
  assert.deepEqual([folder.code, folder.stdout], [1, ''])
  assert.match(folder.stderr, /\/control is not open to you: your user has to be in the group debian-tor/)
  fs.chmodSync(system.folder, 0o755)
  for (const name of ['control', 'socks']) fs.chmodSync(path.join(system.folder, name), 0o777)
  const cookie = await begin()
  assert.equal(cookie.code, 1)
  assert.match(cookie.stderr, /control\.authcookie is not open to you: your user has to be in the group debian-tor/)
})
