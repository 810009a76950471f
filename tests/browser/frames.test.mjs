// A bad program, or somebody between it and the page: frames that were not sealed for this moment, and answers of wrong
// shapes. The connection ends, the page says so calmly and shows nothing of them.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { passphraseField, row, unlock } from './lib/steps.mjs'

const SECRET = 'half of it'
const mira = { name: 'Mira', online: true }

/** Logged in, with all that goes to the page in our hands from then on. */
async function begin() {
  await start({ expected: [/connection closed:/, /decryption failed/] })
  const wires = program.tap()
  program.addContact(mira)
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await row(page, 'Mira').waitFor()
  return wires.at(-1)
}
const told = (text = SECRET) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'contact.state',
    params: { ...program.contacts.get(1), name: text },
  })

/** It asks for the passphrase again and says why; with it all is as before. */
async function endsCalmly(wire) {
  await wire.closed
  await passphraseField(page).waitFor()
  const text = await page.locator('body').innerText()
  assert.doesNotMatch(text, new RegExp(SECRET))
  assert.doesNotMatch(text, /error|exception|undefined|attack/i)
  assert.match(text, /lost|ended|connection/i)
  await unlock(page, PASSPHRASE)
  await row(page, 'Mira').waitFor()
  assert.equal(await page.getByText(SECRET).count(), 0)
}

describe('a frame', () => {
  const bad = {
    'that came before': (w) => {
      const frame = w.seal(told('Mira'))
      w.send(frame)
      w.send(frame)
    },
    'behind a gap': (w) => {
      w.seal(told())
      w.send(w.seal(told()))
    },
    'out of order': (w) => {
      const [first, second] = [w.seal(told()), w.seal(told())]
      w.send(second)
      w.send(first)
    },
    'with another bit': (w) => {
      const frame = w.seal(told())
      frame[20] ^= 1
      w.send(frame)
    },
    'with another bit in its mark': (w) => {
      const frame = w.seal(told())
      frame[frame.length - 1] ^= 0x80
      w.send(frame)
    },
    'of another type': (w) => {
      const frame = w.seal(told())
      frame[0] = 2
      w.send(frame)
    },
    'that is cut short': (w) => w.send(w.seal(told()).subarray(0, -1)),
    'that goes on': (w) => w.send(Buffer.concat([w.seal(told()), Buffer.alloc(9)])),
    'of nothing': (w) => w.send(Buffer.alloc(0)),
    'in clear': (w) => w.send(told()),
    'that is no JSON': (w) => w.send(w.seal(`${told()}x`)),
    'that is no text': (w) => w.send(w.seal(Buffer.from([0xc3, 0x28]))),
    'with a name that is too long': (w) => w.send(w.seal(told(SECRET.repeat(30)))),
    'with an object for a name': (w) => w.send(w.seal(told({ toString: SECRET }))),
    'that answers what nobody asked': (w) => w.send(w.seal(JSON.stringify({ jsonrpc: '2.0', id: 9999, result: {} }))),
    'that asks': (w) => w.send(w.seal(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'contact.state', params: {} }))),
  }
  for (const [what, act] of Object.entries(bad)) {
    test(`${what} ends the connection`, async () => {
      const wire = await begin()
      act(wire)
      await endsCalmly(wire)
    })
  }
})

test('an answer of a wrong shape ends the connection', async () => {
  const wire = await begin()
  const good = program.methods['drafts.get']
  program.methods['drafts.get'] = () => ({ text: 7 })
  await row(page, 'Mira').click()
  await wire.closed
  program.methods['drafts.get'] = good
  await endsCalmly(wire)
})
