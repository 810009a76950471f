// The palette: people, commands and messages, by what one types.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe } from './lib/browser.mjs'
import { composer, openChat, unlock } from './lib/steps.mjs'

let mira, bob
beforeEach(async () => {
  await start()
  mira = program.addContact({ name: 'Mira Hansen', online: true, since: Date.now() - 9e9 })
  bob = program.addContact({ name: 'Bob' })
  program.addContact({ name: 'Carol' })
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
})

const palette = () => page.getByRole('dialog', { name: 'Find people, commands and messages' })
const field = () => palette().getByRole('combobox')
const options = (group) => palette().getByRole('group', { name: group, exact: true }).getByRole('option')
const chosen = () => palette().getByRole('option', { selected: true })
async function open() {
  await page.keyboard.press('Control+k')
  await palette().waitFor()
  assert.equal(await field().evaluate((e) => e === document.activeElement), true)
}

test('opens a conversation by the beginnings of a name, and the focus is where one writes', async () => {
  await open()
  await axe(page, 'the palette')
  await page.keyboard.type('mh')
  await chosen().getByText('Mira Hansen').waitFor()
  assert.equal(await options('People').count(), 1)
  await page.keyboard.press('Enter')
  await page.locator('.pane').getByRole('heading', { name: 'Mira Hansen' }).waitFor()
  await palette().waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.matches('.composer textarea'))
})

test('takes what is typed at once, and nothing else does', async () => {
  await openChat(page, 'Bob')
  await composer(page).focus()
  // Its part of the page is here by now, and has been run.
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.matches('.composer textarea'))
  await page.keyboard.press('Control+k')
  await page.keyboard.type('mira')
  await page.waitForFunction(() => document.querySelector('dialog input')?.value === 'mira')
  await page.keyboard.press('Escape')
  assert.equal(await composer(page).inputValue(), '')
})

test('who was talked with last comes first', async () => {
  await openChat(page, 'Mira Hansen')
  await openChat(page, 'Bob')
  await open()
  const names = () => options('People').locator('.name').allTextContents()
  assert.deepEqual(await names(), ['Bob', 'Mira Hansen', 'Carol'])
})

test('arrow keys choose, what is active is said, Escape gives the focus back', async () => {
  await openChat(page, 'Bob')
  await composer(page).focus()
  await open()
  const active = () => field().getAttribute('aria-activedescendant')
  const first = await active()
  assert.equal(await chosen().getAttribute('id'), first)
  await page.keyboard.press('ArrowDown')
  assert.notEqual(await active(), first)
  assert.equal(await chosen().count(), 1)
  assert.equal(await chosen().getAttribute('id'), await active())
  await page.keyboard.press('ArrowUp')
  assert.equal(await active(), first)
  await page.keyboard.press('Escape')
  await palette().waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.matches('.composer textarea'))
  await open()
  await page.keyboard.press('Control+k')
  await palette().waitFor({ state: 'detached' })
})

test('commands show their keys, and run', async () => {
  await open()
  await page.keyboard.type('lock')
  await options('Commands').filter({ hasText: 'Lock' }).getByText('Ctrl+Shift+L').waitFor()
  await field().fill('invite')
  await page.keyboard.press('Enter')
  const invite = page.locator('dialog[open]').getByRole('heading', { level: 2 })
  await invite.waitFor()
  assert.equal(await page.locator('dialog[open]').count(), 1)
  await page.keyboard.press('Escape')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement === document.body), false)
  // What needs a conversation is there only in one.
  await open()
  await field().fill('search in this')
  await palette().getByText('Search in this conversation').waitFor({ state: 'detached' })
})

test('finds messages, marks the words, and leads there and back', async () => {
  for (let i = 1; i <= 120; i++) program.addMessage(mira.id, 'them', i === 7 ? 'the ferry leaves early' : `word ${i}`)
  program.readAll(mira.id)
  await openChat(page, 'Bob')
  await open()
  await page.keyboard.type('fer')
  const hit = options('Messages').filter({ hasText: 'leaves early' })
  await hit.locator('mark', { hasText: 'fer' }).waitFor()
  await axe(page, 'the palette with messages')
  await hit.click()
  await page.locator('li.lit').getByText('the ferry leaves early').waitFor()
  await page.locator('.pane').getByRole('heading', { name: 'Mira Hansen' }).waitFor()
  await page.getByRole('button', { name: 'Back to where you were' }).click()
  await page.locator('.pane').getByRole('heading', { name: 'Bob' }).waitFor()
  assert.ok(bob)
})

test('what is nothing says so, and what is not understood too', async () => {
  await open()
  await page.keyboard.type('xyzzy before:soon')
  await palette().getByText('“before:soon” is not understood.').waitFor()
})
