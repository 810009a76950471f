// The page in Firefox, by itself: that what every other test shows in Chromium is not Chromium's alone. As there, no console
// error, no violation of the policy and no request elsewhere are allowed.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { openPage, watch } from './lib/browser.mjs'
import { closeFirefox, launchFirefox, missing } from './lib/firefox.mjs'
import { furnish, home, scenes } from './lib/scenes.mjs'
import { narrow } from './lib/sight.mjs'
import { bubble, composer, openChat, passphraseField, row, say, unlock } from './lib/steps.mjs'
import { Program } from './mock/program.mjs'

const PASSPHRASE = 'correct horse battery staple'
const COUNT = 3000
const READ = 1200

describe('in Firefox', { skip: missing }, () => {
  let browser, program, page
  before(async () => {
    browser = await launchFirefox()
  })
  after(() => closeFirefox(browser))
  afterEach(async () => {
    page.check()
    await page.context().close()
    await program.stop()
  })

  async function start(options) {
    program = await Program.start({ passphrase: PASSPHRASE })
    page = await openPage(browser, options)
  }
  const button = (name) => page.getByRole('button', { name, exact: true })
  const scroller = () => page.locator('.scroller')
  /** Numbers of what is wholly in view. */
  const inView = () =>
    scroller().evaluate((e) => {
      const { top, bottom } = e.getBoundingClientRect()
      return [...e.querySelectorAll('li[data-id]')].flatMap((li) => {
        const r = li.getBoundingClientRect()
        return r.top >= top && r.bottom <= bottom ? [Number(li.ariaPosInSet)] : []
      })
    })

  test('one logs in, reads on where one was, and writes', async () => {
    await start()
    const bob = program.addContact({ name: 'Bob', online: true })
    for (let i = 1; i <= COUNT; i++) program.addMessage(bob.id, i % 3 ? 'them' : 'me', `number ${i}.`)
    program.changeContact(bob.id, { read: READ, unread: 1200 })
    await page.visit(program.url)
    await passphraseField(page).waitFor()
    assert.equal(await passphraseField(page).evaluate((e) => e === document.activeElement), true)
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Bob')
    await page.locator('li.new').waitFor()
    const next = await page.locator('li.new').evaluate((e) => e.nextElementSibling.ariaPosInSet)
    assert.equal(next, `${READ + 1}`)
    assert.ok((await inView()).includes(READ + 1))

    // Above what was loaded a wheel gets as far as it is turned, and nothing that is in view moves by itself.
    await scroller().hover()
    for (let round = 0; round < 4; round++) {
      const [top] = await inView()
      await Promise.all([1, 2, 3].map(() => page.mouse.wheel(0, -2000)))
      await until('it is scrolled as far as the wheel was turned', async () => (await inView())[0] < top - 90)
    }
    await page.waitForFunction(() => !document.querySelector('.scroller .ghost'))
    const [first] = await inView()
    const place = () => page.locator(`li[aria-posinset="${first}"]`).evaluate((e) => e.getBoundingClientRect().top)
    const before = await place()
    program.addMessage(bob.id, 'them', 'meanwhile')
    await row(page, 'Bob').getByText('meanwhile').waitFor()
    assert.ok(Math.abs((await place()) - before) < 1)
    await page.getByRole('button', { name: 'go to the end' }).click()
    await bubble(page, 'meanwhile').waitFor()

    await say(page, 'my answer')
    await page.locator('li[data-mark="delivered"]').filter({ hasText: 'my answer' }).waitFor()
    program.addMessage(bob.id, 'them', 'and theirs')
    await bubble(page, 'and theirs').waitFor()
    await composer(page).press('ArrowUp')
    await composer(page).fill('my better answer')
    await composer(page).press('Enter')
    await bubble(page, 'my better answer').getByText('edited').waitFor()
    await bubble(page, 'and theirs').focus()
    await page.keyboard.press('+')
    await page.getByRole('toolbar', { name: 'React' }).getByRole('button', { name: '👍' }).click()
    await until('the reaction is there', () => program.messages.get(bob.id).at(-1).reactions.me === '👍')
    await bubble(page, 'and theirs').getByRole('button', { name: 'You reacted with 👍' }).waitFor()
  })

  test('loaded anew it is locked, but not beside another tab; a lock is one for all', async () => {
    await start()
    program.addContact({ name: 'Bob', online: true })
    await page.visit(program.url)
    await unlock(page, PASSPHRASE)
    // Its workers end with the last tab.
    await page.reload()
    await passphraseField(page).waitFor()
    await unlock(page, PASSPHRASE)
    const other = await watch(page.context(), await page.context().newPage())
    await other.visit(program.url)
    await row(other, 'Bob').waitFor()
    await page.reload()
    await row(page, 'Bob').waitFor()
    await until('one connection', () => program.connections === 1)
    await button('Lock').first().click()
    for (const tab of [page, other]) await passphraseField(tab).waitFor()
    other.check()
  })

  test('what opens over the page opens, and fits', async () => {
    await start({ size: 390 })
    furnish(program)
    await page.visit(program.url)
    await unlock(page, PASSPHRASE)
    const other = await page.context().newPage() // so that it stays logged in
    await other.goto(program.url)
    const looked = ['what to do with a message', 'emoji picker', 'palette', 'settings', 'scan']
    for (const name of looked) {
      await home(page, 390)
      await scenes[name].go(page)
      assert.deepEqual(await narrow(page), [], name)
    }
  })

  test('from the right, as the browser says', async () => {
    await start({ locale: 'ar' })
    const bob = program.addContact({ name: 'Bob', online: true })
    program.addMessage(bob.id, 'me', 'from me')
    program.addMessage(bob.id, 'them', 'from them')
    await page.visit(program.url)
    await page.getByRole('button', { name: 'فتح' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl')
    await page.locator('input[type=password]').fill(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.locator('[data-conversation]').click()
    const left = async (text) => (await bubble(page, text).locator('.bubble').boundingBox()).x
    await bubble(page, 'from me').waitFor()
    assert.ok((await left('from me')) < (await left('from them')))
    assert.ok((await page.locator('.rail').boundingBox()).x > 1300)
    assert.deepEqual(await narrow(page), [])
  })
})
