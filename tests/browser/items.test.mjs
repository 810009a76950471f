// What is said beside words, as the page shows it: answers, edits, reactions, what is gone, what is missing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page, PASSPHRASE, program } from './lib/alone.mjs'
import { bob, label, open, rowOf, say } from './lib/bob.mjs'
import { axe } from './lib/browser.mjs'
import { backToList, bubble, composer, openChat, row, unlock } from './lib/steps.mjs'

const previewed = (words) => row(page, 'Bob').locator('.preview').getByText(words, { exact: true }).waitFor()

test('an answer shows what it answers, as it is now', async () => {
  const asked = say('them', 'At five?\n\u202Eor six?')
  const answer = say('me', 'Yes', { reply: 1 })
  const again = say('them', 'Good', { reply: 2 })
  await open()
  const quote = rowOf(answer).locator('.quote')
  await quote.getByText('Bob', { exact: true }).waitFor()
  await quote.getByText('At five? or six?').waitFor()
  assert.equal(await label(answer), 'You in answer to Bob: “At five? or six?”: Yes, Delivered')
  await rowOf(again).locator('.quote').getByText('You', { exact: true }).waitFor()
  assert.equal(await label(again), 'Bob in answer to You: “Yes”: Good')
  program.changeMessage(asked, { kind: 'deleted' })
  await quote.getByText('Deleted message').waitFor()
  await axe(page, 'answers')
})

test('an answer to what is not loaded says so, and is the way there and back', async () => {
  const first = say('them', 'The first of all')
  for (let i = 2; i <= 330; i++) say('them', `number ${i}`)
  const answer = say('me', 'Long ago', { reply: 1 })
  program.readAll(bob.id)
  await open()
  await rowOf(answer).locator('.quote').getByText('An earlier message').waitFor()
  assert.equal(await label(answer), 'You in answer to an earlier message: Long ago, Delivered')
  await rowOf(answer).locator('.quoted').click()
  await page.locator('li.lit').getByText('The first of all').waitFor()
  await rowOf(first).and(page.locator(':not(.lit)')).waitFor()
  await axe(page, 'gone to')
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await rowOf(answer).locator('.quote').getByText('The first of all').waitFor()
  await page.getByRole('button', { name: 'Back', exact: true }).waitFor({ state: 'detached' })
})

test('an edit and reactions show at once, in words too', async () => {
  const said = say('them', 'At fife')
  await open()
  program.changeMessage(said, { text: 'At five', edited: Date.now(), reactions: { me: '👍', them: '❤️\u202E' } })
  await bubble(page, 'At five').getByText('edited', { exact: true }).waitFor()
  assert.equal(await rowOf(said).locator('.chip').count(), 2)
  assert.equal(await label(said), 'Bob: At five, edited, Bob reacted with ❤️, You reacted with 👍')
  await rowOf(said).getByTitle('Bob reacted with ❤️').waitFor()
  await axe(page, 'reactions')
  program.changeMessage(said, { reactions: { me: null, them: null } })
  await rowOf(said).locator('.chip').first().waitFor({ state: 'detached' })
})

test('what is gone says what became of it', async () => {
  const words = {
    deleted: 'Deleted',
    deleted_here: 'Deleted here',
    unknown: 'This message needs a newer version',
  }
  const rows = Object.keys(words).map((kind) => say('them', '', { kind }))
  const mine = say('me', 'gone soon', { state: 'delivered' })
  await open()
  for (const message of rows) {
    await rowOf(message).getByText(words[message.kind], { exact: true }).waitFor()
    assert.equal(await label(message), `Bob: ${words[message.kind]}`)
  }
  // A deletion that is not delivered is said to wait.
  program.changeMessage(mine, { kind: 'deleted', state: 'waiting' })
  await rowOf(mine).getByText('Deleted', { exact: true }).waitFor()
  assert.equal(await label(mine), 'You: Deleted, Waiting for Bob to come online')
  await axe(page, 'gone')
})

test('the list follows the last message, and an older one changes nothing there', async () => {
  const first = say('them', 'one')
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await previewed('one')
  const last = say('them', 'two', { time: Date.now() - 3.6e6 }) // written before, and came after
  await previewed('two')
  program.changeMessage(last, { text: 'too', edited: Date.now() })
  await previewed('too')
  program.changeMessage(first, { text: 'once', edited: Date.now() })
  program.changeMessage(last, { kind: 'deleted' })
  await previewed('Deleted message')
})

test('what has gone before it came is neither counted nor read out', async () => {
  const mira = program.addContact({ name: 'Mira' })
  await open()
  await composer(page).focus()
  const spoken = page.locator('[aria-live="polite"].unseen')
  say('them', '', { kind: 'deleted' })
  program.addMessage(mira.id, 'them', '', { kind: 'deleted' })
  program.addMessage(mira.id, 'them', 'hello')
  await row(page, 'Mira').getByText('1 new').waitFor()
  assert.equal(await spoken.textContent(), '')
  say('them', '', { kind: 'unknown' })
  await page.waitForFunction((e) => e.textContent === 'Bob: Message for a newer version', await spoken.elementHandle())
})

test('what is missing is told until it came, and a break stands in the conversation', async () => {
  say('them', 'before', { time: Date.now() - 3.6e6 })
  await open()
  const note = page.getByText('Bob’s program went back to an earlier state, as after restoring a backup.')
  const line = page.locator('.missing')
  assert.equal((await note.count()) + (await line.count()), 0)
  program.changeContact(bob.id, { missing: 2, broken: Date.now() })
  await page.getByText('2 messages or changes from Bob are not here.').waitFor()
  await note.waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await axe(page, 'missing')
  program.changeContact(bob.id, { missing: 1 })
  await page.getByText('1 message or change from Bob is not here.').waitFor()
  program.changeContact(bob.id, { missing: 0 })
  await line.waitFor({ state: 'detached' })
  await note.waitFor()
  await backToList(page)
})

test('what was read is told to the program, and what the contact read is shown', async () => {
  say('them', 'one')
  const mine = say('me', 'two')
  say('them', 'three')
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  await row(page, 'Bob').locator('.badge').getByText('2', { exact: true }).waitFor()
  await openChat(page, 'Bob')
  await row(page, 'Bob').locator('.badge').waitFor({ state: 'detached' })
  for (let i = 0; program.contacts.get(bob.id).read !== 3; i++) {
    assert.ok(i < 100, 'what was read was not told')
    await new Promise((done) => setTimeout(done, 50))
  }
  program.changeMessage(mine, { state: 'read' })
  await rowOf(mine).getByText('Read', { exact: true }).waitFor()
  assert.equal(await label(mine), 'You: two, Read')
  program.notify('typing', { contact: bob.id, typing: true })
  await page.locator('.pane').getByText('Writing…').waitFor()
  program.notify('typing', { contact: bob.id, typing: false })
  await page.locator('.pane').getByText('Reachable now').waitFor()
  await axe(page, 'read')
})

test('a draft is there after a reload, and gone when it was sent', async () => {
  program.settings = { ...program.settings, typing: true }
  await open()
  await composer(page).pressSequentially('begun here')
  await row(page, 'Bob').waitFor()
  for (let i = 0; program.draft(bob.id).text !== 'begun here'; i++) {
    assert.ok(i < 100, 'the draft was not saved')
    await new Promise((done) => setTimeout(done, 50))
  }
  assert.deepEqual(program.typed, [true])
  await page.visit(program.url)
  await row(page, 'Bob').getByText('begun here').waitFor()
  await openChat(page, 'Bob')
  await page.waitForFunction(() => document.querySelector('.composer textarea')?.value === 'begun here')
  await composer(page).press('Enter')
  await bubble(page, 'begun here').waitFor()
  for (let i = 0; program.draft(bob.id).text !== ''; i++) {
    assert.ok(i < 100, 'the draft was not removed')
    await new Promise((done) => setTimeout(done, 50))
  }
})
