// Pictures of what is opened from anywhere, and of the page in Arabic, from a story of the real program. tools/screenshots
// runs it; the tests of these screens are elsewhere.
import { before } from 'node:test'
import { SIZES } from './lib/browser.mjs'
import { bubble, composer, openChat, row, unlock, waitForMark } from './lib/steps.mjs'
import { REACH, story } from './lib/story.mjs'

const { test, picture, begin } = story()
let demo, alice, bob
before(async () => ({ demo, alice, bob } = await begin()))

const dialog = () => alice.getByRole('dialog')
const close = async () => {
  await alice.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
}

/** A picture in each width of what stands beside something, opened there; in the last, the widest, it stays open. */
async function inEach(name, what, open) {
  for (const size of Object.keys(SIZES)) {
    if (await what.isVisible()) await alice.keyboard.press('Escape')
    await what.waitFor({ state: 'detached' })
    await alice.setViewportSize(SIZES[size])
    await open()
    await what.waitFor()
    await picture(alice, name, [size])
  }
}

test('two people who talk', async () => {
  const [a, b] = [await demo.alice.rpc(), await demo.bob.rpc()]
  for (const [page, node] of [
    [alice, demo.alice],
    [bob, demo.bob],
  ]) {
    await page.visit(node.url)
    await unlock(page, node.passphrase)
  }
  const { text } = await b.call('invitations.create', { label: 'Alice' })
  await a.call('contacts.add', { invitation: text })
  await row(alice, 'Bob').waitFor({ timeout: REACH })
  await row(bob, 'Alice').waitFor({ timeout: REACH })
  await openChat(alice, 'Bob')
  await openChat(bob, 'Alice')
  const talk = [
    [bob, alice, 'The ferry leaves early on *Friday*. Shall we take it?'],
    [alice, bob, 'Yes. I will bring tea and the _blue_ lamp.'],
    [alice, bob, 'The timetable: https://example.org/ferry'],
    [bob, alice, '🎉'],
    [bob, alice, 'The old bridge is closed, so we walk along the harbour. It is longer, but there is no hurry.'],
  ]
  for (const [from, to, words] of talk) {
    await composer(from).fill(words)
    await composer(from).press('Enter')
    await bubble(to, words.replace(/[*_]/g, '')).waitFor({ timeout: REACH })
  }
  await waitForMark(alice, 'The timetable', 'delivered', REACH)
})

test('messages: the menu, an answer, an emoji, a link', async () => {
  const menu = alice.getByRole('menu')
  await inEach('message-menu', menu, () => bubble(alice, 'The old bridge').click({ button: 'right' }))
  await alice.getByRole('menuitem', { name: 'Reply' }).click()
  await composer(alice).fill('Good. I know the way')
  await picture(alice, 'answer')
  await inEach('emoji', alice.getByRole('dialog', { name: 'Emoji' }), async () => {
    await alice.getByRole('button', { name: 'Emoji' }).click()
    await alice.getByRole('gridcell').first().waitFor()
  })
  await alice.keyboard.press('Escape')
  await composer(alice).press('Enter')
  await bubble(alice, 'Good. I know the way').waitFor()
  await bubble(alice, 'The timetable')
    .getByRole('button', { name: /example\.org/ })
    .click()
  await dialog().waitFor()
  await picture(alice, 'leaving')
  await close()
})

test('what is opened from anywhere', async () => {
  for (const [keys, name] of [
    ['Control+,', 'settings'],
    ['Control+/', 'shortcuts'],
  ]) {
    await alice.keyboard.press(keys)
    await dialog().waitFor()
    await picture(alice, name)
    await close()
  }
  await alice.keyboard.press('Control+k')
  await dialog().getByRole('combobox').fill('ferry')
  await dialog().getByRole('option').first().waitFor()
  await picture(alice, 'palette')
  await close()
  await alice.keyboard.press('Control+Shift+F')
  await alice.locator('.pane').getByRole('combobox').fill('bridge')
  await alice.locator('.pane mark').first().waitFor()
  await picture(alice, 'search')
  await alice.goBack()
  await alice.keyboard.press('Control+,')
  await dialog()
    .getByRole('button', { name: /Keys and vault/ })
    .click()
  await dialog().getByRole('heading', { name: 'Keys and vault' }).waitFor()
  await picture(alice, 'vault')
  await close()
})

test('in Arabic', async () => {
  const a = await demo.alice.rpc()
  await a.call('settings.set', { page: JSON.stringify({ language: 'ar' }) })
  await alice.reload()
  await alice.waitForFunction(() => document.documentElement.dir === 'rtl')
  await row(alice, 'Bob').click()
  await alice.locator('.composer').waitFor()
  await picture(alice, 'arabic')
})
