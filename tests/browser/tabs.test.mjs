// One login for all tabs, and when it ends.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe, watch } from './lib/browser.mjs'
import { bubble, composer, openChat, passphraseField, row, say, unlock } from './lib/steps.mjs'
import { countWorkers, inWorker, sleep } from './lib/worker.mjs'

const chats = (tab) => tab.getByRole('heading', { name: 'Chats' })
/** How often the page asked the stand-in for this. */
function counted(method) {
  const real = program.methods[method]
  const asked = { times: 0 }
  program.methods[method] = (...args) => {
    asked.times++
    return real(...args)
  }
  return asked
}

async function anotherTab() {
  const tab = await watch(page.context(), await page.context().newPage(), page.expected)
  await tab.visit(program.url)
  return tab
}

/** Logged in, with Bob, and a second tab. */
async function twoTabs(options) {
  await start(options)
  const bob = program.addContact({ name: 'Bob', online: true })
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  const other = await anotherTab()
  return { bob, other }
}

describe('tabs', () => {
  test('whoever is logged in in one is so in all, over one connection', async () => {
    const { bob, other } = await twoTabs()
    await chats(other).waitFor()
    assert.equal(program.connections, 1)
    assert.equal(await countWorkers(page), 1)
    await openChat(page, 'Bob')
    await openChat(other, 'Bob')
    await say(other, 'from the other')
    await bubble(page, 'from the other').waitFor()
    program.addMessage(bob.id, 'them', 'to both')
    for (const tab of [page, other]) await bubble(tab, 'to both').waitFor()
    await other.getByRole('button', { name: 'Lock' }).first().click()
    for (const tab of [page, other]) await passphraseField(tab).waitFor()
    assert.equal(await page.title(), 'BlackedOutChat')
    await unlock(page, PASSPHRASE)
    await chats(other).waitFor()
    other.check()
  })

  test('a page that is loaded anew stays logged in, and behind a wrong passphrase nobody is', async () => {
    await start()
    program.addContact({ name: 'Bob' })
    await page.visit(program.url)
    const other = await anotherTab()
    await passphraseField(page).fill('not this one')
    await passphraseField(page).press('Enter')
    await page.getByText('That is not the passphrase of this vault.').waitFor()
    await passphraseField(other).waitFor()
    assert.equal(await other.getByText('That is not the passphrase').count(), 0, 'told to who asked')
    await other.close()
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Bob')
    await page.reload()
    await row(page, 'Bob').waitFor()
    assert.equal(program.connections, 1)
  })

  test('two logins at once are one after the other', async () => {
    await start()
    await page.visit(program.url)
    const other = await anotherTab()
    program.wrongDelayMs = 500
    await passphraseField(page).fill('not this one')
    await passphraseField(other).fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Unlock' }).click()
    await other.getByRole('button', { name: 'Unlock' }).click()
    for (const tab of [page, other]) await chats(tab).waitFor()
    assert.equal(program.connections, 1)
  })

  test('when no tab is left the worker ends, and who comes then has to log in', async () => {
    const { other } = await twoTabs()
    await chats(other).waitFor()
    await page.close()
    const closed = performance.now()
    await chats(other).click()
    assert.equal(program.connections, 1, 'one tab is left')
    const blank = await other.context().newPage()
    blank.origin = other.origin
    await other.close()
    await until('the connection is closed', () => program.connections === 0, 30)
    assert.ok(performance.now() - closed > 15_000, 'time to come back')
    await until('the worker is gone', async () => (await countWorkers(blank)) === 0, 30)
    await watch(blank.context(), blank, page.expected)
    await blank.visit(program.url)
    await passphraseField(blank).waitFor()
    blank.check()
  })

  test('settings and drafts are those of all tabs', async () => {
    const { bob, other } = await twoTabs()
    for (const tab of [page, other]) await openChat(tab, 'Bob')
    await composer(page).fill('half a thought')
    await until('it is kept', () => program.draft(bob.id).text === 'half a thought')
    await other.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'half a thought')
    await composer(other).fill('half a thought, and more')
    await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'half a thought, and more')
    // what is typed and not kept yet is the tab's own
    await composer(other).fill('mine')
    await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'mine')
    await say(page, 'mine')
    await other.waitForFunction(() => document.querySelector('.composer textarea')?.value === '')
    await until('nothing is kept of it', () => program.draft(bob.id).text === '')
    assert.equal(program.messages.get(bob.id).length, 1)

    for (const tab of [page, other]) await tab.getByRole('button', { name: 'Settings' }).first().click()
    const marks = (tab, checked) =>
      tab.getByRole('dialog').getByRole('switch', { name: 'Tell contacts what I have read', checked })
    await marks(page, false).click()
    await marks(other, true).waitFor()
    assert.equal(program.settings.read_marks, true)
  })

  test('a worker that ends is begun again by all tabs', async () => {
    const { bob, other } = await twoTabs()
    await openChat(other, 'Bob')
    // It is not kept by the program yet.
    program.methods['drafts.set'] = () => new Promise(() => undefined)
    await composer(other).fill('half a thought')
    await inWorker(page, 'self.close(); 0')
    for (const tab of [page, other]) await passphraseField(tab).waitFor()
    assert.equal(program.connections, 0)
    await unlock(page, PASSPHRASE)
    await other.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'half a thought')
    assert.equal(await countWorkers(page), 1)
    assert.equal(program.draft(bob.id).text, '')
  })
})

describe('the program', () => {
  test('gone and back: every tab says so, and one login is enough', async () => {
    const { other } = await twoTabs({ expected: [/ERR_CONNECTION_REFUSED/] })
    await chats(other).waitFor()
    await program.stop()
    for (const tab of [page, other])
      await tab.getByText('The program stopped. What you were writing is kept.').waitFor()
    await program.listen(program.port)
    for (const tab of [page, other]) await passphraseField(tab).waitFor()
    await unlock(other, PASSPHRASE)
    await chats(page).waitFor()
    assert.equal(program.connections, 1)
  })

  test('slow: every tab says so, and nothing is asked twice', async () => {
    const { bob, other } = await twoTabs()
    for (const tab of [page, other]) await openChat(tab, 'Bob')
    const sent = counted('messages.send')
    const answer = program.methods['messages.send']
    let go
    const held = new Promise((resolve) => (go = resolve))
    program.methods['messages.send'] = async (...args) => {
      await held
      return answer(...args)
    }
    await composer(page).fill('once')
    await composer(page).press('Enter')
    for (const tab of [page, other]) await tab.getByText('The program takes long to answer').waitFor()
    go()
    for (const tab of [page, other]) {
      await bubble(tab, 'once').waitFor()
      await tab.getByText('The program takes long to answer').waitFor({ state: 'detached' })
    }
    assert.equal(sent.times, 1)
    assert.equal(program.messages.get(bob.id).length, 1)
  })
})

describe('nobody there', () => {
  const MINUTE = 60_000
  const warning = (tab) => tab.getByRole('dialog', { name: 'Are you still there?' })

  test('it warns in every tab, stays when somebody says so, and locks all when nobody does', async () => {
    const { bob, other } = await twoTabs()
    program.settings = { ...program.settings, lock_after: 10 }
    const asked = counted('settings.get')
    await other.reload()
    await openChat(other, 'Bob')
    await composer(other).fill('a thought')
    const before = asked.times
    await sleep(page, 9.5 * MINUTE)
    for (const tab of [page, other])
      await warning(tab)
        .getByText(/It locks in \d+ seconds/)
        .waitFor()
    await axe(page, 'idle warning')
    // A pointer that moves there is enough, so that nothing is left to press: by keyboard.
    await warning(other).getByRole('button', { name: 'Stay' }).press('Enter')
    for (const tab of [page, other]) await warning(tab).waitFor({ state: 'detached' })
    // whoever reads on asks nothing of the program: the vault has to hear of it
    await until('the vault heard of it', () => asked.times > before)
    assert.equal(await composer(other).evaluate((field) => field === document.activeElement), true)
    // asleep for longer than that: what comes first does not find it open
    await sleep(page, 11 * MINUTE)
    await composer(other).press('x')
    for (const tab of [page, other]) await passphraseField(tab).waitFor()
    const html = await other.evaluate(() => document.documentElement.outerHTML + document.title)
    for (const secret of ['a thought', 'Bob', bob.address]) assert.ok(!html.includes(secret), secret)
    assert.equal(program.connections, 0)
    await unlock(page, PASSPHRASE)
    await chats(other).waitFor()
    other.check()
  })
})
