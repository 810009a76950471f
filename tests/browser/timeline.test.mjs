// A conversation of a hundred thousand messages, in a real vault, with the real program: it opens where it should, no row
// that is in view moves by itself, and every place of it is near.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { nodeWith, timeOf } from '../lib/long.mjs'
import { until } from '../lib/wait.mjs'
import { axe, close, launch, openPage } from './lib/browser.mjs'
import { openChat, say, unlock } from './lib/steps.mjs'

const COUNT = 100_000
const READ = 99_801
let browser, node, page

before(async () => {
  node = await nodeWith([
    { name: 'Heidi', count: COUNT, read: READ, reply: { at: READ + 1, to: 50_000 } },
    { name: 'Ivan', count: 3000, read: 1000, vanish: [1001, 1012] },
  ])
  browser = await launch()
})
after(async () => {
  await close(browser)
  await node?.stop()
})
afterEach(async () => {
  page.check()
  await page.context().close()
})

const scroller = () => page.locator('.scroller')
const row = (ordinal) => page.locator(`li[aria-posinset="${ordinal}"]`)
const frames = () =>
  page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))),
  )
/** What is wholly in view: ordinal and place of each. */
const sight = () =>
  scroller().evaluate((e) => {
    const { top, bottom } = e.getBoundingClientRect()
    return [...e.querySelectorAll('li[data-id]')].flatMap((li) => {
      const r = li.getBoundingClientRect()
      return r.top >= top && r.bottom <= bottom ? [{ ordinal: Number(li.ariaPosInSet), top: r.top - top }] : []
    })
  })
/** All that is in view is loaded. */
const loaded = () =>
  until('all in view is loaded', () =>
    scroller().evaluate((e) => {
      const { top, bottom } = e.getBoundingClientRect()
      return [...e.querySelectorAll('.ghost')].every((g) => {
        const r = g.getBoundingClientRect()
        return r.bottom <= top || r.top >= bottom
      })
    }),
  )
/** The rows that were in view and are still are where they were, to two pixels. */
async function stays(what, work) {
  await loaded()
  await frames()
  const before = await sight()
  await work()
  await frames()
  const now = new Map((await sight()).map(({ ordinal, top }) => [ordinal, top]))
  const moved = before.filter(({ ordinal, top }) => now.has(ordinal) && Math.abs(now.get(ordinal) - top) > 2)
  assert.deepEqual(moved, [], `${what}: ${JSON.stringify([...now].slice(0, 3))}`)
  assert.ok(
    before.some(({ ordinal }) => now.has(ordinal)),
    `${what}: nothing that was in view is there`,
  )
  return before
}
async function open(name = 'Heidi', options = {}) {
  page = await openPage(browser, options)
  await page.visit(node.url)
  await unlock(page, node.passphrase)
  await openChat(page, name)
  await page.locator('li[data-id]').first().waitFor()
  await loaded()
  if (!node.client) await node.connect()
}
const contact = async (name) => (await node.client.call('contacts.list')).contacts.find((c) => c.name === name).id
const change = async (method, ordinal, fields) =>
  node.client.call(`messages.${method}`, { contact: await contact('Heidi'), ordinal, ...fields })
const atEnd = () => scroller().evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2)
async function goToDate(time) {
  await page.locator('li[data-id][tabindex="0"]').press('g')
  const day = new Date(time)
  const two = (n) => String(n).padStart(2, '0')
  const dialog = page.getByRole('dialog', { name: 'Go to a date' })
  await dialog.locator('input').fill(`${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`)
  await dialog.getByRole('button', { name: 'Go there' }).click()
}

test('opens at the first unread one, quickly, and jumps to what is answered and back', async () => {
  await open()
  const first = READ + 1
  const next = await page.locator('li.new').evaluate((e) => e.nextElementSibling.ariaPosInSet)
  assert.equal(Number(next), first)
  assert.match(await page.locator('li.new').textContent(), /^\d+ new messages$/)
  assert.equal(await row(first).getAttribute('aria-setsize'), String(COUNT))
  const top = (await sight()).find(({ ordinal }) => ordinal === first).top
  assert.ok(top > 0 && top < 200, `${top}`)
  assert.ok((await page.locator('li[data-id]').count()) < 150)
  await axe(page, 'a long one')

  const answer = row(READ + 1)
  const was = (await sight()).find(({ ordinal }) => ordinal === READ + 1)
  await answer.locator('.quoted').click()
  await page
    .locator('li.lit')
    .getByText(/^50000: /)
    .waitFor()
  await loaded()
  await frames()
  const there = (await sight()).find(({ ordinal }) => ordinal === 50_000)
  assert.ok(Math.abs(there.top - 120) < 40, JSON.stringify(there))
  await page.locator('li.lit').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await loaded()
  await frames()
  const back = (await sight()).find(({ ordinal }) => ordinal === READ + 1)
  assert.ok(Math.abs(back.top - was.top) <= 2, JSON.stringify([was, back]))
  // The rule stays where it was.
  assert.equal(await page.locator('li.new').evaluate((e) => e.nextElementSibling.ariaPosInSet), next)
})

test('a row keeps its place when others change, and the window too', async () => {
  await open()
  await goToDate(timeOf(50_000))
  await page.locator('li.lit').waitFor()
  await loaded()
  const [{ ordinal: first }] = await sight()
  assert.equal(new Date(timeOf(first)).getDate() >= new Date(timeOf(50_000)).getDate() - 1, true)
  const jumped = Number(await page.locator('li.lit').getAttribute('aria-posinset'))
  const day = (n) => new Date(timeOf(n)).toDateString()
  assert.equal(day(jumped), day(50_000))
  assert.notEqual(day(jumped - 1), day(jumped))
  await page.waitForTimeout(600) // the jump has settled

  // Reactions and edits above, in the rows that have elements, and in view.
  const mine = [...Array(40).keys()].map((i) => first - 1 - i).filter((n) => n % 3 === 0)
  const theirs = mine.map((n) => n - 1)
  await stays('reactions above', async () => {
    for (const n of theirs.slice(0, 6)) await change('react', n, { emoji: '👍' })
    await row(theirs[0]).locator('.chip').waitFor()
  })
  await stays('edits above', async () => {
    for (const n of mine.slice(0, 6)) await change('edit', n, { text: 'much longer '.repeat(60 + (n % 9)) })
    await row(mine[0]).getByText('edited', { exact: true }).waitFor()
  })
  await stays('shorter ones above', async () => {
    for (const n of mine.slice(0, 6)) await change('edit', n, { text: 'short' })
    await row(mine[0]).getByText('short', { exact: true }).waitFor()
  })
  const below = (await sight()).at(-1).ordinal
  await stays('what comes below', async () => {
    for (const n of [1, 2, 3].map((i) => below + i).filter((n) => n % 3)) await change('react', n, { emoji: '❤️' })
    await node.client.call('messages.send', { contact: await contact('Heidi'), text: 'something new' })
    await page
      .locator(`li[aria-setsize="${COUNT + 1}"]`)
      .first()
      .waitFor()
  })

  // Older ones are loaded as one scrolls into what was never there.
  for (let i = 0; i < 25; i++) {
    const before = new Map((await sight()).map(({ ordinal, top }) => [ordinal, top]))
    await scroller().evaluate((e) => (e.scrollTop -= 400))
    await loaded()
    await frames()
    const same = (await sight()).filter(({ ordinal }) => before.has(ordinal))
    assert.ok(same.length > 0)
    for (const { ordinal, top } of same) assert.ok(Math.abs(top - before.get(ordinal) - 400) <= 2, `${i}: ${ordinal}`)
  }

  const [{ ordinal: reading }] = await sight()
  const cut = () =>
    scroller().evaluate((e) => {
      const { top } = e.getBoundingClientRect()
      return Number(
        [...e.querySelectorAll('li[data-id]')].find((li) => li.getBoundingClientRect().bottom > top).ariaPosInSet,
      )
    })
  const was = await cut()
  for (const size of [
    { width: 900, height: 700 },
    { width: 420, height: 800 },
    { width: 1440, height: 900 },
  ]) {
    await page.setViewportSize(size)
    await frames()
    await loaded()
    assert.ok(Math.abs((await cut()) - was) <= 1, `${size.width}: ${reading}`)
  }
})

test('Home and End go to the first and the last of all, and the focus is kept', async () => {
  await open()
  const focus = () => page.evaluate(() => document.activeElement.ariaPosInSet)
  await page.locator('li[data-id][tabindex="0"]').focus()
  await page.keyboard.press('Home')
  await until('the first', async () => (await focus()) === '1')
  await loaded()
  assert.deepEqual((await sight())[0].ordinal, 1)
  await page.locator('li.day').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await until('the second', async () => (await focus()) === '2')
  // Scrolled far away it still has the focus, and arrows go on from it.
  await scroller().evaluate((e) => (e.scrollTop = 1_000_000))
  await frames()
  await loaded()
  assert.equal(await focus(), '2')
  await page.keyboard.press('ArrowDown')
  await until('the third', async () => (await focus()) === '3')
  await until('it is in view', async () => (await sight()).some(({ ordinal }) => ordinal === 3))
  assert.equal(await page.locator('li[data-id][tabindex="0"]').count(), 1)
  await page.keyboard.press('End')
  await until('the last', async () => Number(await focus()) >= COUNT)
  await until('the end', atEnd)
  await say(page, 'mine')
  await until('the end', atEnd)
})

test('what is erased above keeps the place of the rest', async () => {
  await open('Ivan')
  await row(1001).waitFor()
  // Nobody looks, so nothing begins to vanish by that.
  await page.evaluate(() => dispatchEvent(new Event('blur')))
  await scroller().evaluate((e) => (e.scrollTop += 1500))
  await loaded()
  await frames()
  const before = await scroller().evaluate((e) => e.scrollHeight)
  const kept = await stays('erased', async () => {
    // Four seconds after it was read it is gone.
    await node.client.call('messages.read', { contact: await contact('Ivan'), ordinal: 1012 })
    await until('it is gone', () => scroller().evaluate((e, was) => Math.abs(e.scrollHeight - was) > 20, before))
  })
  assert.ok(kept.length > 2 && kept.every(({ ordinal }) => ordinal > 1012), JSON.stringify(kept))
  await scroller().evaluate((e) => (e.scrollTop -= 1200))
  await page
    .locator('li.note')
    .getByText(/messages? disappeared/)
    .first()
    .waitFor()
  // Opened anew it is the same.
  await openChat(page, 'Heidi')
  await openChat(page, 'Ivan')
  await loaded()
  const { gone } = await node.client.call('messages.gone', { contact: await contact('Ivan') })
  assert.ok(gone.length > 0 && gone.every(([from, to]) => from > 1000 && to < 1013), JSON.stringify(gone))
})
