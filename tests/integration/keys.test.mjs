// Who can open the vault, through the real program: another passphrase, the recovery key, the lock, the end of all.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Node, alive, program, run } from '../lib/program.mjs'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-keys-'))
const nodes = [] // a test that failed leaves none behind
after(async () => {
  for (const node of nodes) await node.stop('SIGKILL')
  fs.rmSync(root, { recursive: true, force: true })
})

const folder = (name) => path.join(root, name)
const rpc = (node, method, lines = [], params = []) =>
  run(['rpc', '--data', node.data, method, ...params], { input: lines.map((line) => line + '\n').join('') })

async function refused(node, method, lines, words) {
  const r = await rpc(node, method, lines)
  assert.equal(r.code, 1, r.stdout)
  assert.match(r.stderr, words)
}

async function done(node, method, lines, params) {
  const r = await rpc(node, method, lines, params)
  assert.equal(r.code, 0, r.stderr)
  return JSON.parse(r.stdout)
}

test('another passphrase, and one by the recovery key', async () => {
  const node = await new Node(folder('a'), undefined, 'first').start()
  try {
    await node.unlock('Alice')
    const { address } = await done(node, 'status.get')
    await refused(node, 'session.passphrase', ['wrong', 'second'], /passphrase is wrong/)
    await done(node, 'session.passphrase', ['first', 'second'])
    await refused(node, 'session.recovery', ['first'], /passphrase is wrong/)
    const { key } = await done(node, 'session.recovery', ['second'])
    assert.match(key, /^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/)

    await node.stop()
    await node.start()
    await refused(node, 'session.unlock', ['first'], /passphrase is wrong/)
    const other = (key[0] === '7' ? '8' : '7') + key.slice(1)
    await refused(node, 'session.recover', [other, 'third'], /no recovery key/)
    await refused(node, 'status.get', [], /log in first/i)
    await done(node, 'session.recover', [key.toLowerCase().replaceAll('-', ' '), 'third'])
    await refused(node, 'session.unlock', ['second'], /passphrase is wrong/)
    await done(node, 'session.unlock', ['third'])
    assert.equal((await done(node, 'status.get')).address, address)

    await done(node, 'recovery.remove')
    await refused(node, 'session.recover', [key, 'fourth'], /recovery key is wrong/)
  } finally {
    await node.stop()
  }
})

// A folder with a vault, and what its key file was.
async function vaultIn(name) {
  const node = await new Node(folder(name), undefined, 'first').start()
  nodes.push(node)
  await node.unlock('Alice')
  return { node, keys: path.join(folder(name), 'vault', 'keys') }
}

// The blocks of the key file, which a descriptor from before still shows, hold nothing but the mark.
function assertOverwritten(fd, length) {
  const bytes = Buffer.alloc(length + 1)
  assert.equal(fs.readSync(fd, bytes, 0, length + 1, 0), length)
  assert.equal(bytes.subarray(0, 8).toString(), 'boc gone')
  assert.ok(bytes.subarray(8, length).every((byte) => byte === 0))
  fs.closeSync(fd)
}

function assertGone(name) {
  assert.deepEqual(fs.readdirSync(path.join(folder(name), 'vault')), [])
  for (const what of ['tor', 'links', 'port', 'rpc.sock']) assert.ok(!fs.existsSync(path.join(folder(name), what)), what)
}

const erase = (name, word = 'erase') => run(['erase', '--data', folder(name)], { input: word + '\n' })

test('erased by a script, by the command, and while nothing runs', async () => {
  for (const how of ['script', 'command', 'locked', 'stopped', 'killed']) {
    const { node, keys } = await vaultIn(how)
    fs.copyFileSync(path.join(folder(how), 'vault', 'vault.db'), folder(`${how}.db`))
    const fd = fs.openSync(keys, 'r')
    const length = fs.fstatSync(fd).size
    assert.equal((await erase(how, 'yes')).code, 2)
    if (how === 'locked') await done(node, 'session.lock')
    if (how === 'stopped') await node.stop()
    if (how === 'killed') await node.stop('SIGKILL')
    if (how === 'script') {
      await refused(node, 'session.erase', [], /parameters/)
      await done(node, 'session.erase', [], ['{"confirm":"erase"}'])
    } else {
      const r = await erase(how)
      assert.equal(r.code, 0, r.stderr)
      assert.match(r.stdout, /^erased: /)
    }
    if (how !== 'stopped' && how !== 'killed' && node.child.exitCode === null)
      await new Promise((resolve) => node.child.once('exit', resolve))
    assert.ok(!alive(node.pid))
    assertOverwritten(fd, length)
    assertGone(how)

    fs.copyFileSync(folder(`${how}.db`), path.join(folder(how), 'vault', 'vault.db')) // the rest, put back
    await node.start()
    await refused(node, 'session.unlock', ['first'], /damaged/)
    await node.stop()
  }
})

test('an erasure that was cut off goes on at the next start', async () => {
  const { node, keys } = await vaultIn('cut')
  await node.stop()
  const mark = Buffer.alloc(fs.statSync(keys).size)
  mark.write('boc gone')
  fs.writeFileSync(keys, mark)
  fs.writeFileSync(path.join(folder('cut'), 'tor', 'left'), 'of a life before')
  await node.start()
  assert.ok(!fs.existsSync(path.join(folder('cut'), 'tor', 'left')))
  assert.deepEqual(await done(node, 'auth.state'), { vault: 'none' })
  await node.unlock('Alice')
  await node.stop()
})

test('a record that was stretched less is made anew by the next login', async () => {
  const { node, keys } = await vaultIn('weak')
  await node.stop()
  const cost = () => [332, 336].map((at) => fs.readFileSync(keys).readUInt32BE(at))
  assert.deepEqual(cost(), [3, 65536])
  execFileSync(path.join(path.dirname(program), 'tests/interop/weak_keys'), [path.dirname(keys), 'first'])
  assert.deepEqual(cost(), [1, 8])
  await node.start()
  await refused(node, 'session.unlock', ['wrong'], /passphrase is wrong/)
  assert.deepEqual(cost(), [1, 8])
  await node.unlock()
  assert.deepEqual(cost(), [3, 65536])
  await node.stop()
  await node.start()
  await node.unlock()
  await node.stop()
})
