// The settings: what they change, where they are kept, how they are found.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { pictures } from './lib/pictures.mjs'
import { need } from './mock/need.mjs'
import { bubble, composer, narrow, openChat, passphraseField, unlock } from './lib/steps.mjs'

const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))
const dialog = () => page.getByRole('dialog', { name: 'Settings' })
const button = (name) => dialog().getByRole('button', { name })
const radio = (name) => dialog().getByRole('radio', { name, exact: true })
const toggle = (name) => dialog().getByRole('switch', { name })
const kept = () => JSON.parse(program.settings.page || '{}')
const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
const PAPER = 'rgb(247, 244, 238)'
const NIGHT = 'rgb(13, 25, 28)'

async function begin(options, settings = {}) {
  await start(options)
  program.settings = { ...program.settings, ...settings }
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}
async function open() {
  if (narrow(page)) {
    await page.locator('.side').getByRole('button', { name: 'More' }).first().click()
    await page.getByRole('menuitem', { name: 'Settings' }).click()
  } else await page.getByRole('button', { name: 'Settings' }).first().click()
  await dialog().getByRole('heading', { name: 'Appearance' }).waitFor()
}
/** Waits until the program has been told, and gives what it has. */
async function told(condition) {
  for (let i = 0; !condition(); i++) {
    assert.ok(i < 200, `not told: ${JSON.stringify(program.settings)}`)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
}
async function turnsTo(colour) {
  await page.waitForFunction((c) => getComputedStyle(document.body).backgroundColor === c, colour)
}

test('the chosen colours win over the system’s, and only while the vault is open', async () => {
  await begin({ theme: 'dark' })
  assert.equal(await background(), NIGHT)
  await open()
  await radio('Light').check({ force: true })
  await turnsTo(PAPER)
  assert.deepEqual(kept(), { theme: 'light' })
  await radio('Dark').check({ force: true })
  await turnsTo(NIGHT)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  assert.equal(await background(), NIGHT)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Lock' }).first().click()
  await passphraseField(page).waitFor()
  await turnsTo(PAPER)
  await unlock(page, PASSPHRASE)
  await turnsTo(NIGHT)
  await open()
  await radio('System').check({ force: true })
  await turnsTo(PAPER)
  assert.equal(program.settings.page, '')
  assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0)
})

test('messages and what is written to answer them get larger, and nothing else does', async () => {
  await start()
  const mira = program.addContact({ name: 'Mira', online: true })
  program.addMessage(mira.id, 'them', 'The tide turns at six.')
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await openChat(page, 'Mira')
  const sizes = async () =>
    Promise.all(
      [bubble(page, 'The tide').locator('.text'), composer(page), page.locator('.details')].map((e) =>
        e.first().evaluate((x) => [getComputedStyle(x).fontSize, getComputedStyle(x).lineHeight]),
      ),
    )
  const [text, field, aside] = await sizes()
  assert.equal(text[0], '15px')
  assert.equal(field[0], '15px')
  await page.keyboard.press('Control+,')
  const slider = dialog().getByRole('slider', { name: 'Size of messages' })
  await slider.focus()
  await slider.press('End')
  await told(() => kept().size === 20)
  await dialog().getByText('20 px').waitFor()
  await page.keyboard.press('Escape')
  const [larger, largerField, same] = await sizes()
  assert.equal(larger[0], '20px')
  assert.equal(parseFloat(larger[1]) / 20, parseFloat(text[1]) / 15)
  assert.equal(largerField[0], '20px')
  assert.deepEqual(same, aside)
  await look(page, 'settings-size')
})

test('each choice is kept in the vault, beside the others', async () => {
  await begin()
  await open()
  await toggle('Enter sends').click()
  await toggle('Sound').click()
  await dialog().getByRole('combobox', { name: 'Language' }).selectOption('English')
  await told(() => kept().language === 'en')
  assert.deepEqual(kept(), { language: 'en', enterSends: false, sound: true })
  await toggle('Tell contacts what I have read').click()
  await told(() => program.settings.read_marks)
  await toggle('Tell contacts when I am writing').click()
  await told(() => program.settings.typing)
  await dialog().getByRole('combobox', { name: 'Lock by itself' }).selectOption('After 15 minutes')
  await told(() => program.settings.lock_after === 15)
  await toggle('Messages arrive while locked').click()
  await told(() => program.settings.receive_locked)
  await page.reload()
  await open()
  for (const name of ['Sound', 'Tell contacts what I have read', 'Messages arrive while locked'])
    assert.equal(await toggle(name).getAttribute('aria-checked'), 'true', name)
  await dialog().getByText('Enter begins a new line.').waitFor()
})

test('what could not be kept is not shown as chosen', async () => {
  await begin()
  await open()
  program.methods['settings.set'] = () => need(false, -32007, 'full')
  await radio('Dark')
    .check({ force: true })
    .catch(() => undefined)
  await page.getByText('The disk is full. That was not stored.').waitFor()
  assert.equal(await radio('System').isChecked(), true)
  assert.equal(await background(), PAPER)
  const lock = dialog().getByRole('combobox', { name: 'Lock by itself' })
  await lock.selectOption('After an hour')
  await page.waitForFunction(() => [...document.querySelectorAll('select')].at(-1).value === 'Never')
})

test('what a script has set meanwhile is shown', async () => {
  await begin({}, { damaged: 2 })
  program.settings = { ...program.settings, lock_after: 7, typing: true, page: '{"theme":"dark"}' }
  await open()
  await dialog().getByText('2 places of what arrived while locked').waitFor()
  await turnsTo(NIGHT)
  assert.equal(await toggle('Tell contacts when I am writing').getAttribute('aria-checked'), 'true')
  const lock = dialog().getByRole('combobox', { name: 'Lock by itself' })
  assert.equal(await lock.evaluate((e) => e.selectedOptions[0].textContent), 'After 7 minutes')
})

test('a search leaves what has these words', async () => {
  await begin()
  await page.keyboard.press('Control+,')
  const field = dialog().getByRole('searchbox')
  assert.equal(await field.evaluate((e) => e === document.activeElement), true)
  await field.fill('dark mode')
  await dialog().getByRole('heading', { name: 'Locking' }).waitFor({ state: 'hidden' })
  assert.equal(await radio('Dark').count(), 1)
  assert.equal(await dialog().getByRole('slider').count(), 0)
  await look(page, 'settings-search')
  await field.fill('locking')
  await toggle('Messages arrive while locked').waitFor()
  await field.fill('xyzzy')
  await dialog().getByText('No setting is called that.').waitFor()
  await field.fill('')
  await dialog().getByRole('slider').waitFor()
})

test('it leads to the connection and to the own address; on a narrow screen from the list', async () => {
  await begin()
  await page.setViewportSize({ width: 390, height: 844 })
  await open()
  await button('Connection').click()
  await page.getByRole('dialog', { name: 'Connection' }).waitFor()
  await page.keyboard.press('Escape')
  await open()
  await button('My address').click()
  await page.getByRole('dialog', { name: 'My address' }).waitFor()
  await page.keyboard.press('Escape')
  await open()
  await look(page, 'settings')
  await look(page, 'settings-end', undefined, dialog().getByRole('heading', { name: 'What contacts learn' }))
})
