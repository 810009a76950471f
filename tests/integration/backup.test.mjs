// A backup between real nodes on a private Tor network: made while messages go out, the machine lost, restored on another one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Demo, Node, program, run } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-backup-'))
const file = path.join(root, 'alice.boc')
let demo, alice, bob, lost, toBob, toAlice, address, sent

const contact = async (node) => (await node.client.call('contacts.list')).contacts[0]
const online = (node) => until('they are connected', async () => (await contact(node)).online, 150)
const backUp = (node, to, passphrase = node.passphrase) => run(['backup', '--data', node.data, to], { input: passphrase + '\n' })
const restore = (data, from) => run(['restore', '--data', data, from])
const exported = (node, who, ...more) => run(['export', '--data', node.data, who, ...more])

async function texts(node, id, from) {
  const { messages } = await node.client.call('messages.list', { contact: id })
  return messages.filter((m) => m.from === from).map((m) => m.text)
}

async function says(from, id, to, theirs, text) {
  await from.client.call('messages.send', { contact: id, text })
  await until(`${text} arrives`, async () => (await texts(to, theirs, 'them')).includes(text), 150)
}

before(async () => {
  demo = await Demo.start()
  ;({ alice, bob } = demo)
  await Promise.all([alice.rpc(), bob.rpc()])
  ;({ address } = await alice.client.call('status.get'))
  toBob = (await alice.client.call('contacts.add', { address: (await bob.client.call('status.get')).address })).id
  toAlice = (await until('Bob is asked', async () => contact(bob), 120)).id
  await bob.client.call('contacts.accept', { contact: toAlice })
  await until('Alice knows', async () => (await contact(alice)).state === 'accepted', 60)
  await online(bob)
  // Twice more, so that both remember a session: PROTO 5.5.5.
  for (let i = 0; i < 2; i++) {
    await alice.client.call('session.lock')
    await until('Bob sees her leave', async () => !(await contact(bob)).online, 90)
    await alice.unlock()
    await online(bob)
    await online(alice)
  }
})
after(async () => {
  await alice?.stop()
  await demo?.stop()
  fs.rmSync(root, { recursive: true, force: true })
})

test('a backup is made while messages go out', async () => {
  await says(alice, toBob, bob, toAlice, 'before')
  await says(bob, toAlice, alice, toBob, 'before, too')
  assert.equal((await backUp(alice, file, 'wrong')).code, 1)
  assert.ok(!fs.existsSync(file) && !fs.existsSync(file + '.part'))
  const writing = Array.from({ length: 40 }, (_, i) => alice.client.call('messages.send', { contact: toBob, text: `meanwhile ${i}` }))
  const made = await backUp(alice, file)
  assert.equal(made.code, 0, made.stderr)
  sent = await Promise.all(writing)
  assert.equal(fs.statSync(file).mode & 0o777, 0o600)
  const bytes = fs.readFileSync(file)
  for (const word of ['before', 'meanwhile', 'Alice', 'Bob', address.slice(0, 20), 'SQLite format'])
    assert.equal(bytes.indexOf(word), -1, `${word} can be read`)
  const again = await backUp(alice, file)
  assert.equal(again.code, 1)
  assert.match(again.stderr, /exists/)
  assert.deepEqual(fs.readFileSync(file), bytes, 'an older file was touched')
  await until('the copy is gone', () => !fs.readdirSync(path.join(alice.data, 'vault')).some((n) => n.startsWith('backup')), 20)
})

// Blocked in a read of its passphrase: it is connected, and sleeps.
async function asking(child) {
  await until('it asks for the passphrase', () => {
    const fds = fs.readdirSync(`/proc/${child.pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`))
    return fds.filter((l) => l.startsWith('socket:')).length > 0 && fs.readFileSync(`/proc/${child.pid}/wchan`, 'utf8').match(/read|wait/)
  }, 30)
}

test('one that is broken off leaves nothing behind', async () => {
  const to = path.join(root, 'broken-off.boc')
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const child = spawn(program, ['backup', '--data', alice.data, to], { stdio: ['pipe', 'ignore', 'ignore'] })
    const gone = once(child, 'exit')
    await asking(child)
    assert.ok(!fs.existsSync(to + '.part'), 'there is nothing to write yet')
    child.kill(signal)
    assert.equal((await gone)[1], signal)
    assert.ok(!fs.existsSync(to) && !fs.existsSync(to + '.part'))
  }
  // While it is made: stopped as soon as the file is there, so that the signal meets it in the midst.
  const child = spawn(program, ['backup', '--data', alice.data, to], { stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = once(child, 'exit')
  const seen = new Promise((resolve) => {
    const watch = fs.watch(root, (event, name) => {
      if (name !== 'broken-off.boc.part') return
      child.kill('SIGSTOP')
      watch.close()
      resolve()
    })
  })
  child.stdin.end(alice.passphrase + '\n')
  await Promise.race([seen, gone])
  child.kill('SIGINT')
  child.kill('SIGCONT')
  const [code, signal] = await gone
  assert.ok(!fs.existsSync(to + '.part'))
  if (code !== 0) assert.equal(signal, 'SIGINT') // 0: it was done already
  fs.rmSync(to, { force: true })
})

test('a vault that was locked is locked again', async () => {
  const to = path.join(root, 'locked.boc')
  await alice.client.call('session.lock')
  const made = await backUp(alice, to)
  assert.equal(made.code, 0, made.stderr)
  await assert.rejects(alice.client.call('status.get'), 'it stays open')
  assert.equal((await backUp(alice, path.join(root, 'no-such-folder', 'x'))).code, 1)
  await assert.rejects(alice.client.call('status.get'), 'it stays open when the file cannot be made')
  await alice.unlock()
  await alice.rpc()
  await alice.client.call('status.get')
  assert.equal((await backUp(alice, path.join(root, 'open.boc'))).code, 0)
  await alice.client.call('status.get') // and one that was open stays so
  await online(alice)
})

test('what is no whole backup is refused, and where there is a vault so is every one', async () => {
  const bytes = fs.readFileSync(file)
  const empty = path.join(root, 'empty')
  const bad = path.join(root, 'bad')
  const bent = Buffer.from(bytes)
  bent[bytes.length >> 1] ^= 1
  const later = Buffer.from(bytes)
  later[11] = 2
  for (const [what, content, words] of [
    ['another file', Buffer.from('hello, this is a text of some more than thirty-two bytes'), /no backup/],
    ['cut', bytes.subarray(0, bytes.length - 5000), /damaged or not whole/],
    ['bent', bent, /damaged or not whole/],
    ['later', later, /later version/],
  ]) {
    fs.writeFileSync(bad, content)
    const r = await restore(empty, bad)
    assert.equal(r.code, 1, what)
    assert.match(r.stderr, words)
    assert.deepEqual(fs.readdirSync(path.join(empty, 'vault')), [], what)
  }
  assert.match((await restore(alice.data, file)).stderr, /a program runs on/)
})

test('restored on another machine: nothing doubled, nothing told that is not so', async () => {
  await says(alice, toBob, bob, toAlice, 'lost')
  await says(bob, toAlice, alice, toBob, 'lost, too')
  await until('all is delivered', async () =>
    (await alice.client.call('messages.list', { contact: toBob })).messages.every((m) => m.state !== 'sent' && m.state !== 'waiting'), 120)
  const at = await texts(bob, toAlice, 'them')
  await alice.stop('SIGKILL')
  lost = alice
  assert.match((await restore(lost.data, file)).stderr, /vault already/)
  alice = new Node(path.join(root, 'other'), demo.network, lost.passphrase)
  const done = await restore(alice.data, file)
  assert.equal(done.code, 0, done.stderr)
  await alice.start()
  await alice.unlock()
  await alice.rpc()
  const status = await alice.client.call('status.get')
  assert.equal(status.address, address)
  assert.ok(status.restored.made > 0 && status.restored.at >= status.restored.made)
  toBob = (await contact(alice)).id
  await online(alice)
  await says(alice, toBob, bob, toAlice, 'after')
  await says(bob, toAlice, alice, toBob, 'after, too')
  const bobs = await texts(bob, toAlice, 'them')
  assert.deepEqual(bobs, [...at, 'after'], 'each once, in its order')
  const hers = await texts(alice, toBob, 'me')
  assert.ok(!hers.includes('lost'))
  assert.deepEqual(hers.filter((t) => !t.startsWith('meanwhile')), ['before', 'after'])
  assert.deepEqual(await texts(alice, toBob, 'them'), ['before, too', 'after, too'])
  assert.ok(sent.length === 40)
  const seen = await contact(bob)
  assert.equal(seen.continuity.times, 1, 'Bob is told')
  assert.deepEqual([seen.missing, seen.broken], [0, 0])
  assert.equal((await contact(alice)).missing, 1, 'she is told what Bob wrote and she has not')
  await until('hers are delivered', async () =>
    (await alice.client.call('messages.list', { contact: toBob })).messages.every((m) => m.from === 'them' || m.state === 'delivered'), 60)
})

test('a conversation is exported as text and as JSON', async () => {
  const evil = 'a\u001b[31mred\u009b\u202ecba\nnext'
  const row = await alice.client.call('messages.send', { contact: toBob, text: evil })
  await alice.client.call('messages.edit', { contact: toBob, ordinal: row.ordinal, text: evil + '!' })
  await alice.client.call('messages.react', { contact: toBob, ordinal: 1, emoji: '👍' })
  const text = await exported(alice, String(toBob))
  assert.equal(text.code, 0, text.stderr)
  assert.match(text.stderr, /not encrypted/)
  assert.match(text.stdout, /^Conversation with [a-z2-7]{56}\.onion, as of [^\n]*: Bob\n/)
  assert.match(text.stdout, /\n\[1\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}me \(delivered\)\n {4}before\n {2}\* reaction of me: 👍\n/)
  assert.doesNotMatch(text.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  assert.match(text.stdout, /edited .*\n {4}a\ufffd\[31mred\ufffd\ufffdcba\n {4}next!\n/)
  // A name, or a text, that looks like what the export itself says.
  await alice.client.call('contacts.rename', { contact: toBob, name: 'me (delivered)' })
  await alice.client.call('messages.send', { contact: toBob, text: '[1] 2020-01-01 00:00:00 UTC  me (delivered)\n  * deleted here' })
  const forged = (await exported(alice, String(toBob))).stdout
  const heads = forged.split('\n').filter((line) => /^\[/.test(line))
  const rows = (await alice.client.call('messages.list', { contact: toBob, limit: 100 })).messages
  assert.deepEqual(heads.map((line) => / UTC {2}me \(/.test(line)), rows.map((m) => m.from === 'me'))
  assert.doesNotMatch(forged, /^ {2}\* deleted/m)
  await alice.client.call('contacts.rename', { contact: toBob, name: 'Bob' })
  const json = JSON.parse((await exported(alice, 'Bob', '--format=json')).stdout)
  assert.equal(json.export, 1)
  assert.equal(json.contact.id, toBob)
  assert.deepEqual(json.messages.map((m) => m.ordinal), json.messages.map((_, i) => i + 1))
  const last = json.messages.find((m) => m.ordinal === row.ordinal)
  assert.equal(last.text, evil + '!')
  assert.deepEqual(last.versions.map((v) => v.text), [evil + '!', evil])
  assert.equal((await exported(alice, 'Nobody')).code, 1)
  assert.equal((await exported(alice, 'Bob', '--format=xml')).code, 2)
})
