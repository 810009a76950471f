// Invitations, several identities, and what a person is told of keys: the page against the stand-in program.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe } from './lib/browser.mjs'
import { composer, openChat, row, say, unlock } from './lib/steps.mjs'
import { address } from './mock/program.mjs'

/** Logged in; `prepare` makes what is there already. */
async function loggedIn(prepare = () => undefined, options = {}) {
  await start(options)
  await prepare()
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
}
const button = (name) => page.getByRole('button', { name, exact: true })
const dialog = () => page.getByRole('dialog')
const openDialog = (name) => button(name).first().click()

describe('names that look alike', () => {
  const alike = () => page.getByText('Two of your contacts have names that look alike')
  test('a request under the name of a contact is told from it', async () => {
    await loggedIn(() => {
      program.addContact({ name: 'Mira' })
      program.addContact({ name: 'M\u0456ra', state: 'request_received', greeting: 'It is me' })
      program.addContact({ name: 'Tomas', state: 'request_received' })
    })
    await row(page, 'Tomas').click()
    await page.getByText('Tomas would like to talk with you').waitFor()
    assert.equal(await page.getByText('has a name that looks like this one').count(), 0)
    await row(page, 'M\u0456ra').click()
    await page.getByText('Your contact Mira has a name that looks like this one.').waitFor()
    await axe(page, 'a request that looks like a contact')
    await openChat(page, 'Mira')
    assert.equal(await alike().count(), 0)
  })

  test('two contacts are told apart until one has another name, or its numbers were compared', async () => {
    await loggedIn(() => {
      program.addContact({ name: 'Mira', trust: 'verified' })
      program.addContact({ name: 'mira', trust: 'unverified' })
    })
    const other = [...program.contacts.values()].find((c) => c.name === 'mira')
    await page.locator(`[data-conversation="${other.id}"]`).click()
    await alike().waitFor()
    await axe(page, 'names that look alike')
    program.changeContact(other.id, { name: 'Mira of the harbour' })
    await alike().waitFor({ state: 'detached' })
    program.changeContact(other.id, { name: 'mira' })
    await alike().waitFor()
    program.changeContact(other.id, { trust: 'verified' })
    await alike().waitFor({ state: 'detached' })
  })
})

describe('invitations', () => {
  test('one is made, copied, and seen to be used', async () => {
    await loggedIn()
    await page.context().grantPermissions(['clipboard-write'], { origin: program.url })
    // Reading the clipboard is forbidden to the page.
    await page.evaluate(() => {
      const write = navigator.clipboard.writeText.bind(navigator.clipboard)
      navigator.clipboard.writeText = (text) => write((globalThis.copied = text))
    })
    await openDialog('Invite somebody')
    await page.getByRole('textbox', { name: 'Label' }).fill('  for Bob ')
    await page.getByRole('radio', { name: '30 days' }).check()
    await button('Make an invitation').click()
    await page.getByRole('img', { name: 'The invitation as a QR code' }).waitFor()
    const [made] = program.invitations.values()
    assert.deepEqual(
      [made.label, made.identity, Math.round((made.expires - made.created) / 86400000)],
      ['for Bob', 1, 30],
    )
    await dialog()
      .getByText(/^Works once, until /)
      .waitFor()
    await dialog().getByText(made.text).waitFor()
    const clipboard = () => page.evaluate(() => globalThis.copied)
    await button('Copy').click()
    await button('Copied').waitFor()
    assert.equal(await clipboard(), made.text)
    await button('Copy as a link').click()
    await button('Copied').last().waitFor()
    await until('the link is copied', async () => (await clipboard()) === made.link)
    const bob = program.addContact({ name: 'Bob', trust: 'invited', online: true })
    program.changeInvitation(made.id, { state: 'used', contact: bob.id })
    await dialog().getByText('Used by Bob.').waitFor()
    assert.equal(await dialog().getByText(made.text).count(), 0)
    await button('All invitations').click()
    await page.locator('[data-invitation="used"]').getByText('for Bob').waitFor()
  })

  test('one is revoked, on the second press', async () => {
    await loggedIn(() => program.addInvitation({ label: 'for Mira' }))
    await openDialog('Invite somebody')
    await dialog().getByText('Open for another 7 days').waitFor()
    await button('Revoke for Mira').click()
    await button('Keep').click()
    assert.equal(program.invitations.get(1).state, 'open')
    await button('Revoke for Mira').click()
    await button('Revoke').click()
    await dialog().getByText('Revoked').waitFor()
    assert.equal(program.invitations.get(1).state, 'revoked')
  })

  test('an open one is shown again', async () => {
    await loggedIn(() => program.addInvitation({ label: 'for Mira' }))
    await openDialog('Invite somebody')
    await button('Show for Mira').click()
    await dialog().getByText(program.invitations.get(1).text).waitFor()
  })

  test('one of somebody else makes a contact at once; it is known as what it is', async () => {
    await loggedIn()
    await openDialog('Add a contact')
    const field = page.getByRole('textbox', { name: 'Invitation or address' })
    const letters = 'ABCDEFGH23'.repeat(17)
    await field.fill(`BOC:${letters.slice(5)}`)
    await dialog().getByText('165 of 170').waitFor()
    await field.fill(`Hello! blackedoutchat:${letters} is for you`)
    await dialog().getByText('You will be contacts at once.').waitFor()
    assert.equal(await page.getByRole('textbox', { name: 'Greeting' }).count(), 0)
    await page.getByRole('textbox', { name: 'Name' }).fill('Mira')
    await button('Accept invitation').click()
    await page.locator('.pane').getByRole('heading', { name: 'Mira' }).waitFor()
    await page.getByText('What you write goes out as soon as you are both online.').waitFor()
    await page.locator('.who').getByText('Invited').waitFor()
    const mira = [...program.contacts.values()].at(-1)
    await say(page, 'Hello Mira')
    program.changeContact(mira.id, { invitation: 'refused' })
    await page.getByText('The invitation did not work').first().waitFor()
    assert.equal(await composer(page).count(), 0)
    await button('Use a new invitation').click()
    await page.getByRole('textbox', { name: 'Invitation or address' }).fill(`BOC:OLD${letters.slice(3)}`)
    await button('Accept invitation').click()
    await page.getByRole('alert').getByText('has expired').waitFor()
  })
})

describe('identities', () => {
  test('another is made, chosen, and used for what is added and invited', async () => {
    await loggedIn(() => program.addContact({ name: 'Bob' }))
    assert.equal(await row(page, 'Bob').getByText('as Alice').count(), 0)
    await openDialog('My address')
    assert.equal(await button('Remove').count(), 0)
    await button('New identity').click()
    await dialog().getByText('Nobody can see that the two are the same person.').waitFor()
    await button('Make it').click()
    await dialog().getByText('A name is needed.').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('Night shift')
    await page.keyboard.press('Enter')
    await page.getByRole('radio', { name: 'Night shift' }).waitFor()
    assert.ok(await page.getByRole('radio', { name: 'Night shift' }).isChecked())
    assert.equal(
      await dialog().locator('[data-address]').getAttribute('data-address'),
      program.identities.get(2).address,
    )
    await button('Invite somebody').last().click()
    await button('Make an invitation').click()
    await dialog().getByText('You invite as Night shift.').waitFor()
    assert.equal(program.invitations.get(1).identity, 2)
    await page.keyboard.press('Escape')
    await openDialog('Add a contact')
    await page.getByRole('textbox', { name: 'Invitation or address' }).fill(address(7))
    await page.getByRole('textbox', { name: 'Name' }).fill('Mira')
    await button('Send request').click()
    await page.locator('.who').getByText('as Night shift').waitFor()
    assert.equal([...program.contacts.values()].at(-1).identity, 2)
    await row(page, 'Bob').getByText('as Alice').waitFor()
    await row(page, 'Mira').getByText('as Night shift').waitFor()
  })

  test('strangers are let in only when the switch is on', async () => {
    await loggedIn()
    await openDialog('My address')
    await dialog().getByText('Only the people you invite can reach this address.').waitFor()
    const toggle = page.getByRole('switch', { name: 'Strangers may write to this address' })
    assert.equal(await toggle.getAttribute('aria-checked'), 'false')
    await toggle.focus()
    await page.keyboard.press('Space')
    await dialog().getByText('Whoever has this address can ask to talk with you.').waitFor()
    assert.equal(program.identities.get(1).strangers, true)
    await toggle.click()
    await dialog().getByText('Only the people you invite can reach this address.').waitFor()
  })

  test('one is renamed, and its key made anew', async () => {
    await loggedIn(() => program.addInvitation())
    await openDialog('My address')
    await button('Rename').click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Alice of the harbour')
    await button('Save').click()
    await dialog().getByText('Alice of the harbour').waitFor()
    await button('New key').click()
    await dialog().getByText('open invitations are revoked').waitFor()
    await button('Make a new key').click()
    await dialog().getByText('The key is of').waitFor()
    assert.deepEqual([program.identities.get(1).seq, program.invitations.get(1).state], [1, 'revoked'])
  })

  test('one is removed only when its name is typed, and its contacts go', async () => {
    await loggedIn(() => {
      program.addIdentity({ name: 'Night shift' })
      program.addContact({ name: 'Bob' })
      program.addContact({ name: 'Mira', identity: 2 })
    })
    await row(page, 'Mira').waitFor()
    await openDialog('My address')
    await page.getByRole('radio', { name: 'Night shift' }).check()
    await button('Remove').click()
    await page.getByLabel('Type its name to remove it').fill('Night')
    await button('Remove').click()
    await dialog().getByText('The name is Night shift.').waitFor()
    assert.equal(program.identities.size, 2)
    await page.getByLabel('Type its name to remove it').fill('Night shift')
    await button('Remove').click()
    await row(page, 'Mira').waitFor({ state: 'detached' })
    assert.equal(program.identities.size, 1)
    assert.equal(
      await dialog().locator('[data-address]').getAttribute('data-address'),
      program.identities.get(1).address,
    )
  })

  test('one removed elsewhere takes its conversation from the screen', async () => {
    await loggedIn(() => {
      program.addIdentity({ name: 'Night shift' })
      program.addContact({ name: 'Mira', identity: 2 })
    })
    await openChat(page, 'Mira')
    program.methods['identities.remove']({ identity: 2 })
    await page.locator('.pane').getByText('No conversations yet').waitFor()
  })
})

describe('trust', () => {
  const openBob = async (fields) => {
    await loggedIn(() => program.addContact({ name: 'Bob', online: true, ...fields }))
    await openChat(page, 'Bob')
  }
  const numbers = () => page.getByRole('list', { name: 'Numbers' })
  const trust = () => program.contacts.get(1).trust

  test('numbers are compared by eye; the seal comes and goes', async () => {
    await openBob({})
    await page.locator('.who').getByText('Not verified').click()
    await numbers().waitFor()
    const { digits, words } = program.methods['contacts.safety']({ contact: 1 })
    assert.equal((await numbers().getByRole('listitem').allTextContents()).join(' '), digits)
    assert.deepEqual(await page.getByRole('list', { name: 'Words' }).getByRole('listitem').allTextContents(), words)
    await button('They are the same').click()
    await page.locator('.who').getByText('Verified').waitFor()
    await row(page, 'Bob').getByText(', verified').waitFor()
    assert.equal(trust(), 'verified')
    await page.getByRole('complementary', { name: 'Details' }).getByRole('button', { name: 'Compare numbers' }).click()
    await button('Not verified after all').click()
    await until('taken back', () => trust() === 'unverified')
    await button('They are the same').waitFor()
  })

  test('numbers are compared by code', async () => {
    await openBob({ trust: 'invited' })
    const mine = program.methods['contacts.safety']({ contact: 1 }).qr
    await page.locator('.who').getByText('Invited').click()
    await page.getByText('Compare by code').click()
    const code = page.getByLabel('Code of Bob')
    await code.fill('nonsense')
    await button('Compare').click()
    await page.getByRole('alert').getByText('That is not the code of a contact.').waitFor()
    await code.fill('x'.repeat(94))
    await button('Compare').click()
    await page.getByText('The codes do not match.').waitFor()
    assert.equal(trust(), 'invited')
    await code.fill(` ${mine.slice(0, 40)}\n${mine.slice(40)} `)
    await code.press('Enter')
    await page.getByText('The codes match.').waitFor()
    assert.equal(trust(), 'verified')
  })

  test('before the first connection there is nothing to compare', async () => {
    await openBob({ invitation: 'waiting', online: false })
    await page.locator('.who').getByText('Not verified').click()
    await page.getByRole('alert').getByText('There is nothing to compare until then.').waitFor()
  })

  test('a changed key stops everything until the person decides, with time to think', async () => {
    await openBob({ trust: 'verified' })
    await composer(page).fill('half a thought')
    program.changeContact(1, { trust: 'changed', online: false })
    const alert = page.getByRole('alert').filter({ hasText: 'key changed, and the old key did not announce it' })
    await alert.waitFor()
    assert.equal(await composer(page).count(), 0)
    await row(page, 'Bob').getByText('The key changed').waitFor()
    const accept = alert.getByRole('button', { name: /^Accept/ })
    await accept.click()
    const began = Date.now()
    await alert.getByRole('button', { name: 'Accept new key in 4 s' }).waitFor()
    await accept.click({ force: true })
    assert.equal(trust(), 'changed')
    await button('Cancel').click()
    await button('Accept new key').click()
    await button('Accept without comparing').waitFor({ timeout: 8000 })
    assert.ok(Date.now() - began > 5000)
    assert.equal(trust(), 'changed')
    await accept.click()
    await composer(page).waitFor()
    assert.equal(await composer(page).inputValue(), 'half a thought')
    await page.locator('.who').getByText('Not verified').waitFor()
  })

  test('a changed key is compared, accepted and verified in one', async () => {
    await openBob({ trust: 'changed' })
    await page.getByRole('alert').getByRole('button', { name: 'Compare numbers' }).click()
    await numbers().waitFor()
    await button('They are the same: accept the new key').click()
    await page.locator('.who').getByText('Verified').waitFor()
    assert.equal(trust(), 'verified')
    await composer(page).waitFor()
  })

  test('a key that comes while the numbers are compared is not verified', async () => {
    await openBob({ trust: 'changed' })
    await page.getByRole('alert').getByRole('button', { name: 'Compare numbers' }).click()
    await numbers().waitFor()
    program.newer++
    await button('They are the same: accept the new key').click()
    await dialog().getByText('The key of Bob has changed meanwhile. Please compare these numbers anew.').waitFor()
    assert.equal(trust(), 'changed')
    const { digits } = program.methods['contacts.safety']({ contact: 1 })
    assert.equal((await numbers().getByRole('listitem').allTextContents()).join(' '), digits)
    await button('They are the same: accept the new key').click()
    await until('it is verified', () => trust() === 'verified')
  })

  test('a key that comes while there is time to think is not taken', async () => {
    await openBob({ trust: 'changed' })
    await button('Accept new key').click()
    await button('Accept new key in 4 s').waitFor()
    program.newer++
    await button('Accept without comparing').click({ timeout: 8000 })
    await page.getByText('The key of Bob has changed once more. Please decide anew.').waitFor()
    assert.equal(trust(), 'changed')
    await button('Accept new key').waitFor()
  })

  test('a key changed in order is one line among the messages', async () => {
    await openBob({ trust: 'verified' })
    program.addMessage(1, 'them', 'before', { time: Date.now() - 60000 })
    program.changeContact(1, { rotated: Date.now() - 30000 })
    program.addMessage(1, 'them', 'after')
    await page.getByText('Bob changed keys. The old key announced the new one.').waitFor()
    const order = await page
      .locator('.scroller li:not(.day)')
      .evaluateAll((all) => all.map((e) => e.textContent.split(/\d/)[0].trim()))
    assert.deepEqual(order, ['before', 'Bob changed keys. The old key announced the new one.', 'after'])
    assert.equal(await page.getByRole('alert').count(), 0)
    await page.locator('.who').getByText('Verified').waitFor()
  })

  test('lost continuity is told, does not stop anything, and is told again', async () => {
    await openBob({})
    program.changeContact(1, { continuity: { lost: Date.now() - 5000, times: 1 } })
    const notice = page.locator('.banner').filter({ hasText: 'lost its session memory' })
    await notice.getByText('This happens after restoring a backup.').waitFor()
    assert.equal(await notice.getByRole('button', { name: 'Compare numbers' }).count(), 0)
    await say(page, 'Did you restore a backup?')
    await button('I have read this').click()
    await notice.waitFor({ state: 'detached' })
    program.changeContact(1, { continuity: { lost: Date.now(), times: 2 } })
    await notice.getByText('lost its session memory again').waitFor()
    await notice.getByRole('button', { name: 'Compare numbers' }).click()
    await numbers().waitFor()
  })

  test('on a narrow screen nothing is wider than it', async () => {
    await loggedIn(
      () => {
        program.addIdentity({ name: 'A rather long name for the night shift of the harbour' })
        program.addContact({ name: 'Bob with a name that goes on and on', online: true, trust: 'changed', identity: 2 })
      },
      { size: 390 },
    )
    await openChat(page, 'Bob')
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 700 })
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${width}`)
    }
    await page.getByRole('alert').getByRole('button', { name: 'Compare numbers' }).focus()
    await page.keyboard.press('Enter')
    await numbers().waitFor()
    assert.ok((await dialog().evaluate((e) => e.scrollWidth - e.clientWidth)) <= 0, 'the numbers')
    await page.keyboard.press('Escape')
    await button('Back to the list').click()
    for (const name of ['My address', 'Invite somebody', 'Settings']) {
      await button('More').click()
      await page.getByRole('menuitem', { name }).click()
      assert.ok((await dialog().evaluate((e) => e.scrollWidth - e.clientWidth)) <= 0, name)
      await page.keyboard.press('Escape')
    }
  })
})
