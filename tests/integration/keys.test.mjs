// Who can open the vault, through the real program: another passphrase, the recovery key, the lock, the end of all.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Node, run } from '../lib/program.mjs'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-keys-'))
after(() => fs.rmSync(root, { recursive: true, force: true }))

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
    await refused(node, 'session.recover', [key, 'fourth'], /wrong/)
  } finally {
    await node.stop()
  }
})
