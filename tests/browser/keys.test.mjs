// Keys and vault with the real program, which needs no network for it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Node, run } from '../lib/program.mjs'
import { close, launch, openPage } from './lib/browser.mjs'
import { firstStart, passphraseField, unlock } from './lib/steps.mjs'
import { enter, makeRecoveryKey, openVault } from './lib/vault.mjs'

const [FIRST, SECOND, THIRD] = [
  'six lanterns along the quay',
  'seven gulls above the mole',
  'eight ropes in the tar shed',
]
const expected = [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/]
const root = mkdtempSync(join(tmpdir(), 'boc-vault-'))
const file = join(root, 'saved.boc')
let browser, node, page, key
before(async () => {
  browser = await launch()
  node = await new Node(join(root, 'a'), undefined, FIRST).start()
  page = await openPage(browser, { expected })
  await page.visit(node.url)
  await firstStart(page, 'Zoë', FIRST)
})
after(async () => {
  await close(browser)
  await node?.stop('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

async function lock() {
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Lock' }).first().click()
  await passphraseField(page).waitFor()
}
async function refused(passphrase) {
  await passphraseField(page).fill(passphrase)
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByText('That is not the passphrase of this vault.').waitFor()
}

test('another passphrase, and the old one is refused', async () => {
  await openVault(page)
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.getByLabel('Passphrase until now').fill(FIRST)
  await page.getByLabel('New passphrase').fill(SECOND)
  await page.getByLabel('The same again').fill(SECOND)
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.getByText('The passphrase is changed.').waitFor()
  await lock()
  await refused(FIRST)
  await unlock(page, SECOND)
  page.check()
})

test('a recovery key opens a vault whose passphrase is forgotten', async () => {
  await openVault(page)
  await page.getByRole('button', { name: 'Make one' }).click()
  key = await makeRecoveryKey(page, SECOND, 'Make a recovery key')
  await lock()
  await page.getByRole('button', { name: 'Use the recovery key' }).click()
  await page.getByLabel('Recovery key').fill(key.toLowerCase())
  await page.getByLabel('New passphrase').fill(THIRD)
  await page.getByLabel('The same again').fill(THIRD)
  await page.getByRole('button', { name: 'Set it and unlock' }).click()
  await page.getByRole('heading', { name: 'Chats' }).waitFor()
  await lock()
  await refused(SECOND)
  await unlock(page, THIRD)
  page.check()
})

test('a backup that the browser saved is restored into another folder', async () => {
  await openVault(page)
  await page.getByRole('button', { name: 'Make a backup' }).click()
  await enter(page, SECOND, 'Make a backup')
  await page.getByText('That is not the passphrase of this vault.').waitFor()
  const download = page.waitForEvent('download')
  await enter(page, THIRD, 'Make a backup')
  await (await download).saveAs(file)
  await page.getByText('The backup is whole:').waitFor()
  const { address } = await (await node.rpc()).call('status.get')

  const data = join(root, 'b')
  const restored = await run(['restore', '--data', data, file])
  assert.equal(restored.code, 0, restored.stderr)
  const other = await new Node(data, undefined, THIRD).start()
  const there = await openPage(browser, { expected })
  try {
    await there.visit(other.url)
    await unlock(there, THIRD)
    await there.getByText('This vault was restored from a backup of').waitFor()
    assert.equal((await (await other.rpc()).call('status.get')).address, address)
    there.check()
  } finally {
    await there.context().close()
    await other.stop()
  }
  page.check()
})

test('what was erased leaves nothing', async () => {
  await page.keyboard.press('Escape')
  await openVault(page)
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await page.getByLabel('Type the word “erase”').fill('erase')
  const gone = once(node.child, 'exit')
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await page.getByRole('heading', { name: 'Everything is erased' }).waitFor()
  await gone
  assert.deepEqual(readdirSync(join(node.data, 'vault')), [])
  for (const what of ['tor', 'links', 'port', 'rpc.sock']) assert.ok(!existsSync(join(node.data, what)), what)
  page.check()
})
