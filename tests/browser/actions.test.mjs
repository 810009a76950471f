// What a person does to a message that is there: by mouse, by keyboard, by touch.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { beforeEach, describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, program } from './lib/alone.mjs'
import { bob, openAtEnd, say } from './lib/bob.mjs'
import { axe, SIZES } from './lib/browser.mjs'
import { longPress, onPhone } from './lib/phone.mjs'
import { pictures } from './lib/pictures.mjs'
import { bubble, composer } from './lib/steps.mjs'

const picture = pictures(join(process.env.BOC_OUT ?? 'build/test', 'actions'))
const LONG_AGO = Date.now() - 3 * 86400000
let carol

beforeEach(() => {
  carol = program.addContact({ name: 'Carol' })
})

const now = ({ contact, ordinal }) => program.messages.get(contact)[ordinal - 1]
const menu = () => page.getByRole('menu', { name: 'Message' })
const entries = () => menu().getByRole('menuitem').locator('span:nth-child(2)').allTextContents()
const dialog = (name) => page.getByRole('dialog', { name })
const button = (text, name) => bubble(page, text).getByRole('button', { name, exact: true })
const hasFocus = (text) =>
  until(`${text} has the focus`, () => bubble(page, text).evaluate((e) => e === document.activeElement))
const focus = (text) => bubble(page, text).focus()
const key = (name) => page.keyboard.press(name)

describe('actions', () => {
  test('three buttons stand beside what one points at, and nowhere else', async () => {
    say('them', 'from them')
    say('me', 'from me')
    await openAtEnd()
    assert.equal(await page.locator('.scroller .icon-btn').count(), 0)
    await bubble(page, 'from them').locator('.bubble').hover()
    await button('from them', 'React').waitFor()
    await button('from them', 'Reply').waitFor()
    await button('from them', 'More').waitFor()
    assert.equal(await page.locator('.scroller .icon-btn').count(), 3)
    const inside = await bubble(page, 'from them').locator('.bubble').boundingBox()
    const bar = await button('from them', 'React').boundingBox()
    assert.ok(bar.x >= inside.x + inside.width, 'beside the bubble')
    await bubble(page, 'from me').locator('.bubble').hover()
    const right = await bubble(page, 'from me').locator('.bubble').boundingBox()
    const more = await button('from me', 'More').boundingBox()
    assert.ok(more.x + more.width <= right.x, 'beside the bubble')
    await picture(page, 'bare')
    await bubble(page, 'from me').locator('.bubble').hover()
    await axe(page, 'pointed at')
    await button('from me', 'More').click()
    assert.deepEqual(await entries(), [
      'Reply',
      'React…',
      'Edit',
      'Copy',
      'Forward…',
      'Select',
      'Details',
      'Delete here…',
      'Delete for both…',
    ])
    await key('Escape')
    await menu().waitFor({ state: 'detached' })
    for (const size of [390, 1024, 1440]) {
      await page.setViewportSize(SIZES[size])
      await focus('from me')
      await key('Shift+F10')
      await menu().waitFor()
      await picture(page, 'menu', [size])
      await key('Escape')
      await menu().waitFor({ state: 'detached' })
    }
  })

  test('what is not possible is not in the menu', async () => {
    say('them', 'from them')
    say('me', 'it waits', { state: 'waiting' })
    say('me', '', { kind: 'deleted' })
    say('them', '', { kind: 'unreadable' })
    await openAtEnd()
    const offered = async (text) => {
      await bubble(page, text).locator('.bubble').click({ button: 'right' })
      const all = await entries()
      await key('Escape')
      await menu().waitFor({ state: 'detached' })
      return all
    }
    assert.deepEqual(await offered('from them'), [
      'Reply',
      'React…',
      'Copy',
      'Forward…',
      'Select',
      'Details',
      'Delete here…',
    ])
    assert.deepEqual(await offered('it waits'), [
      'Reply',
      'React…',
      'Edit',
      'Copy',
      'Forward…',
      'Select',
      'Details',
      'Delete for both…',
    ])
    assert.deepEqual(await offered('Deleted'), ['Details'])
    assert.deepEqual(await offered('could not be read'), ['Select', 'Details', 'Delete here…'])
    // Nobody can be written to whose key is in doubt.
    program.changeContact(bob.id, { trust: 'changed' })
    await composer(page).waitFor({ state: 'detached' })
    assert.deepEqual(await offered('it waits'), ['Copy', 'Forward…', 'Select', 'Details'])
    assert.deepEqual(await offered('from them'), ['Copy', 'Forward…', 'Select', 'Details', 'Delete here…'])
  })

  test('the keyboard reaches all of it, from one tab stop', async () => {
    say('them', 'from them')
    const message = say('me', 'from me')
    await openAtEnd()
    assert.equal(await page.locator('.list [tabindex="0"]').count(), 1)
    await focus('from me')
    assert.equal(await page.locator('.list :is([tabindex="0"], button:not([tabindex]))').count(), 1)

    // The menu: by Shift+F10 and by its own key; arrows, letters, Escape, and the focus comes back.
    for (const opens of ['Shift+F10', 'ContextMenu']) {
      await key(opens)
      await menu().waitFor()
      await axe(page, 'menu')
      await key('End')
      assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Delete for both…')
      await key('Escape')
      await menu().waitFor({ state: 'detached' })
      await hasFocus('from me')
    }

    // Its own buttons: in by Enter, along by arrows, out by Escape.
    const called = () => page.evaluate(() => document.activeElement.ariaLabel)
    await key('Enter')
    assert.equal(await called(), 'React')
    await key('r') // no message has the focus now
    assert.equal(await called(), 'React')
    await key('ArrowRight')
    assert.equal(await called(), 'Reply')
    await key('ArrowRight')
    assert.equal(await called(), 'More')
    await key('ArrowRight')
    assert.equal(await called(), 'React')
    await key('Escape')
    await hasFocus('from me')

    // Letters.
    await key('c')
    await page.getByText('Copied', { exact: true }).waitFor()
    await composer(page).focus()
    await key('Control+V')
    assert.equal(await composer(page).inputValue(), 'from me')
    await composer(page).fill('')
    await focus('from me')
    await key('i')
    await dialog('Message details').waitFor()
    await key('Escape')
    await hasFocus('from me')
    await key('f')
    await dialog('Forward').waitFor()
    await key('Escape')
    await hasFocus('from me')
    await key('Delete')
    await dialog('Delete this message').waitFor()
    await key('Escape')
    await hasFocus('from me')
    await key('+')
    await page.getByRole('toolbar', { name: 'React' }).waitFor()
    await key('Escape')
    await hasFocus('from me')
    for (const letter of ['r', 'e']) {
      await focus('from me')
      await key(letter)
      await until('the composer has the focus', () => composer(page).evaluate((e) => e === document.activeElement))
    }
    // What is not possible does nothing.
    await focus('from them')
    await key('e')
    await hasFocus('from them')
    assert.equal(now(message).kind, 'text')
  })

  test('a reaction is given, seen, changed and taken away', async () => {
    const message = say('them', 'from them', { reactions: { me: null, them: '😂' } })
    await openAtEnd()
    await bubble(page, 'from them').locator('.bubble').hover()
    await button('from them', 'React').click()
    const bar = page.getByRole('toolbar', { name: 'React' })
    await bar.waitFor()
    assert.equal(await bar.locator('[aria-pressed="true"]').count(), 0)
    await axe(page, 'reactions')
    await picture(page, 'react')
    await key('ArrowRight')
    await key('Enter')
    await until('it is given', () => now(message).reactions.me === '❤️')
    const chip = bubble(page, 'from them').getByRole('button', { name: 'You reacted with ❤️' })
    await chip.waitFor()
    assert.equal(await chip.getAttribute('aria-pressed'), 'true')
    await bubble(page, 'from them').getByText('Bob reacted with 😂').waitFor()

    // In the row of a few the one that was given is pressed; pressing it again takes it away.
    await focus('from them')
    await key('+')
    assert.equal(await bar.locator('[aria-pressed="true"]').textContent(), '❤️')
    await bar.getByRole('button', { name: '👍' }).click()
    await until('it is another', () => now(message).reactions.me === '👍')
    await focus('from them')
    await key('=')
    await bar.getByRole('button', { name: '👍' }).click()
    await until('it is none', () => now(message).reactions.me === null)

    // Any other, by the picker; and away by its pill.
    await focus('from them')
    await key('+')
    await bar.getByRole('button', { name: 'More emoji' }).click()
    const picker = page.getByRole('dialog', { name: 'Emoji' })
    await picker.getByRole('textbox').fill('rocket')
    await picker.getByRole('gridcell', { name: 'rocket' }).click()
    await until('it is a rocket', () => now(message).reactions.me === '🚀')
    await bubble(page, 'from them').getByRole('button', { name: 'You reacted with 🚀' }).click()
    await until('it is none', () => now(message).reactions.me === null)
    await bubble(page, 'from them').getByText('Bob reacted with 😂').waitFor()
  })

  test('deleting asks first, and says what it does', async () => {
    const one = say('me', 'first words')
    const two = say('me', 'second words')
    const three = say('them', 'third words')
    await openAtEnd()
    await focus('first words')
    await key('Delete')
    const ask = dialog('Delete this message')
    await ask.getByText('Their copy may have been read already').waitFor()
    await ask.getByText('“Here” means this vault').waitFor()
    await picture(page, 'delete')
    await ask.getByRole('button', { name: 'Keep it' }).click()
    await ask.waitFor({ state: 'detached' })
    await hasFocus('first words')
    assert.equal(now(one).kind, 'text')

    await key('Shift+F10')
    await menu().getByRole('menuitem', { name: 'Delete for both…' }).click()
    assert.equal(await ask.getByRole('button', { name: 'Delete here' }).count(), 0)
    await ask.getByRole('button', { name: 'Delete for both' }).click()
    await ask.waitFor({ state: 'detached' })
    assert.equal(now(one).kind, 'deleted')
    await bubble(page, 'Deleted').waitFor()
    await hasFocus('Deleted')

    await focus('second words')
    await key('Shift+F10')
    await menu().getByRole('menuitem', { name: 'Delete here…' }).click()
    await ask.getByRole('button', { name: 'Delete here' }).click()
    await bubble(page, 'Deleted here').waitFor()
    assert.equal(now(two).kind, 'deleted_here')

    // Another's is deleted here only. What the program refuses is told, and nothing is closed.
    await focus('third words')
    await key('Delete')
    assert.equal(await ask.getByText('Their copy').count(), 0)
    const { methods } = program
    const honest = methods['messages.delete']
    methods['messages.delete'] = () => honest({ contact: 99, ordinal: 1 })
    await ask.getByRole('button', { name: 'Delete here' }).click()
    await ask.getByText('One message could not be deleted.').waitFor()
    assert.equal(now(three).kind, 'text')
    methods['messages.delete'] = honest
    await ask.getByRole('button', { name: 'Delete here' }).click()
    await ask.waitFor({ state: 'detached' })
    assert.equal(now(three).kind, 'deleted_here')
  })

  test('details say what is known, with all that it said before', async () => {
    const message = say('me', 'first version', { time: LONG_AGO, vanish: 3600, state: 'waiting' })
    say('them', 'täglich')
    await openAtEnd()
    program.methods['messages.edit']({ contact: bob.id, ordinal: message.ordinal, text: 'second version' })
    program.methods['messages.edit']({ contact: bob.id, ordinal: message.ordinal, text: 'third version' })
    await bubble(page, 'third version').waitFor()
    await focus('third version')
    await key('i')
    const details = dialog('Message details')
    const said = async (what) => details.locator(`dt:text-is("${what}") + dd`).textContent()
    await details.getByText('first version').waitFor()
    assert.deepEqual(await details.locator('li p').allTextContents(), ['second version', 'first version'])
    assert.equal(await said('From'), 'You')
    assert.equal(await said('State'), 'Waiting for Bob to come online')
    assert.match(await said('Written'), new RegExp(` ${new Date(LONG_AGO).getFullYear()} .*\\d\\d:\\d\\d:\\d\\d$`))
    assert.match(await said('Edited'), /\d\d:\d\d:\d\d$/)
    assert.equal(await said('Disappears'), '60 minutes after it was delivered')
    assert.equal(await said('Size'), '13 bytes')
    assert.equal(await said('Place'), '1 of 2')
    await picture(page, 'details')
    // Delivered meanwhile: that shows, and when it goes.
    const expires = Date.now() + 3600_000
    program.changeMessage(now(message), { state: 'delivered', expires })
    await details.getByText('Delivered', { exact: true }).waitFor()
    assert.match(await said('Disappears'), /\d\d:\d\d:\d\d$/)
    // Gone meanwhile: so is all that stood there.
    program.changeMessage(now(message), { kind: 'expired', time: 0, state: 'delivered' })
    await details.waitFor({ state: 'detached' })

    await focus('täglich')
    await key('i')
    assert.equal(await said('From'), 'Bob')
    assert.equal(await said('State'), 'Received')
    assert.equal(await said('Size'), '8 bytes')
    assert.equal(
      await details
        .locator('dt')
        .filter({ hasText: /Edited|Disappears/ })
        .count(),
      0,
    )
    await details.getByText('Written, by their clock').waitFor()
  })

  test('forwarding puts it behind what was begun, and sends nothing', async () => {
    for (let i = 0; i < 3; i++) program.addContact({ name: `Someone ${i}` })
    program.addContact({ name: 'Blocked', state: 'blocked' })
    program.setDraft(carol.id, 'I began this')
    const message = say('them', 'worth telling')
    await openAtEnd()
    await focus('worth telling')
    await key('f')
    const forward = dialog('Forward')
    await forward.getByRole('textbox', { name: 'Find somebody' }).waitFor()
    assert.equal(await forward.locator('li').count(), 5)
    assert.equal(await forward.getByText('Blocked').count(), 0)
    await picture(page, 'forward')
    await page.keyboard.type('nobody')
    await forward.getByText('Nobody of that name can be written to.').waitFor()
    await forward.getByRole('textbox').fill('CAR')
    await until('only she is left', async () => (await forward.locator('li').count()) === 1)
    await forward.getByRole('button', { name: 'Carol' }).click()
    await page.locator('.pane').getByRole('heading', { name: 'Carol' }).waitFor()
    assert.equal(await composer(page).inputValue(), 'I began this\nworth telling')
    await until('the composer has the focus', () => composer(page).evaluate((e) => e === document.activeElement))
    await until('the draft is kept', () => program.draft(carol.id).text === 'I began this\nworth telling')
    assert.equal(program.messages.get(carol.id).length, 0)
    assert.equal(now(message).text, 'worth telling')
  })

  test('a message far from the end, and a program that is away', async () => {
    for (let i = 1; i <= 400; i++) say('them', `number ${i}.`)
    await openAtEnd()
    await page.locator('li[data-id][tabindex="0"]').focus()
    await key('Home')
    await hasFocus(/number 1\./)
    await key('+')
    await page.getByRole('toolbar', { name: 'React' }).getByRole('button', { name: '🙏' }).click()
    await bubble(page, /number 1\./)
      .getByText('You reacted with 🙏')
      .waitFor()
    await key('i')
    await dialog('Message details').getByText('1 of 400').waitFor()
    await key('Escape')
    await hasFocus(/number 1\./)

    page.expected.push(/WebSocket connection|ERR_CONNECTION/)
    const { port } = program
    await program.stop()
    await page
      .getByText('not running')
      .or(page.getByText('does not answer'))
      .or(page.locator('.banner'))
      .first()
      .waitFor()
    await key('f')
    await dialog('Forward').getByRole('button', { name: 'Carol' }).click()
    await dialog('Forward').getByText('The program did not answer. Please try again.').waitFor()
    await key('Escape')
    await key('Delete')
    const ask = dialog('Delete this message')
    await ask.getByRole('button', { name: 'Delete here' }).click()
    await ask.getByText('One message could not be deleted.').waitFor()
    assert.equal(now({ contact: bob.id, ordinal: 1 }).kind, 'text')
    await program.listen(port)
  })

  test('a long press opens the menu on a touch screen', async () => {
    say('them', 'from them')
    say('me', 'from me')
    const phone = await onPhone('Bob')
    await longPress(phone, bubble(phone, 'from them').locator('.bubble'))
    const opened = phone.getByRole('menu', { name: 'Message' })
    await opened.waitFor()
    await axe(phone, 'menu on a phone')
    await opened.getByRole('menuitem', { name: 'Details' }).tap()
    await phone.getByRole('dialog', { name: 'Message details' }).waitFor()
    phone.check()
    await phone.context().close()
  })
})
