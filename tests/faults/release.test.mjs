// What people run has no point to fail at.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { points } from '../lib/fault.mjs'
import { run } from '../lib/program.mjs'

test('nothing of the faults is in the release', async () => {
  const release = fs.readFileSync(process.env.BOC_RELEASE)
  const names = points().map((p) => p.name)
  assert.ok(names.length > 10)
  for (const text of [...names, 'fault_points', 'fault_begin', 'fault_at', 'store_faults']) {
    assert.ok(!release.includes(text), text)
  }
  assert.equal((await run(['faults'], { program: process.env.BOC_RELEASE })).code, 2)
})
