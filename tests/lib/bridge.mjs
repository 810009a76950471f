// A bridge of a private Tor network: a relay that is listed nowhere, behind obfs4.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { until } from './wait.mjs'

// Where a program is; undefined when it is not installed.
export function find(name) {
  const folders = [...process.env.PATH.split(':'), '/usr/bin', '/usr/sbin']
  return folders.map((f) => path.join(f, name)).find((f) => fs.existsSync(f))
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

export class Bridge {
  // network: the folder of the private network; dir: the bridge's own, which is made.
  static async start(network, dir, program) {
    const b = new Bridge()
    Object.assign(b, { dir, port: await freePort(), orPort: await freePort(), log: '' })
    fs.mkdirSync(dir, { mode: 0o700 })
    for (const name of fs.readdirSync(path.join(network, 'seed'))) fs.copyFileSync(path.join(network, 'seed', name), path.join(dir, name))
    fs.writeFileSync(path.join(dir, 'torrc'), [
      `DataDirectory ${dir}`, 'Nickname bridge', 'Address 127.0.0.1', `ORPort 127.0.0.1:${b.orPort}`, 'BridgeRelay 1',
      `ServerTransportPlugin obfs4 exec ${program}`, `ServerTransportListenAddr obfs4 127.0.0.1:${b.port}`, 'ExtORPort auto',
      'SocksPort 0', 'AssumeReachable 1', 'PublishServerDescriptor 0', 'ExitPolicy reject *:*', 'ContactInfo none',
      'ShutdownWaitLength 0', 'Log notice stdout', `__OwningControllerProcess ${process.pid}`,
      fs.readFileSync(path.join(network, 'client.torrc'), 'utf8'),
    ].join('\n'))
    await b.run()
    return b
  }

  async run() {
    this.child = spawn(find('tor'), ['--defaults-torrc', '/dev/null', '-f', path.join(this.dir, 'torrc')], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const out of [this.child.stdout, this.child.stderr]) out.on('data', (d) => (this.log += d))
    const text = (name) => fs.readFileSync(path.join(this.dir, name), 'utf8')
    await until('the bridge has its keys', () => {
      const fingerprint = /\s([0-9A-F]{40})/.exec(text('fingerprint'))?.[1]
      const end = /cert=\S+ iat-mode=\d/.exec(text('pt_state/obfs4_bridgeline.txt'))?.[0]
      if (fingerprint && end) this.line = `obfs4 127.0.0.1:${this.port} ${fingerprint} ${end}`
      return this.line
    }, 30)
    await until('the bridge listens', async () => {
      const s = net.connect(this.port, '127.0.0.1')
      await once(s, 'connect')
      s.destroy()
      return true
    }, 30)
  }

  async stop() {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await gone
  }
}

// The ports on 127.0.0.1 that these processes are, or were a moment ago, connected to. It takes what root sees; undefined: not to be seen.
export function connectedTo(pids) {
  const inodes = new Set()
  for (const pid of pids) {
    let names
    try {
      names = fs.readdirSync(`/proc/${pid}/fd`)
    } catch (error) {
      if (error.code === 'ENOENT') continue
      return undefined
    }
    for (const name of names) {
      try {
        inodes.add(/^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${name}`))?.[1])
      } catch {
        // closed in between
      }
    }
  }
  return fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1).flatMap((line) => {
    const [, , remote, state, , , , , , inode] = line.trim().split(/\s+/)
    return inode && inodes.has(inode) && state !== '0A' ? [parseInt(remote.split(':')[1], 16)] : []
  })
}

// A process and all below it.
export function tree(pid) {
  const parents = fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n)).flatMap((n) => {
    try {
      const stat = fs.readFileSync(`/proc/${n}/stat`, 'utf8')
      return [[Number(n), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]]
    } catch {
      return []
    }
  })
  const all = [pid]
  for (let i = 0; i < all.length; i++) all.push(...parents.filter(([, of]) => of === all[i]).map(([p]) => p))
  return all
}

// The ports of a private network's relays.
export function relayPorts(network) {
  return fs.readdirSync(network).filter((n) => /^r\d+$/.test(n)).map((n) =>
    Number(/^ORPort 127\.0\.0\.1:(\d+)/m.exec(fs.readFileSync(path.join(network, n, 'torrc'), 'utf8'))[1]))
}
