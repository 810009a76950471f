// What a person does on the page, in words of the page.
import assert from 'node:assert/strict'

export const passphraseField = (page) => page.getByRole('textbox', { name: 'Passphrase' })
export const composer = (page) => page.getByRole('textbox', { name: /^Message to/ })
export const row = (page, name) =>
  page.locator('[data-conversation]').filter({ has: page.locator('.name', { hasText: name }) })
export const bubble = (page, text) => page.locator('li[data-id]').filter({ hasText: text })
export const narrow = (page) => page.viewportSize().width < 720

export async function unlock(page, passphrase) {
  await passphraseField(page).fill(passphrase)
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('heading', { name: 'Chats' }).or(page.locator('.composer')).first().waitFor()
}

export async function firstStart(page, name, passphrase) {
  await page.getByLabel('Your name').fill(name)
  await passphraseField(page).fill(passphrase)
  await page.getByLabel('The same again').fill(passphrase)
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('heading', { name: 'Chats' }).waitFor()
}

export async function openChat(page, name) {
  if (narrow(page) && (await page.getByRole('button', { name: 'Back to the list' }).isVisible())) await backToList(page)
  await row(page, name).click()
  await page.locator('.pane').getByRole('heading', { name }).waitFor()
}

export async function backToList(page) {
  await page.getByRole('button', { name: 'Back to the list' }).click()
  await page.getByRole('heading', { name: 'Chats' }).waitFor()
}

export async function say(page, text) {
  await composer(page).fill(text)
  await composer(page).press('Enter')
  assert.equal(await composer(page).inputValue(), '')
  await bubble(page, text).waitFor()
}

export async function addContact(page, { address, name = '', greeting = '' }) {
  await page.getByRole('button', { name: 'Add a contact' }).first().click()
  await page.getByRole('textbox', { name: 'Address' }).fill(address)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('textbox', { name: 'Greeting' }).fill(greeting)
  await page.getByRole('button', { name: 'Send request' }).click()
}

/** The state of a message of mine, as its shape says it. */
export const markOf = (page, text) => bubble(page, text).last().getAttribute('data-mark')

export async function waitForMark(page, text, mark, timeout = 5000) {
  await page.locator(`li[data-mark="${mark}"]`).filter({ hasText: text }).last().waitFor({ timeout })
}
