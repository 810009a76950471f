// The page with a conversation of a hundred thousand messages, in Chromium, with the real program and a real vault: how soon it
// can be used, how long a jump takes, what it holds in memory, and whether scrolling ever shows nothing. Beside it the same for
// a conversation of two hundred, which says what the length costs.
import { close, launch, openPage } from '../browser/lib/browser.mjs'
import { openChat, passphraseField, unlock } from '../browser/lib/steps.mjs'
import { nodeWith, timeOf } from '../lib/long.mjs'
import { figure, finish, median, ms, note } from './lib/figures.mjs'

const COUNT = 100_000
const ROUNDS = 7
const loadedAt = () => {
  const e = document.querySelector('.scroller')
  const { top, bottom } = e.getBoundingClientRect()
  const rows = [...e.querySelectorAll('.slot')].filter((s) => {
    const r = s.getBoundingClientRect()
    return r.height > 0 && r.bottom > top && r.top < bottom
  })
  return rows.length > 0 && rows.every((s) => !s.classList.contains('ghost'))
}

// From the press on the name in the list until all that is in view is drawn, by the page's own clock.
const opens = (page, name) =>
  page.evaluate(async (name) => {
    const button = [...document.querySelectorAll('[data-conversation]')].find((e) => e.textContent.includes(name))
    const start = performance.now()
    button.click()
    const open = () => document.querySelector('.pane h1')?.textContent.includes(name) && globalThis.loadedAt()
    while (!open()) await new Promise((done) => requestAnimationFrame(done))
    return performance.now() - start
  }, name)

const node = await nodeWith([
  { name: 'Heidi', count: COUNT, read: COUNT - 200, reply: { at: COUNT - 198, to: 50_000 } },
  { name: 'Ivan', count: 200, read: 100 },
  { name: 'Judy', count: 5, read: 5 },
])
const browser = await launch(['--enable-precise-memory-info', '--js-flags=--expose-gc'])
const page = await openPage(browser)
try {
  await page.addInitScript(`globalThis.loadedAt = ${loadedAt}`)
  const times = { Heidi: [], Ivan: [] }
  const paints = []
  let first
  for (let i = 0; i < ROUNDS; i++) {
    await page.visit(node.url)
    await passphraseField(page).waitFor()
    paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime))
    if (i === 0) {
      // Of what the browser asked for by then; the parts that come later it asks for at the same time.
      const loaded = await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => [name.split('/').at(-1), encodedBodySize]),
      )
      const sum = (parts) => loaded.filter(([name]) => parts.test(name)).reduce((all, [, size]) => all + size, 0) / 1000
      const begin = sum(/^(index|Icon)\.js|\.css$/)
      figure('page, what it begins with', `${begin.toFixed(1)} kB, compressed`, 'under 60 kB', begin > 0 && begin < 60)
      note('page', `with the main screen ${(begin + sum(/^Main\.js$/)).toFixed(1)} kB`)
    }
    await unlock(page, node.passphrase)
    for (const name of i % 2 ? ['Ivan', 'Heidi'] : ['Heidi', 'Ivan']) times[name].push(await opens(page, name))
    if (i === 0) first = times.Heidi[0]
    await page.getByRole('button', { name: 'Lock', exact: true }).first().click()
    await passphraseField(page).waitFor()
  }
  figure('page, first contentful paint', ms(median(paints)), 'under 200 ms', median(paints) < 200)
  const [long, short] = [median(times.Heidi), median(times.Ivan)]
  figure('page, 100,000 messages', `usable ${ms(long)} after its name was pressed, ${ms(first)} the first time; ` +
    `one of 200 ${ms(short)}; ${(long / short).toFixed(2)} times that`, 'under 300 ms', long < 300)

  await unlock(page, node.passphrase)
  // Heidi is opened at the first unread one, whose second is an answer to #50,000.
  await openChat(page, 'Judy')
  await openChat(page, 'Heidi')
  await page.waitForTimeout(500)
  const jumps = []
  for (let i = 0; i < ROUNDS; i++) {
    const there = await page.evaluate(async () => {
      const start = performance.now()
      document.querySelector('.quoted').click()
      while (!document.querySelector('li.lit')) await new Promise((done) => requestAnimationFrame(done))
      return performance.now() - start
    })
    jumps.push(there)
    await page.waitForTimeout(600)
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.locator('.quoted').first().waitFor()
    await page.waitForTimeout(600)
  }
  figure('page, jump to #50,000', ms(median(jumps)), 'under 100 ms', median(jumps) < 100)

  const scroll = await page.evaluate(async (speed) => {
    const e = document.querySelector('.scroller')
    e.scrollTop = 2_000_000
    await new Promise((done) => setTimeout(done, 500))
    let frames = 0
    let blank = 0
    let ghosts = 0
    const start = performance.now()
    const { top, bottom } = e.getBoundingClientRect()
    let last = start
    while (performance.now() - start < 6000) {
      const now = await new Promise((done) => requestAnimationFrame(done))
      e.scrollTop -= (speed * Math.min(100, now - last)) / 1000
      last = now
      // What is painted is what stands there when the frame's own work is done.
      await new Promise((done) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = done
        port2.postMessage(0)
      })
      frames++
      let at = top
      let ghost = false
      for (const slot of e.querySelectorAll('.slot:not([data-aside])')) {
        const r = slot.getBoundingClientRect()
        if (r.bottom <= at || r.top > at + 0.5) continue
        if (r.top < bottom && slot.classList.contains('ghost')) ghost = true
        at = r.bottom
      }
      blank += Number(at < bottom - 0.5)
      ghosts += Number(ghost)
    }
    return { frames, blank, ghosts, ms: performance.now() - start }
  }, 4000)
  figure('page, scrolling 4,000 px/s into what was never drawn', `${scroll.blank} of ${scroll.frames} frames blank, ` +
    `${scroll.ghosts} with a row still on its way, ${(scroll.frames / scroll.ms * 1000).toFixed(0)} a second`, 'none blank', scroll.blank === 0)

  const heap = await page.evaluate(() => {
    globalThis.gc?.()
    return performance.memory.usedJSHeapSize / 1e6
  })
  figure('page, memory', `${heap.toFixed(1)} MB of JS heap after that`, 'under 60 MB', heap < 60)
  note('page', `${await page.evaluate(() => document.querySelectorAll('*').length)} elements; the first message is of ${new Date(timeOf(1)).getFullYear()}`)
} finally {
  await close(browser)
  await node.stop()
}
finish()
