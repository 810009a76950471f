// Every place of the page, and how one gets there from the list of conversations on a phone. What is open there stays open in
// a window of any other width.
import { bubble, openChat } from './steps.mjs'
import { until } from '../../lib/wait.mjs'

const MINUTE = 60_000
const DAY = 1440 * MINUTE

/** A vault in which every scene has something to show. */
export function furnish(program) {
  const now = Date.now()
  program.settings = { ...program.settings, read_marks: true, typing: true }
  program.addIdentity({ name: 'The reading circle of the harbour' })
  const mira = program.addContact({ name: 'Mira', online: true, trust: 'verified', since: now - 9 * DAY })
  const said = [
    ['them', 'The ferry leaves at *seven* on Friday. ||Nobody else knows.||', { reactions: { me: '☺', them: '❤' } }],
    ['me', 'I will be there, with the blue lamp.', { reply: 1, edited: now - 20 * MINUTE, state: 'read' }],
    ['them', 'The map is at https://harbour.example/a/rather/long/way/to/the/map?of=the&whole=coast#at-night'],
    ['them', '', { kind: 'deleted' }],
    ['them', '👋🎉'],
    ['me', 'What stands behind\n```\nthe tide is right until nine, and not a minute longer than that, they say\n```'],
    ['me', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', { state: 'failed' }],
    ['me', 'On my way.', { state: 'delivered' }],
  ]
  for (const [i, [from, text, more]] of said.entries())
    program.addMessage(mira.id, from, text, { time: now - (60 - i) * MINUTE, ...more })
  program.readAll(mira.id)
  const people = [
    { name: 'Jonas Ek', trust: 'invited', pinned: true },
    { name: 'أمل', online: true, marked: true },
    { name: 'Ruth', trust: 'changed', identity: 2 },
    { name: 'Lena with a name that goes on and on', muted: true, draft: 'What I meant is' },
    { name: 'Noor', archived: true },
  ]
  for (const [i, fields] of people.entries()) {
    const { id } = program.addContact({ since: now - 20 * DAY, ...fields })
    program.addMessage(id, 'them', 'We should wait until the weather is better.', { time: now - (i + 1) * DAY })
    if (fields.marked) program.readAll(id)
  }
  const asks = { state: 'request_received', greeting: 'Mira gave me your address. May I join on Friday?' }
  program.addContact({ name: 'Tomas', ...asks })
  program.addInvitation({ label: 'for Noor' })
}

const press = (page, keys) => page.keyboard.press(keys)
const button = (page, name) => page.getByRole('button', { name, exact: true })
const dialog = (page, name) => page.getByRole('dialog', { name })
const heading = (page, name) => page.getByRole('dialog').getByRole('heading', { name }).first()

async function message(page, text = 'I will be there') {
  await openChat(page, 'Mira')
  await bubble(page, text).focus()
}
/** What is in no header of a phone is in the palette. */
async function command(page, words) {
  await press(page, 'Control+k')
  await page.getByRole('combobox').fill(words)
  await page.getByRole('option', { selected: true }).filter({ hasText: words }).waitFor()
  await press(page, 'Enter')
}

/** `looked`: some other test has axe look at it on a phone and on a wide screen. */
export const scenes = {
  list: { looked: true, go: (page) => page.locator('[data-conversation]').nth(5).waitFor() },
  conversation: {
    async go(page) {
      await openChat(page, 'Mira')
      await bubble(page, 'On my way').waitFor()
    },
  },
  'what to do with a message': {
    looked: true,
    async go(page) {
      await message(page)
      await press(page, 'Shift+F10')
      await page.getByRole('menu', { name: 'Message' }).waitFor()
    },
  },
  'details of a message': {
    async go(page) {
      await message(page)
      await press(page, 'i')
      await page.getByRole('dialog').getByText('read', { exact: false }).first().waitFor()
    },
  },
  forward: {
    async go(page) {
      await message(page)
      await press(page, 'f')
      await page.getByRole('dialog').getByRole('combobox').or(page.getByRole('dialog').getByRole('textbox')).waitFor()
    },
  },
  'emoji picker': {
    async go(page) {
      await openChat(page, 'Mira')
      await button(page, 'Emoji').click()
      await page.getByRole('gridcell', { name: 'grinning face', exact: true }).waitFor()
    },
  },
  'leaving Tor': {
    async go(page) {
      await openChat(page, 'Mira')
      await page.locator('li .link').first().click()
      await page.getByRole('dialog').getByText('harbour.example', { exact: true }).first().waitFor()
    },
  },
  'details of a contact': {
    looked: true,
    async go(page) {
      await openChat(page, 'Mira')
      await button(page, 'Details').click()
      await button(page, 'Close details').waitFor()
    },
  },
  'safety numbers': {
    looked: true,
    async go(page) {
      await openChat(page, 'Mira')
      await page.locator('.who button.trust').click()
      await page.getByRole('list', { name: 'Numbers' }).waitFor()
    },
  },
  'search in a conversation': {
    async go(page) {
      await openChat(page, 'Mira')
      await press(page, 'Control+f')
      await page.keyboard.type('lamp')
      await page.locator('.find').getByText('1').first().waitFor()
    },
  },
  search: {
    async go(page) {
      await button(page, 'Search all messages').click()
      await page.keyboard.type('the')
      await page.locator('.searching mark').first().waitFor()
    },
  },
  palette: {
    async go(page) {
      await press(page, 'Control+k')
      await page.getByRole('combobox').fill('a')
      await page.getByRole('option').nth(3).waitFor()
    },
  },
  shortcuts: {
    async go(page) {
      await press(page, 'Control+/')
      await dialog(page, 'Keyboard shortcuts').waitFor()
    },
  },
  settings: {
    looked: true,
    async go(page) {
      await press(page, 'Control+,')
      await heading(page, 'What contacts learn').waitFor()
    },
  },
  connection: {
    looked: true,
    async go(page) {
      await page.locator('.side .card').click()
      await heading(page, 'Connection').waitFor()
    },
  },
  'my address': {
    looked: true,
    async go(page) {
      await command(page, 'My address')
      await dialog(page, 'My address').getByRole('img').first().waitFor()
    },
  },
  'keys and vault': {
    looked: true,
    async go(page) {
      await command(page, 'My address')
      await button(page, 'Keys and vault').click()
      await dialog(page, 'Keys and vault').waitFor()
    },
  },
  invite: {
    looked: true,
    async go(page) {
      await command(page, 'Invite somebody')
      await button(page, 'Make an invitation').waitFor()
    },
  },
  add: {
    looked: true,
    async go(page) {
      await button(page, 'Add a contact').click()
      await page.getByRole('textbox', { name: 'Greeting' }).waitFor()
    },
  },
  scan: {
    looked: true,
    async go(page) {
      await button(page, 'Add a contact').click()
      await button(page, 'Scan a QR code').click()
      await page.getByText('A picture of the code does as well.').waitFor()
    },
  },
  request: { looked: true, go: (page) => page.locator('[data-conversation]').filter({ hasText: 'Tomas' }).click() },
}

/** Back to the list, with nothing open. */
export async function home(page, width) {
  await page.setViewportSize({ width, height: 844 })
  await page.evaluate(() => history.replaceState(null, ''))
  await page.reload()
  await until('the list', () => page.locator('[data-conversation]').first().isVisible(), 10)
}
