// The page by itself: for each test a stand-in program and a page of its own, which must have met no error.
// Import it into files that need nothing else: its hooks are the file's.
import { after, afterEach, before } from 'node:test'
import { Program } from '../mock/program.mjs'
import { close, launch, openPage } from './browser.mjs'

export const PASSPHRASE = 'correct horse battery staple'
export let browser
export let program
export let page

before(async () => {
  browser = await launch()
})
after(() => close(browser))
afterEach(async () => {
  page.check()
  await page.context().close()
  await program.stop()
})

/** A new program, and a page that has visited nothing yet; `options` as in openPage(). */
export async function start(options = {}, { passphrase = PASSPHRASE, ...made } = {}) {
  program = await Program.start({ passphrase, ...made })
  page = await openPage(browser, options)
  return page
}
