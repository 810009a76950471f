// What happens to the peers of the soak. Each fault is made by a signal, at a moment and for a time that the seed says.
import { setMaxListeners } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { signal } from '../lib/crowd.mjs'
import { children, roleOf } from '../lib/program.mjs'

const EVERY_MS = 4000
const ROLES = ['net', 'web', 'onion', 'vault']

function kill(pid, name) {
  try {
    process.kill(pid, name)
    return true
  } catch (error) {
    if (error.code === 'ESRCH') return false
    throw error
  }
}

export class Faults {
  #peers
  #crowd
  #random
  #over = false
  #running = new Set()
  #loop
  #stopped = new Set() // processes that stand still
  #ends = new AbortController()
  count = {}

  constructor(peers, crowd, random) {
    this.#peers = peers
    this.#crowd = crowd
    this.#random = random
    setMaxListeners(0, this.#ends.signal)
  }

  begin() {
    this.#loop = this.#go()
  }

  // No more; those that last end now.
  async end() {
    this.#over = true
    this.#ends.abort()
    await this.#loop
    await Promise.all(this.#running)
  }

  toString() {
    return Object.entries(this.count).map(([what, n]) => `${what} ${n}`).join(', ')
  }

  // Mostly seconds; now and then so long that the others have to notice.
  #time() {
    return 1000 * (this.#random.next() < 0.25 ? this.#random.between(60, 130) : this.#random.between(1, 25))
  }

  async #hold(ms) {
    await sleep(ms, undefined, { signal: this.#ends.signal }).catch(() => {})
  }

  async #go() {
    while (!this.#over) {
      await this.#hold(this.#random.wait(EVERY_MS))
      const kind = this.#random.next()
      const ms = this.#time()
      const role = this.#random.pick(ROLES)
      const peer = this.#random.pick(this.#peers)
      if (this.#over || peer.busy) continue
      peer.busy = true
      const job = this.#one(kind, peer, role, ms).finally(() => {
        peer.busy = false
        this.#running.delete(job)
      })
      this.#running.add(job)
      job.catch((error) => peer.fail(error))
    }
  }

  #tell(what) {
    this.count[what] = (this.count[what] ?? 0) + 1
  }

  async #one(kind, peer, role, ms) {
    if (kind < 0.25) return this.#killAll(peer, ms)
    if (kind < 0.55) return this.#killOne(peer, role)
    if (kind < 0.7) return this.#killOne(peer, 'tor')
    if (kind < 0.85) return this.#freeze(peer, ms)
    if (kind < 0.95) return this.#cut('cut off (its tor stands still)', roleOf(peer.node.pid, 'tor'), peer, ms)
    const relays = children(this.#crowd.demo.child.pid).filter(({ args }) => path.basename(args[0]) === 'tor')
    return this.#cut('a relay stands still', this.#random.pick(relays)?.pid, undefined, Math.min(ms, 20_000))
  }

  async #killAll(peer, ms) {
    this.#tell('program killed')
    signal(peer.node, 'SIGKILL')
    peer.down()
    await this.#hold(ms)
    await peer.restart()
  }

  async #killOne(peer, role) {
    const pid = roleOf(peer.node.pid, role)
    if (!pid || !kill(pid, 'SIGKILL')) return
    this.#tell(`${role} killed`)
    peer.disturbed = performance.now()
    await this.#hold(2000)
  }

  async #freeze(peer, ms) {
    this.#tell('program stands still')
    signal(peer.node, 'SIGSTOP')
    peer.down()
    await this.#hold(ms)
    signal(peer.node, 'SIGCONT')
    peer.up()
  }

  async #cut(what, pid, peer, ms) {
    if (!pid || this.#stopped.has(pid) || !kill(pid, 'SIGSTOP')) return
    this.#stopped.add(pid)
    this.#tell(what)
    await this.#hold(ms)
    kill(pid, 'SIGCONT')
    this.#stopped.delete(pid)
    if (peer) peer.disturbed = performance.now()
  }
}
