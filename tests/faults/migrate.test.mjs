// A vault of an earlier version is unlocked: its process dies within each step that brings it up to date, at any write, or
// the disk is full. What a person had is there afterwards, as if nothing had been.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Orders } from '../lib/fault.mjs'
import { copyFolder, Node, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-migrate-'))
const data = path.join(root, 'node')
const vault = path.join(data, 'vault')
const node = new Node(data, undefined, 'correct horse battery')
const quietly = (promise) => promise.catch(() => {})
let orders, latest

const MANY = 6000
const KILLS = 6
// Somebody with whom there was much to say.
const large = `INSERT INTO contacts (id, identity, onion, name, their_name, greeting, state, key_changed, out_seq, created_ms)
    VALUES (8, 1, unhex(printf('%064d', 108)), 'Heidi', '', '', 3, 0, ${MANY}, 1600000000008);
  INSERT INTO messages (contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, body, state)
    SELECT 8, value, unhex(printf('%032d', 1000 + value)), value % 2, (value + 1) / 2, 1600000100000 + value, 1600000100000 + value,
    1, CAST('the ' || value || 'th word' AS BLOB), iif(value % 2, 3, 4) FROM generate;`.replace('FROM generate',
  `FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${MANY}) SELECT value FROM n)`)

// The node, stopped, gets a vault of that version.
function become(version, sql = '') {
  fs.rmSync(vault, { recursive: true, force: true })
  copyFolder(path.join(root, 'empty'), vault)
  const tool = path.join(path.dirname(process.env.BOC_RELEASE), 'tests/faults/old_vault')
  latest = Number(execFileSync(tool, [vault, node.passphrase, version], { input: sql, encoding: 'utf8' }))
}

const keep = (name) => copyFolder(vault, path.join(root, name))
async function restore(name) {
  await node.stop()
  fs.rmSync(vault, { recursive: true })
  copyFolder(path.join(root, name), vault)
  await node.start()
}

// All that a person sees.
async function everything() {
  const client = await node.rpc()
  const { contacts } = await client.call('contacts.list')
  const all = { contacts, identities: await client.call('identities.list'), invitations: await client.call('invitations.list') }
  for (const { id } of contacts) {
    const rows = []
    for (let before; ; before = rows[0].ordinal) {
      const page = await client.call('messages.list', { contact: id, limit: 100, ...(before && { before }) })
      rows.unshift(...page.messages)
      if (!page.more) break
    }
    all[id] = rows
  }
  for (const text of ['morning', 'пароль', 'waits', '4711th', 'teh']) all[text] = await client.call('messages.search', { text })
  return all
}

// Logs in until it dies or is in.
const unlockOrDie = () => until('it is in or dies', async () => orders.struck || (await quietly(node.unlock().then(() => 'in'))), 30)
const unlockAgain = () => until('it is in', () => node.unlock(), 30)

before(async () => {
  orders = new Orders(data)
  await node.start()
  await node.unlock('Alice')
  await node.stop()
  copyFolder(vault, path.join(root, 'empty'))
})
after(async () => {
  await node.stop('SIGKILL')
  orders.close()
  fs.rmSync(root, { recursive: true, force: true })
})

test('it dies before and behind the commit of each step', { timeout: 360_000 }, async () => {
  become(1)
  keep('first')
  await node.start()
  await node.unlock()
  const expected = await everything()
  assert.equal(expected.contacts.length, 6)
  await restore('first')
  // Each death is at the first step that is left: before its commit that step comes again, behind it the next one.
  for (let step = 2; step <= latest; step++) {
    for (const point of ['migrate.commit.before', 'migrate.commit.after']) {
      orders.give('vault', point)
      assert.equal(await unlockOrDie(), 1, `${point} of step ${step}`)
    }
    if (step % 2 === 0) await node.stop() // who died often is started again ever later
    if (step % 2 === 0) await node.start()
  }
  orders.give('vault', 'migrate.commit.before')
  await unlockAgain()
  assert.equal(orders.struck, 0, 'no step was left')
  orders.clear()
  assert.deepEqual(await everything(), expected)
  await node.stop()
})

test('it dies at any write of a large database', { timeout: 540_000 }, async () => {
  become(2, large)
  keep('large')
  await node.start()
  orders.give('vault', 'store.write.after', 'kill', 2 ** 31)
  await node.unlock()
  const writes = 2 ** 31 - orders.left
  orders.clear()
  const expected = await everything()
  assert.equal(expected[8].length, MANY)
  assert.equal(expected['4711th'].messages.length, 1)
  assert.ok(writes > 500, `${writes} writes`)
  for (let i = 0; i < KILLS; i++) {
    await restore('large')
    // One of each part of the whole; the second time somewhere in what is left.
    const at = Math.floor((writes * i) / KILLS) + randomInt(1, Math.floor(writes / KILLS))
    orders.give('vault', i % 2 ? 'store.write.before' : 'store.write.after', 'kill', at)
    assert.equal(await unlockOrDie(), 1, `at write ${at} of ${writes}`)
    orders.give('vault', 'store.write.after', 'kill', randomInt(1, writes))
    await unlockOrDie()
    orders.clear()
    await unlockAgain()
    assert.deepEqual(await everything(), expected, `killed at write ${at} of ${writes}`)
  }
  await node.stop()
})

test('the disk is full: it is said, and goes on when there is room', { timeout: 360_000 }, async () => {
  await node.stop()
  fs.rmSync(vault, { recursive: true })
  copyFolder(path.join(root, 'large'), vault)
  await node.start()
  const before = await until('the vault runs', () => roleOf(node.pid, 'vault'), 20)
  for (const at of [1, 200, 1000]) {
    orders.give('vault', 'store.write.before', 'ENOSPC', at)
    await assert.rejects(node.unlock(), /The disk is full/)
    assert.ok(orders.struck > 0)
  }
  orders.clear()
  await node.unlock()
  const all = await everything()
  assert.equal(all[8].length, MANY)
  assert.deepEqual(all[8].map((m) => m.ordinal), Array.from({ length: MANY }, (_, i) => i + 1))
  assert.equal(all['4711th'].messages.length, 1)
  assert.equal(roleOf(node.pid, 'vault'), before, 'it did not die of it')
  await node.stop()
})

test('a vault of a later version is refused, and not touched', { timeout: 180_000 }, async () => {
  await node.stop()
  become(latest, `PRAGMA user_version = ${latest + 1}`)
  const file = path.join(vault, 'vault.db')
  const bytes = fs.readFileSync(file)
  await node.start()
  for (let i = 0; i < 2; i++) await assert.rejects(node.unlock(), /written by a later version/)
  await node.stop()
  assert.match(node.log, /written by a later version \(schema/)
  assert.ok(fs.readFileSync(file).equals(bytes))
  assert.equal(fs.existsSync(file + '-wal') ? fs.statSync(file + '-wal').size : 0, 0)
})
