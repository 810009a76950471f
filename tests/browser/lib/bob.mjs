// One conversation, with Bob, who is there: a new one for each test, and what the tests of messages ask of it.
// Import it into files that need nothing else: its hooks are the file's.
import { beforeEach } from 'node:test'
import { page, PASSPHRASE, program, start } from './alone.mjs'
import { openChat, unlock } from './steps.mjs'

export let bob
beforeEach(async () => {
  await start()
  bob = program.addContact({ name: 'Bob', online: true })
})

/** A message of 'me' or 'them', with more or other fields than usual. */
export const say = (from, text, fields) => program.addMessage(bob.id, from, text, fields)

/** Unlocks the page and opens the conversation, whose messages are there then. */
export async function open() {
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await openChat(page, 'Bob')
  if (program.messages.get(bob.id).length > 0) await page.locator('li[data-id]').first().waitFor()
}

/** The same where all of it was read before: at its end. */
export function openAtEnd() {
  program.readAll(bob.id)
  return open()
}

export const rowOf = (message) => page.locator(`li[data-id="${message.id}"]`)
/** All that a row says to whoever cannot see it, without the time. */
export const label = async (message) => (await rowOf(message).getAttribute('aria-label')).replace(/, \d\d:\d\d/, '')
