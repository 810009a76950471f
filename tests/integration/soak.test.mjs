// The soak can fail: whatever may not be is seen by the ledger that says whether a run was good.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../soak/ledger.mjs'

// Alice has said one, two and three, and all of it is delivered.
function told() {
  const ledger = new Ledger()
  for (const [i, text] of ['one', 'two', 'three'].entries()) {
    ledger.begin('alice', 'bob', `id${i}`, text).acceptedAt = 100 + i
    ledger.told(`id${i}`, 'delivered')
  }
  return ledger
}
const own = [['one', 'delivered'], ['two', 'read'], ['three', 'delivered']]

test('all of it once and in order is good', () => {
  const ledger = told()
  ledger.compare('alice', 'bob', ['one', 'two', 'three'], own)
  assert.ok(ledger.good)
})

for (const [what, received] of [
  ['lost', ['one', 'three']],
  ['doubled', ['one', 'two', 'two', 'three']],
  ['disordered', ['two', 'one', 'three']],
  ['falseStates', ['one', 'two', 'three', 'four']],
]) {
  test(`${what} is found`, () => {
    const ledger = told()
    ledger.compare('alice', 'bob', received, own)
    assert.equal(ledger[what], 1)
    assert.ok(!ledger.good)
  })
}

test('what is not delivered at the end is found', () => {
  const ledger = told()
  ledger.compare('alice', 'bob', ['one', 'two', 'three'], [['one', 'sent'], ...own.slice(1)])
  assert.ok(!ledger.good)
})

test('what the author has twice is found', () => {
  const ledger = told()
  ledger.compare('alice', 'bob', ['one', 'two', 'three'], [own[0], ...own])
  assert.ok(!ledger.good)
})

test('delivered to somebody who was gone before it was said is a lie; what was said before may have come', () => {
  const ledger = new Ledger()
  ledger.begin('alice', 'bob', 'early', 'early').acceptedAt = 100
  ledger.begin('alice', 'bob', 'late', 'late').acceptedAt = 200
  ledger.told('early', 'delivered', 150)
  ledger.told('late', 'sent', 150)
  assert.equal(ledger.falseStates, 0)
  ledger.told('late', 'delivered', 150)
  assert.equal(ledger.falseStates, 1)
})

test('failed is never told', () => {
  const ledger = told()
  ledger.told('id0', 'failed')
  assert.ok(!ledger.good)
})

test('a run in which nothing was said is not good', () => assert.ok(!new Ledger().good))
