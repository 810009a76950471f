// What others wrote to do harm, wherever the page shows it: it is text, it hides nothing, and it moves nothing.
import { after, afterEach, before, describe, test } from 'node:test'
import { close, launch, SIZES } from './lib/browser.mjs'
import { cut, HARM, openTold, sound } from './lib/hostile.mjs'
import { composer } from './lib/steps.mjs'
import { Program } from './mock/program.mjs'

const PASSPHRASE = 'correct horse battery staple'
/** As long as the page takes them from a bad program; a good one sends less. */
const NAME = 256
const WORD = 32
const GREETING = 1024
const MESSAGE = 6000
const harm = Object.entries(HARM)
const all = harm.map(([, text]) => text.slice(0, 200)).join(' ')
let browser, program, page

before(async () => {
  browser = await launch()
  program = await Program.start({ passphrase: PASSPHRASE })
  program.addContact({ name: 'Mira Hansen', online: true, trust: 'verified' })
  page = await openTold(browser, program.url, PASSPHRASE)
})
after(async () => {
  await page.context().close()
  await close(browser)
  await program.stop()
})
// Whatever stands open when something failed is not the next one's.
afterEach(async () => {
  await page.setViewportSize(SIZES[1440])
  while ((await dialog().count()) > 0) await page.keyboard.press('Escape')
})

const dialog = () => page.getByRole('dialog')
const button = (name) => page.getByRole('button', { name, exact: true })
const open = (contact) => page.locator(`[data-conversation="${contact.id}"]`).click()
const said = (message) => page.locator(`li[data-id="${message.id}"]`)

/** {a message of theirs, an edited one of mine, an answer to the first with reactions} */
function say(contact, text) {
  const theirs = program.addMessage(contact.id, 'them', cut(text, MESSAGE))
  const mine = program.addMessage(contact.id, 'me', cut(text, MESSAGE), { state: 'delivered' })
  const edited = program.methods['messages.edit']({
    contact: contact.id,
    ordinal: mine.ordinal,
    text: cut(text, MESSAGE),
  })
  const emoji = cut(text, WORD)
  const reactions = { me: emoji, them: emoji }
  const answer = program.addMessage(contact.id, 'them', 'an answer', { reply: theirs.ordinal, reactions })
  return { theirs, edited, answer }
}

describe('in a conversation', () => {
  for (const [what, text] of harm) {
    test(`${what}: said, edited, answered, reacted with`, async () => {
      // Each where nothing else stands: one reads at the end of it.
      const who = program.addContact({ name: 'Somebody', online: true })
      const { edited, answer } = say(who, text)
      program.readAll(who.id)
      await open(who)
      await said(answer).waitFor()
      await sound(page, what, { composer: true })
      await said(edited).scrollIntoViewIfNeeded()
      await sound(page, `${what}, above`, { composer: true, sizes: [390] })
    })
  }

  test('what a message says of itself, and its menu', async () => {
    const who = program.addContact({ name: 'Somebody', online: true })
    const { edited } = say(who, all)
    program.readAll(who.id)
    await open(who)
    await said(edited)
      .locator('.bubble')
      .click({ button: 'right', position: { x: 10, y: 10 } })
    await sound(page, 'menu', { sizes: [1440] })
    await page.getByRole('menuitem', { name: 'Details' }).click()
    await dialog().getByText('What it said before').waitFor()
    await sound(page, 'details of a message')
    await page.keyboard.press('Escape')
  })
})

describe('people', () => {
  for (const [what, text] of harm) {
    test(`${what}: a name, a greeting, a draft`, async () => {
      const fields = { name: text.slice(0, NAME), greeting: text.slice(0, GREETING), state: 'request_received' }
      const who = program.addContact(fields)
      await open(who)
      await page.locator('.pane').getByRole('button', { name: 'Accept' }).waitFor()
      await sound(page, `${what}, request`)
      await page.setViewportSize(SIZES[1440])
      program.setDraft(who.id, cut(text, MESSAGE))
      program.changeContact(who.id, { state: 'accepted', draft: text.slice(0, 80), unread: 3 })
      await composer(page).waitFor()
      await sound(page, what, { composer: true })
    })
  }

  test('in what is asked about somebody', async () => {
    const who = program.addContact({ name: all.slice(0, NAME), trust: 'changed', missing: 2, unreadable: 1 })
    await open(who)
    await page.locator('.pane').getByRole('heading').first().waitFor()
    await sound(page, 'a changed key')
    await page.setViewportSize(SIZES[1440])
    program.changeContact(who.id, {
      trust: 'unverified',
      continuity: { lost: Date.now(), times: 2 },
      broken: Date.now(),
    })
    await button('Compare numbers').first().click()
    await dialog().waitFor()
    await sound(page, 'numbers')
    await page.keyboard.press('Escape')
  })
})
