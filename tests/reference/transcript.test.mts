// Known answers in tests/vectors: this implementation makes the files anew, and plays each side of every conversation
// against the other's recorded bytes. tests/unit/peer/test_transcript.c does the latter with the program's code.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { tool } from './peer.mjs'
import { replay } from './transcript.mjs'
import { encode, folder, vectors } from './vectors.mjs'

const read = (file: string) => fs.readFileSync(path.join(folder, file), 'utf8')
const ours = vectors()

for (const [file, value] of Object.entries(ours)) {
  test(`${file} is what this implementation makes`, () => assert.equal(encode(value), read(file)))
}

test('boc1-c.json is what the program makes', () => {
  assert.equal(execFileSync(tool('transcript_tool'), { encoding: 'utf8' }), read('boc1-c.json'))
})

for (const file of Object.keys(ours).concat('boc1-c.json')) {
  const t = JSON.parse(read(file))
  if (!t.steps) continue
  for (const role of ['a', 'b'] as const) test(`${file}, as ${role}: ${t.about}`, () => void replay(t, role))
}
