// The list of conversations: what a row says, and where it stands.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { pictures } from './lib/pictures.mjs'
import { composer, openChat, row, say, unlock } from './lib/steps.mjs'

const HOUR = 3_600_000
const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))

const button = (name) => page.getByRole('button', { name, exact: true })
const item = (name) => page.getByRole('menuitem', { name, exact: true })
const archive = () => page.locator('.side details').filter({ hasText: 'Archived' })

async function loggedIn(prepare, options) {
  await start(options)
  prepare?.()
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}

/** Contacts of these names, the first one heard of last. */
function people(...names) {
  return names.map((name, i) => program.addContact({ name, since: Date.now() - (i + 1) * HOUR }))
}

/** The names that are to be seen, in their order. */
const order = () =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-conversation]')]
      .filter((e) => e.checkVisibility())
      .map((e) => e.querySelector('.name bdi').textContent),
  )
async function untilOrder(...names) {
  const wanted = names.join()
  await page
    .waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('[data-conversation]')]
          .filter((e) => e.checkVisibility())
          .map((e) => e.querySelector('.name bdi').textContent)
          .join() === wanted,
      wanted,
    )
    .catch(async () => assert.equal((await order()).join(), wanted))
}
/** The page has said that the conversation was read. */
const untilRead = (id) => until(`${id} is read`, () => program.contacts.get(id).unread === 0)
const focused = () => page.evaluate(() => document.activeElement.querySelector('.name bdi')?.textContent)

/** Opens the menu of a row by the keyboard and takes one of it. */
async function choose(name, words) {
  await row(page, name).focus()
  await page.keyboard.press('Shift+F10')
  await item(words).waitFor()
  for (let i = 0; i < 6 && !(await item(words).evaluate((e) => e === document.activeElement)); i++) {
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
  await item(words).waitFor({ state: 'detached' })
}

describe('a row', () => {
  test('says who wrote last and what became of mine, as it changes', async () => {
    let sent
    await loggedIn(() => {
      const [bob, mira] = people('Bob', 'Mira')
      sent = program.addMessage(bob.id, 'me', 'Is it far?', { state: 'waiting' })
      program.addMessage(mira.id, 'them', 'Not at all')
    })
    await row(page, 'Bob').getByText('You:').waitFor()
    await row(page, 'Bob').getByRole('img', { name: 'Waiting for Bob to come online' }).waitFor()
    assert.equal(await row(page, 'Mira').getByText('You:').count(), 0)
    assert.equal(await row(page, 'Mira').locator('[data-state]').count(), 0)
    program.changeMessage(sent, { state: 'read' })
    await row(page, 'Bob').locator('[data-state="read"]').waitFor()
    program.addMessage(sent.contact, 'them', 'No')
    await row(page, 'Bob').getByText('No', { exact: true }).waitFor()
    assert.equal(await row(page, 'Bob').getByText('You:').count(), 0)
  })

  test('says that something was not sent, even while something else is being written', async () => {
    await loggedIn(() => people('Bob', 'Mira'))
    await openChat(page, 'Bob')
    program.methods['messages.send'] = () => program.methods['contacts.rename']({ contact: 999, name: '' })
    await say(page, 'Is it far?')
    await page.getByText('Not sent.').waitFor()
    await composer(page).fill('I mean the harbour')
    await openChat(page, 'Mira')
    await row(page, 'Bob').getByText('Draft:').waitFor()
    await row(page, 'Bob').getByRole('img', { name: 'Not sent' }).waitFor()
  })

  test('of what is muted shows that there is something, and no number; the title does not count it', async () => {
    await loggedIn(() => people('Bob', 'Mira'))
    await choose('Bob', 'Mute')
    await row(page, 'Bob').getByText('muted').waitFor({ state: 'attached' })
    program.addMessage(1, 'them', 'one')
    await row(page, 'Bob').getByRole('img', { name: 'Something new' }).waitFor()
    assert.equal(await row(page, 'Bob').locator('.badge').count(), 0)
    program.addMessage(2, 'them', 'two')
    await row(page, 'Mira').locator('.badge').waitFor()
    assert.equal(await page.title(), '(1) BlackedOutChat')
    await choose('Bob', 'Unmute')
    await row(page, 'Bob').getByText('1 new').waitFor()
    assert.equal(await page.title(), '(2) BlackedOutChat')
  })
})

describe('its menu', () => {
  test('puts it on top and back, and the focus goes along', async () => {
    await loggedIn(() => people('Bob', 'Mira', 'Jonas'))
    await untilOrder('Bob', 'Mira', 'Jonas')
    await choose('Jonas', 'Pin')
    await untilOrder('Jonas', 'Bob', 'Mira')
    await page.waitForFunction(() => document.activeElement.matches('[data-conversation]'))
    assert.equal(await focused(), 'Jonas')
    await row(page, 'Jonas').getByRole('img', { name: 'Pinned' }).waitFor()
    program.addMessage(2, 'them', 'hello')
    await untilOrder('Jonas', 'Mira', 'Bob')
    await choose('Jonas', 'Unpin')
    await untilOrder('Mira', 'Bob', 'Jonas')
  })

  test('puts it away; what is new there is told, and it can be brought back', async () => {
    await loggedIn(() => people('Bob', 'Mira', 'Jonas'))
    await openChat(page, 'Mira')
    await choose('Mira', 'Archive')
    await untilOrder('Bob', 'Jonas')
    // Nobody looks at what was put away; who stood on it stands on what came in its place.
    await composer(page).waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement.matches('[data-conversation]'))
    assert.equal(await focused(), 'Jonas')
    await archive().getByText('Archived (1)').click()
    await untilOrder('Bob', 'Jonas', 'Mira')
    await choose('Mira', 'Mute')
    assert.equal(await archive().locator('summary').getByRole('img').count(), 0)
    program.addMessage(2, 'them', 'hello')
    await archive().locator('summary').getByRole('img', { name: 'Something new' }).waitFor()
    await choose('Mira', 'Back from the archive')
    await untilOrder('Mira', 'Bob', 'Jonas')
    assert.equal(await archive().count(), 0)
  })

  test('marks as unread what shall be read later, until it is opened', async () => {
    await loggedIn(() => people('Bob', 'Mira'))
    await openChat(page, 'Bob')
    await button('What to do with Bob').last().click()
    await item('Mark as unread').click()
    await composer(page).waitFor({ state: 'detached' })
    await row(page, 'Bob').getByRole('img', { name: 'Marked as unread' }).waitFor()
    assert.equal(program.contacts.get(1).marked, true)
    await openChat(page, 'Bob')
    await row(page, 'Bob').getByRole('img', { name: 'Marked as unread' }).waitFor({ state: 'detached' })
    assert.equal(program.contacts.get(1).marked, false)
  })

  test('says that all of it is read', async () => {
    await loggedIn(() => {
      people('Bob')
      for (const text of ['one', 'two']) program.addMessage(1, 'them', text)
      program.changeContact(1, { marked: true })
    })
    await row(page, 'Bob').getByText('2 new').waitFor()
    await choose('Bob', 'Mark as read')
    await row(page, 'Bob').locator('.badge').waitFor({ state: 'detached' })
    await row(page, 'Bob').locator('.dot').waitFor({ state: 'detached' })
    assert.deepEqual([program.contacts.get(1).read, program.contacts.get(1).marked], [2, false])
  })

  test('opens with a pointer and from a button too, and a stranger has none', async () => {
    await loggedIn(() => {
      people('Bob')
      program.addContact({ name: 'Eve', state: 'request_received' })
    })
    await row(page, 'Bob').click({ button: 'right' })
    await item('Pin').waitFor()
    await page.keyboard.press('Escape')
    await item('Pin').waitFor({ state: 'detached' })
    await row(page, 'Bob').hover()
    await button('What to do with Bob').click()
    await item('Details…').click()
    await page.locator('.details').getByRole('heading', { name: 'Bob' }).waitFor()
    assert.equal(await button('What to do with Eve').count(), 0)
  })
})

test('only what is unread is shown when one wants that, and what one reads stays meanwhile', async () => {
  await loggedIn(() => {
    people('Bob', 'Mira', 'Jonas', 'Ruth')
    program.changeContact(3, { marked: true })
    program.changeContact(4, { archived: true, muted: true })
    program.addMessage(2, 'them', 'hello')
    program.addMessage(4, 'them', 'hello')
  })
  await button('Unread').click()
  await untilOrder('Mira', 'Jonas', 'Ruth')
  await openChat(page, 'Mira')
  await untilRead(2)
  await untilOrder('Mira', 'Jonas', 'Ruth')
  await openChat(page, 'Jonas')
  await untilOrder('Jonas', 'Ruth')
  await openChat(page, 'Ruth')
  await untilRead(4)
  await button('Chats').first().click()
  await page.getByText('Nothing is unread.').waitFor()
  await button('Show all').click()
  await untilOrder('Mira', 'Bob', 'Jonas')
})

test('all of it together, as it looks', async () => {
  await loggedIn(() => {
    const now = Date.now()
    const person = (name, fields, ...said) => {
      const contact = program.addContact({ name, since: now - 900 * HOUR, ...fields })
      said.forEach(([from, text, ago, more]) =>
        program.addMessage(contact.id, from, text, { time: now - ago * HOUR, ...more }),
      )
      return contact
    }
    person('Ruth', { pinned: true, online: true }, ['me', 'Chapter four, then', 50, { state: 'read' }])
    person('Mira', { online: true, trust: 'verified' }, ['them', 'The ferry leaves early on Friday', 0.2])
    person('أمل', {}, ['me', 'سأرسل الملف الليلة', 0.5, { state: 'delivered' }])
    person('Harbour watch', { muted: true }, ['them', 'Tide turns about nine', 1], ['them', 'And back at three', 0.9])
    person('Jonas Ek', { draft: 'I think we should wait until' }, ['them', 'Shall we?', 2])
    person('A name that is much longer than there is room for it', { pinned: true, muted: true, marked: true }, [
      'me',
      'And something that is as long as that, too, for good measure',
      3,
      { state: 'waiting' },
    ])
    person('林小雨', { marked: true }, ['them', '照片', 26])
    person('Tomas', {}, ['me', 'Can you read this?', 30, { state: 'failed' }])
    person('Book circle', { archived: true, muted: true }, ['them', 'See you', 40])
    person('Old friend', { archived: true }, ['me', 'Good night', 400])
    program.addContact({ name: 'Eve', state: 'request_received', greeting: 'We met at the harbour' })
  })
  await archive().getByText('Archived (2)').click()
  await look(page, 'list')
  await row(page, 'Mira').click({ button: 'right' })
  await item('Pin').waitFor()
  await look(page, 'list-menu', [1440])
})
