// Notifications of the desktop: what they say, to whom, and when they go. A stand-in for the browser's remembers them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watch } from './lib/browser.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { composer, openChat, row, unlock } from './lib/steps.mjs'

/** In the page: what would be shown and heard. */
function standIn() {
  globalThis.told = []
  globalThis.tones = 0
  globalThis.asked = 0
  globalThis.Notification = class {
    static permission = 'granted'
    static requestPermission() {
      globalThis.asked++
      return Promise.resolve('granted')
    }
    constructor(title, options) {
      Object.assign(this, { title, ...options, open: true })
      globalThis.told.push(this)
    }
    close() {
      this.open = false
    }
  }
  const { start } = OscillatorNode.prototype
  OscillatorNode.prototype.start = function (...when) {
    globalThis.tones++
    return start.apply(this, when)
  }
}

/** Logged in, with Bob (1) and Mira (2). */
async function loggedIn(preferences) {
  await start()
  await page.addInitScript(standIn)
  program.settings.page = JSON.stringify(preferences)
  for (const name of ['Bob', 'Mira']) program.addContact({ name })
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await row(page, 'Mira').waitFor()
}
const told = (of = page) => of.evaluate(() => globalThis.told.map(({ title, body, open }) => ({ title, body, open })))
/** A message that the page has, of which it has told by then what it tells. */
async function hear(contact, text, of = page) {
  program.addMessage(contact, 'them', text)
  await row(of, program.contacts.get(contact).name).getByText(text).waitFor()
}
const open = (title, body = '') => ({ title, body, open: true })

test('nothing is shown, asked for or heard unless somebody wants it', async () => {
  await loggedIn({})
  await hear(1, 'hello')
  assert.deepEqual(await told(), [])
  assert.equal(await page.evaluate(() => globalThis.asked + globalThis.tones), 0)
})

test('plain ones say that there is a message, and nothing of whom; a stranger is a request', async () => {
  await loggedIn({ notify: 'plain' })
  await hear(1, 'hello')
  assert.deepEqual(await told(), [open('New message')])
  program.addContact({ name: 'Eve', state: 'request_received', greeting: 'it is me' })
  await row(page, 'Eve').waitFor()
  assert.deepEqual((await told()).at(-1), open('New request'))
  assert.equal(await page.evaluate(() => globalThis.told.every((n) => n.silent)), true)
  assert.equal(await page.evaluate(() => globalThis.tones), 0)
})

test('others say who, or what, and a conversation has one at a time', async () => {
  await loggedIn({ notify: 'name' })
  await hear(1, 'hello')
  assert.deepEqual(await told(), [open('Bob', 'New message')])
  program.settings = { ...program.settings, page: JSON.stringify({ notify: 'text', sound: true }) }
  await page.reload()
  await row(page, 'Mira').waitFor()
  await hear(1, 'are you there?')
  await hear(1, 'I am')
  await hear(2, 'so am I')
  assert.deepEqual(await told(), [open('Bob', 'are you there?'), open('Bob', 'I am'), open('Mira', 'so am I')])
  const tags = await page.evaluate(() => globalThis.told.map((n) => n.tag))
  assert.equal(tags[0], tags[1])
  assert.notEqual(tags[1], tags[2])
  assert.ok((await page.evaluate(() => globalThis.tones)) > 0)
})

test('of what is muted and of what one looks at nothing is shown', async () => {
  await loggedIn({ notify: 'text' })
  program.changeContact(2, { muted: true })
  await openChat(page, 'Bob')
  await hear(1, 'hello')
  await hear(2, 'hello')
  assert.deepEqual(await told(), [])
  // Elsewhere, it is.
  await page.evaluate(() => (document.hasFocus = () => false))
  await hear(1, 'still there?')
  assert.deepEqual(await told(), [open('Bob', 'still there?')])
})

test('they go when the message was read, anywhere, and when the vault is locked', async () => {
  await loggedIn({ notify: 'plain' })
  const gone = (n) => page.waitForFunction((n) => globalThis.told[n]?.open === false, n)
  await hear(1, 'hello')
  program.readAll(1)
  await gone(0)
  await hear(2, 'hello')
  await openChat(page, 'Mira')
  await gone(1)
  await hear(1, 'again')
  assert.deepEqual((await told())[2], open('New message'))
  program.lock()
  await gone(2)
})

test('one opens its conversation', async () => {
  await loggedIn({ notify: 'plain' })
  await hear(2, 'hello')
  await page.evaluate(() => globalThis.told[0].onclick())
  await page.locator('.pane').getByRole('heading', { name: 'Mira' }).waitFor()
  await composer(page).waitFor()
  assert.equal((await told())[0].open, false)
})

test('of two pages the one that was used last tells, and the other one when that is gone', async () => {
  await loggedIn({ notify: 'plain' })
  const context = page.context()
  const other = await watch(context, await context.newPage())
  await other.addInitScript(standIn)
  await other.visit(program.url)
  await row(other, 'Mira').waitFor()
  const both = async (text) => {
    program.addMessage(1, 'them', text)
    for (const p of [page, other]) await row(p, 'Bob').getByText(text).waitFor()
    return [(await told()).length, (await told(other)).length]
  }
  // Headless pages all have the focus: it is told to them.
  const use = (p) => p.evaluate(() => dispatchEvent(new Event('focus')))
  const holder = (p) =>
    p.waitForFunction(() =>
      navigator.locks.request('who', async () => {
        const { held } = await navigator.locks.query()
        const of = (name) => held.find((lock) => lock.name === name)?.clientId
        return of('tells') === of('who')
      }),
    )
  await use(other)
  await holder(other)
  assert.deepEqual(await both('one'), [0, 1])
  await use(page)
  await holder(page)
  assert.deepEqual(await both('two'), [1, 1])
  await use(other)
  await holder(other)
  assert.deepEqual(await both('three'), [1, 2])
  await other.close()
  await holder(page)
  // The browser gives it to the page before the page has heard of that: what comes in between nobody tells.
  for (let i = 1; (await told()).length < 2; i++) {
    assert.ok(i < 50, 'it does not tell')
    await hear(1, `four, ${i}`)
  }
})
