// What the eye would stumble over, as far as it can be measured.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { SIZES } from './lib/browser.mjs'
import { furnish } from './lib/scenes.mjs'
import { bubble, openChat, row, unlock } from './lib/steps.mjs'

async function begin(options, preferences) {
  await start(options)
  furnish(program)
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  // In the words of the tests until here.
  if (preferences) {
    program.settings = { ...program.settings, page: JSON.stringify(preferences) }
    await page.reload()
    await page.waitForFunction((l) => document.documentElement.lang === l, preferences.language)
  }
}
const box = (locator) => locator.evaluate((e) => e.getBoundingClientRect().toJSON())

for (const language of ['en', 'de', 'ru', 'ar']) {
  test(`on a phone nothing of how somebody can be reached is cut or covered, in ${language}`, async () => {
    await begin({ size: 390 }, { language })
    for (const name of ['Mira', 'Ruth', 'Jonas Ek']) {
      await page.setViewportSize(SIZES[390])
      await row(page, name).click()
      await page.locator('.pane h1').filter({ hasText: name }).waitFor()
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 700 })
        const wrong = await page.locator('.pane > header').evaluate((header) => {
          const said = header.querySelector('.who').getBoundingClientRect()
          const parts = [...header.querySelectorAll('.who p > :not(.dot)')]
          const buttons = [...header.querySelectorAll(':scope > button')].filter((e) => e.checkVisibility())
          return [
            ...parts.filter((e) => e.matches('.trust, :first-child') && e.scrollWidth > e.clientWidth),
            ...parts.filter((e) => {
              const { left, right } = e.getBoundingClientRect()
              return left < said.left - 1 || right > said.right + 1
            }),
            ...buttons.filter((e) => {
              const { left, right } = e.getBoundingClientRect()
              return left < said.right - 1 && right > said.left + 1
            }),
          ].map((e) => e.outerHTML.slice(0, 120))
        })
        assert.deepEqual(wrong, [], `${name}, ${width}`)
      }
      await page.goBack()
      await page.locator('[data-conversation]').first().waitFor()
    }
  })
}

test('on a phone the search of a conversation is in its menu', async () => {
  await begin({ size: 390 })
  await openChat(page, 'Mira')
  await page.getByRole('button', { name: 'What to do with Mira' }).click()
  await page.getByRole('menuitem', { name: 'Search in this conversation' }).click()
  await page.getByRole('textbox', { name: 'Search in this conversation' }).waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('.find input'))
})

test('on a phone a question rises from below and is as high as it has to be', async () => {
  await begin({ size: 390 })
  await openChat(page, 'Mira')
  await page.locator('li .link').first().click()
  const { top, bottom, left, right } = await box(page.getByRole('dialog'))
  assert.deepEqual([left, right, bottom], [0, 390, 844])
  assert.ok(top > 300, `${top}`)
})

test('an emoji stands in its line, and is drawn by the emoji font', async () => {
  await begin({ size: 1440 })
  const { id } = [...program.contacts.values()].find((c) => c.name === 'Mira')
  program.addMessage(id, 'them', 'only words')
  program.addMessage(id, 'them', 'with 😀 and 👨‍👩‍👧')
  await openChat(page, 'Mira')
  const height = async (text) => (await box(bubble(page, text).locator('.text'))).height
  await bubble(page, 'with 😀').waitFor()
  assert.equal(await height('with 😀'), await height('only words'))
  const faces = await page.evaluate(async () => (await document.fonts.load('16px Emoji', '😀')).map((f) => f.status))
  assert.deepEqual(faces, ['loaded'])
})

test('a field in which nothing is written begins where the page does', async () => {
  await begin({ size: 1440 }, { language: 'ar' })
  await page.keyboard.press('Control+,')
  const field = page.getByRole('dialog').getByRole('searchbox')
  const direction = () => field.evaluate((e) => getComputedStyle(e).direction)
  assert.equal(await direction(), 'rtl')
  await field.fill('latin')
  assert.equal(await direction(), 'ltr')
})

test('in forced colours a switch shows which way it stands, and a message how far it came', async () => {
  await begin({ size: 1440 })
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  await openChat(page, 'Mira')
  const ground = (locator, pseudo) =>
    locator.first().evaluate((e, part) => getComputedStyle(e, part).backgroundColor, pseudo)
  const row = page.locator('li[data-mark="delivered"]')
  const canvas = await ground(page.locator('body'))
  assert.notEqual(await ground(row.locator('.mark.delivered'), '::before'), canvas)
  await page.keyboard.press('Control+,')
  for (const checked of [true, false]) {
    const knob = page.getByRole('switch', { checked }).first()
    assert.notEqual(await ground(knob.locator('span')), await ground(knob), `${checked}`)
  }
})

test('what stands beside something stays in the window when the window becomes another', async () => {
  await begin({ size: 1440 })
  await openChat(page, 'Mira')
  for (const [opened, open] of [
    [page.getByRole('menu'), () => page.getByRole('button', { name: 'What to do with Mira' }).last().click()],
    [page.getByRole('dialog', { name: 'Emoji' }), () => page.getByRole('button', { name: 'Emoji' }).click()],
  ]) {
    await page.setViewportSize(SIZES[1440])
    await open()
    await opened.waitFor()
    await page.setViewportSize(SIZES[390])
    const inside = () => opened.evaluate((e) => e.getBoundingClientRect().right <= innerWidth)
    await until('in the window', inside, 10)
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'detached' })
  }
})
