// A node that uses a Tor which runs already (`run --tor DIR`): its page says so, says why no bridges are chosen there, and what
// is missing when that Tor is away. The real program; tests/integration/systemtor.test.mjs has what it does on the network.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Demo, Node, program } from '../lib/program.mjs'
import { Watcher } from '../lib/watcher.mjs'
import { axe, close, launch, openPage } from './lib/browser.mjs'
import { pictures } from './lib/pictures.mjs'
import { REACH } from './lib/story.mjs'

const look = pictures(join(process.env.BOC_OUT ?? 'build/test', 'screens'))
const LINE = `192.0.2.1:443 ${'A'.repeat(40)}`
let root, demo, system, node, browser, page

const dialog = () => page.getByRole('dialog', { name: 'Connection' })
const point = (title) => dialog().getByRole('listitem').filter({ hasText: title })
const bridges = () => dialog().locator('details').filter({ hasText: 'Bridges' }).last()

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'boc-system-page-'))
  ;[demo, browser] = await Promise.all([Demo.start(), launch()])
  system = await new Watcher().start(demo.network, { asDebian: true })
  node = new Node(join(root, 'carol'), undefined, 'six words that nobody could guess')
})
after(async () => {
  await close(browser)
  if (node?.child) await node.stop()
  await system?.stop()
  await demo?.stop()
  rmSync(root, { recursive: true, force: true })
})

test('bridges that were kept before are still there', async () => {
  await node.start([program, 'run', '--data', node.data, '--network', demo.network])
  await node.unlock('Carol')
  await node.rpc()
  await node.client.call('tor.bridges.set', { bridges: LINE })
  await node.stop()
})

test('the page says that the Tor of the system is used, and offers no bridges', async () => {
  await node.start([program, 'run', '--data', node.data, '--tor', system.folder])
  page = await openPage(browser)
  await page.visit(node.url)
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(node.passphrase)
  await page.getByRole('button', { name: 'Unlock' }).click()
  const card = page.locator('.side').getByText('Connected through Tor')
  await card.waitFor({ timeout: REACH })
  await card.click()
  await dialog()
    .getByText(/^In order/)
    .click()
  await point('Way').getByText("The system's Tor is used, and connects as it was told to.").waitFor()
  await bridges().getByText('This program uses the Tor of the system.').waitFor()
  await bridges().getByText('any that were kept here are not used').waitFor()
  assert.equal(await bridges().getByRole('textbox').count(), 0)
  assert.equal(await bridges().getByRole('button').count(), 0)
  await look(page, 'connection-system', undefined, bridges())
})

test('when that Tor is away it says whose it is, and goes on when it is back', async () => {
  await system.end('SIGKILL')
  await dialog().getByText("The system's Tor does not answer").first().waitFor({ timeout: REACH })
  await axe(page, 'no system tor')
  await system.run()
  await dialog().getByText('Nothing here needs mending.').waitFor({ timeout: REACH })
  page.check()
})

test('by itself again, it has the bridges that were kept', async () => {
  await page.context().close()
  await node.stop()
  await node.start([program, 'run', '--data', node.data, '--network', demo.network])
  await node.unlock()
  await node.rpc()
  const kept = await node.client.call('tor.bridges.get')
  assert.deepEqual([kept.way, kept.bridges.trim()], ['bridges', LINE])
})
