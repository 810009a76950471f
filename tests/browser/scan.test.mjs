// Codes held before the camera, and pictures of codes.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { close, launch, openPage } from './lib/browser.mjs'
import { codeFile, film } from './lib/code.mjs'
import { pictures } from './lib/pictures.mjs'
import { png } from './lib/png.mjs'
import { openChat, unlock } from './lib/steps.mjs'
import { address, Program } from './mock/program.mjs'

const PASSPHRASE = 'correct horse battery staple'
const SEEN = address(77)
const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))
const folder = mkdtempSync(join(tmpdir(), 'film.'))
let seeing, blind, program, page

before(async () => {
  const path = join(folder, 'film.y4m')
  writeFileSync(path, film(SEEN))
  ;[seeing, blind] = await Promise.all([
    launch([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${path}`,
    ]),
    launch(),
  ])
})
after(async () => {
  await Promise.all([close(seeing), close(blind)])
  rmSync(folder, { recursive: true })
})
afterEach(async () => {
  page.check()
  await page.context().close()
  await program.stop()
})

const dialog = () => page.getByRole('dialog')
const button = (name) => page.getByRole('button', { name, exact: true })
const says = (words) => dialog().getByRole('status').getByText(words).waitFor()
const choose = (file) => dialog().getByLabel('Picture of a QR code').setInputFiles(file)

async function begin(browser) {
  program = await Program.start({ passphrase: PASSPHRASE })
  program.addContact({ name: 'Mira', online: true })
  page = await openPage(browser)
  // What was opened of the camera, and what was decoded.
  await page.addInitScript(() => {
    globalThis.tracks = []
    globalThis.decoded = 0
    const { mediaDevices } = navigator
    const open = mediaDevices.getUserMedia.bind(mediaDevices)
    mediaDevices.getUserMedia = async (wanted) => {
      const stream = await open(wanted)
      globalThis.tracks.push(...stream.getTracks())
      return stream
    }
    const decode = globalThis.createImageBitmap
    globalThis.createImageBitmap = (...all) => {
      globalThis.decoded++
      return decode(...all)
    }
  })
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}
/** As states and kinds, such as "ended video". */
const tracks = () => page.evaluate(() => globalThis.tracks.map((t) => `${t.readyState} ${t.kind}`))

async function scanInAdding() {
  await button('Add a contact').first().click()
  await button('Scan a QR code').click()
}
async function scanInNumbers() {
  await openChat(page, 'Mira')
  await button('Compare numbers').first().click()
  await dialog().getByText('Compare by code').click()
  await button('Scan a QR code').click()
}

test('an address before the camera is filled in, and the camera goes off', async () => {
  await begin(seeing)
  await scanInAdding()
  await dialog().getByText('An address. They are asked first.').waitFor()
  assert.equal(await dialog().getByLabel('Invitation or address').inputValue(), SEEN)
  assert.equal(await dialog().locator('video').count(), 0)
  assert.deepEqual(await tracks(), ['ended video'])
  assert.equal(await button('Scan a QR code').evaluate((e) => e === document.activeElement), true)
})

test('another code is told calmly; the code of the contact is compared', async () => {
  await begin(seeing)
  await scanInNumbers()
  await says('That is a QR code, but not the code of a contact.')
  assert.deepEqual(await tracks(), ['live video'])
  await look(page, 'scan-camera', [1440, 390])
  const { qr } = program.methods['contacts.safety']({ contact: 1 })
  await choose(codeFile(qr))
  await dialog().getByText('The codes match. Nobody is between you.').waitFor()
  assert.equal(program.contacts.get(1).trust, 'verified')
  assert.deepEqual(await tracks(), ['ended video'])
})

test('the camera goes off when the dialog closes', async () => {
  await begin(seeing)
  await scanInNumbers()
  await says('That is a QR code')
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  assert.deepEqual(await tracks(), ['ended video'])
})

test('without a camera a picture does: chosen, dropped or pasted', async () => {
  await begin(blind)
  await scanInAdding()
  await says('A picture of the code does as well.')
  await look(page, 'scan-blind', [1024, 390])
  await choose({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('nothing') })
  await says('This file is no picture that can be read here.')
  await choose({ name: 'white.png', mimeType: 'image/png', buffer: png(100, 100, () => false) })
  await says('No QR code was found in this picture.')
  await choose(codeFile('https://example.org'))
  await says('That is a QR code, but no invitation and no address.')
  const field = dialog().getByLabel('Invitation or address')
  assert.equal(await field.inputValue(), '')
  const give = async (text, kind) => {
    const base64 = codeFile(text).buffer.toString('base64')
    await dialog()
      .locator('.camera')
      .evaluate(
        (target, [base64, kind]) => {
          const data = new DataTransfer()
          const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
          data.items.add(new File([bytes], 'code.png', { type: 'image/png' }))
          const init = { bubbles: true, cancelable: true }
          const event =
            kind === 'drop'
              ? new DragEvent(kind, { ...init, dataTransfer: data })
              : new ClipboardEvent(kind, { ...init, clipboardData: data })
          target.dispatchEvent(event)
        },
        [base64, kind],
      )
  }
  const invitation = `BOC:${'ABCDEFGHIJ'.repeat(17)}`
  await give(invitation, 'drop')
  await dialog().getByText('An invitation. You will be contacts at once.').waitFor()
  assert.equal(await field.inputValue(), invitation)
  await button('Scan a QR code').click()
  await give(address(78), 'paste')
  await dialog().getByText('An address. They are asked first.').waitFor()
  assert.equal(await field.inputValue(), address(78))
})

test('a picture of too many points is not decoded', async () => {
  await begin(blind)
  await scanInAdding()
  await says('A picture of the code does as well.')
  await choose({ name: 'huge.png', mimeType: 'image/png', buffer: png(8000, 7000, () => true) })
  await says('This file is no picture that can be read here.')
  assert.equal(await page.evaluate(() => globalThis.decoded), 0)
})
