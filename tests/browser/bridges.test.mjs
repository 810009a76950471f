// Tor is blocked: the page that waits for it leads to bridges, a wrong line is told, a good one is kept.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { pictures } from './lib/pictures.mjs'
import { unlock } from './lib/steps.mjs'

const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))
const LINE = `obfs4 192.0.2.1:443 ${'0123456789'.repeat(4)} cert=AbC iat-mode=0`
const joining = {
  phase: 'connecting',
  progress: 5,
  tag: 'conn',
  summary: 'Connecting to a relay',
  warning: '',
  skew: 0,
  since: 0,
}

test('the page that waits for Tor leads to bridges, which are given line by line', async () => {
  await start()
  program.tor = joining
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await page.getByRole('button', { name: 'Tor is blocked here?' }).click()
  const dialog = page.getByRole('dialog', { name: 'Connection' })
  const fold = dialog.locator('details').filter({ has: page.getByText('Bridges', { exact: true }) })
  await fold.getByText('Bridges', { exact: true }).click()
  const box = dialog.getByLabel('Bridges, one a line')
  const use = dialog.getByRole('button', { name: 'Use these bridges' })
  assert.ok(await use.isDisabled())
  await box.fill(`${LINE}\nnonsense`)
  await use.click()
  await dialog.getByText('Line 2: behind the address a fingerprint is missing.').waitFor()
  assert.equal(program.bridges.way, 'direct')
  await look(page, 'bridges-wrong', undefined, fold)
  await box.fill(LINE)
  await use.click()
  await dialog.getByText('Tor connects through these bridges only').waitFor()
  await look(page, 'bridges', undefined, fold)
  assert.equal(program.bridges.bridges, LINE)
  await dialog.getByRole('button', { name: 'Connect without bridges' }).click()
  await dialog.getByText('Where Tor is blocked').waitFor()
  assert.deepEqual([program.bridges.bridges, program.bridges.way], ['', 'direct'])
})

test('a Tor that may not connect says what it waits for', async () => {
  await start()
  program.tor = {
    ...joining,
    phase: 'waiting',
    progress: 0,
    summary: 'Waiting for bridges: nothing connects before you gave some.',
  }
  program.bridges = { bridges: '', way: 'waiting', transports: [] }
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await page.locator('.pane').getByText('Waiting for bridges: nothing connects').waitFor()
  await page.getByRole('button', { name: 'Tor is blocked here?' }).click()
  await page.getByRole('dialog').getByLabel('Bridges, one a line').waitFor()
  await look(
    page,
    'bridges-waiting',
    undefined,
    page
      .getByRole('dialog')
      .locator('details')
      .filter({ has: page.getByRole('textbox') }),
  )
  program.bridges = { bridges: '', way: 'direct', transports: [] }
})
