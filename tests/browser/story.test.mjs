// The whole story of two people who chat.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before } from 'node:test'
import { Node } from '../lib/program.mjs'
import { openPage, SIZES } from './lib/browser.mjs'
import {
  addContact,
  bubble,
  composer,
  firstStart,
  openChat,
  passphraseField,
  row,
  say,
  unlock,
  waitForMark,
} from './lib/steps.mjs'
import { REACH, story } from './lib/story.mjs'

const expected = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/]
const { test, picture, begin } = story({ expected })
let demo, browser, alice, bob
before(async () => ({ demo, browser, alice, bob } = await begin()))

const reachable = (page) => page.getByText('Connected through Tor').waitFor({ timeout: REACH })
const presence = (page, words) => page.locator('.who').getByText(words).waitFor({ timeout: REACH })
// What Bob's page may say of somebody who no longer lets him in: only what was observed.
const gone = /^(The connection broke|Nobody answers at their address|Somebody answers, but)/

async function myAddress(page) {
  await page.getByRole('button', { name: 'My address' }).first().click()
  const address = await page.getByRole('dialog').locator('[data-address]').getAttribute('data-address')
  return address
}

test('a new node: name and passphrase, and Tor takes it to be reachable', async () => {
  const data = mkdtempSync(join(tmpdir(), 'boc-first-'))
  const node = await new Node(data, demo.network, 'six words that nobody could guess').start()
  const page = await openPage(browser)
  try {
    await page.visit(node.url)
    await page.getByLabel('Your name').fill('Clara')
    await passphraseField(page).fill(node.passphrase)
    await picture(page, 'first-start')
    await firstStart(page, 'Clara', node.passphrase)
    await picture(page, 'joining', ['1440'])
    await reachable(page)
    await page.locator('.pane').getByText('No conversations yet').waitFor()
    await picture(page, 'empty')
    await page.getByRole('button', { name: 'Lock' }).first().click()
    await unlock(page, node.passphrase)
    await page.locator('.pane').getByText('No conversations yet').waitFor()
    page.check()
  } finally {
    await page.context().close()
    await node.stop()
    rmSync(data, { recursive: true, force: true })
  }
})

test('both log in; a wrong passphrase opens nothing', async () => {
  await alice.visit(demo.alice.url)
  await picture(alice, 'unlock')
  await passphraseField(alice).fill('not this one')
  await passphraseField(alice).press('Enter')
  await alice.getByText('That is not the passphrase of this vault.').waitFor()
  await unlock(alice, demo.alice.passphrase)
  await bob.visit(demo.bob.url)
  await unlock(bob, demo.bob.passphrase)
  await Promise.all([reachable(alice), reachable(bob)])
})

test('Alice adds Bob by his address; Bob reads her greeting and accepts', async () => {
  const address = await myAddress(bob)
  assert.match(address, /^[a-z2-7]{55}d(\.onion)?$/)
  await picture(bob, 'my-address')
  await bob.keyboard.press('Escape')
  await addContact(alice, { address, greeting: 'Hello Bob, it is Alice from the reading circle.' })
  await composer(alice).waitFor()
  await say(alice, 'This waits until you have accepted.')
  await alice.getByText(/Waiting for .* to accept/).waitFor()
  await picture(alice, 'request-sent')

  await row(bob, 'Alice').waitFor({ timeout: REACH })
  await bob.getByRole('heading', { name: 'A request' }).waitFor()
  await openChat(bob, 'Alice')
  await bob.locator('.pane').getByText('Hello Bob, it is Alice from the reading circle.').waitFor({ timeout: REACH })
  await picture(bob, 'request')
  await bob.getByRole('button', { name: 'Accept' }).click()
  await composer(bob).waitFor()
  await presence(alice, 'Reachable now')
  await presence(bob, 'Reachable now')
  await row(alice, 'Bob').waitFor()
  await waitForMark(alice, 'This waits', 'delivered', REACH)
  await bubble(bob, 'This waits').waitFor()
})

test('they write to each other, and both see when it was delivered', async () => {
  const talk = [
    [alice, bob, 'The ferry leaves early on Friday. Shall we take it?'],
    [bob, alice, 'Yes. I will bring tea and the blue lamp.'],
    [bob, alice, 'And the map, if I find it.'],
    [alice, bob, 'The old bridge is closed, so we walk along the harbour. It is longer, but there is no hurry.'],
    [bob, alice, 'Good. I know the way, and the tide.'],
  ]
  for (const [from, to, text] of talk) {
    await say(from, text)
    await bubble(to, text).waitFor({ timeout: REACH })
    await waitForMark(from, text, 'delivered', REACH)
  }
  await picture(alice, 'conversation')
  const markup = '<img src=x onerror=alert(1)> & {@html x}'
  await say(bob, markup)
  await bubble(alice, markup).waitFor({ timeout: REACH })
  for (const page of [alice, bob]) {
    const texts = await page.locator('li[data-id] .text').allTextContents()
    assert.deepEqual(texts, ['This waits until you have accepted.', ...talk.map(([, , text]) => text), markup])
  }
})

test('Alice looks at the connection: what was found, bridges, the log', async () => {
  await alice.getByRole('button', { name: 'Connected through Tor' }).click()
  const dialog = alice.getByRole('dialog', { name: 'Connection' })
  const fold = (title) => dialog.locator('details').filter({ has: alice.getByText(title, { exact: true }) })
  await dialog.getByText('Nothing here needs mending.').waitFor({ timeout: REACH })
  await picture(alice, 'connection')
  await fold('Bridges').getByText('Bridges', { exact: true }).click()
  await dialog.getByLabel('Bridges, one a line').waitFor()
  await picture(alice, 'bridges', undefined, fold('Bridges'))
  await fold('Bridges').getByText('Bridges', { exact: true }).click()
  await fold('Log').getByText('Log', { exact: true }).click()
  await dialog.getByRole('button', { name: 'Show log' }).click()
  const log = dialog.getByRole('region', { name: 'Log' })
  await log.getByText('vault:').first().waitFor()
  assert.doesNotMatch(await log.textContent(), /[a-z2-7]{56}|Alice|Bob|ferry/)
  await picture(alice, 'log', undefined, fold('Log'))
  await alice.keyboard.press('Escape')
})

test('a second page of Alice is in step with the first', async () => {
  const second = await openPage(browser, { size: 390 })
  await second.visit(demo.alice.url)
  await unlock(second, demo.alice.passphrase)
  await row(second, 'Bob').waitFor()
  await openChat(second, 'Bob')
  await say(second, 'From my other window.')
  await bubble(alice, 'From my other window.').waitFor()
  await waitForMark(second, 'From my other window.', 'delivered', REACH)
  await waitForMark(alice, 'From my other window.', 'delivered', REACH)
  second.check()
  await second.context().close()
})

test('locked, nothing is left to read; unlocked, everything is there', async () => {
  await alice.getByRole('button', { name: 'Lock' }).first().click()
  await passphraseField(alice).waitFor()
  const left = await alice.evaluate(() => document.documentElement.outerHTML)
  assert.ok(!left.includes('ferry') && !left.includes('Bob'))
  await unlock(alice, demo.alice.passphrase)
  await openChat(alice, 'Bob')
  await bubble(alice, 'From my other window.').waitFor()
  await alice.setViewportSize(SIZES[390])
  await alice.getByRole('button', { name: 'Back to the list' }).click()
  await picture(alice, 'list', ['390'])
  await openChat(alice, 'Bob')
  await presence(alice, 'Reachable now')
})

test('Bob goes away; what Alice writes waits for him and arrives when he is back', async () => {
  await demo.bob.stop()
  await bob.getByText('The program stopped.').waitFor()
  await presence(
    alice,
    /^(Closed or locked the program|Trying to connect|Nobody answers at their address|Somebody answers, but)/,
  )
  await say(alice, 'Tell me when you are back.')
  await alice.getByText('Waiting for Bob to come online').waitFor()
  await picture(alice, 'waiting')
  demo.bob = await new Node(demo.bob.data, demo.network, demo.bob.passphrase).start()
  await unlock(bob, demo.bob.passphrase)
  await openChat(bob, 'Alice')
  await bubble(bob, 'Tell me when you are back.').waitFor({ timeout: REACH })
  await waitForMark(alice, 'Tell me when you are back.', 'delivered', REACH)
})

test('kill -9 of Alice’s node: she starts it again, and the conversation is still there', async () => {
  await demo.alice.stop('SIGKILL')
  await alice.getByText('The program stopped.').waitFor()
  await composer(alice).fill('half a thought')
  demo.alice = await new Node(demo.alice.data, demo.network, demo.alice.passphrase).start()
  await passphraseField(alice).waitFor()
  await unlock(alice, demo.alice.passphrase)
  assert.equal(await composer(alice).inputValue(), 'half a thought')
  await alice.reload()
  await openChat(alice, 'Bob')
  assert.equal(await alice.locator('li[data-id]').count(), 9)
  await presence(alice, 'Reachable now')
  await say(bob, 'There you are.')
  await bubble(alice, 'There you are.').waitFor({ timeout: REACH })
  assert.deepEqual(
    await alice.locator('li[data-id] .text').allTextContents(),
    await bob.locator('li[data-id] .text').allTextContents(),
  )
})

test('renamed, blocked, and unblocked', async () => {
  const details = alice.getByRole('complementary', { name: 'Details' })
  await details.getByRole('button', { name: 'Rename' }).click()
  await details.getByRole('textbox', { name: 'Name' }).fill('Bob from the harbour')
  await details.getByRole('button', { name: 'Save' }).click()
  await row(alice, 'Bob from the harbour').waitFor()
  const sees = details.getByRole('heading', { name: 'What the network sees' })
  for (const size of ['1440', '1024', '390']) {
    await alice.setViewportSize(SIZES[size])
    // Where there is no room for it beside the conversation it is asked for.
    if (size !== '1440') await alice.getByRole('button', { name: 'Details', exact: true }).click()
    await details.waitFor()
    await picture(alice, 'details', [size])
    await alice.setViewportSize(SIZES[size])
    await picture(alice, 'cover', [size], sees)
    await alice.setViewportSize(SIZES[size])
    await alice.getByRole('button', { name: 'Close details' }).click()
  }
  await alice.setViewportSize(SIZES[1440])
  await alice.getByRole('button', { name: 'Details', exact: true }).click()
  await details.getByRole('button', { name: 'Block' }).click()
  await details.getByRole('button', { name: 'Block' }).click()
  await alice.getByText('is blocked and cannot reach you').waitFor()
  await presence(bob, gone)
  await alice.getByRole('button', { name: 'Unblock' }).click()
  await composer(alice).waitFor()
  await presence(alice, 'Reachable now')
  await presence(bob, 'Reachable now')
})

test('removed with everything that was said', async () => {
  const details = alice.getByRole('complementary', { name: 'Details' })
  await details.getByRole('button', { name: 'Remove' }).click()
  await details.getByRole('button', { name: 'Remove' }).click()
  await alice.locator('.pane').getByText('No conversations yet').waitFor()
  const rpc = await demo.alice.rpc()
  assert.deepEqual((await rpc.call('contacts.list')).contacts, [])
  await presence(bob, gone)
})
