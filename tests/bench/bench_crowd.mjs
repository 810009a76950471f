// One node with twenty others who are its contacts, each with a tor of its own on the private network: what it costs while nobody
// says anything, and how soon one of them who is gone is not shown as there any more.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { contactsOf, Crowd, gently, signal } from '../lib/crowd.mjs'
import { Node, program } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { figure, finish, median, note, quantile, s } from './lib/figures.mjs'
import { nobody } from './lib/nobody.mjs'
import { owned, stage } from './lib/stage.mjs'
import { memory, processes, used, usedBy } from './lib/usage.mjs'

const LINKS = Number(process.env.LINKS || 20)
const CONTACTS = 100
const IDLE_S = Number(process.env.IDLE_S || 60)
const WAVES = Number(process.env.WAVES || 2)
const WITHIN_S = 30 // each goes at a random moment of these
const PASSPHRASE = 'correct horse battery'

const mib = (kb) => (kb / 1024).toFixed(1) + ' MiB'
const percent = (ms, seconds) => (ms / seconds / 10).toFixed(2) + ' %'
const each = ({ roles }) => roles.map((u) => `${u.role} ${u.ms} ms, woken ${u.woken} times`).join('; ')

// ngircd with as many clients who are silent: for orientation, no goal. Its clients are in this process.
async function irc(folder) {
  const port = 20000 + Math.floor(Math.random() * 10000)
  const config = path.join(folder, 'ngircd.conf')
  fs.writeFileSync(config, `[Global]\nName = irc.bench.test\nInfo = bench\nListen = 127.0.0.1\nPorts = ${port}\n` +
    '[Limits]\nMaxConnectionsIP = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n')
  const child = spawn('ngircd', ['-n', '-f', config], { stdio: 'ignore' })
  const sockets = []
  try {
    for (let i = 0; i < LINKS; i++) {
      const socket = await until('ngircd answers', async () => {
        const s = net.createConnection(port, '127.0.0.1')
        await once(s, 'connect')
        return s
      }, 10)
      socket.on('error', () => {})
      socket.on('data', (d) => {
        for (const line of String(d).split('\r\n')) if (line.startsWith('PING')) socket.write(line.replace('PING', 'PONG') + '\r\n')
      })
      socket.write(`NICK n${i}\r\nUSER n${i} 0 * :n\r\n`)
      sockets.push(socket)
    }
    await sleep(1000)
    const pids = { ngircd: child.pid }
    const cpu = await usedBy(pids, Math.min(IDLE_S, 20))
    note('for orientation', `ngircd with ${LINKS} silent clients: ${mib(memory(pids).alone)}, ${percent(cpu.ms, Math.min(IDLE_S, 20))} of a core; ` +
      'no keys, no history, no sandboxes, and its clients are not counted')
  } finally {
    for (const socket of sockets) socket.destroy()
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

await stage(async () => {
  const crowd = owned(await Crowd.start(LINKS))
  // Its own file, so that the kernel does not count a twentieth of the program's pages to each.
  const copy = path.join(crowd.root, 'blackedoutchat')
  fs.copyFileSync(program, copy)
  fs.chmodSync(copy, 0o755)
  const data = path.join(crowd.root, 'hub')
  const hub = { name: 'hub', contacts: new Map(), node: new Node(data, crowd.network, PASSPHRASE) }
  await hub.node.start([copy, 'run', '--data', data, '--network', crowd.network])
  await hub.node.unlock('hub')
  await hub.node.rpc()
  const others = [...crowd.peers]
  crowd.peers.push(hub)
  await gently(others, (peer) => crowd.meet(hub, peer))
  const together = () => until('all are connected', async () => {
    const list = await contactsOf(hub.node)
    return others.every(({ name }) => list.find((c) => c.id === hub.contacts.get(name))?.online)
  }, 240)

  // ---- idle ----
  await together()
  await sleep(15_000) // what comes with a new link is over
  const cpu = await used(hub.node, IDLE_S)
  figure(`CPU of our processes, ${LINKS} idle links`, `${percent(cpu.ms, IDLE_S)} of a core in ${IDLE_S} s (${each(cpu)})`, '<= 0.5 %', cpu.ms / IDLE_S / 10 <= 0.5)

  for (let i = LINKS; i < CONTACTS; i++) await hub.node.client.call('contacts.add', { address: nobody(), name: `Nobody ${i}` })
  await together()
  await sleep(30_000)
  const all = memory(processes(hub.node))
  const MAX_KB = 48 * 1024
  figure(`memory of our processes, idle with ${CONTACTS} contacts, ${LINKS} links`, `${mib(all.alone)}, with the system's libraries in full; ` +
    `PSS here, where others have these too, ${mib(all.pss)}`, '<= 48 MiB', all.alone <= MAX_KB)
  for (const [role, pid] of Object.entries(processes(hub.node))) note('of that', `${role} ${mib(memory({ role: pid }).pss)} PSS`)
  await irc(crowd.root)

  // ---- ghosts ----
  // Half of them stand still, tor and all; half are killed, tor and all, where now and then the network tells of it.
  const times = { frozen: [], killed: [] }
  for (let wave = 0; wave < WAVES; wave++) {
    await together()
    await sleep(5000)
    await Promise.all(others.map(async (peer, i) => {
      await sleep(Math.random() * WITHIN_S * 1000)
      const id = hub.contacts.get(peer.name)
      const how = (i + wave) % 2 ? 'frozen' : 'killed'
      const client = hub.node.client
      const left = new Promise((done) => {
        const hear = (c) => c.id === id && !c.online && (client.off('contact.state', hear), done(performance.now()))
        client.on('contact.state', hear)
      })
      signal(peer.node, how === 'frozen' ? 'SIGSTOP' : 'SIGKILL')
      const begun = performance.now()
      times[how].push((await left) - begun)
    }))
    await gently(others, async (peer, i) => {
      if ((i + wave) % 2) return signal(peer.node, 'SIGCONT')
      peer.node = await new Node(peer.node.data, crowd.network, PASSPHRASE).start()
      await peer.node.unlock()
      await peer.node.rpc()
    })
  }
  const text = (list) => `median ${s(median(list))}, p90 ${s(quantile(list, 0.9))}, at most ${s(quantile(list, 1))}`
  note('gone and killed', `${times.killed.length}: ${text(times.killed)}; their tor was killed too, of which relays tell`)
  figure('ghost shown online', `${times.frozen.length} that stand still: ${text(times.frozen)}`, 'at most 70 s, median at most 40 s',
    quantile([...times.frozen, ...times.killed], 1) <= 70_000 && median(times.frozen) <= 40_000)
})
finish()
