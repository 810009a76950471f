// Every place of the page for those who read it otherwise: small, large, from the right, in few colours, by ear.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe, SIZES } from './lib/browser.mjs'
import { furnish, home, scenes } from './lib/scenes.mjs'
import { narrow } from './lib/sight.mjs'
import { bubble, composer, openChat, unlock } from './lib/steps.mjs'

/** 1280 points at 400 %, and at 200 %. */
const LARGE = [
  { width: 320, height: 640 },
  { width: 640, height: 450 },
]

async function begin(options = { size: 390 }) {
  await start(options)
  furnish(program)
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}
const turn = (dir) => page.evaluate((to) => document.documentElement.setAttribute('dir', to), dir)
/** One place that is not well hides no other. */
async function everywhere(look, width = 390) {
  const problems = []
  await begin()
  for (const [name, scene] of Object.entries(scenes)) {
    await home(page, width)
    await scene.go(page)
    await look(name, scene).catch((error) => problems.push(error.message))
  }
  assert.deepEqual(problems, [])
}

test('nothing is cut and nothing scrolls sideways, at 400 % and at 200 %, from the left and from the right', () =>
  everywhere(async (name) => {
    for (const size of LARGE) {
      await page.setViewportSize(size)
      for (const dir of ['ltr', 'rtl']) {
        await turn(dir)
        assert.deepEqual(await narrow(page), [], `${name}, ${size.width}, ${dir}`)
      }
    }
  }, 320))

test('axe finds nothing where no other test has it look, from the right, or in few colours', () =>
  everywhere(async (name, { looked }) => {
    if (!looked) {
      for (const size of [390, 1440]) {
        await page.setViewportSize(SIZES[size])
        await axe(page, `${name}, ${size}`)
      }
    }
    await page.setViewportSize(SIZES[390])
    await turn('rtl')
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark', reducedMotion: 'reduce' })
    await axe(page, `${name}, from the right, forced colours`, ['color-contrast'])
    await page.emulateMedia({ forcedColors: 'none', contrast: 'more', reducedMotion: 'reduce' })
    await axe(page, `${name}, from the right, more contrast`)
    await page.emulateMedia({ contrast: null, colorScheme: 'light', reducedMotion: 'reduce' })
  }))

test('from the right the rail is on the right', async () => {
  await begin({ size: 1440 })
  await turn('rtl')
  const left = (part) => page.locator(part).evaluate((e) => e.getBoundingClientRect().left)
  assert.ok((await left('.rail')) > (await left('.side')))
})

test('in forced colours the focus is seen, and what is chosen is told by more than a colour', async () => {
  await begin({ size: 1440 })
  await openChat(page, 'Mira')
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  await composer(page).focus()
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab')
    const ring = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
      return document.activeElement === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)
    })
    assert.ok(ring, await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)))
  }
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  const alike = await page.evaluate(() => {
    const looks = (e) => {
      const { backgroundColor, borderWidth, borderStyle, outlineStyle } = getComputedStyle(e)
      return [backgroundColor, borderWidth, borderStyle, outlineStyle].join()
    }
    const same = []
    const marks = { 'aria-current': '[aria-current]', 'aria-pressed': '.only[aria-pressed=true]' }
    for (const [mark, selector] of Object.entries(marks)) {
      const all = [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility())
      if (all.length === 0) same.push(`no ${mark}`)
      for (const e of all) {
        const [value, before] = [e.getAttribute(mark), looks(e)]
        e.removeAttribute(mark)
        if (looks(e) === before) same.push(e.outerHTML.slice(0, 120))
        e.setAttribute(mark, value)
      }
    }
    return same
  })
  assert.deepEqual(alike, [])
})

test('who wants no motion sees none', async () => {
  await begin({ size: 1440 })
  await openChat(page, 'Mira')
  const still = async (after) => {
    const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length)
    assert.equal(moving, 0, after)
  }
  await composer(page).fill('one more')
  await page.keyboard.press('Enter')
  await bubble(page, 'one more').waitFor()
  await still('sending')
  for (const keys of ['Control+k', 'Escape', 'Control+,', 'Escape', 'Control+f']) {
    await page.keyboard.press(keys)
    await still(keys)
  }
})

test('what comes before the reader’s eyes is said once, and a flood is counted', async () => {
  await begin({ size: 1440 })
  await openChat(page, 'Mira')
  await bubble(page, 'On my way').waitFor()
  const spoken = page.locator('[aria-live="polite"].unseen').first()
  const says = (words) => until(words, async () => (await spoken.textContent()).trim() === words, 10)
  await spoken.evaluate((e) => {
    globalThis.heard = []
    new MutationObserver(() => globalThis.heard.push(e.textContent.trim())).observe(e, {
      childList: true,
      subtree: true,
      characterData: true,
    })
  })
  const mira = [...program.contacts.values()].find((c) => c.name === 'Mira').id
  const say = (text) => program.addMessage(mira, 'them', text)
  say('hello')
  await says('Mira: hello')
  await bubble(page, 'hello').waitFor()
  // The same words again are another message.
  say('hello')
  await until('said again', () => page.evaluate(() => globalThis.heard.length === 2), 10)
  for (let i = 0; i < 3; i++) say(`number ${i}`)
  await says('5 new messages')
})
