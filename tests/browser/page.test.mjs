// The page by itself, against the stand-in program: every screen, every state, and what must never happen.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { browser, page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { openPage } from './lib/browser.mjs'
import {
  addContact,
  backToList,
  bubble,
  composer,
  firstStart,
  markOf,
  openChat,
  passphraseField,
  row,
  say,
  unlock,
  waitForMark,
} from './lib/steps.mjs'
import { address } from './mock/program.mjs'

/** Logged in, with one contact that is online. */
async function loggedIn(options, fields = { name: 'Bob', online: true }) {
  await start(options)
  const bob = program.addContact(fields)
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  return bob
}

describe('login', () => {
  test('the first start makes a vault that the passphrase opens again', async () => {
    await start({}, { passphrase: null })
    await page.visit(program.url)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByText('What shall others see?').waitFor()
    await page.getByLabel('Your name').fill('Zoë')
    await passphraseField(page).fill('short')
    await page.getByText('Too short: at least 8 characters.').waitFor()
    await passphraseField(page).fill(PASSPHRASE)
    await page.getByLabel('The same again').fill(`${PASSPHRASE}?`)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByText('The two are not the same.').waitFor()
    assert.equal(program.vault, null)
    await firstStart(page, 'Zoë', PASSPHRASE)
    assert.equal(program.vault.name, 'Zoë')
    await page.getByRole('button', { name: 'Lock' }).first().click()
    await unlock(page, PASSPHRASE)
  })

  test('a shown passphrase need not be typed twice', async () => {
    await start({}, { passphrase: null })
    await page.visit(program.url)
    await page.getByLabel('Your name').fill('Alice')
    await page.getByRole('button', { name: 'Show the passphrase' }).click()
    await passphraseField(page).fill(PASSPHRASE)
    assert.equal(await page.getByLabel('The same again').count(), 0)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
  })

  test('a wrong passphrase is told, and the right one goes on', async () => {
    await start()
    await page.visit(program.url)
    await passphraseField(page).fill('not this one')
    await passphraseField(page).press('Enter')
    await page.getByText('That is not the passphrase of this vault.').waitFor()
    assert.equal(await passphraseField(page).inputValue(), '')
    program.wrongDelayMs = 4000
    await passphraseField(page).fill(PASSPHRASE)
    await passphraseField(page).press('Enter')
    await page.getByText('After wrong tries the program waits').waitFor()
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
  })

  test('a passphrase is the same however its letters are composed', async () => {
    await start({}, { passphrase: 'caf\u00e9 caf\u00e9 caf\u00e9'.normalize('NFC') })
    await page.visit(program.url)
    await unlock(page, 'cafe\u0301 cafe\u0301 cafe\u0301')
  })

  test('nothing is kept in the browser, and the address bar says nothing', async () => {
    const bob = await loggedIn()
    program.addMessage(bob.id, 'them', 'a secret')
    await openChat(page, 'Bob')
    const kept = await page.evaluate(async () => ({
      cookies: document.cookie,
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      url: location.href,
      state: JSON.stringify(history.state),
      title: document.title,
    }))
    assert.deepEqual(kept, {
      cookies: '',
      local: 0,
      session: 0,
      databases: 0,
      caches: 0,
      workers: 0,
      url: `${program.url}/`,
      state: JSON.stringify({ contact: bob.id, details: false, search: false, led: false }),
      title: 'BlackedOutChat',
    })
  })

  test('no program: the page says so and goes on when there is one', async () => {
    await start({ expected: [/ERR_CONNECTION_REFUSED/] })
    await page.visit(program.url)
    await passphraseField(page).waitFor()
    await program.stop()
    await passphraseField(page).fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByRole('heading', { name: 'The program is not running' }).waitFor()
    await program.listen(program.port)
    await unlock(page, PASSPHRASE)
  })
})

describe('lock', () => {
  for (const how of ['button', 'keyboard', 'program']) {
    test(`by ${how} leaves nothing to read`, async () => {
      const bob = await loggedIn()
      program.addMessage(bob.id, 'them', 'the tide turns at nine')
      await openChat(page, 'Bob')
      await bubble(page, 'the tide').waitFor()
      await composer(page).fill('half a thought')
      if (how === 'button') await page.getByRole('button', { name: 'Lock' }).first().click()
      else if (how === 'keyboard') await page.keyboard.press('Control+Shift+L')
      else program.lock()
      await passphraseField(page).waitFor()
      const html = await page.evaluate(() => document.documentElement.outerHTML + document.title)
      for (const secret of ['tide', 'half a thought', 'Bob', bob.address]) assert.ok(!html.includes(secret), secret)
      assert.equal(await page.evaluate(() => history.state.contact), null)
      await unlock(page, PASSPHRASE)
      await openChat(page, 'Bob')
      // What was kept of it is in the vault.
      const kept = program.draft(bob.id).text
      if (how !== 'program') assert.equal(kept, 'half a thought')
      await page.waitForFunction((text) => document.querySelector('.composer textarea')?.value === text, kept)
    })
  }
})

describe('tor', () => {
  test('its way to being reachable is told in its own words', async () => {
    await start()
    program.tor = { ...program.tor, phase: 'starting', progress: 0, summary: '' }
    await page.visit(program.url)
    await unlock(page, PASSPHRASE)
    const card = page.locator('.side .card')
    await card.getByText('Starting Tor').waitFor()
    program.setTor({ phase: 'connecting', progress: 45, summary: 'Asking for relay descriptors' })
    await card.getByText('Asking for relay descriptors').waitFor()
    await page.getByRole('progressbar').waitFor()
    await page.locator('.pane').getByText('45 %').waitFor()
    program.setTor({ warning: 'Problem bootstrapping', skew: 7300 })
    await card.getByText('Tor has a warning').waitFor()
    await card.click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('off by about 2 hours').waitFor()
    await dialog.getByText('Problem bootstrapping').waitFor()
    await page.keyboard.press('Escape')
    program.setTor({ phase: 'publishing', progress: 100, warning: '', skew: 0 })
    await card.getByText('Publishing your address').waitFor()
    program.setTor({ phase: 'reachable' })
    await card.getByText('Connected through Tor').waitFor()
    await page.locator('.pane').getByText('Joining Tor').waitFor({ state: 'detached' })
    program.setTor({ phase: 'down' })
    await card.getByText('Tor stopped').waitFor()
  })
})

describe('contacts', () => {
  test('my address can be copied and scanned', async () => {
    await loggedIn()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: program.url })
    await page.setViewportSize({ width: 1440, height: 600 })
    await page.getByRole('button', { name: 'My address' }).first().click()
    const top = await page.getByRole('dialog').evaluate((e) => [e.scrollTop, e.contains(document.activeElement)])
    assert.deepEqual(top, [0, true], 'it opens at its beginning')
    await page.getByRole('img', { name: 'My address as a QR code' }).waitFor()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const shown = await page.getByRole('dialog').locator('[data-address]').getAttribute('data-address')
    assert.equal(shown, `${address(99)}.onion`)
    assert.equal(
      (await page.getByRole('dialog').locator('[data-address]').textContent()).replace(/\s/g, ''),
      address(99),
    )
  })

  test('an address is checked while it is typed', async () => {
    const bob = await loggedIn()
    await page.getByRole('button', { name: 'Add a contact' }).first().click()
    const field = page.getByRole('textbox', { name: 'Address' })
    const hint = (text) => page.getByRole('dialog').getByText(text).waitFor()
    await field.fill('abcdef')
    await hint('6 of 56 characters')
    assert.equal(await field.getAttribute('aria-invalid'), null)
    await field.fill('bob@example.org')
    await hint('only the letters a to z and the digits 2 to 7')
    await field.fill(`a${address(7)}`)
    await hint('that is 1 too many')
    await field.fill(`${address(7).slice(0, 55)}e`)
    await hint('One character may be wrong')
    await field.fill(`${address(99)}.onion`)
    await hint('This is your own address.')
    await field.fill(bob.address)
    await hint('An address. They are asked first.')
    await page.getByRole('button', { name: 'Send request' }).click()
    await page.getByRole('alert').getByText('You have this contact already.').waitFor()
    assert.equal(program.contacts.size, 1)
  })

  test('adding one sends a request with a greeting; messages wait until it is accepted', async () => {
    await loggedIn()
    await addContact(page, { address: `  ${address(7).toUpperCase()}.ONION `, name: 'Mira', greeting: 'It is Alice.' })
    await page.locator('.pane').getByRole('heading', { name: 'Mira' }).waitFor()
    await page.getByText('It is Alice.').waitFor()
    const mira = [...program.contacts.values()].at(-1)
    assert.deepEqual([mira.address, mira.name, mira.greeting], [address(7), 'Mira', 'It is Alice.'])
    program.methods['messages.send'] = ({ contact, text, id }) =>
      program.addMessage(contact, 'me', text, { state: 'waiting', id })
    await say(page, 'Are you there?')
    await page.getByText('Waiting for Mira to accept').waitFor()
    program.changeContact(mira.id, { state: 'accepted', online: true })
    await page.getByText('Reachable now').first().waitFor()
    await page.getByText('Waiting for Mira to come online').waitFor()
  })

  test('a request is accepted', async () => {
    await loggedIn()
    program.addContact({ name: 'Tomas', state: 'request_received', greeting: 'Mira sent me.' })
    await page.getByRole('heading', { name: 'A request' }).waitFor()
    await openChat(page, 'Tomas')
    await page.locator('.pane').getByText('Mira sent me.').waitFor()
    await page.getByRole('button', { name: 'Accept' }).click()
    await composer(page).waitFor()
    assert.equal(program.contacts.get(2).state, 'accepted')
  })

  for (const [button, state, undo] of [
    ['Reject', 'rejected', 'Accept after all'],
    ['Block', 'blocked', 'Unblock'],
  ]) {
    test(`a request is answered with ${button}, and that can be undone`, async () => {
      await loggedIn()
      program.addContact({ name: 'Tomas', state: 'request_received' })
      await openChat(page, 'Tomas')
      await page.getByRole('button', { name: button }).click()
      await page.getByText('Blocked and rejected (1)').click()
      assert.equal(program.contacts.get(2).state, state)
      await openChat(page, 'Tomas')
      assert.equal(await composer(page).count(), 0)
      await page.getByRole('button', { name: undo }).click()
      await composer(page).waitFor()
    })
  }

  test('one is renamed, blocked and removed', async () => {
    const bob = await loggedIn()
    await openChat(page, 'Bob')
    const details = page.getByRole('complementary', { name: 'Details' })
    await details.getByRole('button', { name: 'Rename' }).click()
    await details.getByRole('textbox', { name: 'Name' }).fill('Robert')
    await details.getByRole('textbox', { name: 'Name' }).press('Enter')
    await row(page, 'Robert').waitFor()
    assert.equal(program.contacts.get(bob.id).name, 'Robert')
    await details.getByRole('button', { name: 'Block' }).click()
    await details.getByText('Neither of you can write').waitFor()
    await details.getByRole('button', { name: 'Block' }).click()
    await page.getByText('Robert is blocked').waitFor()
    await details.getByRole('button', { name: 'Remove' }).click()
    await details.getByText('It cannot be brought back').waitFor()
    await details.getByRole('button', { name: 'Remove' }).click()
    await page.locator('.pane').getByText('No conversations yet').waitFor()
    assert.equal(program.contacts.size, 0)
  })

  test('cover traffic is chosen for one, with what it costs', async () => {
    const bob = await loggedIn()
    await openChat(page, 'Bob')
    const details = page.getByRole('complementary', { name: 'Details' })
    const cover = details.getByRole('switch', { name: 'Send cover traffic' })
    assert.equal(await cover.getAttribute('aria-checked'), 'false')
    await details.getByText('Up to 6 MB a day while you are both there, 10 MB if both of you do it').waitFor()
    await details.getByText('it does not hide that you are online').waitFor()
    for (const on of [true, false]) {
      await cover.click()
      await details.getByRole('switch', { name: 'Send cover traffic', checked: on }).waitFor()
      assert.equal(program.contacts.get(bob.id).cover, on)
    }
    // another page chose it
    program.changeContact(bob.id, { cover: true })
    await details.getByRole('switch', { name: 'Send cover traffic', checked: true }).waitFor()
    // whom nothing goes to has no such choice
    program.changeContact(bob.id, { state: 'blocked' })
    await cover.waitFor({ state: 'hidden' })
  })

  test('one that is removed elsewhere leaves the screen', async () => {
    const bob = await loggedIn()
    await openChat(page, 'Bob')
    program.methods['contacts.remove']({ contact: bob.id })
    await page.locator('.pane').getByText('No conversations yet').waitFor()
  })
})

describe('conversation', () => {
  test('messages go through their states, in words and shapes', async () => {
    const bob = await loggedIn({}, { name: 'Bob', online: false })
    await openChat(page, 'Bob')
    await say(page, 'Are you there?')
    await page.getByText('Waiting for Bob to come online').waitFor()
    await waitForMark(page, 'Are you there?', 'waiting')
    program.changeContact(bob.id, { online: true })
    const message = program.messages.get(bob.id)[0]
    program.changeMessage(message, { state: 'sent' })
    await page.getByText('On its way').waitFor()
    program.changeMessage(message, { state: 'waiting' }) // the link was lost
    await page.getByText('Waiting for Bob to come online').waitFor()
    program.changeMessage(message, { state: 'delivered' })
    await page.getByText('Delivered').waitFor()
    program.addMessage(bob.id, 'them', 'Here I am')
    await bubble(page, 'Here I am').waitFor()
    assert.equal(await markOf(page, 'Are you there?'), 'delivered')
    assert.equal(
      await bubble(page, 'Are you there?')
        .getAttribute('aria-label')
        .then((l) => /^You: Are you there\?, \d\d:\d\d, Delivered$/.test(l)),
      true,
    )
  })

  test('Enter sends, Shift+Enter does not, and never while composing', async () => {
    await loggedIn()
    await openChat(page, 'Bob')
    const field = composer(page)
    await field.press('Enter')
    await field.pressSequentially('one')
    await field.press('Shift+Enter')
    await field.pressSequentially('two')
    assert.equal(await field.inputValue(), 'one\ntwo')
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      await field.evaluate(
        (e, i) =>
          e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...i })),
        init,
      )
    }
    assert.equal(program.messages.get(1).length, 0)
    const height = await field.evaluate((e) => e.offsetHeight)
    await field.press('Enter')
    await waitForMark(page, 'two', 'delivered')
    assert.equal(program.messages.get(1)[0].text, 'one\ntwo')
    assert.ok((await field.evaluate((e) => e.offsetHeight)) < height, 'the field shrinks again')
  })

  test('too long is told and not sent', async () => {
    await loggedIn()
    await openChat(page, 'Bob')
    await composer(page).fill('ü'.repeat(3001))
    await page.getByText('2 bytes too long').waitFor()
    await composer(page).press('Enter')
    assert.equal(program.messages.get(1).length, 0)
    await composer(page).fill('ü'.repeat(3000))
    await composer(page).press('Enter')
    await waitForMark(page, 'üüü', 'delivered')
  })

  test('a refused message says so and can be tried again', async () => {
    await loggedIn()
    await openChat(page, 'Bob')
    const send = program.methods['messages.send']
    program.methods['messages.send'] = () => program.methods['contacts.rename']({ contact: 999, name: '' })
    await say(page, 'hello')
    await page.getByText('Not sent.').waitFor()
    program.methods['messages.send'] = send
    await page.getByRole('button', { name: 'Try again' }).click()
    await waitForMark(page, 'hello', 'delivered')
    assert.equal(program.messages.get(1).length, 1)
  })

  test('what arrives elsewhere is counted, and the count goes when it is read', async () => {
    const bob = await loggedIn()
    const mira = program.addContact({ name: 'Mira' })
    await openChat(page, 'Mira')
    program.addMessage(bob.id, 'them', 'one')
    program.addMessage(bob.id, 'them', 'two')
    await row(page, 'Bob').getByText('2 new').waitFor()
    assert.equal(await page.title(), '(2) BlackedOutChat')
    assert.equal(
      await row(page, 'Bob').evaluate((e) => [...document.querySelectorAll('[data-conversation]')].indexOf(e)),
      0,
    )
    await openChat(page, 'Bob')
    await row(page, 'Bob').getByText('2 new').waitFor({ state: 'detached' })
    assert.equal(await page.title(), 'BlackedOutChat')
    program.addMessage(mira.id, 'them', 'three')
    await row(page, 'Mira').getByText('1 new').waitFor()
  })

  test('drafts stay with their conversation', async () => {
    await loggedIn()
    program.addContact({ name: 'Mira' })
    await openChat(page, 'Bob')
    await composer(page).fill('for Bob')
    await openChat(page, 'Mira')
    assert.equal(await composer(page).inputValue(), '')
    await row(page, 'Bob').getByText('Draft').waitFor()
    await openChat(page, 'Bob')
    assert.equal(await composer(page).inputValue(), 'for Bob')
  })

  test('a long one loads as one scrolls, and never jumps', async () => {
    await start()
    const bob = program.addContact({ name: 'Bob' })
    const words = 'the tide turns about nine and the old bridge is near the harbour '
    for (let i = 1; i <= 950; i++) {
      const text = `${i}: ${words.repeat(1 + ((i * 7919) % 5)).slice(0, 20 + ((i * 104729) % 260))}`
      program.addMessage(bob.id, i % 3 ? 'them' : 'me', text, { time: Date.now() - (950 - i) * 1.1e6 })
    }
    program.readAll(bob.id)
    await page.visit(program.url)
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Bob')
    await bubble(page, '950:').waitFor()
    const scroller = page.locator('.scroller')
    assert.ok(await scroller.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2), 'opens at the end')

    // Step upwards; every row in sight must move by exactly the step.
    const jumps = await scroller.evaluate(async (e) => {
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      const sight = () =>
        new Map(
          [...e.querySelectorAll('[data-id]')].flatMap((r) => {
            const { top, bottom } = r.getBoundingClientRect()
            return bottom > 100 && top < 800 ? [[r.dataset.id, top]] : []
          }),
        )
      const jumps = []
      for (let i = 0; i < 400; i++) {
        const before = sight()
        const at = e.scrollTop
        if (at === 0 && e.querySelector('[aria-posinset="1"]')) break
        const by = Math.min(320, at)
        e.scrollTop = at - by
        await frame()
        if (i % 8 === 0) await new Promise((done) => setTimeout(done, 30))
        for (const [id, top] of sight())
          if (before.has(id) && Math.abs(top - before.get(id) - by) > 1.5) jumps.push(top - before.get(id) - by)
      }
      return jumps
    })
    assert.deepEqual(jumps, [])
    await bubble(page, /^1:/).first().waitFor()

    // New ones do not pull the reader down.
    await scroller.evaluate((e) => (e.scrollTop = 3000))
    await page.waitForTimeout(100)
    const top = await scroller.evaluate((e) => e.scrollTop)
    program.addMessage(bob.id, 'them', 'something new')
    await page.getByRole('button', { name: '1 new message, go to the end' }).waitFor()
    assert.equal(await scroller.evaluate((e) => e.scrollTop), top)
    await page.getByRole('button', { name: /new messages?, go to the end/ }).click()
    await bubble(page, 'something new').waitFor()
    await page.waitForTimeout(100)
    assert.ok(await scroller.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2))
    assert.ok((await page.locator('li[data-id]').count()) <= 400, 'does not grow without end')
  })

  test('a window that changes its width keeps the row that is read', async () => {
    const bob = await loggedIn()
    for (let i = 1; i <= 80; i++) program.addMessage(bob.id, 'them', `${i}: ${'word '.repeat(10 + ((i * 31) % 60))}`)
    program.readAll(bob.id)
    await openChat(page, 'Bob')
    await bubble(page, '80:').waitFor()
    const first = () =>
      page.locator('.scroller').evaluate((e) => {
        const edge = e.getBoundingClientRect().top
        return [...e.querySelectorAll('[data-id]')].find((r) => r.getBoundingClientRect().bottom > edge).ariaPosInSet
      })
    await page.locator('.scroller').evaluate((e) => (e.scrollTop -= 2000))
    await page.waitForTimeout(100)
    const read = await first()
    await page.setViewportSize({ width: 800, height: 700 })
    await page.waitForTimeout(150)
    assert.equal(await first(), read)
  })
})

describe('strangers', () => {
  const corpus = [
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '"><svg onload=alert(1)>',
    '{@html "<b>x</b>"} {{7*7}} ${7*7}',
    'javascript:alert(1)',
    '<style>*{display:none}</style>',
    '&lt;b&gt; &amp; &#0;',
    '</textarea></title><iframe src=//evil.test>',
    'https://evil.test/?q=1',
  ]

  test('what they write is text, wherever it is shown', async () => {
    await start()
    let opened = 0
    page.on('dialog', (dialog) => dialog.dismiss().then(() => opened++))
    const ids = corpus.map((text) => {
      const { id } = program.addContact({ name: text.slice(0, 60), greeting: text, online: true })
      program.addMessage(id, 'them', text)
      return id
    })
    program.addContact({ name: corpus[0], greeting: corpus[1], state: 'request_received' })
    program.tor = { ...program.tor, phase: 'connecting', summary: corpus[0], warning: corpus[1] }
    await page.visit(program.url)
    await unlock(page, PASSPHRASE)
    await page.getByText(corpus[0]).first().waitFor()
    for (const [i, id] of ids.entries()) {
      await page.locator(`[data-conversation="${id}"]`).click()
      const shown = page.locator('li[data-id] .text')
      await shown.waitFor()
      assert.equal(await shown.textContent(), corpus[i])
    }
    const foreign = await page.evaluate(
      () => document.querySelectorAll('a, iframe, img, script:not([src]), svg[onload], style, #app link').length,
    )
    assert.equal(foreign, 0)
    assert.equal(opened, 0)
  })

  test('names cannot turn the line, hide or pile up', async () => {
    await loggedIn({}, { name: '\u202Eecila\u202C\u200B', address: address(5) })
    assert.equal(await row(page, 'ecila').locator('.name bdi').textContent(), 'ecila')
    program.changeContact(1, { name: `${'\u200B'.repeat(9)}\u2066` })
    await row(page, `${address(5).slice(0, 6)}…`).waitFor()
  })
})

describe('connection', () => {
  test('lost and found again: drafts stay, a message in between goes out once', async () => {
    await loggedIn({ expected: [/ERR_CONNECTION_REFUSED/] })
    await openChat(page, 'Bob')
    await say(page, 'before')
    await program.stop()
    await page.getByRole('alert').getByText('The program stopped.').waitFor()
    await say(page, 'in between')
    await composer(page).fill('a draft')
    await program.listen(program.port)
    await page
      .getByRole('button', { name: 'Try now' })
      .click()
      .catch(() => undefined)
    await page.getByText('What you were writing is kept.').waitFor()
    await unlock(page, PASSPHRASE)
    await waitForMark(page, 'in between', 'delivered')
    assert.equal(await composer(page).inputValue(), 'a draft')
    assert.deepEqual(
      program.messages.get(1).map((m) => m.text),
      ['before', 'in between'],
    )
    assert.equal(await page.locator('li[data-id]').count(), 2)
  })

  test('what changed meanwhile shows, far up too', async () => {
    await start({ expected: [/ERR_CONNECTION_REFUSED/] })
    const bob = program.addContact({ name: 'Bob' })
    for (let i = 1; i <= 250; i++) program.addMessage(bob.id, i === 2 ? 'me' : 'them', `number ${i}.`)
    await page.visit(program.url)
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Bob')
    // At the end, far up, and at the end once more: what was loaded before is there no more.
    for (const [edge, row] of [
      ['end', 250],
      ['start', 1],
      ['end', 250],
      ['start', 1],
    ]) {
      await page.locator('.scroller').evaluate((e, at) => e.scrollTo(0, at === 'end' ? e.scrollHeight : 0), edge)
      await bubble(page, `number ${row}.`).waitFor()
    }
    await program.stop()
    await page.getByRole('alert').getByText('The program stopped.').waitFor()
    const [first, second] = program.messages.get(bob.id)
    const last = program.messages.get(bob.id).at(-1)
    program.changeMessage(first, { kind: 'deleted' })
    program.changeMessage(second, { state: 'waiting' })
    program.changeMessage(last, { kind: 'deleted' })
    await program.listen(program.port)
    await page
      .getByRole('button', { name: 'Try now' })
      .click()
      .catch(() => undefined)
    await page.getByText('What you were writing is kept.').waitFor()
    await unlock(page, PASSPHRASE)
    await bubble(page, 'number 1.').waitFor({ state: 'detached' })
    await page.locator(`li[data-id="${first.id}"]`).getByText('Deleted', { exact: true }).waitFor()
    await waitForMark(page, 'number 2.', 'waiting')
    await page.locator('.scroller').evaluate((e) => e.scrollTo(0, e.scrollHeight))
    await page.locator(`li[data-id="${last.id}"]`).getByText('Deleted', { exact: true }).waitFor()
    assert.equal(await page.locator('li[data-id]').first().getAttribute('aria-setsize'), '250')
  })

  for (const [what, params] of [
    ['is no contact', { id: 1, name: {} }],
    [
      'has a state nobody knows',
      {
        id: 1,
        name: 'x',
        address: 'x',
        state: 'admin',
        online: true,
        key_changed: false,
        greeting: '',
        since: 1,
        last: null,
      },
    ],
  ]) {
    test(`closed when what comes ${what}`, async () => {
      await loggedIn()
      program.notify('contact.state', params)
      await page.getByText('The connection to the program was interrupted.').waitFor()
    })
  }

  test('notifications of a newer program are passed over', async () => {
    await loggedIn()
    program.notify('voice.ring', { x: 1 })
    program.addContact({ name: 'Mira' })
    await row(page, 'Mira').waitFor()
  })

  test('two pages are in step', async () => {
    await loggedIn()
    const second = await openPage(browser, { size: 390, theme: 'dark' })
    await second.visit(program.url)
    await unlock(second, PASSPHRASE)
    await openChat(page, 'Bob')
    await openChat(second, 'Bob')
    await say(page, 'from the first')
    await waitForMark(second, 'from the first', 'delivered')
    await say(second, 'from the second')
    await waitForMark(page, 'from the second', 'delivered')
    assert.equal(await page.locator('li[data-id]').count(), 2)
    await page.getByRole('button', { name: 'Lock' }).first().click()
    await passphraseField(page).waitFor()
    await passphraseField(second).waitFor()
    second.check()
    await second.context().close()
  })
})

describe('keyboard', () => {
  test('the whole way without a mouse', async () => {
    await start()
    program.addContact({ name: 'Bob', online: true })
    program.addContact({ name: 'Mira', since: Date.now() - 9e8 })
    await page.visit(program.url)
    await passphraseField(page).waitFor()
    const active = () =>
      page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.textContent.trim())
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await row(page, 'Bob').waitFor()
    await page.keyboard.press('Alt+ArrowDown')
    await page.locator('.pane').getByRole('heading', { name: 'Bob' }).waitFor()
    await page.keyboard.type('by keys')
    await page.keyboard.press('Enter')
    await waitForMark(page, 'by keys', 'delivered')
    await page.keyboard.type('and again')
    await page.keyboard.press('Enter')
    await waitForMark(page, 'and again', 'delivered')
    await page.keyboard.press('Shift+F6')
    assert.match(await active(), /^You: and again/)
    await page.keyboard.press('ArrowUp')
    assert.match(await active(), /^You: by keys/)
    await page.keyboard.press('End')
    assert.match(await active(), /^You: and again/)
    await page.keyboard.press('Escape')
    assert.match(await active(), /^Message to Bob/)
    await page.keyboard.press('Alt+ArrowDown')
    await page.locator('.pane').getByRole('heading', { name: 'Mira' }).waitFor()
    await page.keyboard.press('F6')
    assert.equal(await active(), 'Close details')
    await page.keyboard.press('F6')
    assert.equal(await active(), 'Chats')
    await page.keyboard.press('F6')
    assert.match(await active(), /Mira/)
    await page.keyboard.press('ArrowUp')
    assert.match(await active(), /Bob/)
    await page.keyboard.press('Control+Shift+L')
    await passphraseField(page).waitFor()
  })

  test('a dialog keeps the focus, closes with Escape and gives it back', async () => {
    await loggedIn()
    const button = page.getByRole('button', { name: 'Add a contact' }).first()
    await button.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    assert.ok(await dialog.getByRole('textbox', { name: 'Address' }).evaluate((e) => e === document.activeElement))
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab')
      assert.ok(
        await page.evaluate(
          () => document.activeElement === document.body || document.activeElement.closest('dialog') !== null,
        ),
      )
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.ok(await button.evaluate((e) => e === document.activeElement))
  })
})

describe('narrow', () => {
  beforeEach(() => loggedIn({ size: 390 }))

  test('list, conversation and details are a stack that Back walks', async () => {
    await openChat(page, 'Bob')
    assert.equal(await page.getByRole('heading', { name: 'Chats' }).isVisible(), false)
    await page.getByRole('button', { name: 'Details', exact: true }).click()
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
    await page.goBack()
    await page.getByRole('complementary', { name: 'Details' }).waitFor({ state: 'hidden' })
    await page.goBack()
    await page.getByRole('heading', { name: 'Chats' }).waitFor()
    await openChat(page, 'Bob')
    await backToList(page)
  })

  test('nothing is wider than the screen, down to 320', async () => {
    program.addMessage(1, 'them', 'x'.repeat(300))
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 700 })
      await openChat(page, 'Bob')
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.ok(over <= 0, `${width}: ${over} too wide`)
    }
  })

  test('nor higher: lists scroll, the page does not', async () => {
    for (let i = 0; i < 30; i++) program.addContact({ name: `Contact ${i}`, online: true, trust: 'verified' })
    await page.getByText('Contact 29').waitFor()
    const over = () => page.evaluate(() => document.documentElement.scrollHeight - innerHeight)
    assert.ok((await over()) <= 0, 'the list')
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 500 })
      await openChat(page, 'Bob')
      assert.ok((await over()) <= 0, `${width}: a conversation`)
      if (width < 1280) await page.getByRole('button', { name: 'Details', exact: true }).click()
      await page.getByRole('complementary', { name: 'Details' }).waitFor()
      assert.ok((await over()) <= 0, `${width}: details`)
      if (width < 1280) await page.getByRole('button', { name: 'Close details' }).click()
    }
  })
})
