// Every screen at three widths and in both themes: axe-core finds nothing. Pictures: BOC_PICTURES=1.
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { close, launch, openPage, SIZES } from './lib/browser.mjs'
import { pictures } from './lib/pictures.mjs'
import { bubble, composer, firstStart, openChat, passphraseField, unlock } from './lib/steps.mjs'
import { Program, address } from './mock/program.mjs'

const PASSPHRASE = 'correct horse battery staple'
const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))

let browser
let program
before(async () => {
  browser = await launch()
})
after(() => close(browser))

async function withPage(options, work) {
  const page = await openPage(browser, { expected: [/ERR_CONNECTION_REFUSED/] })
  program = await Program.start(options)
  try {
    await page.visit(program.url)
    await work(page)
    page.check()
  } finally {
    await page.context().close()
    await program.stop().catch(() => undefined)
  }
}

function people() {
  const now = Date.now()
  const hour = 3.6e6
  const mira = program.addContact({
    name: 'Mira',
    online: true,
    trust: 'verified',
    rotated: now - 5.5 * hour,
    since: now - 900 * hour,
  })
  const said = [
    ['them', 'The ferry leaves early on Friday. Shall we take it?', 30],
    ['me', 'Yes. I will bring tea and the blue lamp.', 29.9],
    ['me', 'And the map, if I find it.', 29.85],
    [
      'them',
      'The old bridge is closed, so we have to walk along the harbour. It is longer, but there is no hurry: the tide is right until nine.',
      5,
    ],
    ['me', 'Good. I know the way.', 4.9],
    ['them', 'Did you see the lamp?', 0.4],
    ['them', 'It is still on.\nI think somebody is home.', 0.39],
    ['me', 'On my way.', 0.2],
  ]
  for (const [from, text, ago] of said) program.addMessage(mira.id, from, text, { time: now - ago * hour })
  program.changeMessage(program.messages.get(mira.id).at(-1), { state: 'sent' })
  const jonas = program.addContact({ name: 'Jonas Ek', trust: 'invited', since: now - 400 * hour })
  program.addMessage(jonas.id, 'them', 'I think we should wait until the weather is better.', { time: now - 26 * hour })
  program.addMessage(jonas.id, 'me', 'Agreed. Tell me when you are back.', { time: now - 25 * hour, state: 'waiting' })
  const amal = program.addContact({ name: 'أمل', online: true })
  program.addMessage(amal.id, 'them', 'سأرسل الملف الليلة', { time: now - 50 * hour })
  const ruth = program.addContact({ name: 'Ruth', trust: 'changed', since: now - 2000 * hour })
  program.addMessage(ruth.id, 'them', 'See you then.', { time: now - 90 * hour })
  program.addContact({
    name: '',
    address: address(40),
    state: 'request_sent',
    greeting: 'Hello, it is Alice from the reading circle.',
    since: now - 30 * hour,
  })
  program.addContact({
    name: 'Tomas',
    address: address(41),
    state: 'request_received',
    greeting: 'Hi Alice, Mira gave me your address. May I join on Friday?',
    since: now - 0.1 * hour,
  })
  program.addContact({ name: 'Nobody in particular', address: address(42), state: 'blocked', since: now - 3000 * hour })
}

test('first start', () =>
  withPage({}, async (page) => {
    await page.getByLabel('Your name').fill('Alice')
    await passphraseField(page).fill('correct horse batt')
    await page.getByLabel('The same again').fill('correct horse')
    await look(page, 'start')
    program.tor = {
      ...program.tor,
      phase: 'connecting',
      progress: 64,
      summary: 'Loading relay descriptors',
      since: Date.now() - 14000,
    }
    await firstStart(page, 'Alice', PASSPHRASE)
    await page.locator('.pane').getByText('64 %').waitFor()
    await look(page, 'joining')
    program.setTor({ warning: 'Our clock is 3 hours behind the time published in the consensus', skew: -10800 })
    await page.locator('.side .card').click()
    await look(page, 'connection')
    await page.keyboard.press('Escape')
    program.setTor({ phase: 'down', warning: '', skew: 0 })
    await page.getByText('Tor stopped').first().waitFor()
    await look(page, 'tor-down')
    program.setTor({ phase: 'reachable', progress: 100 })
    await page.getByText('Connected through Tor').waitFor()
    await look(page, 'empty')
  }))

test('unlock', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    await passphraseField(page).waitFor()
    await look(page, 'unlock')
    await passphraseField(page).fill('wrong')
    await passphraseField(page).press('Enter')
    await page.getByText('That is not the passphrase').waitFor()
    await look(page, 'unlock-wrong')
    await program.stop()
    await passphraseField(page).fill(PASSPHRASE)
    await passphraseField(page).press('Enter')
    await page.getByText('The program is not running').waitFor()
    await look(page, 'gone')
  }))

/** What is said beside words, and what is not there any more. The reactions are in fonts that everybody has. */
function items() {
  const now = Date.now()
  const minute = 60_000
  const mira = program.addContact({
    name: 'Mira',
    online: true,
    trust: 'verified',
    since: now - 9e8,
    missing: 2,
    broken: now - 50 * minute,
  })
  const said = [
    [
      'them',
      'The ferry leaves at seven on Friday.',
      90,
      { edited: now - 89 * minute, reactions: { me: '☺', them: null } },
    ],
    ['me', 'I will be there, with the blue lamp and the map of the harbour.', 88, { reply: 1 }],
    ['them', '', 70, { kind: 'deleted' }],
    ['me', '', 69, { kind: 'deleted', state: 'waiting' }],
    ['them', '', 68, { kind: 'deleted_here' }],
    ['them', '', 44, { kind: 'unknown' }],
    ['them', 'The one with the lighthouse on it? I remember.', 20, { reply: 2, reactions: { me: '❤', them: 'ha!' } }],
    ['them', 'And this?', 19, { reply: 3 }],
    ['me', 'Seven it is, then.', 5, { reply: 1, edited: now - 2 * minute, reactions: { me: null, them: '★' } }],
  ]
  for (const [from, text, ago, more] of said) {
    program.addMessage(mira.id, from, text, { time: now - ago * minute, ...more })
  }
}

test('answers, reactions, edits and what is gone', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    items()
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Mira')
    await bubble(page, 'Seven it is').waitFor()
    await look(page, 'items')
    await page.locator('.scroller').evaluate((e) => e.scrollTo(0, 0))
    await look(page, 'items-above')
  }))

/** What became of messages since, and what two have agreed about them. */
function newer() {
  const now = Date.now()
  const minute = 60_000
  const hour = { vanish: 3600, keep: 0 }
  program.settings = { ...program.settings, read_marks: true, typing: true }
  const mira = program.addContact({ name: 'Mira', online: true, trust: 'verified', since: now - 9e8, picture: 1 })
  const points = Array.from({ length: 64 * 64 }, (_, i) => [(i >> 6) * 3, 90 + (i & 63), 140 - (i >> 6)]).flat()
  program.pictures.set(mira.id, Buffer.from(points).toString('base64url'))
  const say = (from, text, ago, more) => program.addMessage(mira.id, from, text, { time: now - ago * minute, ...more })
  const gone = (from) => program.addMessage(mira.id, from, '', { kind: 'expired', time: 0 })
  say('them', 'Is the harbour closed?', 180, { edited: now - 179 * minute, reactions: { me: '☺', them: null } })
  say('me', 'Until Friday, they say.', 179, { state: 'read', reply: 1 })
  gone('them')
  gone('me')
  gone('them')
  say('me', '', 120, { kind: 'deleted', state: 'delivered' })
  say('them', '', 110, { kind: 'unknown' })
  say('me', 'I can bring the small boat round to the other side, if the wind stays as it is.', 95, { state: 'failed' })
  say('them', '', 90, { kind: 'unreadable' })
  say('me', 'Tell me when you are on the quay.', 60, { state: 'read', reactions: { me: null, them: '★' } })
  say('me', 'I have both lamps.', 59, { state: 'delivered' })
  program.readAll(mira.id)
  say('them', '', 20, { kind: 'terms', terms: hour })
  say('them', 'I would rather not leave this lying about.', 19)
  say(
    'them',
    'The name of the boat is on the card I gave you. Burn it afterwards, and do not write it down anywhere.',
    18,
    {
      vanish: 3600,
      reply: 10,
    },
  )
  for (let i = 0; i < 34; i++) say('them', `Mark ${i + 1} of the way round.`, 10)
  program.changeContact(mira.id, {
    terms: { mine: { vanish: 0, keep: 0 }, theirs: hour, inForce: { vanish: 0, keep: 0 } },
  })
  const jonas = program.addContact({ name: 'Jonas Ek', trust: 'invited', since: now - 9e8, unreadable: 2 })
  program.addMessage(jonas.id, 'them', 'One of these did not come through.', { time: now - 26 * 60 * minute })
  const lena = program.addContact({ name: 'Lena', since: now - 9e8, draft: 'What I meant is', online: true })
  program.setDraft(lena.id, lena.draft)
  program.addMessage(lena.id, 'me', 'See you on Friday.', { time: now - 50 * minute, state: 'read' })
  return mira
}

test('what is new, what disappears, and what two agree on', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    const mira = newer()
    await unlock(page, PASSPHRASE)
    await page.setViewportSize({ width: 1440, height: 620 })
    // As long as nobody looks, what is new stays so.
    await page.evaluate(() => dispatchEvent(new Event('blur')))
    await openChat(page, 'Mira')
    await page.evaluate(() => dispatchEvent(new Event('blur')))
    program.notify('typing', { contact: mira.id, typing: true })
    await page.locator('li.new').waitFor()
    await look(page, 'new')
    await page.locator('.scroller').evaluate((e) => e.scrollTo(0, 0))
    await look(page, 'new-above')
    await page.locator('.scroller').evaluate((e) => e.scrollTo(0, e.scrollHeight))
    await page.getByRole('button', { name: 'Mark all as read' }).waitFor()
    await look(page, 'new-jumped')
    await page.getByRole('button', { name: 'Mark all as read' }).click()
    await page.getByRole('button', { name: 'Agree' }).click()
    await page.locator('.agreement').getByText('New messages disappear').waitFor()
    program.wish(mira.id, { vanish: 86_400, keep: 30 })
    await look(page, 'agreed')
    await openChat(page, 'Jonas')
    await look(page, 'set-aside')
    await openChat(page, 'Lena')
    await look(page, 'read')
  }))

test('people and conversations', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    people()
    await unlock(page, PASSPHRASE)
    await page.locator('[data-conversation]').first().waitFor()
    await look(page, 'list')
    await page.getByRole('button', { name: 'My address' }).first().click()
    await look(page, 'me')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Add a contact' }).first().click()
    await page.getByRole('textbox', { name: 'Address' }).fill(address(7).slice(0, 31))
    await page.getByRole('textbox', { name: 'Greeting' }).fill('Hello, it is Alice.')
    await look(page, 'add')
    await page.keyboard.press('Escape')
    await openChat(page, 'Mira')
    await page.getByText('On its way').waitFor()
    await look(page, 'chat')
    await openChat(page, 'Jonas')
    await composer(page).fill('One more thing:\nthe map is at Mira’s.')
    await look(page, 'waiting')
    await openChat(page, 'أمل')
    await look(page, 'arabic')
    await openChat(page, 'Ruth')
    await look(page, 'key-changed')
    await openChat(page, 'Tomas')
    await look(page, 'request')
    await openChat(page, '…')
    await look(page, 'request-sent')
    await page.getByText('Blocked and rejected').click()
    await openChat(page, 'Nobody')
    await look(page, 'blocked')
    await openChat(page, 'Mira')
    for (const size of [1440, 1024, 390]) {
      await page.setViewportSize(SIZES[size])
      if (size !== 1440) await page.getByRole('button', { name: 'Details', exact: true }).click()
      await look(page, 'details', [size])
      await page.setViewportSize(SIZES[size])
      await look(page, 'cover', [size], page.getByRole('heading', { name: 'What the network sees' }))
      await page.setViewportSize(SIZES[size])
      await page.getByRole('button', { name: 'Close details' }).click()
    }
    await page.setViewportSize(SIZES[1440])
    await program.stop()
    await page.getByText('The program stopped.').waitFor()
    await look(page, 'lost')
  }))

function more() {
  const now = Date.now()
  const hour = 3.6e6
  people()
  program.addIdentity({ name: 'Reading circle', strangers: true })
  const lena = program.addContact({
    name: 'Lena',
    identity: 2,
    online: true,
    since: now - 500 * hour,
    continuity: { lost: now - 2 * hour, times: 2 },
  })
  program.addMessage(lena.id, 'them', 'The second chapter is the better one.', { time: now - 3 * hour })
  program.addContact({ name: 'Ari', identity: 2, trust: 'invited', invitation: 'refused', since: now - 20 * hour })
  program.addContact({ name: 'Noor', identity: 1, trust: 'invited', invitation: 'waiting', since: now - 10 * hour })
  program.addInvitation({ label: 'for Noor', state: 'used', contact: 1, created: now - 90 * hour })
  program.addInvitation({
    label: 'on the notice board of the harbour café, second floor',
    state: 'expired',
    created: now - 900 * hour,
  })
  program.addInvitation({ state: 'revoked', created: now - 200 * hour })
  return lena
}

const button = (page, name) => page.getByRole('button', { name, exact: true })

test('invitations', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    people()
    program.addInvitation({ label: 'for Noor', state: 'used', contact: 1, created: Date.now() - 1e8 })
    program.addInvitation({
      label: 'on the notice board of the harbour café, second floor',
      state: 'expired',
      created: Date.now() - 3e9,
    })
    await unlock(page, PASSPHRASE)
    await button(page, 'Invite somebody').first().click()
    await page.getByRole('textbox', { name: 'Label' }).fill('for Tomas')
    await look(page, 'invite')
    await button(page, 'Make an invitation').click()
    await page.getByRole('img', { name: 'The invitation as a QR code' }).waitFor()
    await look(page, 'invitation')
    await button(page, 'All invitations').click()
    await button(page, 'Revoke for Tomas').click()
    await look(page, 'invite-revoke')
    await page.keyboard.press('Escape')
    await button(page, 'Add a contact').first().click()
    await page.getByRole('textbox', { name: 'Invitation or address' }).fill(`BOC:${'ABCDEFGH23'.repeat(17)}`)
    await look(page, 'add-invitation')
  }))

test('identities', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    more()
    await unlock(page, PASSPHRASE)
    await page.locator('[data-conversation]').first().waitFor()
    await look(page, 'list-identities')
    await button(page, 'My address').first().click()
    await page.getByRole('radio', { name: 'Reading circle' }).check()
    await look(page, 'me-identities')
    await button(page, 'New key').click()
    await look(page, 'me-new-key')
    await button(page, 'Cancel').click()
    await button(page, 'New identity').click()
    await look(page, 'me-new-identity')
    await button(page, 'Cancel').click()
    await button(page, 'Remove').click()
    await page.getByLabel('Type its name to remove it').fill('Reading')
    await page.keyboard.press('Enter')
    await look(page, 'me-remove')
    await page.keyboard.press('Escape')
    await button(page, 'Add a contact').first().click()
    await look(page, 'add-identities')
    await page.keyboard.press('Escape')
    await openChat(page, 'Ari')
    await look(page, 'invitation-refused')
    await openChat(page, 'Noor')
    await look(page, 'invitation-waiting')
  }))

test('trust', () =>
  withPage({ passphrase: PASSPHRASE }, async (page) => {
    more()
    await unlock(page, PASSPHRASE)
    await openChat(page, 'Lena')
    await look(page, 'continuity')
    await openChat(page, 'Mira')
    await page.getByText('changed keys').waitFor()
    await look(page, 'rotated')
    await openChat(page, 'Jonas')
    await page.locator('.who').getByText('Invited').click()
    await page.getByRole('list', { name: 'Numbers' }).waitFor()
    await look(page, 'safety')
    await page.getByText('Compare by code').click()
    await page.getByLabel('Code of Jonas Ek').fill('x'.repeat(94))
    await button(page, 'Compare').click()
    await page.getByText('do not match').waitFor()
    await look(page, 'safety-other')
    await page.keyboard.press('Escape')
    await openChat(page, 'Ruth')
    await button(page, 'Accept new key').click()
    await button(page, 'Accept without comparing').waitFor({ timeout: 8000 })
    await look(page, 'changed')
    await page.locator('.banner').getByRole('button', { name: 'Compare numbers' }).click()
    await page.getByRole('list', { name: 'Numbers' }).waitFor()
    await look(page, 'safety-changed')
  }))
