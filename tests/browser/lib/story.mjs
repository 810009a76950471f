// A story with the real program: a private Tor network, Alice's and Bob's nodes, and their two pages in Chromium.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test as nodeTest } from 'node:test'
import { Demo } from '../../lib/program.mjs'
import { close, launch, openPage } from './browser.mjs'
import { pictures } from './pictures.mjs'

/** Over Tor: a fresh descriptor may take its time to be found. */
export const REACH = 150_000

/**
 * {test, picture, begin}. begin() is for before(); it gives {demo, browser, alice, bob}, of which the last two are pages.
 * Pictures go to $BOC_SCREENS (docs/screens), or else to $BOC_OUT. `expected` as in openPage().
 */
export function story({ expected = [] } = {}) {
  const cast = {}
  let broken = ''
  async function begin() {
    ;[cast.demo, cast.browser] = await Promise.all([Demo.start(), launch()])
    cast.alice = await openPage(cast.browser, { expected })
    cast.bob = await openPage(cast.browser, { expected })
    return cast
  }
  after(async () => {
    for (const node of [cast.demo?.alice, cast.demo?.bob]) if (node?.child) await node.stop()
    await cast.demo?.stop()
    await close(cast.browser)
  })
  // What comes after a broken part would only fail again.
  function test(name, work) {
    nodeTest(name, async () => {
      assert.equal(broken, '', 'an earlier part of the story failed')
      broken = name
      await work()
      cast.alice.check()
      cast.bob.check()
      broken = ''
    })
  }
  const picture = pictures(process.env.BOC_SCREENS ?? join(process.env.BOC_OUT ?? 'build/test', 'story'))
  return { test, picture, begin }
}
