// Writing: what sends and what does not, what is answered and edited, emoji, and what comes back with Ctrl+Z.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program } from './lib/alone.mjs'
import { bob, open as openBob, rowOf, say } from './lib/bob.mjs'
import { axe } from './lib/browser.mjs'
import { bubble, composer, openChat, passphraseField, unlock } from './lib/steps.mjs'

async function open() {
  await openBob()
  await composer(page).focus()
}
async function toBob() {
  await openChat(page, 'Bob')
  await composer(page).focus()
}
const said = () => program.messages.get(bob.id).map((m) => m.text)
const value = (text) => page.waitForFunction((t) => document.querySelector('.composer textarea').value === t, text)
const about = () => page.locator('.composer .about')
const names = () => page.getByRole('listbox', { name: 'Emoji by name' })
/** As an input method tells it: events that no keyboard of a test makes. */
const tell = (...events) =>
  composer(page).evaluate((field, all) => {
    for (const { type, ...init } of all) {
      const Kind = type.startsWith('composition') ? CompositionEvent : KeyboardEvent
      field.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, ...init }))
    }
  }, events)
/** The program answers `method` when it is released, and as before from then on. */
function hold(method) {
  const good = program.methods[method]
  let go
  program.methods[method] = async (params) => {
    await new Promise((done) => (go = done))
    return good(params)
  }
  return {
    asked: () => until('it is asked for', () => go),
    release: () => {
      program.methods[method] = good
      go()
    },
  }
}

test('Enter sends, Shift+Enter begins a line, and the other way round where that is preferred', async () => {
  await open()
  await page.keyboard.type('one')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('two')
  await page.keyboard.press('Enter')
  await bubble(page, 'one').waitFor()
  await value('')
  assert.deepEqual(said(), ['one\ntwo'])
  program.settings = { ...program.settings, page: JSON.stringify({ enterSends: false }) }
  await page.reload()
  await toBob()
  await page.keyboard.type('three')
  await page.keyboard.press('Enter')
  await page.keyboard.type('four')
  await value('three\nfour')
  await page.keyboard.press('Control+Enter')
  await bubble(page, 'four').waitFor()
  assert.deepEqual(said(), ['one\ntwo', 'three\nfour'])
})

test('an Enter that belongs to an input method sends nothing', async () => {
  await open()
  await page.keyboard.type('nihon')
  const enter = { type: 'keydown', key: 'Enter', code: 'Enter' }
  await tell({ type: 'compositionstart' }, { ...enter, isComposing: true }, { ...enter, keyCode: 229 })
  // Safari ends the composition first, and then tells the key like any other.
  await tell({ type: 'compositionend', data: '日本' }, enter)
  await value('nihon')
  const told = await page.evaluate(() => performance.now())
  await page.waitForFunction((t) => performance.now() > t + 100, told) // faster is nobody
  await page.keyboard.press('Enter')
  await bubble(page, 'nihon').waitFor()
  assert.deepEqual(said(), ['nihon'])
})

test('of what is pasted only the text is taken', async () => {
  await open()
  const paste = (kind) =>
    composer(page).evaluate((field, picture) => {
      const data = new DataTransfer()
      if (picture) data.items.add(new File(['x'], 'x.png', { type: 'image/png' }))
      else {
        data.setData('text/html', '<b>bold</b>')
        data.setData('text/plain', 'bold')
      }
      return field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    }, kind === 'picture')
  assert.equal(await paste('words'), true) // the browser goes on with it
  assert.equal(await paste('picture'), false)
  await page.getByText('Pictures and files cannot be sent yet. Text can.').waitFor()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(() =>
    navigator.clipboard.write([
      new ClipboardItem({
        'text/html': new Blob(['<b>bold</b><img src="x">'], { type: 'text/html' }),
        'text/plain': new Blob(['bold'], { type: 'text/plain' }),
      }),
    ]),
  )
  await composer(page).focus()
  await page.keyboard.press('Control+v')
  await value('bold')
})

test('Up edits the last one of mine, the draft waits, Escape gives it back', async () => {
  say('me', 'first')
  const mine = say('me', 'secnod')
  say('me', '', { kind: 'deleted' })
  say('them', 'theirs')
  await open()
  await page.keyboard.press('ArrowUp')
  await about().getByText('You edit').waitFor()
  await value('secnod')
  await axe(page, 'an edit')
  await page.keyboard.press('Escape')
  await about().waitFor({ state: 'detached' })
  await value('')
  await page.keyboard.type('a draft')
  await page.keyboard.press('ArrowUp')
  assert.equal(await about().count(), 0)
  // Somebody asks for it elsewhere: what was begun stays.
  await composer(page).fill('')
  await page.keyboard.press('ArrowUp')
  await value('secnod')
  await composer(page).fill('second')
  await page.keyboard.press('Enter')
  await bubble(page, 'second').getByText('edited', { exact: true }).waitFor()
  await about().waitFor({ state: 'detached' })
  await value('')
  assert.equal(program.messages.get(bob.id)[mine.ordinal - 1].text, 'second')
  assert.equal(said().length, 4)
})

test('an edit is made while the contact is away; one that cannot be saved stays', async () => {
  const mine = say('me', 'at fife', { state: 'waiting' })
  program.changeContact(bob.id, { online: false })
  await open()
  await page.keyboard.press('ArrowUp')
  await composer(page).fill('at five')
  await page.keyboard.press('Enter')
  await bubble(page, 'at five').getByText('edited', { exact: true }).waitFor()
  await page.keyboard.press('ArrowUp')
  await composer(page).fill('at six')
  // It is gone, and the page was not told yet.
  program.messages.get(bob.id)[mine.ordinal - 1].kind = 'expired'
  await page.keyboard.press('Enter')
  await page.locator('.place p').waitFor()
  await value('at six')
  await about().getByText('You edit').waitFor()
})

test('what is answered, and an edit that was begun, are there after a lock', async () => {
  const asked = say('them', 'At five?')
  const mine = say('me', 'at fife')
  const again = async () => {
    await page.keyboard.press('Control+Shift+L')
    await passphraseField(page).waitFor()
    await unlock(page, PASSPHRASE)
    await toBob()
  }
  await open()
  await page.keyboard.press('ArrowUp')
  await composer(page).fill('at five')
  await until('the edit is kept', () => program.draft(bob.id).edited === 'at five')
  await again()
  await about().getByText('You edit').waitFor()
  await value('at five')
  await page.keyboard.press('Escape')
  await value('')
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('Control+ArrowUp')
  await about().getByText('At five?').waitFor()
  await page.keyboard.type('Yes')
  const kept = { text: 'Yes', reply: asked.ordinal, edit: null, edited: '' }
  await until('the answer is kept', () => isDeepStrictEqual(program.draft(bob.id), kept))
  await again()
  await about().getByText('At five?').waitFor()
  await value('Yes')
  // What it answers waits while a message is edited, and that ends with the message.
  await rowOf(mine).focus()
  await page.keyboard.press('e')
  await value('at fife')
  program.changeMessage(mine, { kind: 'deleted', text: '' })
  await about().getByText('At five?').waitFor()
  await value('Yes')
  await composer(page).press('Enter')
  await bubble(page, 'Yes').getByText('At five?').waitFor()
  await until('nothing is left of it', () => program.draft(bob.id).reply === null)
})

test('an edit under way is not thrown away by another deed', async () => {
  const theirs = say('them', 'At five?')
  const mine = say('me', 'at fife')
  await open()
  await page.keyboard.press('ArrowUp')
  await composer(page).fill('at five, by the')
  await rowOf(theirs).focus()
  await page.keyboard.press('r')
  await page.getByText('Save the message that you edit first').waitFor()
  await value('at five, by the')
  await composer(page).press('Escape')
  await rowOf(theirs).focus()
  await page.keyboard.press('r')
  await about().getByText('At five?').waitFor()
  assert.equal(program.messages.get(bob.id)[mine.ordinal - 1].text, 'at fife')
})

test('an edit that is saved while one goes elsewhere is over', async () => {
  const mine = say('me', 'at fife')
  program.addContact({ name: 'Mira' })
  await open()
  const held = hold('messages.edit')
  await page.keyboard.press('ArrowUp')
  await composer(page).fill('at five')
  await composer(page).press('Enter')
  await held.asked()
  await openChat(page, 'Mira')
  held.release()
  await until('it is said', () => program.messages.get(bob.id)[mine.ordinal - 1].text === 'at five')
  await toBob()
  await value('')
  await page.keyboard.press('Control+Shift+L')
  await passphraseField(page).waitFor()
  assert.equal(program.draft(bob.id).edit, null)
})

test('what is typed before the draft is there stands behind it', async () => {
  program.setDraft(bob.id, 'a long letter')
  const held = hold('drafts.get')
  await open()
  await page.keyboard.type('h')
  await held.asked()
  held.release()
  await value('a long letter\nh')
  await until('both are kept', () => program.draft(bob.id).text === 'a long letter\nh')
})

test('an answer says what it answers, and keeps it in another conversation and while it is sent', async () => {
  const asked = say('them', 'At five?')
  say('them', 'Or *six*?')
  program.addContact({ name: 'Mira' })
  await open()
  await page.keyboard.press('Control+ArrowUp')
  await about().getByText('Or six?').waitFor()
  await page.keyboard.press('Control+ArrowUp')
  await about().getByText('At five?').waitFor()
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('Control+ArrowDown')
  await about().getByText('Or six?').waitFor()
  await page.keyboard.press('Control+ArrowDown')
  await about().waitFor({ state: 'detached' })
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.press('Control+ArrowUp')
  await page.keyboard.type('Yes')
  await axe(page, 'an answer')
  await openChat(page, 'Mira')
  assert.equal(await about().count(), 0)
  await value('')
  await openChat(page, 'Bob')
  await value('Yes')
  await about().getByText('At five?').waitFor()
  await page.keyboard.press('Enter')
  await bubble(page, 'Yes').locator('.quote').getByText('At five?').waitFor()
  await about().waitFor({ state: 'detached' })
  const answer = program.messages.get(bob.id).at(-1)
  assert.deepEqual([answer.text, answer.reply], ['Yes', asked.ordinal])
  await composer(page).fill('and this answers nothing')
  await page.keyboard.press('Enter')
  await until('it was sent', () => said().length === 4)
  assert.equal(program.messages.get(bob.id).at(-1).reply, null)
})

test('an emoji is completed by its name, and Ctrl+Z takes it back', async () => {
  await open()
  await page.keyboard.type('well :thumbs')
  await names().getByRole('option').first().waitFor()
  const option = names().getByRole('option', { selected: true })
  assert.match(await option.textContent(), /thumbs up/)
  assert.equal(await composer(page).getAttribute('aria-activedescendant'), await option.getAttribute('id'))
  await axe(page, 'emoji by name')
  await page.keyboard.press('ArrowDown')
  await names().getByRole('option', { selected: true }).getByText('thumbs down').waitFor()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await value('well 👍 ')
  await names().waitFor({ state: 'detached' })
  await page.keyboard.press('Control+z')
  await value('well :thumbs')
  await composer(page).fill('')
  await page.keyboard.type('at 10:30 and a:bc :dog')
  await names().waitFor()
  await page.keyboard.press('Escape')
  await names().waitFor({ state: 'detached' })
  await page.keyboard.type('s')
  await page.keyboard.press('Enter')
  await bubble(page, 'at 10:30 and a:bc :dogs').waitFor()
})

test('an emoji is picked by search and by arrow keys, and is there again', async () => {
  await open()
  await page.keyboard.type('ab')
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('button', { name: 'Emoji', exact: true }).click()
  const picker = page.getByRole('dialog', { name: 'Emoji' })
  await picker.getByRole('gridcell', { name: 'grinning face', exact: true }).waitFor()
  await axe(page, 'the emoji picker')
  await page.keyboard.type('tada')
  await picker.getByRole('gridcell', { name: 'party popper' }).waitFor()
  await page.keyboard.press('Enter')
  await value('a🎉b')
  await picker.waitFor({ state: 'detached' })
  await page.keyboard.press('Control+z')
  await value('ab')
  await until('what was picked is kept', () => program.settings.page.includes('🎉'))

  await page.getByRole('button', { name: 'Emoji', exact: true }).click()
  await picker.getByRole('tab', { name: 'Recently used', selected: true }).waitFor()
  await picker.getByRole('gridcell', { name: 'party popper' }).waitFor()
  await picker.getByRole('tab', { name: 'Recently used' }).focus()
  await page.keyboard.press('ArrowRight')
  await picker.getByRole('tab', { name: 'Smileys and feelings', selected: true }).waitFor()
  await page.keyboard.press('Tab')
  const focused = () => page.evaluate(() => document.activeElement.ariaLabel)
  assert.equal(await focused(), 'grinning face')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  const below = await focused()
  await page.keyboard.press('ArrowUp')
  assert.equal(await focused(), 'grinning face with big eyes')
  assert.notEqual(below, 'grinning face with big eyes')
  await page.keyboard.press('ArrowUp')
  assert.equal(await focused(), 'Find an emoji')
  await page.keyboard.type('no such thing')
  await picker.getByText('No emoji has that name.').waitFor()
  await page.keyboard.press('Escape')
  await picker.waitFor({ state: 'detached' })
  await value('ab')
})

test('Ctrl+B and Ctrl+I put marks around what is selected', async () => {
  await open()
  await page.keyboard.type('so')
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+b')
  await value('*so*')
  await page.keyboard.press('Control+i')
  await value('*_so_*')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await value('so')
  await page.keyboard.press('Control+b')
  await page.keyboard.press('Enter')
  await rowOf(await lastSaid())
    .locator('strong')
    .getByText('so')
    .waitFor()
})
const lastSaid = async () => {
  await until('it was sent', () => said().length > 0)
  return program.messages.get(bob.id).at(-1)
}
