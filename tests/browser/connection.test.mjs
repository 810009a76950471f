// What a person looks at when something does not work: what was found, what can be done, a report and a log to give away.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { pictures } from './lib/pictures.mjs'
import { unlock } from './lib/steps.mjs'

const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))
const dialog = () => page.getByRole('dialog', { name: 'Connection' })
const group = (title) => dialog().locator('h4', { hasText: title }).locator('xpath=following-sibling::ul[1]')

async function open() {
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await page.getByRole('button', { name: /Connected through Tor|Joining Tor|Tor stopped/ }).click()
  await dialog().getByRole('heading', { name: 'What we see' }).waitFor()
}

test('where all is well it says so, and what it looked at', async () => {
  await start()
  program.addContact({ name: 'Mira', online: true })
  await open()
  await dialog().getByText('Nothing here needs mending.').waitFor()
  await group('Good to know').getByText('Bridges: snowflake').waitFor()
  await dialog()
    .getByText(/^In order/)
    .click()
  for (const words of [
    'Public address of Alice',
    "Contacts' address of Alice",
    'Tor version 0.4.8.16.',
    '1 connected. 1 link is open.',
  ])
    await dialog().getByText(words).waitFor()
  await look(page, 'connection-well')
})

test('what needs mending comes first, is looked at again, and tried at once', async () => {
  await start()
  program.findings[4] = { grade: 'mend', what: 'folder', text: 'the folder [folder] is open to others (mode 755)' }
  program.looked = program.findings.with(4, {
    grade: 'ok',
    what: 'folder',
    text: 'nobody else may read the data folder',
  })
  program.reached = { '1 public': 'failed' }
  program.tor = { ...program.tor, skew: 7300 }
  await open()
  const mend = group('Needs mending')
  await mend.getByText('The folder [folder] is open to others (mode 755).').waitFor()
  assert.equal(await mend.getByRole('listitem').count(), 3)
  await mend.getByText('off by about 2 hours').waitFor()
  await mend.getByText('did not get there').waitFor()
  await look(page, 'connection-mend')
  program.reached = {}
  program.tor = { ...program.tor, skew: 0 }
  await dialog().getByRole('button', { name: 'Look again' }).click()
  await dialog().getByText('Nothing here needs mending.').waitFor()
  await dialog().getByRole('status').filter({ hasText: 'Looked again at' }).waitFor()
  await dialog().getByRole('button', { name: 'Try now' }).click()
  await dialog().getByRole('status').filter({ hasText: 'dialled now' }).waitFor()
  assert.equal(program.tries, 1)
})

test('what Tor does shows by itself', async () => {
  await start()
  await open()
  await dialog().getByText('Nothing here needs mending.').waitFor()
  program.setTor({ phase: 'down', progress: 0, warning: 'Tor ended (exit status 1) and is started again.' })
  await group('Needs mending').getByText('Tor ended (exit status 1) and is started again.').waitFor()
})

test('the report names nobody, and the log comes whole, to be read or saved', async () => {
  await start()
  await page.context().grantPermissions(['clipboard-write'], { origin: program.url })
  // Reading the clipboard is forbidden to the page.
  await page.addInitScript(() => {
    const write = navigator.clipboard.writeText.bind(navigator.clipboard)
    navigator.clipboard.writeText = (text) => write((globalThis.copied = text))
  })
  program.logLines = Array.from({ length: 7 }, (_, i) => `2026-11-23T03:24:5${i}Z net: link ${i}`)
  await open()
  await dialog().getByRole('button', { name: 'Copy report' }).click()
  await dialog().getByRole('button', { name: 'Copied' }).waitFor()
  const report = await page.evaluate(() => globalThis.copied)
  assert.match(report, /^BlackedOutChat 0\.1\.0, /)
  assert.match(report, /ok {4}Public address of identity 1: /)
  assert.match(report, /note {2}Bridges: snowflake: /)
  assert.doesNotMatch(report, /Alice|onion|[a-z2-7]{56}/)
  await dialog().getByText('Log', { exact: true }).click()
  await dialog().getByText('It holds times').waitFor()
  await dialog().getByRole('button', { name: 'Show log' }).click()
  const shown = dialog().getByRole('region', { name: 'Log' })
  await shown.waitFor()
  const whole = program.logLines.map((l) => l + '\n').join('')
  assert.equal(await shown.textContent(), whole)
  await dialog().getByRole('status').filter({ hasText: '7 lines.' }).waitFor()
  await look(
    page,
    'connection-log',
    undefined,
    dialog()
      .locator('details')
      .filter({ has: page.locator('pre') }),
  )
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog().getByRole('button', { name: 'Save log' }).click(),
  ])
  assert.equal(file.suggestedFilename(), 'blackedoutchat-log.txt')
  assert.equal(readFileSync(await file.path(), 'utf8'), whole)
})

test('settings lead there, too', async () => {
  await start()
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await page.getByRole('button', { name: 'My address' }).first().click()
  await page.getByRole('button', { name: 'Look at the connection' }).click()
  await dialog().getByRole('heading', { name: 'What we see' }).waitFor()
})
