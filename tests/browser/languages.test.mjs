// The page in each of its languages, and from the right where it is read so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe, SIZES } from './lib/browser.mjs'
import { bubble } from './lib/steps.mjs'

async function begin(language) {
  await start()
  program.settings = { ...program.settings, page: JSON.stringify({ language }) }
  const bob = program.addContact({ name: 'Bob', online: true })
  program.addMessage(bob.id, 'me', 'Tell me when you are back, wherever you are and whatever it is that you do there.')
  program.addMessage(bob.id, 'them', 'أنا هنا')
  await page.visit(program.url)
  await page.locator('input[type=password]').fill(PASSPHRASE)
  await page.keyboard.press('Enter')
  await page.locator('[data-conversation]').click()
  await page.locator('.composer').waitFor()
  await page.waitForFunction((l) => document.documentElement.lang === l, language)
}
const settings = async () => {
  await page.keyboard.press('Control+,')
  await page.getByRole('dialog').waitFor()
}
/** Nothing is wider than the window. */
const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)

const LANGUAGES = {
  de: 'Einstellungen',
  es: 'Ajustes',
  fr: 'Paramètres',
  ru: 'Настройки',
  ar: 'الإعدادات',
  fa: 'تنظیمات',
  'zh-Hans': '设置',
}
for (const [language, name] of Object.entries(LANGUAGES)) {
  test(`in ${language}`, async () => {
    await begin(language)
    await settings()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    await axe(page, `settings in ${language}`)
    await page.keyboard.press('Escape')
    await page.setViewportSize(SIZES[390])
    assert.ok(await fits(), 'it fits')
    await axe(page, `a conversation in ${language}, 390`)
  })
}

test('before a login it is the browser’s', async () => {
  await start({ locale: 'fr-CA' })
  await page.visit(program.url)
  await page.getByRole('button', { name: 'Déverrouiller' }).waitFor()
})

test('from the right: the rail, mine on the left, and what is compared by eye as it stands everywhere', async () => {
  await begin('ar')
  assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl')
  const box = (locator) => locator.first().boundingBox()
  assert.ok((await box(page.locator('.rail'))).x > 1300)
  const mine = await box(bubble(page, 'Tell me').locator('.bubble'))
  const theirs = await box(bubble(page, 'أنا هنا').locator('.bubble'))
  assert.ok(mine.x < theirs.x)
  const [first, second] = await page.locator('.details [data-address] span').all()
  assert.ok((await first.boundingBox()).x < (await second.boundingBox()).x, 'an address goes from left to right')
  const send = await box(page.locator('.composer .send'))
  assert.ok(send.x < (await box(page.locator('.composer textarea'))).x)
  // What is cut in the list is cut at its end.
  const said = page.locator('[data-conversation] .said')
  assert.equal(await said.evaluate((e) => getComputedStyle(e).direction), 'rtl')
})
