// What a session leaves in the folder of a browser: nothing of what was said, typed, looked for or chosen, even while it stands
// in a field. With the real program.
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Node, program } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { close, launchWithProfile, watch } from './lib/browser.mjs'
import { addContact, composer, firstStart, openChat, passphraseField, say, unlock } from './lib/steps.mjs'
import { makeRecoveryKey, openVault } from './lib/vault.mjs'

const PASSPHRASE = 'seven lanterns along the quiet harbour'
const ME = 'Clara of the lighthouse'
const THEM = 'Wilhelmina Sturmvogel'
const GREETING = 'a greeting nobody else has'
const SAID = 'the third bollard from the left'
const SOUGHT = 'bollard from the'
const DRAFT = 'what I never dared to say aloud'
const address = onion()
const secrets = [PASSPHRASE, ME, THEM, GREETING, SAID, SOUGHT, DRAFT, address, '"enterSends":false']
let data, node

before(async () => {
  data = mkdtempSync(join(tmpdir(), 'boc-leftovers-'))
  const folder = join(data, 'node')
  // With bridges that are not there it goes nowhere.
  node = await new Node(folder, undefined, PASSPHRASE).start([program, 'run', '--data', folder, '--bridges'])
})
after(async () => {
  await node?.stop()
  rmSync(data, { recursive: true, force: true })
})

/** Of nobody: without ".onion". */
function onion() {
  const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const sum = createHash('sha3-256')
    .update('.onion checksum')
    .update(key)
    .update(Buffer.from([3]))
    .digest()
  const bits = [...key, ...sum.subarray(0, 2), 3].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.replace(/.{5}/g, (five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five, 2)])
}

/** Which of these words is in which file below; those that go away meanwhile are passed over. */
function search(folder, words) {
  const found = []
  for (const file of readdirSync(folder, { recursive: true })) {
    let bytes
    try {
      if (!statSync(join(folder, file)).isFile()) continue
      bytes = readFileSync(join(folder, file))
    } catch {
      continue
    }
    for (const word of words)
      if (bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le'))) found.push(`${file}: ${word}`)
  }
  return found
}

/** Types into a field of ours that allows it to be kept, and waits until it was: all others were to be kept as well. */
async function kept(page, folder, word) {
  await page.evaluate((name) => {
    const field = Object.assign(document.createElement('textarea'), { id: name })
    ;(document.querySelector('dialog[open]') ?? document.body).append(field)
  }, word)
  await page.locator(`#${word}`).pressSequentially([...word].reverse().join(''))
  await until(`${word} is kept`, () => search(folder, [[...word].reverse().join('')]).length > 0)
}

/** All that one does, with words in the fields at the end. */
async function session(page, folder) {
  await page.keyboard.press('Control+,')
  const enter = page.getByRole('dialog').getByRole('switch', { name: 'Enter sends' })
  if ((await enter.getAttribute('aria-checked')) === 'true') await enter.click()
  await enter.and(page.locator('[aria-checked=false]')).waitFor()
  await page.keyboard.press('Escape')
  await openVault(page)
  await page.getByRole('button', { name: /^Make (one|another)$/ }).click()
  const key = await makeRecoveryKey(page, PASSPHRASE, /^Make (a recovery key|another)$/)
  const groups = key.match(/.{4}/g)
  await page.keyboard.press('Escape')
  await openChat(page, THEM)
  await composer(page).fill(DRAFT)
  await page.keyboard.press('Control+f')
  await page.getByRole('search').getByRole('textbox').fill(SOUGHT)
  await page.locator('li[data-id] mark').first().waitFor()
  await kept(page, folder, 'witness')
  return [key, groups.join('-'), groups.join(' ')]
}

/** Where the passphrase can be read. */
async function showPassphrase(page, folder) {
  await passphraseField(page).fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Show' }).click()
  await kept(page, folder, 'prelude')
}

test('nothing of a session is found in the folder of Chromium', async () => {
  const folder = join(data, 'chromium')
  const context = await launchWithProfile(folder)
  const page = await watch(context, context.pages()[0])
  await page.visit(node.url)
  await firstStart(page, ME, PASSPHRASE)
  await addContact(page, { address, name: THEM, greeting: GREETING })
  await composer(page).waitFor()
  await say(page, SAID)
  await page.getByRole('button', { name: 'Lock' }).first().click()
  await showPassphrase(page, folder)
  await unlock(page, PASSPHRASE)
  const keys = await session(page, folder)
  page.check()
  await close(context)
  assert.deepEqual(search(folder, [...secrets, ...keys]), [])
})
