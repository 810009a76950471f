// What others wrote to do harm, where it is not said in a conversation (hostile.test.mjs): names in lists, labels, what is
// found and looked for, what Tor, the machine and the program say. All of it stands there at once, as it would in a vault.
import { after, afterEach, before, describe, test } from 'node:test'
import { until } from '../lib/wait.mjs'
import { close, launch, SIZES } from './lib/browser.mjs'
import { cut, HARM, openTold, sound } from './lib/hostile.mjs'
import { openChat } from './lib/steps.mjs'
import { RpcError } from './mock/need.mjs'
import { Program } from './mock/program.mjs'

const PASSPHRASE = 'correct horse battery staple'
const harm = Object.entries(HARM)
/** As long as the page takes each of them from a bad program. */
const LONG = { name: 256, label: 256, what: 32, finding: 512, line: 4096, summary: 1024, warning: 2048, error: 1024 }
const NAMED = '{name} {n} {words} {0} %s %n tail'
let browser, program, page, friend

before(async () => {
  browser = await launch()
  program = await Program.start({ passphrase: PASSPHRASE, name: HARM['a script'] })
  friend = program.addContact({ name: 'Jonas', online: true, trust: 'verified' })
  program.addMessage(friend.id, 'them', 'tail of the friend')
  for (const [i, [, text]] of harm.entries()) {
    const { id: identity } = program.addIdentity({ name: text.slice(0, LONG.name) })
    const contact = program.addContact({ name: text.slice(0, LONG.name), identity })
    program.addMessage(contact.id, 'them', cut(`tail ${text}`, 6000))
    const state = ['open', 'used', 'revoked', 'expired'][i % 4]
    program.addInvitation({ label: text.slice(0, LONG.label), state, contact: contact.id })
    const grade = ['mend', 'note', 'ok'][i % 3]
    program.findings.push({ grade, what: text.slice(0, LONG.what), text: text.slice(0, LONG.finding) })
    program.logLines.push(text.slice(0, LONG.line))
  }
  program.bridges = { ...program.bridges, transports: harm.slice(0, 16).map(([, text]) => text.slice(0, 32)) }
  page = await openTold(browser, program.url, PASSPHRASE)
})
after(async () => {
  await page.context().close()
  await close(browser)
  await program.stop()
})
afterEach(async () => {
  await page.setViewportSize(SIZES[1440])
  while ((await dialog().count()) > 0) await page.keyboard.press('Escape')
})

const dialog = () => page.getByRole('dialog')
const button = (name) => page.getByRole('button', { name, exact: true })
/** All of it has come. */
const shown = (rows) => until('a row for each', async () => (await rows.count()) >= harm.length, 10)

test('names: in the list, the palette, and where one forwards to', async () => {
  await shown(page.locator('[data-conversation]'))
  await page.locator('[data-conversation] .name').getByText(NAMED, { exact: true }).waitFor()
  await sound(page, 'the list')
  await page.setViewportSize(SIZES[1440])
  await openChat(page, 'Jonas')
  await page.keyboard.press('Control+k')
  for (const typed of ['a', 'tail', 'مر', 'WW', '(admin']) {
    await page.getByRole('combobox').fill(typed)
    await page.getByRole('option').first().waitFor()
    await sound(page, `the palette: ${typed}`, { sizes: [390] })
  }
  for (const [what, text] of harm) {
    await page.getByRole('combobox').fill(cut(text, 400))
    await sound(page, `the palette: ${what}, typed`, { sizes: [390] })
  }
  await page.keyboard.press('Escape')
  await page.setViewportSize(SIZES[1440])
  await page.locator('li[data-id]').first().focus()
  await page.keyboard.press('f')
  await shown(dialog().locator('li'))
  await sound(page, 'forward')
})

test('names of identities: what is mine, whom one adds, and where a key is', async () => {
  await button('My address').first().click()
  await dialog().getByRole('img').first().waitFor()
  await sound(page, 'my address')
  await page.keyboard.press('Escape')
  await page.setViewportSize(SIZES[1440])
  await button('Add a contact').first().click()
  await dialog().getByRole('textbox', { name: 'Greeting' }).waitFor()
  await sound(page, 'add', { sizes: [390] })
})

test('labels of invitations', async () => {
  await button('Invite somebody').first().click()
  await shown(dialog().locator('[data-invitation]'))
  await sound(page, 'invitations')
  await dialog().locator('[data-invitation] button').first().click()
  await sound(page, 'an invitation')
})

describe('what is looked for', () => {
  test('and what is found', async () => {
    await button('Search all messages').click()
    await page.getByRole('searchbox').or(page.locator('.searching input')).first().fill('tail')
    await shown(page.locator('.searching mark'))
    await sound(page, 'hits')
    await page.setViewportSize(SIZES[1440])
    for (const [what, text] of harm) {
      for (const typed of [text, `in:"${text}"`]) {
        await page.locator('.searching input').fill(cut(typed, 400))
        await page.locator('.searching').getByRole('status').first().waitFor()
        await sound(page, `${what}, looked for`, { sizes: [390] })
      }
    }
  })

  test('in a conversation', async () => {
    await openChat(page, 'Jonas')
    await page.keyboard.press('Control+f')
    for (const [what, text] of harm) {
      await page
        .getByRole('search')
        .getByRole('textbox')
        .fill(cut(`from:${text}`, 400))
      await sound(page, what, { sizes: [390] })
    }
  })
})

test('what Tor says', async () => {
  const card = page.locator('.side .card')
  await card.click()
  await dialog().waitFor()
  for (const [i, [what, text]] of harm.entries()) {
    const warning = text.slice(0, LONG.warning)
    for (const phase of [i % 2 ? 'connecting' : 'waiting', 'reachable']) {
      program.setTor({ phase, progress: 50, summary: text.slice(0, LONG.summary), warning, tag: text.slice(0, 256) })
      // What is told behind it is there: so is it.
      const name = `Jonas, ${what}, ${phase}`
      program.changeContact(friend.id, { name })
      await page.locator('[data-conversation] .name').getByText(name, { exact: true }).waitFor({ state: 'attached' })
      await sound(page, `${what}, ${phase}`, { sizes: [390] })
    }
  }
  program.changeContact(friend.id, { name: 'Jonas' })
  program.setTor({ phase: 'reachable', progress: 100, summary: 'Done', warning: '', tag: 'done' })
})

test('what is found about the machine, and the log', async () => {
  await page.locator('.side .card').click()
  await dialog()
    .getByText(/^In order/)
    .click()
  await shown(dialog().locator('li'))
  await dialog().getByText('Log', { exact: true }).first().click()
  await button('Show log').click()
  await dialog().getByRole('region', { name: 'Log' }).waitFor()
  await sound(page, 'the connection')
})

test('why the program refuses', async () => {
  await page.locator('.side .card').click()
  await dialog().getByText('Bridges', { exact: true }).first().click()
  const good = program.methods['tor.bridges.set']
  for (const [what, text] of harm) {
    program.methods['tor.bridges.set'] = () => {
      throw new RpcError(-32011, text.slice(0, LONG.error))
    }
    await dialog().getByRole('textbox').first().fill('obfs4 192.0.2.1:1')
    await button('Use these bridges').click()
    await dialog().locator('.field.wrong').waitFor()
    await sound(page, what, { sizes: [390] })
  }
  program.methods['tor.bridges.set'] = good
  await page.keyboard.press('Escape')
})
