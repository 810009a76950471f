// The whole product by keyboard alone: no mouse, and after every key the focus is on something that is seen and has a name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { focused } from './lib/sight.mjs'
import { bubble, row } from './lib/steps.mjs'
import { address } from './mock/program.mjs'

async function key(keys) {
  await page.keyboard.press(keys)
  return focused(page, keys)
}
const write = (text) => page.keyboard.type(text)
const onIt = (locator) => locator.evaluateAll((all) => all.includes(document.activeElement))
/** By `keys`, as often as it takes, to one of what `locator` names. */
async function to(locator, keys = 'Tab') {
  const seen = []
  for (let i = 0; i < 40; i++) {
    if (await onIt(locator)) return
    seen.push(await key(keys))
  }
  assert.fail(`${locator} is not reached by ${keys}: ${seen.join(' | ')}`)
}
const has = (locator) => until(`the focus on ${locator}`, () => onIt(locator), 10)
const button = (name) => page.getByRole('button', { name, exact: true })
const field = (name) => page.getByRole('textbox', { name })
const dialog = (name) => page.getByRole('dialog', { name })
const writing = () => has(field(/^Message to/))
/** What the palette calls so. */
async function command(words) {
  await key('Control+k')
  await has(page.getByRole('combobox'))
  await write(words)
  await page.getByRole('option', { selected: true }).filter({ hasText: words }).waitFor()
  await page.keyboard.press('Enter')
}
async function close(name) {
  await page.keyboard.press('Escape')
  await dialog(name).waitFor({ state: 'detached' })
  await focused(page, `closing ${name}`)
}

test('from the first start to the last lock', async () => {
  await start({}, { passphrase: null })
  await page.visit(program.url)

  // The first start.
  await has(field('Your name'))
  await write('Alice')
  await to(field('Passphrase'))
  await write(PASSPHRASE)
  await to(page.getByLabel('The same again'))
  await write(PASSPHRASE)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Chats' }).waitFor()

  // Somebody is added.
  await command('Add a contact')
  await dialog('Add a contact').waitFor()
  await to(field('Invitation or address'))
  await write(address(7))
  await to(field('Greeting'))
  await write('Hello, it is Alice.')
  await to(button('Send request'))
  await page.keyboard.press('Enter')
  await dialog('Add a contact').waitFor({ state: 'detached' })
  await until('the request', () => [...program.contacts.values()].some((c) => c.state === 'request_sent'), 10)

  // Somebody asks, and is let in.
  const bob = program.addContact({ name: 'Bob', state: 'request_received', greeting: 'It is Bob.' })
  await row(page, 'Bob').waitFor()
  await to(page.locator('[data-conversation]'), 'F6')
  await key('Home')
  await to(row(page, 'Bob'), 'ArrowDown')
  await page.keyboard.press('Enter')
  await button('Accept').waitFor()
  await to(button('Accept'))
  await page.keyboard.press('Enter')
  await field('Message to Bob').waitFor()

  // Said, answered, reacted to, edited, deleted.
  await to(field('Message to Bob'))
  await write('Shall we take the ferry?')
  await key('Enter')
  await bubble(page, 'Shall we take').waitFor()
  program.addMessage(bob.id, 'them', 'The one at seven.')
  await bubble(page, 'The one at seven').waitFor()
  await key('Shift+F6')
  await to(bubble(page, 'The one at seven'), 'ArrowDown')
  await key('r')
  await writing()
  await write('Seven it is.')
  await key('Enter')
  await bubble(page, 'Seven it is').waitFor()
  await key('Shift+F6')
  await to(bubble(page, 'The one at seven').first(), 'ArrowUp')
  await page.keyboard.press('+')
  await has(page.getByRole('toolbar', { name: 'React' }).getByRole('button'))
  await key('ArrowRight')
  await page.keyboard.press('Enter')
  await until('a reaction', () => program.messages.get(bob.id)[1].reactions.me, 10)
  await has(bubble(page, 'The one at seven'))
  await key('Escape')
  await writing()
  await key('ArrowUp')
  await write(' Or eight.')
  await key('Enter')
  await bubble(page, 'Or eight').waitFor()
  await key('Shift+F6')
  await to(bubble(page, 'Shall we take').first(), 'ArrowUp')
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').waitFor()
  await to(page.getByRole('dialog').getByRole('button', { name: /^Delete/ }))
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await until('deleted', () => program.messages.get(bob.id)[0].kind !== 'text', 10)
  await focused(page, 'deleting')

  // Looked for, here and everywhere.
  await page.keyboard.press('Control+f')
  await has(page.locator('.find input'))
  await write('seven')
  await page.locator('.find').getByText(/of/).first().waitFor()
  await key('Enter')
  await page.keyboard.press('Escape')
  await page.locator('.find').waitFor({ state: 'detached' })
  await focused(page, 'the search')
  await page.keyboard.press('Control+Shift+F')
  await has(page.locator('.searching input'))
  await write('seven')
  await page.locator('.searching mark').first().waitFor()
  await key('ArrowDown')
  await page.keyboard.press('Enter')
  await page.locator('.pane').getByRole('heading', { name: 'Bob' }).waitFor()

  // Other colours.
  await page.keyboard.press('Control+,')
  await dialog('Settings').waitFor()
  await to(page.getByRole('radio', { name: 'System' }))
  await to(page.getByRole('radio', { name: 'Dark' }), 'ArrowRight')
  await until('dark', () => JSON.parse(program.settings.page || '{}').theme === 'dark', 10)
  await close('Settings')

  // Somebody is invited.
  await command('Invite somebody')
  await button('Make an invitation').waitFor()
  await to(button('Make an invitation'))
  await page.keyboard.press('Enter')
  await page.getByRole('img', { name: 'The invitation as a QR code' }).waitFor()
  await key('Tab')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await focused(page, 'closing the invitation')

  // Keys and vault.
  await command('My address')
  await button('Keys and vault').waitFor()
  await to(button('Keys and vault'))
  await page.keyboard.press('Enter')
  await dialog('Keys and vault').waitFor()
  await focused(page, 'Keys and vault')
  await key('Tab')
  await close('Keys and vault')

  // Locked, and open again.
  await page.keyboard.press('Control+Shift+L')
  await has(field('Passphrase'))
  await write(PASSPHRASE)
  await page.keyboard.press('Enter')
  await row(page, 'Bob').waitFor()
  await focused(page, 'unlocking')
})
