// What takes minutes of a real clock in which nothing is asked. It runs beside the other suites (tools/test), and needs no
// processor.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Node, run } from '../lib/program.mjs'

test('a vault that nobody uses locks, and says so', { timeout: 180_000 }, async (t) => {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-idle-'))
  const node = new Node(data, undefined, 'first')
  t.after(async () => {
    await node.stop()
    fs.rmSync(data, { recursive: true, force: true })
  })
  await node.start()
  await node.unlock('Alice')
  const client = await node.rpc()
  assert.deepEqual(await client.call('settings.get'), {
    lock_after: 0,
    recovery: false,
    receive_locked: false,
    damaged: 0,
    read_marks: false,
    typing: false,
    page: '',
  })
  const locked = once(client, 'session.locked')
  const begun = performance.now()
  assert.equal((await client.call('settings.set', { lock_after: 1 })).lock_after, 1)
  await locked
  assert.ok(performance.now() - begun > 59_000)
  const { code, stderr } = await run(['rpc', '--data', data, 'status.get'])
  assert.equal(code, 1)
  assert.match(stderr, /log in first/i)
})
