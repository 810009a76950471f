// What is said to be read is what was in view; and how two agree on how long messages stay.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe } from './lib/browser.mjs'
import { bubble, composer, openChat, row, say as write, unlock } from './lib/steps.mjs'

let bob
beforeEach(async () => {
  await start()
  bob = program.addContact({ name: 'Bob', online: true })
})

const say = (text, fields) => program.addMessage(bob.id, 'them', text, fields)
const many = (from, to, words = '') => {
  for (let i = from; i <= to; i++) say(`number ${i}.${words}`)
}
const login = async () => {
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}
const open = async () => {
  await login()
  await openChat(page, 'Bob')
  await page.locator('li[data-id]').first().waitFor()
}
const read = () => program.contacts.get(bob.id).read
/** The page looks every 300 ms: after so long it has looked at what there is. */
const looked = () => page.waitForTimeout(1200)
const scroller = () => page.locator('.scroller')
/** Ordinals of the rows that are wholly in view, and not behind a button. */
const inView = () =>
  scroller().evaluate((e) => {
    let { top, bottom } = e.getBoundingClientRect()
    for (const button of document.querySelectorAll('.float')) {
      const over = button.getBoundingClientRect()
      if (button.matches('.top')) top = over.bottom
      else bottom = over.top
    }
    return [...e.querySelectorAll('li[data-id] .bubble')].flatMap((b) => {
      const r = b.getBoundingClientRect()
      return r.top >= top - 6 && r.bottom <= bottom + 6 ? [Number(b.closest('li').ariaPosInSet)] : []
    })
  })
const atEnd = () => scroller().evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2)
const line = () => page.locator('li.new')
/** The page knows of so many messages; only those around what is in view have rows. */
const known = (count, options) => page.locator(`li[aria-setsize="${count}"]`).first().waitFor(options)
const toEnd = () => page.getByRole('button', { name: 'go to the end' })

describe('reading', () => {
  test('a conversation opens at what is unread, and only what is in view is read', async () => {
    many(1, 150)
    program.changeContact(bob.id, { read: 40, unread: 110 })
    await open()
    await line().getByText('New messages').waitFor()
    const next = await line().evaluate((e) => e.nextElementSibling.ariaPosInSet)
    assert.equal(next, '41')
    const seen = await inView()
    assert.ok(seen.includes(41) && !seen.includes(150))
    await until('what is in view is read', () => read() === seen.at(-1))
    await looked()
    assert.equal(read(), seen.at(-1))
    await toEnd()
      .getByText(`${150 - read()} new messages`)
      .waitFor()
    await row(page, 'Bob')
      .getByText(`${150 - read()} new`)
      .waitFor()
    await axe(page, 'new messages')
    // As one goes on, so does what is read; the line stays.
    const before = read()
    await scroller().evaluate((e) => (e.scrollTop += e.clientHeight - 100))
    await until('more is read', () => read() > before)
    assert.equal(await line().evaluate((e) => e.nextElementSibling.ariaPosInSet), '41')
  })

  test('who goes to the end has not read what is between', async () => {
    many(1, 120)
    program.changeContact(bob.id, { read: 20, unread: 100 })
    await open()
    await until('the first are read', () => read() > 20)
    const before = read()
    await toEnd().click()
    await until('the end', atEnd)
    await looked()
    assert.equal(read(), before)
    // It stays at the end when the window changes.
    await page.setViewportSize({ width: 1024, height: 600 })
    await until('the end', atEnd)
    await page.setViewportSize({ width: 1440, height: 900 })
    await until('the end', atEnd)
    await row(page, 'Bob')
      .getByText(`${120 - before} new`)
      .waitFor()
    await axe(page, 'unread above')
    // What comes then is shown, and not read either.
    say('and one more')
    await bubble(page, 'and one more').waitFor()
    await until('the new one is in view', async () => (await inView()).includes(121))
    await looked()
    assert.equal(read(), before)
    // Back to where the reading ended; down again it is contiguous.
    await page.getByRole('button', { name: 'First unread' }).click()
    await until('it is read on', () => read() > before)
    assert.equal(await line().evaluate((e) => e.nextElementSibling.ariaPosInSet), String(before + 1))
    for (let i = 0; i < 40 && !(await atEnd()); i++) {
      await scroller().evaluate((e) => (e.scrollTop += e.clientHeight / 2))
      const bottom = Math.max(...(await inView()))
      await until(`${bottom} is read`, () => read() >= bottom)
    }
    await until('all is read', () => read() === 121)
    await row(page, 'Bob').locator('.badge').waitFor({ state: 'detached' })
  })

  test('all is read when a person says so', async () => {
    many(1, 120)
    program.changeContact(bob.id, { read: 20, unread: 100 })
    await open()
    await toEnd().click()
    await page.getByRole('button', { name: 'Mark all as read' }).click()
    await until('all is read', () => read() === 120)
    await row(page, 'Bob').locator('.badge').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'First unread' }).waitFor({ state: 'detached' })
  })

  test('what flies past is not read', async () => {
    many(1, 100)
    program.changeContact(bob.id, { read: 10, unread: 90 })
    await open()
    await until('the first are read', () => read() > 10)
    const before = read()
    await scroller().evaluate(async (e) => {
      for (let i = 0; e.scrollHeight - e.scrollTop - e.clientHeight > 2 && i < 400; i++) {
        e.scrollTop += e.clientHeight * 0.9
        await new Promise((done) => requestAnimationFrame(done))
      }
    })
    await looked()
    assert.ok(read() < 60, `${before} before, ${read()} after`)
  })

  test('what comes before the eyes is read; what comes while nobody looks is not, until somebody does', async () => {
    say('here')
    await open()
    await until('it is read', () => read() === 1)
    say('seen at once')
    await until('it is read', () => read() === 2)
    await page.evaluate(() => dispatchEvent(new Event('blur')))
    many(3, 60)
    await known(60)
    await looked()
    assert.equal(read(), 2)
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    // The page did not go on to the end by itself.
    await until('some of it is read', () => read() > 2)
    await looked()
    assert.equal(read(), Math.max(...(await inView())))
    assert.ok(read() < 60)
    assert.equal(await line().evaluate((e) => e.nextElementSibling.ariaPosInSet), '3')
  })

  test('a flood is not scrolled past', async () => {
    say('here')
    await open()
    await until('it is read', () => read() === 1)
    // Whatever was wholly in view at any time.
    await scroller().evaluate((e) => {
      globalThis.shown = new Set([1])
      const note = () => {
        const { top, bottom } = e.getBoundingClientRect()
        for (const li of e.querySelectorAll('li[data-id]')) {
          const r = li.querySelector('.bubble').getBoundingClientRect()
          if (r.top >= top - 6 && r.bottom <= bottom + 6) globalThis.shown.add(Number(li.ariaPosInSet))
        }
        requestAnimationFrame(note)
      }
      note()
    })
    many(2, 250)
    await known(250, { timeout: 60_000 })
    await looked()
    const shown = new Set(await page.evaluate(() => [...globalThis.shown]))
    for (let i = 1; i <= read(); i++) assert.ok(shown.has(i), `${i} was never in view, and ${read()} are read`)
    for (const told of program.reads) assert.ok(told <= read())
  })

  test('behind a dialog nothing is read', async () => {
    say('here')
    await open()
    await until('it is read', () => read() === 1)
    await page.getByRole('button', { name: 'My address' }).first().click()
    await page.getByRole('dialog').waitFor()
    say('unseen')
    await bubble(page, 'unseen').waitFor()
    await looked()
    assert.equal(read(), 1)
    await page.keyboard.press('Escape')
    await until('it is read', () => read() === 2)
  })

  test('one that is higher than the window is read when its end was reached', async () => {
    say('short')
    say(Array.from({ length: 120 }, (_, i) => `line ${i}`).join('\n'))
    say('after it')
    program.changeContact(bob.id, { read: 1, unread: 2 })
    await page.setViewportSize({ width: 390, height: 600 })
    await open()
    await looked()
    assert.equal(read(), 1)
    await toEnd().click()
    await until('the end', atEnd)
    await looked()
    assert.equal(read(), 1)
    await scroller().evaluate((e) => (e.scrollTop = 0))
    await looked()
    for (let i = 0; i < 40 && read() < 3; i++) {
      await scroller().evaluate((e) => (e.scrollTop += e.clientHeight / 2))
      await page.waitForTimeout(700)
    }
    assert.equal(read(), 3)
  })

  test('what the program cannot take is told again', async () => {
    say('here')
    const take = program.methods['messages.read']
    program.methods['messages.read'] = () => program.methods['contacts.rename']({ contact: 999, name: '' })
    await open()
    await looked()
    await row(page, 'Bob').getByText('1 new').waitFor()
    program.methods['messages.read'] = take
    await until('it is read', () => read() === 1)
    await row(page, 'Bob').locator('.badge').waitFor({ state: 'detached' })
  })

  test('however many are unread, it opens at the first of them', async () => {
    many(1, 1400)
    program.changeContact(bob.id, { read: 200, unread: 1000 })
    await open()
    await line().getByText('999+ new messages').waitFor()
    assert.equal(await line().evaluate((e) => e.nextElementSibling.ariaPosInSet), '201')
    await until('the first are read', () => read() > 200)
    assert.ok(read() < 260)
    const before = read()
    await toEnd().click()
    await until('the end', atEnd)
    await looked()
    assert.equal(read(), before)
    await page.getByRole('button', { name: 'First unread' }).click()
    await until('it is read on', () => read() > before)
    assert.equal(await line().evaluate((e) => e.nextElementSibling.ariaPosInSet), String(before + 1))
  })

  test('what one writes goes to the end', async () => {
    many(1, 60)
    program.changeContact(bob.id, { read: 5, unread: 55 })
    await open()
    await until('the first are read', () => read() > 5)
    const before = read()
    await write(page, 'mine')
    await until('the end', atEnd)
    await looked()
    assert.ok(await atEnd())
    assert.equal(read(), before)
  })
})

describe('how long messages stay', () => {
  const hour = { vanish: 3600, keep: 0 }
  const agreement = () => page.locator('.agreement')

  test('the other side proposes, and one agrees', async () => {
    say('hello')
    await open()
    assert.equal(await agreement().count(), 0)
    program.wish(bob.id, hour)
    await agreement().getByText('Bob would like messages that disappear 1 hour after they were read.').waitFor()
    await page.locator('li.note').getByText('Bob wants messages that disappear').waitFor()
    await axe(page, 'a proposal')
    await agreement().getByRole('button', { name: 'Agree' }).click()
    await agreement().getByText('New messages disappear 1 hour after they were read.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Agree' }).count(), 0)
    assert.deepEqual(program.contacts.get(bob.id).terms, { mine: hour, theirs: hour, inForce: hour })
    await page.locator('li.note').getByText('You want messages that disappear').waitFor()
    await axe(page, 'agreed')
    // Who takes it back ends it.
    program.wish(bob.id, { vanish: 0, keep: 0 })
    await agreement().getByText('You would like messages').waitFor()
    assert.equal(await agreement().getByText('New messages disappear').count(), 0)
  })

  test('what one proposes waits for the other', async () => {
    await login()
    await openChat(page, 'Bob')
    await composer(page).waitFor()
    await page.getByRole('group', { name: 'Kept on both sides' }).getByRole('radio', { name: '1 week' }).check()
    await agreement().getByText('Bob has not agreed.').waitFor()
    program.wish(bob.id, { vanish: 0, keep: 30 })
    await agreement().getByText('New messages are kept for 30 days.').waitFor()
  })

  test('an agreement that the program refuses is told, and the offer stays', async () => {
    program.wish(bob.id, hour)
    await login()
    await openChat(page, 'Bob')
    program.methods['conversation.terms'] = () => program.methods['contacts.rename']({ contact: 999, name: '' })
    await agreement().getByRole('button', { name: 'Agree' }).click()
    await page.locator('.place p').waitFor()
    await agreement().getByRole('button', { name: 'Agree' }).waitFor()
    assert.deepEqual(program.contacts.get(bob.id).terms.inForce, { vanish: 0, keep: 0 })
  })
})
