// Several messages at once: chosen by mouse, by keyboard, by touch; copied, forwarded and deleted together.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { beforeEach, describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program } from './lib/alone.mjs'
import { bob, openAtEnd, say } from './lib/bob.mjs'
import { axe } from './lib/browser.mjs'
import { longPress, onPhone } from './lib/phone.mjs'
import { pictures } from './lib/pictures.mjs'
import { bubble, composer, openChat, unlock } from './lib/steps.mjs'

const picture = pictures(join(process.env.BOC_OUT ?? 'build/test', 'select'))
let carol

beforeEach(() => {
  carol = program.addContact({ name: 'Carol' })
})

const now = ({ contact, ordinal }) => program.messages.get(contact)[ordinal - 1]
const key = (name) => page.keyboard.press(name)
const press = (text, options) => bubble(page, text).locator('.bubble').click(options)
const bar = (p = page) => p.getByRole('group', { name: 'Selected messages' })
const inBar = (name, p = page) => bar(p).getByRole('button', { name, exact: true })
const dialog = (name) => page.getByRole('dialog', { name })
const ended = () => bar().waitFor({ state: 'detached' })
const hasFocus = (text) =>
  until(`${text} has the focus`, () => bubble(page, text).evaluate((e) => e === document.activeElement))
const ticked = (p = page) =>
  p.locator('li[data-id]:has([role="checkbox"][aria-checked="true"]) .text').allTextContents()
const selected = (...texts) =>
  until(`selected: ${texts}`, async () => JSON.stringify(await ticked()) === JSON.stringify(texts))
async function begin(text) {
  await bubble(page, text).focus()
  await key('x')
  await bar().waitFor()
}
async function paste() {
  await composer(page).focus()
  await key('Control+V')
  return composer(page).inputValue()
}

describe('several messages at once', () => {
  test('by mouse: from the menu on, by a press each, and with Shift up to one', async () => {
    const texts = ['one', 'two', 'three', 'four', 'five'].map((n) => `${n}.`)
    texts.forEach((text, i) => say(i % 2 ? 'me' : 'them', text))
    const link = say('them', 'see https://example.org/ there')
    say('me', '', { kind: 'deleted' })
    await openAtEnd()
    await composer(page).fill('begun')
    const { y } = await bubble(page, 'five.').boundingBox()
    await press('two.', { button: 'right' })
    await page.getByRole('menuitem', { name: 'Select' }).click()
    await bar().getByText('1 selected').waitFor()
    await selected('two.')
    await hasFocus('two.')
    assert.equal(await composer(page).isVisible(), false)
    assert.equal((await bubble(page, 'five.').boundingBox()).y, y, 'nothing jumps')
    // Neither the buttons beside a message nor its menu are for several.
    await bubble(page, 'one.').hover()
    assert.equal(await page.locator('.scroller .beside').count(), 0)
    await press('five.')
    await selected('two.', 'five.')
    await press('three.', { modifiers: ['Shift'] })
    await selected('two.', 'three.', 'four.', 'five.')
    await press('one.', { modifiers: ['Shift'] })
    await selected('one.', 'two.', 'three.', 'four.', 'five.')
    // Another run in its place, and one out of it.
    await press('four.', { modifiers: ['Shift'] })
    await selected('two.', 'four.', 'five.')
    await press('two.')
    await selected('four.', 'five.')
    assert.equal(await page.evaluate(() => getSelection().isCollapsed), true, 'no words are marked')
    // A link within is part of its message; beside the bubble, too, one is on the row. What is deleted is not to be had.
    await bubble(page, 'see').locator('.text button').click()
    assert.equal(await page.getByRole('dialog').count(), 0)
    await bubble(page, 'one.').click({ position: { x: 400, y: 15 } })
    assert.equal(await bubble(page, 'Deleted').getByRole('checkbox').count(), 0)
    await press('Deleted')
    await bar().getByText('4 selected').waitFor()
    await page.getByRole('status').filter({ hasText: '4 selected' }).waitFor({ state: 'attached' })
    const said = await bubble(page, 'one.').getAttribute('aria-label')
    assert.match(said, /^Bob: one\., \d\d:\d\d, selected$/)
    await bubble(page, 'three.')
      .getByRole('checkbox', { name: /^Select: Bob: three\./ })
      .waitFor()
    await picture(page, 'several')
    await inBar('Cancel').click()
    await ended()
    assert.equal(await page.getByRole('checkbox').count(), 0)
    assert.equal(await composer(page).inputValue(), 'begun')
    assert.equal(now(link).kind, 'text')
  })

  test('by keyboard: x, Shift with arrows, what is done to all, Escape', async () => {
    for (let i = 1; i <= 5; i++) say('them', `${i}th`)
    await openAtEnd()
    await begin('2th')
    await hasFocus('2th')
    await key('Shift+ArrowDown')
    await key('Shift+ArrowDown')
    await selected('2th', '3th', '4th')
    await hasFocus('4th')
    await key('Shift+ArrowUp')
    await selected('2th', '3th')
    await key('ArrowDown')
    await key('ArrowDown')
    await hasFocus('5th')
    await selected('2th', '3th')
    await key(' ')
    await selected('2th', '3th', '5th')
    // What is for one only does nothing; its menu neither.
    for (const one of ['r', 'e', '+', 'i']) await key(one)
    assert.equal(await page.getByRole('dialog').or(page.getByRole('toolbar')).count(), 0)
    await hasFocus('5th')
    await key('f')
    await dialog('Forward').waitFor()
    await key('Escape')
    await hasFocus('5th')
    await key('Delete')
    await dialog('Delete 3 messages').waitFor()
    await key('Escape')
    await hasFocus('5th')
    await axe(page, 'some are selected')
    // The bar is a part of the page, in the place of where one writes.
    await key('F6')
    assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'Cancel')
    await key('Shift+F6')
    await page.locator('li[data-id]:focus').waitFor()
    await key('Escape')
    await ended()
    await page.locator('li[data-id]:focus').waitFor()
    // From anywhere.
    await begin('1th')
    await inBar('Forward').focus()
    await key('Escape')
    await ended()
    await composer(page).and(page.locator(':focus')).waitFor()
    // The last one that goes out ends it.
    await begin('1th')
    await key('x')
    await ended()
    await hasFocus('1th')
    await key('Control+/')
    const sheet = dialog('Keyboard shortcuts')
    await sheet.getByText('Select', { exact: true }).waitFor()
    await sheet.getByText('Select more, where some are selected').waitFor()
  })

  test('by touch: a tap each, on a narrow screen', async () => {
    say('them', 'from them')
    say('me', 'from me')
    const phone = await onPhone('Bob')
    await longPress(phone, bubble(phone, 'from them').locator('.bubble'))
    await phone.getByRole('menuitem', { name: 'Select' }).tap()
    await bar(phone).getByText('1 selected').waitFor()
    await bubble(phone, 'from me').getByRole('checkbox').tap()
    await bar(phone).getByText('2 selected').waitFor()
    await bubble(phone, 'from them').tap({ position: { x: 370, y: 15 } })
    await bar(phone).getByText('1 selected').waitFor()
    assert.deepEqual(await ticked(phone), ['from me'])
    for (const name of ['Cancel', 'Copy', 'Forward', 'Delete']) {
      const { width, height } = await inBar(name, phone).boundingBox()
      assert.ok(width >= 40 && height >= 40, `${name} can be hit: ${width} × ${height}`)
    }
    assert.ok((await bubble(phone, 'from me').getByRole('checkbox').boundingBox()).width >= 24)
    assert.equal(await phone.evaluate(() => document.scrollingElement.scrollWidth), 390)
    await axe(phone, 'selected on a phone')
    await inBar('Cancel', phone).tap()
    await bar(phone).waitFor({ state: 'detached' })
    phone.check()
    await phone.context().close()
  })

  test('they are copied in their order, with who wrote them and when', async () => {
    const at = new Date(2026, 2, 3, 14, 5).getTime()
    say('them', 'first', { time: at })
    say('me', 'second', { time: at + 60_000 })
    say('them', 'third', { time: at + 120_000 })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await openAtEnd()
    await begin('third')
    await press('first')
    await press('second')
    await inBar('Copy').click()
    await page.getByText('Copied', { exact: true }).waitFor()
    await ended()
    const all = 'Bob, 3 March 2026, 14:05\nfirst\n\nYou, 3 March 2026, 14:06\nsecond\n\nBob, 3 March 2026, 14:07\nthird'
    assert.equal(await paste(), all)
    await composer(page).fill('')
    await begin('second')
    await key('c')
    await ended()
    assert.equal(await paste(), 'second')
  })

  test('they are forwarded behind a draft, and it ends with the conversation and with a lock', async () => {
    program.setDraft(carol.id, 'I began this')
    say('them', 'first')
    say('me', 'second')
    await openAtEnd()
    await begin('second')
    await press('first')
    await inBar('Forward').click()
    await dialog('Forward').getByRole('button', { name: 'Carol' }).click()
    await page.locator('.pane').getByRole('heading', { name: 'Carol' }).waitFor()
    assert.equal(await composer(page).inputValue(), 'I began this\nfirst\n\nsecond')
    assert.equal(program.messages.get(carol.id).length, 0)
    await openChat(page, 'Bob')
    await bubble(page, 'first').waitFor()
    assert.equal(await bar().count(), 0)
    // Into the same conversation.
    await begin('first')
    await key('f')
    await dialog('Forward').getByRole('button', { name: 'Bob' }).click()
    await ended()
    await composer(page).and(page.locator(':focus')).waitFor()
    assert.equal(await composer(page).inputValue(), 'first')
    await begin('first')
    await key('Control+Shift+L')
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Bob')
    await bubble(page, 'second').waitFor()
    assert.equal(await bar().count(), 0)
  })

  test('they are deleted each by itself; what could not be stays selected', async () => {
    const all = ['one.', 'two.', 'three.'].map((text) => say('me', text))
    const other = say('them', 'four.')
    const waits = say('me', 'five.', { state: 'waiting' })
    await openAtEnd()
    const { methods } = program
    const honest = methods['messages.delete']
    let calls = 0
    methods['messages.delete'] = (params) => {
      calls++
      return honest(params.ordinal === all[1].ordinal ? { ...params, contact: 99 } : params)
    }
    await begin('one.')
    await press('three.', { modifiers: ['Shift'] })
    await selected('one.', 'two.', 'three.')
    // Theirs are deleted here only, what waits for both only: not these together.
    await press('four.')
    await inBar('Delete').click()
    await dialog('Delete 4 messages').getByRole('button', { name: 'Delete here' }).waitFor()
    assert.equal(await dialog('Delete 4 messages').getByRole('button', { name: 'Delete for both' }).count(), 0)
    await key('Escape')
    await press('five.')
    await inBar('Delete').click()
    await page.getByText('These cannot all be deleted in the same way.').waitFor()
    assert.equal(await page.getByRole('dialog').count(), 0)
    await press('four.')
    await press('five.')
    await selected('one.', 'two.', 'three.')
    await inBar('Delete').click()
    const ask = dialog('Delete 3 messages')
    await ask.getByText('Their copies may have been read already').waitFor()
    await ask.getByRole('button', { name: 'Keep them' }).waitFor()
    await picture(page, 'delete')
    await ask.getByRole('button', { name: 'Delete for both' }).click()
    const again = dialog('Delete this message')
    await again.getByText('One message could not be deleted.').waitFor()
    assert.equal(calls, 3)
    assert.deepEqual(
      [...all, other, waits].map((m) => now(m).kind),
      ['deleted', 'text', 'deleted', 'text', 'text'],
    )
    await key('Escape')
    await selected('two.')
    methods['messages.delete'] = honest
    await inBar('Delete').click()
    await again.getByRole('button', { name: 'Delete here' }).click()
    await again.waitFor({ state: 'detached' })
    await ended()
    assert.equal(now(all[1]).kind, 'deleted_here')
    await composer(page).and(page.locator(':focus')).waitFor()
  })

  test('what goes meanwhile leaves, also where it is not loaded', async () => {
    const all = []
    for (let i = 1; i <= 400; i++) all.push(say('them', `number ${i}.`))
    await openAtEnd()
    await begin('number 399.')
    await press('number 400.')
    await bubble(page, 'number 400.').focus()
    await key('Home')
    await hasFocus(/number 1\./)
    await key('x')
    await bar().getByText('3 selected').waitFor()
    // The end is far away, and not loaded any more or not: some of it is chosen still.
    program.changeMessage(now(all[398]), { kind: 'expired' })
    await bar().getByText('2 selected').waitFor()
    program.changeMessage(now(all[0]), { kind: 'deleted' })
    await bar().getByText('1 selected').waitFor()
    await key('x')
    await bar().getByText('1 selected').waitFor()
    await key('ArrowDown')
    await hasFocus(/number 2\./)
    await key('x')
    await key('Shift+End')
    await page.getByText('At most 100 messages can be selected at a time.').waitFor()
    await bar().getByText('100 selected').waitFor()
    // All that is left of it at once.
    await key('Delete')
    const ask = dialog('Delete 100 messages')
    await ask.waitFor()
    program.changeMessage(now(all[1]), { kind: 'expired' })
    await dialog('Delete 99 messages').getByRole('button', { name: 'Delete here' }).click()
    await ended()
    const kinds = program.messages.get(bob.id).map((m) => m.kind)
    assert.equal(kinds.filter((kind) => kind === 'deleted_here').length, 99)
    assert.equal(kinds[399], 'deleted_here')
    assert.equal(await page.getByRole('dialog').count(), 0)
  })

  test('from the right, and without colours', async () => {
    say('them', 'one.')
    say('me', 'two.')
    say('them', 'three.')
    await openAtEnd()
    await begin('two.')
    await page.evaluate(() => (document.documentElement.dir = 'rtl'))
    const tick = async (text) => bubble(page, text).getByRole('checkbox').boundingBox()
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 })
      for (const text of ['one.', 'two.']) {
        const box = await bubble(page, text).locator('.bubble').boundingBox()
        const { x, y } = await tick(text)
        assert.ok(x >= box.x + box.width, `${text} begins with it at ${width}`)
        assert.ok(y >= box.y && y < box.y + box.height, 'beside it')
      }
      assert.equal((await tick('one.')).x, (await tick('two.')).x, 'in one column')
    }
    await picture(page, 'right')
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
    await axe(page, 'forced colours', ['color-contrast'])
    // A shape says it, not only a colour.
    assert.equal(await bubble(page, 'two.').getByRole('checkbox').locator('svg').count(), 1)
    assert.equal(await bubble(page, 'one.').getByRole('checkbox').locator('svg').count(), 0)
    if (process.env.BOC_PICTURES) await page.screenshot({ path: join(process.env.BOC_OUT, 'select', 'forced.png') })
  })
})
