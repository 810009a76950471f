// One of the soak: a person at a node who writes to the others, logs in again where it is needed, and looks at what is shown.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { contactsOf, conversation } from '../lib/crowd.mjs'
import { alive, Node } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const WRITE_EVERY_MS = 2000
const LOOK_EVERY_MS = 5000
const GHOST_MS = 75_000 // 70 s (LINK_DEAD_MS), and this test looks every 5 s
const APPEAR_MS = 15_000 // what was under way through tor when somebody died
const LOCKED = -32001

export class Peer {
  #random
  #ledger
  #others
  #running = []
  #over = false
  #silent = false
  #n = new Map()
  #watched // the client whose notifications are heard

  constructor(peer, random, ledger) {
    this.peer = peer
    this.#random = random
    this.#ledger = ledger
    this.downSince = undefined // it is dead or stands still
    this.disturbed = performance.now() // when it was last anything but undisturbed
    this.busy = false // a fault holds it
  }

  get name() {
    return this.peer.name
  }

  get node() {
    return this.peer.node
  }

  begin(peers) {
    this.#others = new Map(peers.filter((p) => p !== this).map((p) => [this.peer.contacts.get(p.name), p]))
    this.#watch(this.node.client)
    this.writing = this.#write()
    this.#running.push(this.writing, this.#look())
  }

  fail(error) {
    this.#ledger.wrong.push(`${this.name}: ${error.message} ${error.cause?.message ?? ''}`)
  }

  // Nothing new is said; what was begun is said to its end.
  async hush() {
    this.#silent = true
    await this.writing
  }

  async end() {
    this.#silent = true
    this.#over = true
    await Promise.all(this.#running)
  }

  down() {
    this.downSince = this.disturbed = performance.now()
  }

  up() {
    this.downSince = undefined
    this.disturbed = performance.now()
  }

  #watch(client) {
    if (this.#watched === client) return
    this.#watched = client
    client.on('message.state', (m) => this.#told(m))
    client.on('contact.state', (c) => {
      const other = this.#others.get(c.id)
      const gone = other?.downSince
      if (!c.online || gone === undefined) return this.#shown.set(c.id, c.online)
      if (!this.#shown.get(c.id) && performance.now() - gone > APPEAR_MS)
        this.#ledger.blame('falseStates', `${other.name}, gone for ${Math.round((performance.now() - gone) / 1000)} s, appears at ${this.name}`)
      this.#shown.set(c.id, true)
    })
  }
  #shown = new Map()

  #told(m) {
    if (m.from === 'me') this.#ledger.told(m.id, m.state, this.#others.get(m.contact)?.downSince)
  }

  // A client that is logged in, however often the program dies meanwhile; undefined when the soak is over.
  async #client() {
    while (!this.#over) {
      try {
        if (this.downSince === undefined && alive(this.node.pid)) {
          const client = this.node.client?.ended === false ? this.node.client : await this.#connect()
          await client.call('status.get')
          this.#watch(client)
          return client
        }
      } catch (error) {
        if (error.code === LOCKED) await this.node.unlock().catch(() => {})
      }
      await sleep(250)
    }
  }

  #connect() {
    this.#connecting ??= this.node
      .connect()
      .then((client) => {
        client.ended = false
        client.on('close', () => (client.ended = true))
        return client
      })
      .finally(() => (this.#connecting = undefined))
    return this.#connecting
  }
  #connecting

  // One after the other: what was not answered is asked for again, by the same id, before anything else is said.
  async #write() {
    const names = [...this.#others.values()].map((p) => p.name)
    while (!this.#silent) {
      await sleep(this.#random.wait(WRITE_EVERY_MS))
      if (this.#silent) return
      const to = this.#random.pick(names)
      const n = (this.#n.get(to) ?? 0) + 1
      this.#n.set(to, n)
      const long = this.#random.next() < 0.05 ? ' ' + 'x'.repeat(this.#random.between(100, 5500)) : ''
      const message = this.#ledger.begin(this.name, to, randomBytes(16).toString('hex'), `${this.name} to ${to}, ${n}${long}`)
      while (!this.#over) {
        const client = await this.#client()
        if (!client) return
        try {
          const params = { contact: this.peer.contacts.get(to), text: message.text, id: message.id }
          const at = performance.now()
          const done = await client.call('messages.send', params)
          message.acceptedAt ??= at
          this.#ledger.told(done.id, done.state)
          break
        } catch (error) {
          if (error.code !== undefined && error.code !== LOCKED) this.#ledger.wrong.push(`${this.name} cannot write: ${error.message}`)
          await sleep(100)
        }
      }
    }
  }

  // Nobody who is long gone is shown as there. States that nobody was told of while the client was away are read, too.
  async #look() {
    while (!this.#over) {
      await sleep(LOOK_EVERY_MS)
      const now = performance.now()
      try {
        const client = this.downSince === undefined && (await this.#client())
        if (!client) continue
        for (const c of await contactsOf(this.node)) {
          const other = this.#others.get(c.id)
          const gone = other?.downSince
          if (c.online && gone !== undefined && now - gone > GHOST_MS && now - this.disturbed > GHOST_MS)
            this.#ledger.blame('falseStates', `${other.name}, gone for ${Math.round((now - gone) / 1000)} s, is shown as there at ${this.name}`)
          if (!other || !this.#ledger.isOpen(this.name, other.name)) continue
          const page = await client.call('messages.list', { contact: c.id, limit: 100 })
          for (const m of page.messages) this.#told({ ...m, contact: c.id })
        }
      } catch {
        // the program died under it: next time
      }
    }
  }

  // The whole program once more, after it was killed.
  async restart() {
    const { data, network, passphrase, log } = this.node
    this.node.client?.close()
    const node = new Node(data, network, passphrase)
    node.log = log + `\n---- started again ----\n`
    await until(`${this.name} starts again`, () => node.start(), 60)
    this.peer.node = node
    this.up()
  }

  // At the end, both sides of every conversation.
  async check(peers) {
    const client = await this.#client()
    for (const other of peers) {
      if (other === this) continue
      const mine = await conversation(client, this.peer.contacts.get(other.name))
      const theirs = await conversation(await other.#client(), other.peer.contacts.get(this.name))
      this.#ledger.compare(this.name, other.name,
        theirs.filter((m) => m.from === 'them').map((m) => m.text),
        mine.filter((m) => m.from === 'me').map((m) => [m.text, m.state]))
    }
  }
}
