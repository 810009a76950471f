// One login for all tabs, and when it ends.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../lib/wait.mjs'
import { page, PASSPHRASE, program, start } from './lib/alone.mjs'
import { axe, watch } from './lib/browser.mjs'
import { bubble, composer, openChat, passphraseField, row, say, unlock } from './lib/steps.mjs'
import { countWorkers, inWorker, sleep } from './lib/worker.mjs'

const chats = (tab) => tab.getByRole('heading', { name: 'Chats' })
/** How often the page asked the stand-in for this. */
function counted(method) {
  const real = program.methods[method]
  const asked = { times: 0 }
  program.methods[method] = (...args) => {
    asked.times++
    return real(...args)
  }
  return asked
}

async function anotherTab() {
  const tab = await watch(page.context(), await page.context().newPage(), page.expected)
  await tab.visit(program.url)
  return tab
}

/** Logged in, with Bob, and a second tab. */
async function twoTabs(options) {
  await start(options)
  const bob = program.addContact({ name: 'Bob', online: true })
  await page.visit(program.url)
  await unlock(page, PASSPHRASE)
  const other = await anotherTab()
  return { bob, other }
}

describe('tabs', () => {
  test('whoever is logged in in one is so in all, over one connection', async () => {
    const { bob, other } = await twoTabs()
    await chats(other).waitFor()
    assert.equal(program.connections, 1)
    assert.equal(await countWorkers(page), 1)
    await openChat(page, 'Bob')
    await openChat(other, 'Bob')
    await say(other, 'from the other')
    await bubble(page, 'from the other').waitFor()
    program.addMessage(bob.id, 'them', 'to both')
    for (const tab of [page, other]) await bubble(tab, 'to both').waitFor()
    await other.getByRole('button', { name: 'Lock' }).first().click()
    for (const tab of [page, other]) await passphraseField(tab).waitFor()
    assert.equal(await page.title(), 'BlackedOutChat')
    await unlock(page, PASSPHRASE)
    await chats(other).waitFor()
    other.check()
  })
})
