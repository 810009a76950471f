// Messages are found in a conversation and in all of them.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe } from './lib/browser.mjs'
import { composer, openChat, unlock } from './lib/steps.mjs'

let mira, bob
const DAY = 86_400_000
const now = Date.now()
async function begin(options) {
  await start(options)
  mira = program.addContact({ name: 'Mira Hansen' })
  bob = program.addContact({ name: 'Bob' })
  for (let i = 1; i <= 300; i++) {
    const text = i % 100 === 0 ? `the ferry number ${i}` : `word ${i}`
    program.addMessage(mira.id, i % 2 ? 'them' : 'me', text, { time: now - (400 - i) * 60_000 })
  }
  program.readAll(mira.id)
  program.addMessage(bob.id, 'them', 'no ferry at all', { time: now - 3 * DAY })
  program.readAll(bob.id)
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}

describe('in a conversation', () => {
  beforeEach(async () => {
    await begin()
    await openChat(page, 'Mira Hansen')
    await page.locator('li[data-id]').first().waitFor()
  })
  const bar = () => page.getByRole('search', { name: 'Search in this conversation' })
  const field = () => bar().getByRole('textbox')
  const lit = (text) => page.locator('li.lit').getByText(text)
  const focused = (element) => element.evaluate((e) => e === document.activeElement)

  test('goes from one to the next, with a count, and back to where one was', async () => {
    await composer(page).focus()
    await page.keyboard.press('Control+f')
    await bar().waitFor()
    assert.equal(await focused(field()), true)
    await page.keyboard.type('ferr')
    await lit('the ferry number 300').waitFor()
    await bar().getByText('1 of 3', { exact: true }).waitFor()
    await page.locator('li[data-id] mark', { hasText: 'ferr' }).first().waitFor()
    assert.equal(await focused(field()), true)
    await page.keyboard.press('Enter')
    await lit('the ferry number 200').waitFor()
    await bar().getByText('2 of 3', { exact: true }).waitFor()
    await axe(page, 'the search in a conversation')
    await bar().getByRole('button', { name: 'Older' }).click()
    await lit('the ferry number 100').waitFor()
    await page.waitForFunction(() => document.querySelector('.find button[aria-label="Older"]').disabled)
    await field().press('Shift+Enter')
    await lit('the ferry number 200').waitFor()
    // One way back for the whole search.
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('button', { name: 'Back', exact: true }).waitFor({ state: 'detached' })
    await page.locator('li[aria-posinset="300"]').waitFor()
    await field().press('Escape')
    await bar().waitFor({ state: 'detached' })
    assert.equal(await page.locator('mark').count(), 0)
    await page.waitForFunction(() => document.activeElement?.matches('.composer textarea'))
  })

  test('finds only what is said here, and says so when there is nothing', async () => {
    await page.getByRole('button', { name: 'Search in this conversation' }).click()
    await field().fill('no ferry')
    await bar().getByText('Nothing found', { exact: true }).waitFor()
    await field().fill('from:me number')
    await bar().getByText('1 of 3', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Search in this conversation' }).first().click()
    await bar().waitFor({ state: 'detached' })
  })

  test('pressed again in the field it is the browser’s, pressed elsewhere it is ours', async () => {
    // Somebody listens before the key is pressed.
    const taken = async () => {
      await page.evaluate(() => {
        globalThis.taken = new Promise((done) =>
          addEventListener(
            'keydown',
            (event) => event.key === 'f' && queueMicrotask(() => done(event.defaultPrevented)),
          ),
        )
      })
      await page.keyboard.press('Control+f')
      return page.evaluate(() => globalThis.taken)
    }
    await page.keyboard.press('Control+f')
    await bar().waitFor()
    assert.equal(await taken(), false)
    await composer(page).focus()
    assert.equal(await taken(), true)
    assert.equal(await focused(field()), true)
  })

  test('what was edited since is marked no more', async () => {
    await page.keyboard.press('Control+f')
    await field().fill('ferry 300')
    const last = program.messages.get(mira.id).at(-1)
    await page.locator(`li[data-id="${last.id}"] mark`).first().waitFor()
    program.changeMessage(last, { text: 'no boat', edited: Date.now() })
    await page.locator(`li[data-id="${last.id}"]`).getByText('no boat').waitFor()
    assert.equal(await page.locator(`li[data-id="${last.id}"] mark`).count(), 0)
  })
})

describe('everywhere', () => {
  const pane = () => page.getByRole('region', { name: 'Search all messages' })
  const field = () => pane().getByRole('combobox')
  const hits = () => pane().getByRole('option')
  const status = (words) => pane().getByRole('status').getByText(words, { exact: true }).waitFor()

  test('finds in all conversations, and comes back to the same one', async () => {
    await begin()
    await openChat(page, 'Bob')
    await page.keyboard.press('Control+Shift+F')
    await field().waitFor()
    await axe(page, 'the search, empty')
    await page.keyboard.type('ferry')
    await status('4 messages')
    const first = hits().first()
    assert.match(await first.textContent(), /Mira Hansen.*You:.*the ferry number 300/s)
    assert.equal(await first.locator('mark').textContent(), 'ferry')
    await axe(page, 'the search')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('li.lit').getByText('the ferry number 100').waitFor()
    await page.getByRole('button', { name: 'Back to where you were' }).click()
    await status('4 messages')
    assert.match(await pane().getByRole('option', { selected: true }).textContent(), /ferry number 100/)
    await page.keyboard.press('Escape')
    await page.locator('.pane').getByRole('heading', { name: 'Bob' }).waitFor()
  })

  test('is narrowed by what is typed', async () => {
    await begin()
    await page.getByRole('button', { name: 'Search all messages' }).first().click()
    await field().fill('ferry from:them')
    await status('One message')
    await field().fill('ferry in:mh')
    await status('3 messages')
    await field().fill('ferry before:yesterday')
    await status('One message')
    await hits().getByText('Bob').waitFor()
    await field().fill('ferry in:nobody')
    await status('You have no conversation with “nobody”.')
    await field().fill('ferry')
    await pane().getByRole('button', { name: 'Mine', exact: true }).click()
    await page.waitForFunction(() => document.activeElement?.value === 'ferry from:me ')
    await status('3 messages')
  })

  test('more come at the end of the list, and nothing is kept when it is locked', async () => {
    await begin()
    await page.keyboard.press('Control+Shift+F')
    await field().fill('word')
    await status('More than 50 messages')
    await hits().last().scrollIntoViewIfNeeded()
    await status('More than 100 messages')
    await page.keyboard.press('Control+Shift+L')
    await unlock(page, PASSPHRASE)
    await page.getByRole('button', { name: 'Search all messages' }).first().click()
    assert.equal(await field().inputValue(), '')
    assert.equal(await hits().count(), 0)
  })

  test('on a phone it stands where the list stood, and goes back there', async () => {
    await begin({ size: 390 })
    await page.getByRole('button', { name: 'Search all messages' }).click()
    await field().fill('ferry')
    await status('4 messages')
    await axe(page, 'the search on a phone')
    await hits().filter({ hasText: 'no ferry' }).click()
    await page.locator('li.lit').getByText('no ferry at all').waitFor()
    await page.getByRole('button', { name: 'Back to where you were' }).click()
    await status('4 messages')
    await pane().getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
  })
})
