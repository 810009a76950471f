// Keys and vault, with the stand-in program: every screen, what is refused, what is told.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { pictures } from './lib/pictures.mjs'
import { passphraseField, unlock } from './lib/steps.mjs'
import { back, enter, makeRecoveryKey, openVault } from './lib/vault.mjs'

const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))
const NEXT = 'another five words of dice'
const dialog = () => page.getByRole('dialog')
const login = () => page.getByRole('heading', { name: 'Welcome back' })

async function loggedIn(options, made) {
  await start(options, made)
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}
const lock = async () => {
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Lock' }).first().click()
  await login().waitFor()
}

test('another passphrase: the old one opens nothing any more', async () => {
  await loggedIn()
  await openVault(page)
  await look(page, 'vault')
  await page.getByRole('button', { name: 'Change it' }).click()
  await dialog().getByLabel('Passphrase until now').fill('not this one')
  await dialog().getByLabel('New passphrase').fill(NEXT)
  await dialog().getByLabel('The same again').fill(`${NEXT}?`)
  await page.getByRole('button', { name: 'Change it' }).click()
  await dialog().getByText('The two are not the same.').waitFor()
  await look(page, 'vault-passphrase')
  await dialog().getByLabel('The same again').fill(NEXT)
  await page.getByRole('button', { name: 'Change it' }).click()
  await dialog().getByText('That is not the passphrase of this vault.').waitFor()
  await dialog().getByLabel('Passphrase until now').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Change it' }).click()
  await dialog().getByText('The passphrase is changed.').waitFor()
  await lock()
  await passphraseField(page).fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByText('That is not the passphrase of this vault.').waitFor()
  await unlock(page, NEXT)
})

test('a recovery key is shown once, checked, replaced and removed', async () => {
  await loggedIn()
  await openVault(page)
  await dialog().getByText('There is none.').waitFor()
  await page.getByRole('button', { name: 'Make one' }).click()
  await look(page, 'vault-recovery')
  await enter(page, PASSPHRASE, 'Make a recovery key')
  const groups = dialog().getByRole('list', { name: 'Recovery key' }).getByRole('listitem')
  await groups.first().waitFor()
  await look(page, 'vault-recovery-key')
  await page.getByRole('button', { name: 'I have written it down' }).click()
  await dialog()
    .getByLabel(/^Group/)
    .first()
    .fill('????')
  await page.getByRole('button', { name: 'Compare' }).click()
  await dialog().getByText('That is not what the key has there.').first().waitFor()
  await look(page, 'vault-recovery-check')
  await page.getByRole('button', { name: 'Show the key again' }).click()
  await groups.first().waitFor()
  await page.keyboard.press('Escape')

  await openVault(page)
  await dialog().getByText('There is one.').waitFor()
  await page.getByRole('button', { name: 'Replace or remove' }).click()
  await makeRecoveryKey(page, PASSPHRASE, 'Make another')
  await page.getByRole('button', { name: 'Replace or remove' }).click()
  await page.getByRole('button', { name: 'Remove it, and make none' }).click()
  await page.getByRole('button', { name: 'Remove the recovery key' }).click()
  await dialog().getByText('There is none.').waitFor()
  assert.equal(program.vault.recovery, undefined)
})

test('a forgotten passphrase: the key’s slips of the pen, a wrong one, the right one', async () => {
  await loggedIn()
  await openVault(page)
  await page.getByRole('button', { name: 'Make one' }).click()
  const key = await makeRecoveryKey(page, PASSPHRASE, 'Make a recovery key')
  await page.getByRole('button', { name: 'Replace or remove' }).click()
  const newer = await makeRecoveryKey(page, PASSPHRASE, 'Make another')
  await lock()

  await page.getByRole('button', { name: 'Use the recovery key' }).click()
  await look(page, 'recover')
  const field = page.getByLabel('Recovery key')
  await field.fill(key.slice(0, 10))
  await page.getByText('10 characters of 56.').waitFor()
  await field.fill(key.slice(1, 3) + key.slice(0, 1) + key.slice(3))
  const changed = key[0] !== key[1] || key[1] !== key[2]
  await page.getByText(changed ? 'One of the characters is wrong' : 'as it should be').waitFor()
  await field.fill(`${key.slice(0, -1)}U`)
  await page.getByText('a character in it that no recovery key has').waitFor()
  assert.equal(program.failures, 0, 'nothing was asked for it')
  await field.fill(key)
  await page.getByText('It is written as it should be.').waitFor()
  await page.getByLabel('New passphrase').fill(NEXT)
  await page.getByLabel('The same again').fill(NEXT)
  await page.getByRole('button', { name: 'Set it and unlock' }).click()
  await page.getByText('This key does not open the vault.').waitFor()
  await look(page, 'recover-wrong')
  await field.fill(newer.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').match(/.{4}/g).join(' '))
  await page.getByRole('button', { name: 'Set it and unlock' }).click()
  await page.getByRole('heading', { name: 'Chats' }).waitFor()
  await lock()
  await unlock(page, NEXT)
})

test('a backup is fetched part by part, and saved when its sum is right', async () => {
  await loggedIn()
  program.nextBackup = { length: 100_000, holds: true }
  await openVault(page)
  await page.getByRole('button', { name: 'Make a backup' }).click()
  await look(page, 'vault-backup')
  await enter(page, PASSPHRASE, 'Make a backup')
  await dialog()
    .getByText(/^25 kB of 100 kB$/)
    .waitFor()
  await look(page, 'vault-backup-progress', ['1440', '390'])
  const { file } = program.backup
  program.backup.holds = false
  const [download] = await Promise.all([page.waitForEvent('download'), program.backup.go()])
  assert.match(download.suggestedFilename(), /^blackedoutchat-\d{4}-\d\d-\d\d\.boc$/)
  assert.deepEqual(readFileSync(await download.path()), file)
  await dialog().getByText('The backup is whole: 100 kB.').waitFor()
  assert.equal(program.backup, null, 'the program was told that it has arrived')
  await look(page, 'vault-backup-done')
  const [again] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save it again' }).click(),
  ])
  assert.deepEqual(readFileSync(await again.path()), file)
})

test('a backup that is damaged, cut or stopped is not saved', async () => {
  await loggedIn()
  const downloads = []
  page.on('download', (d) => downloads.push(d))
  await openVault(page)
  await page.getByRole('button', { name: 'Make a backup' }).click()
  for (const next of [{ damaged: true }, { cutAt: 40_000 }]) {
    program.nextBackup = next
    await enter(page, PASSPHRASE, 'Make a backup')
    await dialog().getByText('The file did not arrive whole. Nothing was saved.').waitFor()
    assert.equal(program.backup, null)
  }
  program.nextBackup = { holds: true }
  await enter(page, PASSPHRASE, 'Make a backup')
  await dialog()
    .getByText(/ of 100 kB$/)
    .waitFor()
  await until('the next part is asked for', () => program.backup.go)
  await page.getByRole('button', { name: 'Stop' }).click()
  program.backup.go()
  await dialog().getByRole('button', { name: 'Make a backup', disabled: false }).waitFor()
  assert.equal(await dialog().getByRole('progressbar').count(), 0)
  assert.deepEqual(downloads, [])
  await back(page)
})

test('everything is erased by who types the word', async () => {
  await loggedIn({ expected: [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/] })
  await openVault(page)
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await dialog().getByText('The word is “erase”.').waitFor()
  await look(page, 'vault-erase')
  assert.ok(program.vault)
  await dialog().getByLabel('Type the word “erase”').fill('Erase ')
  await page.getByRole('button', { name: 'Erase everything' }).click()
  await page.getByRole('heading', { name: 'Everything is erased' }).waitFor()
  assert.equal(program.vault, null)
  await look(page, 'erased')
  await program.listen(program.port)
  await page.getByRole('button', { name: 'I have started it again' }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
})

test('a record that was stretched less is made anew after the login, unseen', async () => {
  const weak = { iterations: 1, memory: 8 }
  await loggedIn({}, { ksf: weak })
  const { record } = program.vault
  await until('the record is made anew', () => program.vault.record !== record, 20)
  assert.deepEqual(program.vault.ksf, { iterations: 3, memory: 65536 })
  await lock()
  await unlock(page, PASSPHRASE)
})

test('what the vault has lost is told until somebody has read it', async () => {
  await start()
  program.restored = { made: Date.UTC(2026, 4, 3, 12), at: Date.now() - 60_000 }
  program.settings = { ...program.settings, damaged: 3 }
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  const told = page.getByText('This vault was restored from a backup of 3 May 2026')
  await told.waitFor()
  await page.getByText('3 messages could not be read').waitFor()
  await look(page, 'vault-told')
  await page.getByRole('button', { name: 'Understood' }).click()
  await told.waitFor({ state: 'hidden' })
  program.settings = { ...program.settings, damaged: 4 }
  await page.reload()
  await page.getByText('1 message could not be read').waitFor()
  assert.equal(await told.count(), 0)
})
