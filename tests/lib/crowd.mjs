// Many nodes on one private network who know each other: for the bench and the soak.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { alive, children, Demo, Node } from './program.mjs'
import { until } from './wait.mjs'

const PASSPHRASE = 'correct horse battery'
const AT_ONCE = 4 // nodes that start together: each logs in with 64 MiB and starts a tor

// A signal for a whole program, tor too. What is gone already is fine.
export function signal(node, name) {
  const roles = children(node.pid).map(({ pid }) => pid)
  for (const pid of name === 'SIGCONT' ? [...roles, node.pid] : [node.pid, ...roles]) {
    try {
      process.kill(pid, name)
    } catch (error) {
      if (error.code !== 'ESRCH') throw error // roles die with their supervisor
    }
  }
}

export const contactsOf = async (node) => (await node.client.call('contacts.list')).contacts

// One after the other, so many at once.
export async function gently(list, work, atOnce = AT_ONCE) {
  const todo = list.map((item, i) => [item, i])
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next; (next = todo.shift());) await work(...next)
  }))
}

// Every message of a conversation, oldest first.
export async function conversation(client, contact) {
  const rows = []
  for (let before; ; before = rows[0].ordinal) {
    const page = await client.call('messages.list', { contact, limit: 100, ...(before && { before }) })
    rows.unshift(...page.messages)
    if (!page.more) return rows
  }
}

export class Crowd {
  peers = [] // {name, node, contacts: Map of the others' names to the ids of the contacts}

  static async start(count) {
    const crowd = new Crowd()
    crowd.root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-crowd-'))
    try {
      crowd.demo = await Demo.start()
      await Promise.all([crowd.demo.alice.stop(), crowd.demo.bob.stop()]) // only the network is wanted
      await gently(Array.from({ length: count }, (_, i) => `peer${i}`), (name) => crowd.join(name))
      crowd.peers.sort((a, b) => parseInt(a.name.slice(4)) - parseInt(b.name.slice(4)))
    } catch (error) {
      await crowd.stop()
      throw error
    }
    return crowd
  }

  get network() {
    return this.demo.network
  }

  async join(name) {
    const node = new Node(path.join(this.root, name), this.network, PASSPHRASE)
    const peer = { name, node, contacts: new Map() }
    this.peers.push(peer)
    await node.start()
    await node.unlock(name)
    await node.rpc()
    await until(`${name} can be reached`, async () => (await node.client.call('status.get')).tor.phase === 'reachable', 120)
    return peer
  }

  // One invites, the other comes.
  async meet(one, other) {
    const { text, id } = await one.node.client.call('invitations.create', { label: other.name })
    const added = await other.node.client.call('contacts.add', { invitation: text, name: one.name })
    other.contacts.set(one.name, added.id)
    const used = await until(`${other.name} comes to ${one.name}`, async () =>
      (await one.node.client.call('invitations.list')).invitations.find((i) => i.id === id && i.contact), 180)
    one.contacts.set(other.name, used.contact)
  }

  async meetAll() {
    const pairs = this.peers.flatMap((one, i) => this.peers.slice(i + 1).map((other) => [one, other]))
    await gently(pairs, ([one, other]) => this.meet(one, other), 8)
  }

  // All who know each other are connected.
  async together(seconds = 240) {
    for (const { name, node, contacts } of this.peers) {
      await until(`${name} is connected with all`, async () => {
        const list = await contactsOf(node)
        return [...contacts.values()].every((id) => list.find((c) => c.id === id)?.online)
      }, seconds)
    }
  }

  // Ends every process that was started. The folders stay where they are wanted.
  async stop({ keep = false } = {}) {
    await Promise.all(this.peers.map(async ({ node }) => {
      if (!node.pid || !alive(node.pid)) return node.client?.close()
      signal(node, 'SIGCONT')
      await node.stop()
    }))
    await this.demo?.stop()
    if (!keep) fs.rmSync(this.root, { recursive: true, force: true })
  }
}
