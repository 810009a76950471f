// What the keyboard does anywhere on the page, and where the focus is then.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe } from './lib/browser.mjs'
import { composer, openChat, row, unlock } from './lib/steps.mjs'

let contacts
beforeEach(async () => {
  await start()
  const names = ['Ann', 'Bob', 'Cid', 'Dora']
  contacts = names.map((name, i) => program.addContact({ name, online: true, since: Date.now() - (i + 1) * 1e6 }))
  for (const [i, { id }] of contacts.entries()) {
    program.addMessage(id, 'them', 'hello', { time: Date.now() - (i + 1) * 60_000 })
    if (i !== 2) program.readAll(id)
  }
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await row(page, 'Dora').waitFor()
})

const heading = (name) => page.locator('.pane').getByRole('heading', { name, level: 1 }).waitFor()
const press = (keys) => page.keyboard.press(keys)
const focusIn = (selector) => page.waitForFunction((s) => document.activeElement?.closest(s), selector)
const writing = () => focusIn('.composer textarea')

test('from one conversation to the next, to the unread, and to one by its number', async () => {
  await press('Alt+ArrowDown')
  await heading('Ann')
  await writing()
  await press('Alt+ArrowDown')
  await heading('Bob')
  await press('Alt+ArrowUp')
  await heading('Ann')
  await press('Alt+4')
  await heading('Dora')
  await press('Alt+Shift+ArrowUp')
  await heading('Cid')
  await writing()
  await row(page, 'Cid').getByText('1 new').waitFor({ state: 'detached' })
  // Nothing is unread any more.
  await press('Alt+Shift+ArrowDown')
  await heading('Cid')
})

test('the list is one tab stop, and arrow keys walk in it', async () => {
  const stops = () => page.locator('[data-conversation][tabindex="0"]').count()
  assert.equal(await stops(), 1)
  await row(page, 'Ann').focus()
  await press('ArrowDown')
  await focusIn('[data-conversation="2"]')
  await press('End')
  await focusIn('[data-conversation="4"]')
  await press('Home')
  await press('ArrowDown')
  assert.equal(await stops(), 1)
  // A message that moves the row takes the focus nowhere.
  program.addMessage(contacts[1].id, 'them', 'I am first now')
  await page.locator('[data-conversation]').first().getByText('I am first now').waitFor()
  await focusIn('[data-conversation="2"]')
  await press('Enter')
  await heading('Bob')
  await writing()
  // And once more on the one that is open.
  await row(page, 'Bob').focus()
  await press('Enter')
  await writing()
})

test('F6 goes round the parts of the page, and Escape back to where one writes', async () => {
  await openChat(page, 'Bob')
  await composer(page).focus()
  const round = ['.details', '.rail', '.side', '.scroller', '.composer']
  for (const part of round) {
    await press('F6')
    await focusIn(part)
  }
  for (const part of [...round].reverse().slice(1)) {
    await press('Shift+F6')
    await focusIn(part)
  }
  await press('Escape')
  await writing()
})

test('the sheet tells all keys, and gives the focus back', async () => {
  await openChat(page, 'Bob')
  await composer(page).focus()
  await press('Control+/')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const keys of ['Ctrl+K', 'Ctrl+F', 'Alt+1 to Alt+9', 'Ctrl+Shift+L', 'Shift+F6', 'Del'])
    await sheet.getByText(keys, { exact: true }).first().waitFor()
  await axe(page, 'the sheet of shortcuts')
  // In front of the rest, what is behind hears nothing.
  await press('Alt+ArrowDown')
  await press('Control+f')
  await page.locator('.pane').getByRole('heading', { name: 'Bob', includeHidden: true }).waitFor()
  assert.equal(await page.locator('.find').count(), 0)
  await sheet.getByRole('button', { name: 'Close' }).click()
  await sheet.waitFor({ state: 'detached' })
  await writing()
})

test('a dialog that is closed gives the focus back, however it is closed', async () => {
  const button = page.getByRole('button', { name: 'Add a contact' }).first()
  const dialog = page.getByRole('dialog')
  for (const close of ['button', 'key']) {
    await button.focus()
    await press('Enter')
    await dialog.waitFor()
    if (close === 'key') await press('Escape')
    else await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.waitForFunction((e) => e === document.activeElement, await button.elementHandle())
  }
})

test('what had the focus and is gone leaves it to something', async () => {
  await openChat(page, 'Bob')
  await composer(page).focus()
  program.changeContact(contacts[1].id, { state: 'blocked' })
  await composer(page).waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement && document.activeElement !== document.body)
})

test('in a dialog, too: what was made is next', async () => {
  await page.getByRole('button', { name: 'Invite somebody' }).first().click()
  await page.getByRole('button', { name: 'Make an invitation' }).press('Enter')
  await page.waitForFunction(() => document.activeElement?.textContent.trim() === 'Copy')
  await page.getByRole('button', { name: 'All invitations' }).press('Enter')
  await page.waitForFunction(() => document.activeElement?.matches('dialog input'))
})

test('locks from anywhere, in front of a dialog too', async () => {
  await press('Control+/')
  await page.getByRole('dialog').waitFor()
  await press('Control+Shift+L')
  await page.getByRole('button', { name: 'Unlock' }).waitFor()
})

test('on a Mac it is Cmd', async () => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'platform', { value: 'MacIntel' }))
  await page.reload()
  await row(page, 'Bob').waitFor()
  await press('Meta+k')
  await page.getByRole('dialog').getByText('⇧⌘L').waitFor()
  await press('Escape')
  await press('Meta+/')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('⌘K', { exact: true }).waitFor()
})

test('what is pressed in the moment in which a dialog closes is not lost', async () => {
  for (let i = 0; i < 10; i++) {
    await press('Control+/')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await Promise.all([press('Escape'), press('Control+k')])
    await page.getByRole('dialog', { name: 'Find people, commands and messages' }).waitFor({ timeout: 5000 })
    await press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
})
