// Tors of people who do not know us, and how soon one of them can reach an address that was just killed.
//
// A stranger who asks too early is given the descriptor from before and tries the dead introduction points in it for a quarter of
// a minute. That is no measure of who publishes anew. So many ask, each a little later than the one before, and none of them has
// asked before; the first who is connected counts. Between two figures each forgets what it knows (NEWNYM).
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { gently } from '../../lib/crowd.mjs'
import { control, Watcher } from '../../lib/watcher.mjs'
import { dial, within } from './raw.mjs'

const COUNT = 14
const APART_MS = 300
const FORGET_MS = 10_500 // tor does it once in ten seconds

export class Strangers {
  #all = []
  #forgot = 0

  static async start(network) {
    const strangers = new Strangers()
    const watchers = Array.from({ length: COUNT }, () => new Watcher())
    strangers.#all = watchers
    await gently(watchers, (watcher) => watcher.start(network), 4)
    return strangers
  }

  // How long after `happen` was called somebody answers at this address.
  async reachAfter(host, happen) {
    await sleep(Math.max(0, this.#forgot + FORGET_MS - performance.now()))
    await Promise.all(this.#all.map(({ folder }) => control(folder, 'SIGNAL NEWNYM')))
    this.#forgot = performance.now()
    const ended = new AbortController()
    setMaxListeners(0, ended.signal)
    const begun = performance.now()
    const happened = happen() // others dial meanwhile
    const tries = this.#all.map(async ({ folder }, i) => {
      for (let at = begun + i * APART_MS; ; at = performance.now() + 1000) {
        await sleep(Math.max(0, at - performance.now()), undefined, { signal: ended.signal })
        try {
          const stream = await within(20, dial(folder, host, 9999))
          stream.destroy()
          return performance.now()
        } catch (error) {
          if (performance.now() - begun > 120_000) throw error
        }
      }
    })
    const end = await Promise.any(tries)
    ended.abort()
    await happened
    return end - begun
  }

  async stop() {
    await Promise.all(this.#all.map((watcher) => watcher.stop()))
  }
}
