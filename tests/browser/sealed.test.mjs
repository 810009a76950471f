// The program's half of frames.test.mjs: what a page that is logged in must not say ends its connection, and what is said
// behind a lock is said to nobody. With the real program, over a socket of our own.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { Node, program } from '../lib/program.mjs'
import { connect, logIn } from './lib/wire.mjs'

const PASSPHRASE = 'seven lanterns along the quiet harbour'
const ASKED = 77
let data, node, url, witness
let asked = ASKED
const wires = []

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'boc-sealed-'))
  // With bridges that are not there it goes nowhere.
  node = await new Node(join(data, 'node'), undefined, PASSPHRASE).start([
    program,
    'run',
    '--data',
    join(data, 'node'),
    '--bridges',
  ])
  await node.unlock('Alice')
  url = node.url
  witness = await logIn(url, PASSPHRASE)
})
after(async () => {
  witness?.ws.terminate()
  await node?.stop()
  rmSync(data, { recursive: true, force: true })
})
afterEach(() => {
  for (const { ws } of wires.splice(0)) ws.terminate()
})

async function page() {
  const wire = await logIn(url, PASSPHRASE)
  wires.push(wire)
  return wire
}
const answer = (wire, id = ASKED) => wire.heard.find((message) => message.id === id)
const status = (wire, id = ASKED) => wire.seal(id, 'status.get')
/** It goes away without an answer, and others do not notice. */
async function ends(wire) {
  await wire.closed
  assert.equal(answer(wire), undefined)
  const id = ++asked
  witness.ws.send(status(witness, id))
  await until('another one is answered', () => answer(witness, id)?.result, 10)
}

test('a frame that is as it should be is answered', async () => {
  const wire = await page()
  wire.ws.send(status(wire))
  await until('it is answered', () => answer(wire), 10)
  assert.equal(answer(wire).result.name, 'Alice')
})

describe('the connection ends at a frame', () => {
  const bad = {
    'that came before': async (wire) => {
      const frame = status(wire, 1)
      wire.ws.send(frame)
      await until('it is answered', () => answer(wire, 1), 10)
      wire.ws.send(frame)
    },
    'behind a gap': (wire) => {
      status(wire, 1)
      wire.ws.send(status(wire))
    },
    'with another bit': (wire) => {
      const frame = status(wire)
      frame[20] ^= 1
      wire.ws.send(frame)
    },
    'with another bit in its mark': (wire) => {
      const frame = status(wire)
      frame[frame.length - 1] ^= 0x80
      wire.ws.send(frame)
    },
    'of another type': (wire) => {
      const frame = status(wire)
      frame[0] = 2
      wire.ws.send(frame)
    },
    'that is cut short': (wire) => wire.ws.send(status(wire).subarray(0, -1)),
    'of nothing': (wire) => wire.ws.send(Buffer.alloc(0)),
    'in clear': (wire) => wire.ws.send(JSON.stringify({ jsonrpc: '2.0', id: ASKED, method: 'status.get', params: {} })),
    'of another connection': async (wire) => wire.ws.send(status(await page())),
    'that is too long': (wire) => wire.ws.send(wire.seal(ASKED, 'status.get', { x: 'x'.repeat(2 ** 20) })),
  }
  for (const [what, act] of Object.entries(bad)) {
    test(what, async () => {
      const wire = await page()
      await act(wire)
      await ends(wire)
    })
  }
})

test('behind a lock nothing is answered, to nobody, whatever it was sealed with', async () => {
  const [one, two] = [await page(), await page()]
  const later = status(two, 1)
  // In one packet: it is there before the connection can be closed.
  one.ws._socket.cork()
  one.ws.send(one.seal(ASKED - 1, 'session.lock'))
  for (const method of ['status.get', 'contacts.list', 'settings.get']) one.ws.send(one.seal(ASKED, method))
  one.ws._socket.uncork()
  await Promise.all([one.closed, two.closed])
  assert.ok(answer(one, ASKED - 1).result, 'the lock was answered')
  assert.equal(answer(one), undefined)
  for (const wire of [one, two]) assert.equal(wire.heard.at(-1).method, 'session.locked')

  // Frames of the session that was, on a connection that is new.
  for (const frame of [status(one), later]) {
    const wire = await connect(url)
    wires.push(wire)
    wire.ws.send(frame)
    await wire.closed
    assert.deepEqual(wire.heard, [])
  }
  const wire = await connect(url)
  wires.push(wire)
  wire.ws.send(JSON.stringify({ jsonrpc: '2.0', id: ASKED, method: 'contacts.list', params: {} }))
  await Promise.race([wire.closed, until('an answer', () => answer(wire), 10)])
  assert.equal(answer(wire)?.result, undefined)
})
