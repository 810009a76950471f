// Invitations, identities and verification between two people.
import assert from 'node:assert/strict'
import { before } from 'node:test'
import { axe } from './lib/browser.mjs'
import { bubble, composer, openChat, row, say, unlock, waitForMark } from './lib/steps.mjs'
import { REACH, story } from './lib/story.mjs'

const { test, picture, begin } = story()
let alice, bob, demo
before(async () => ({ demo, alice, bob } = await begin()))
let invitation = ''

const button = (page, name) => page.getByRole('button', { name, exact: true })
const standing = (page, words) => page.locator('.who').getByText(words, { exact: true }).waitFor({ timeout: REACH })

async function invite(page, label, look = () => undefined) {
  await button(page, 'Invite somebody').first().click()
  await page.getByRole('textbox', { name: 'Label' }).fill(label)
  await button(page, 'Make an invitation').click()
  const text = await page.locator('[data-invitation-text]').getAttribute('data-invitation-text')
  await look()
  await page.keyboard.press('Escape')
  return text
}

async function use(page, text, name) {
  await button(page, 'Add a contact').first().click()
  await page.getByRole('textbox', { name: 'Invitation or address' }).fill(text)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await button(page, 'Accept invitation').click()
}

async function numbers(page) {
  await page.locator('.who button').click()
  const read = (name) => page.getByRole('list', { name }).getByRole('listitem').allTextContents()
  await page.getByRole('list', { name: 'Numbers' }).waitFor()
  return { digits: await read('Numbers'), words: await read('Words') }
}

test('both log in and are reachable', async () => {
  for (const [page, node] of [
    [alice, demo.alice],
    [bob, demo.bob],
  ]) {
    await page.visit(node.url)
    await unlock(page, node.passphrase)
  }
  for (const page of [alice, bob]) await page.getByText('Connected through Tor').waitFor({ timeout: REACH })
})

test('Bob makes an invitation for Alice', async () => {
  invitation = await invite(bob, 'for Alice', () => picture(bob, 'invitation'))
  assert.match(invitation, /^BOC:[A-Z2-7]{170}$/)
  await axe(bob, 'after an invitation')
})

test('Alice uses it; both are contacts at once, and nobody was asked', async () => {
  await use(alice, invitation, 'Bob')
  await composer(alice).waitFor()
  await say(alice, 'Thank you for the invitation.')
  await standing(alice, 'Reachable now')
  await standing(alice, 'Invited')
  await row(bob, 'Alice').waitFor({ timeout: REACH })
  await openChat(bob, 'Alice')
  await standing(bob, 'Invited')
  await bubble(bob, 'Thank you for the invitation.').waitFor({ timeout: REACH })
  await waitForMark(alice, 'Thank you', 'delivered', REACH)
  await button(bob, 'Invite somebody').first().click()
  await bob.locator('[data-invitation="used"]').getByText('Used by Alice').waitFor()
  await bob.keyboard.press('Escape')
})

test('both see the same numbers and words, and say so', async () => {
  const hers = await numbers(alice)
  const his = await numbers(bob)
  assert.deepEqual(hers, his)
  assert.deepEqual([hers.digits.length, hers.words.length], [12, 8])
  await picture(alice, 'numbers')
  for (const page of [alice, bob]) {
    await axe(page, 'numbers')
    await button(page, 'They are the same').click()
    await standing(page, 'Verified')
  }
})

test('a damaged invitation is refused here', async () => {
  const other = invitation.at(-9) === 'A' ? 'B' : 'A'
  await use(alice, invitation.slice(0, -9) + other + invitation.slice(-8), 'Nobody')
  await alice.getByRole('alert').getByText('This invitation is damaged.').waitFor()
  await alice.keyboard.press('Escape')
})

test('Bob’s key changes in order: Alice sees one line and goes on', async () => {
  await button(bob, 'My address').first().click()
  await button(bob, 'New key').click()
  await button(bob, 'Make a new key').click()
  await bob.getByText('The key is of').waitFor()
  await bob.keyboard.press('Escape')
  await alice.getByText('Bob changed keys. The old key announced the new one.').waitFor({ timeout: REACH })
  await standing(alice, 'Verified')
  await picture(alice, 'key-changed-in-order')
  await say(alice, 'Still you.')
  await bubble(bob, 'Still you.').waitFor({ timeout: REACH })
})

test('Alice has a second identity with an address of its own, and Bob’s invitation works for it once', async () => {
  const before = await invite(bob, 'for a stranger')
  await button(alice, 'My address').first().click()
  const first = await alice.getByRole('dialog').locator('[data-address]').getAttribute('data-address')
  await button(alice, 'New identity').click()
  await alice.getByRole('textbox', { name: 'Name' }).fill('Night shift')
  await button(alice, 'Make it').click()
  await alice.getByRole('radio', { name: 'Night shift' }).waitFor()
  assert.notEqual(await alice.getByRole('dialog').locator('[data-address]').getAttribute('data-address'), first)
  await picture(alice, 'identities')
  await alice.keyboard.press('Escape')
  await use(alice, before, 'Bob by night')
  await alice.locator('.who').getByText('as Night shift').waitFor()
  await row(bob, 'Night shift').waitFor({ timeout: REACH })
  await openChat(bob, 'Night shift')
  await say(bob, 'Who are you?')
  await bubble(alice, 'Who are you?').waitFor({ timeout: REACH })
})

test('the second identity is removed with everything it had; the first stays', async () => {
  await button(alice, 'My address').first().click()
  await alice.getByRole('radio', { name: 'Night shift' }).check()
  await button(alice, 'Remove').last().click()
  await alice.getByLabel('Type its name to remove it').fill('Night shift')
  await alice.keyboard.press('Enter')
  await row(alice, 'Bob by night').waitFor({ state: 'detached' })
  await alice.keyboard.press('Escape')
  await openChat(alice, 'Bob')
  await bubble(alice, 'Still you.').waitFor()
})
