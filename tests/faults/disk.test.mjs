// A disk that is full, that is read-only, that fails; a page that is damaged; two programs on one folder: what a person is
// told, what is kept, and that everything goes on by itself when the cause is gone.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Orders } from '../lib/fault.mjs'
import { Demo, Node, program, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

let demo, alice, bob, orders, toBob, toAlice

const rows = async (node, id) => (await node.client.call('messages.list', { contact: id, limit: 100 })).messages
const storage = async (node) => (await node.client.call('status.get')).storage
const logged = (node, what) => until(`the log says ${what}`, () => what.test(node.log), 10)
const say = (node, contact, text) => node.client.call('messages.send', { contact, text })

const delivered = (text) => until(`"${text}" is delivered`, async () => {
  const both = [...(await rows(alice, toBob)), ...(await rows(bob, toAlice))].filter((m) => m.text === text)
  return both.length === 2 && both.some((m) => m.from === 'me' && m.state === 'delivered') && both
}, 90)

before(async () => {
  demo = await Demo.start()
  alice = demo.alice
  await alice.rpc()
  await demo.bob.stop()
  orders = new Orders(demo.bob.data)
  bob = await new Node(demo.bob.data, demo.network, demo.bob.passphrase).start()
  await bob.unlock()
  await bob.rpc()
  await until('he can be reached', async () => (await bob.client.call('status.get')).tor.phase === 'reachable', 90)
  toBob = (await alice.client.call('contacts.add', { address: (await bob.client.call('status.get')).address })).id
  toAlice = (await until('Bob is asked', async () => (await bob.client.call('contacts.list')).contacts[0], 120)).id
  await bob.client.call('contacts.accept', { contact: toAlice })
  await say(alice, toBob, 'good morning')
  await delivered('good morning')
})
after(async () => {
  await bob?.stop()
  orders?.close()
  await demo?.stop()
})

for (const [errno, code, word] of [['ENOSPC', -32007, 'full'], ['EROFS', -32008, 'failing'], ['EIO', -32008, 'failing']]) {
  test(`${errno}: a person is told, nothing is lost, it goes on by itself`, { timeout: 540_000 }, async () => {
    const vault = roleOf(bob.pid, 'vault')
    const heard = []
    const hear = ({ state }) => heard.push(state)
    bob.client.on('storage.state', hear)
    orders.give('vault', '*', errno)
    await assert.rejects(say(bob, toAlice, 'not stored'), { code })
    assert.equal(await storage(bob), word)
    assert.ok((await rows(bob, toAlice)).length > 0, 'what is there can be read')
    await say(alice, toBob, `for ${errno}`)
    await assert.rejects(say(bob, toAlice, 'not stored'), { code })
    orders.clear()
    await until('it can be written', async () => (await storage(bob)) === 'ok', 10)
    assert.deepEqual(heard, [word, 'ok'])
    bob.client.off('storage.state', hear)
    await say(bob, toAlice, `after ${errno}`)
    await delivered(`after ${errno}`)
    await delivered(`for ${errno}`)
    assert.ok(!(await rows(bob, toAlice)).some((m) => m.text === 'not stored'))
    assert.equal(roleOf(bob.pid, 'vault'), vault, 'it did not die of it')
    await logged(bob, errno === 'ENOSPC' ? /the disk is full/ : /the disk cannot be read or written/)
  })
}

test('a second program on the same folder is refused, and the first goes on', async () => {
  const second = spawnSync(program, ['run', '--data', bob.data, '--network', demo.network], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(second.status, 1)
  assert.match(second.stderr, /another blackedoutchat runs on/)
  await say(bob, toAlice, 'undisturbed')
  await delivered('undisturbed')
})

test('a damaged page: it is said, what can be read is shown, the file stays as it is', { timeout: 360_000 }, async () => {
  for (let i = 0; i < 60; i++) await say(bob, toAlice, `${i} ${'long '.repeat(400)}`)
  await delivered(`59 ${'long '.repeat(400)}`)
  await bob.stop()
  const file = path.join(bob.data, 'vault', 'vault.db')
  const whole = fs.readFileSync(file)
  assert.ok(!fs.existsSync(file + '-wal'))
  const bent = Buffer.from(whole)
  for (let at = bent.length - 40 * 4096 + 50; at < bent.length; at += 4096) bent[at] ^= 1 // where the last messages are
  fs.writeFileSync(file, bent)
  await bob.start()
  // Even what a link writes finds the damage: whichever comes first.
  await until('he is told', async () => {
    try {
      await bob.unlock()
      await bob.rpc()
      await rows(bob, toAlice)
    } catch (error) {
      return error.code === -32009 || /damaged/.test(error.message)
    }
  }, 30)
  await bob.stop()
  assert.match(bob.log, /the data on the disk is damaged/)
  assert.ok(fs.readFileSync(file).equals(bent), 'nothing was written to it')
  for (const left of ['-wal', '-journal']) fs.rmSync(file + left, { force: true })
  fs.writeFileSync(file, whole)
  await bob.start()
  await bob.unlock()
  await bob.rpc()
  await say(bob, toAlice, 'repaired')
  await delivered('repaired')
})

// Not played: a file system of its own that really has no room. Where such a one cannot be mounted the faults above stand
// for it.
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0

test('a small disk that is really full', { skip: !canMount && 'nothing can be mounted here', timeout: 360_000 }, async (t) => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-small-'))
  const script = `mount -t tmpfs -o size=24m,mode=700 none "$1" && exec "$2" run --data "$1" --network "$3"`
  const node = new Node(data, demo.network, 'correct horse battery')
  const inside = () => `/proc/${node.pid}/root${data}`
  await node.start(['unshare', '-rm', 'sh', '-c', script, 'sh', data, program, demo.network], inside)
  t.after(async () => {
    await node.stop()
    fs.rmSync(data, { recursive: true, force: true })
  })
  await node.unlock('Carol')
  await node.rpc()
  const filler = path.join(inside(), 'filler')
  const fill = () => {
    const fd = fs.openSync(filler, 'a', 0o600)
    for (const n of [65536, 4096]) {
      try {
        for (;;) fs.writeSync(fd, Buffer.alloc(n))
      } catch (error) {
        assert.equal(error.code, 'ENOSPC')
      }
    }
    fs.closeSync(fd)
  }
  fill()
  const made = []
  // What the database's own journal has room for is stored; then it is said.
  await assert.rejects(async () => {
    for (let i = 0; i < 200; i++) {
      fill()
      made.push(await node.client.call('identities.rename', { identity: 1, name: `Carol ${i}` }))
    }
  }, { code: -32007 })
  await logged(node, /the disk is full/)
  const name = async () => (await node.client.call('identities.list')).identities[0].name
  assert.equal(await name(), made.at(-1)?.name ?? 'Carol', 'what was acknowledged is there')
  fs.truncateSync(filler, 0)
  await until('it goes on', async () => (await storage(node)) === 'ok', 10)
  await node.client.call('identities.rename', { identity: 1, name: 'Carol again' })
  assert.equal(await name(), 'Carol again')
})

test('a folder that can only be read is refused at the start', { skip: !canMount && 'nothing can be mounted here' }, () => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-read-'))
  const script = 'mount -t tmpfs -o ro,mode=700 none "$1" && exec "$2" run --data "$1" --network "$3"'
  const { status, stderr } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', data, program, demo.network],
    { encoding: 'utf8', timeout: 20_000 })
  fs.rmdirSync(data)
  assert.equal(status, 1)
  assert.match(stderr, /cannot .*: Read-only file system/)
})
