// How people are seen: their picture in place of their initial, and how one chooses one's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, crc32 } from 'node:zlib'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe } from './lib/browser.mjs'
import { png as black } from './lib/png.mjs'
import { openChat, row, unlock } from './lib/steps.mjs'

const SIDE = 64
/** All of it in one colour. */
const plain = (r, g, b) => Buffer.from(Array.from({ length: SIDE * SIDE }, () => [r, g, b]).flat())
/** What a canvas shows in its middle. */
const middle = (canvas) => canvas.evaluate((c) => [...c.getContext('2d').getImageData(32, 32, 1, 1).data])
const has = async (locator, colour) => {
  await locator.waitFor()
  assert.deepEqual(await middle(locator), [...colour, 255])
}

test('a contact is seen by its picture, and by its initial again', async () => {
  await start()
  const bob = program.addContact({ name: 'Bob', picture: 5 })
  program.pictures.set(bob.id, plain(200, 30, 40).toString('base64url'))
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await has(row(page, 'Bob').locator('.avatar canvas'), [200, 30, 40])
  await openChat(page, 'Bob')
  await has(page.locator('.pane header .avatar canvas'), [200, 30, 40])
  await axe(page, 'a picture')
  program.changeContact(bob.id, { picture: 0 })
  await page.locator('.pane header .avatar svg').waitFor()
  assert.equal(await page.locator('.avatar canvas').count(), 0)
})

/** A picture file: wide, blue in its middle, red beside it. */
function png(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const edge = (width - height) / 2
  const line = [0]
  for (let x = 0; x < width; x++) line.push(...(x >= edge && x < width - edge ? [0, 0, 255] : [255, 0, 0]))
  const data = deflateSync(Buffer.concat(Array(height).fill(Buffer.from(line))))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test('one chooses the middle of a picture file, and can be without again', async () => {
  await start()
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await page.getByRole('button', { name: 'My address' }).first().click()
  const file = page.locator('input[type=file]')
  await file.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('nothing') })
  await page.getByText('This file is no picture').waitFor()
  await file.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: png(300, 100) })
  await has(page.locator('dialog .avatar canvas'), [0, 0, 255])
  const sent = Buffer.from(program.pictures.get(-1), 'base64url')
  assert.equal(sent.length, SIDE * SIDE * 3)
  for (let y = 0; y < SIDE; y++) {
    // the points at the edge may have taken on something of what is beside them
    for (let x = 2; x < SIDE - 2; x++)
      assert.deepEqual([...sent.subarray((y * SIDE + x) * 3).subarray(0, 3)], [0, 0, 255])
  }
  await page.getByRole('button', { name: 'No picture' }).click()
  await page.locator('dialog .avatar svg').waitFor()
  assert.equal(program.pictures.get(-1), '')
})

test('a picture of too many points, or of no kind that is known, is not decoded', async () => {
  await start()
  await page.addInitScript(() => {
    globalThis.decoded = 0
    globalThis.createImageBitmap = () => {
      globalThis.decoded++
      return Promise.reject(new Error('it was to be decoded'))
    }
  })
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await page.getByRole('button', { name: 'My address' }).first().click()
  const drawing = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
  )
  for (const [name, mimeType, buffer] of [
    ['huge.png', 'image/png', black(8000, 7000, () => true)],
    ['drawing.svg', 'image/svg+xml', drawing],
    ['drawing.png', 'image/png', Buffer.from('<!doctype html>')],
  ]) {
    await page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer })
    await page.getByText('This file is no picture').waitFor()
    assert.equal(await page.evaluate(() => globalThis.decoded), 0, name)
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  }
  assert.equal(program.pictures.size, 0)
})
