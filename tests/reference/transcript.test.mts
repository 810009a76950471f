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

const scenes = ['first', 'known', 'ahead', 'behind', 'lost', 'invited', 'refused', 'rotations']
const fileOf = (scene: string) => `boc1-c-${scene}.json`

for (const scene of scenes) {
  test(`${fileOf(scene)} is what the program makes`, () => {
    assert.equal(execFileSync(tool('transcript_tool'), [scene], { encoding: 'utf8' }), read(fileOf(scene)))
  })
}

for (const file of [...Object.keys(ours), ...scenes.map(fileOf)]) {
  const t = JSON.parse(read(file))
  if (!t.steps) continue
  for (const role of ['a', 'b'] as const) test(`${file}, as ${role}: ${t.about}`, () => void replay(t, role))
}
