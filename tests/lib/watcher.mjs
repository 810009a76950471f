// Somebody else on the private Tor network: a tor that is nobody's node, and what it sees when it dials.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { until } from './wait.mjs'

// Lines of tor's answer to one command.
export async function control(folder, command) {
  const file = ['cookie', 'control.authcookie'].map((name) => path.join(folder, name)).find((name) => fs.existsSync(name))
  const cookie = fs.readFileSync(file).toString('hex')
  const socket = net.createConnection(path.join(folder, 'control'))
  let text = ''
  socket.on('data', (d) => (text += d))
  socket.on('error', () => {})
  socket.write(`AUTHENTICATE ${cookie}\r\n${command}\r\nQUIT\r\n`)
  await once(socket, 'close')
  return text.split('\r\n').slice(1)
}

// Whether this tor publishes the service itself.
export async function isOwn(folder, address) {
  const lines = await control(folder, `GETINFO hs/service/desc/id/${address}`)
  return lines.some((l) => l.startsWith('250+hs/service/desc'))
}

// The user of Debian's tor, and the group of those who may use it. Who is not root runs everything as himself.
export const DEBIAN_TOR = process.getuid() === 0 ? 'debian-tor' : undefined

export class Watcher {
  // asDebian: with the user, sockets, cookie and settings of Debian's service, /usr/share/tor/tor-service-defaults-torrc.
  async start(network, { asDebian = false } = {}) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-watcher-'))
    const data = path.join(this.folder, 'data')
    fs.mkdirSync(data, { mode: 0o700 })
    for (const name of fs.readdirSync(path.join(network, 'seed'))) {
      fs.copyFileSync(path.join(network, 'seed', name), path.join(data, name))
    }
    fs.writeFileSync(path.join(this.folder, 'torrc'), [
      `DataDirectory ${data}`,
      `SocksPort unix:${this.folder}/socks ${asDebian ? 'WorldWritable' : 'ExtendedErrors'}`,
      `ControlSocket ${this.folder}/control ${asDebian ? 'GroupWritable RelaxDirModeCheck' : ''}`,
      'CookieAuthentication 1',
      ...(asDebian
        ? ['ControlSocketsGroupWritable 1', 'CookieAuthFileGroupReadable 1', `CookieAuthFile ${this.folder}/control.authcookie`,
           ...(DEBIAN_TOR ? [`User ${DEBIAN_TOR}`] : [])]
        : ['SocksTimeout 30', // on a private network; by itself tor tries for 120 s
           `CookieAuthFile ${this.folder}/cookie`]),
      'Log err stderr',
      fs.readFileSync(path.join(network, 'client.torrc'), 'utf8')
    ].join('\n') + '\n')
    if (asDebian) fs.chmodSync(this.folder, 0o2755)
    if (asDebian && DEBIAN_TOR) execFileSync('chown', ['-R', `${DEBIAN_TOR}:`, this.folder])
    return this.run()
  }

  async run() {
    this.child = spawn('tor', ['--defaults-torrc', '/dev/null', '-f', path.join(this.folder, 'torrc'), '--hush'], { stdio: 'ignore' })
    await until('the watcher is on the network', async () =>
      (await control(this.folder, 'GETINFO status/bootstrap-phase')).join().includes('PROGRESS=100'), 30)
    return this
  }

  // Tor's answer to a dial: 0 when it is connected.
  async dial(address) {
    const host = address.endsWith('.onion') ? address : address + '.onion'
    const socket = net.createConnection(path.join(this.folder, 'socks'))
    const user = Buffer.from('u' + Math.random()) // a circuit of its own
    const port = Buffer.from([9999 >> 8, 9999 & 255])
    socket.on('error', () => {})
    const answers = socket[Symbol.asyncIterator]()
    let last
    for (const part of [
      [5, 1, 2],
      [1, user.length, ...user, 1, 120],
      [5, 1, 0, 3, host.length, ...Buffer.from(host), ...port]
    ]) {
      socket.write(Buffer.from(part))
      last = (await answers.next()).value
      if (!last) throw new Error('tor said nothing')
    }
    socket.destroy()
    return last[1]
  }

  async end(signal = 'SIGTERM') {
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    await gone
    this.child = undefined
  }

  async stop() {
    if (this.child) await this.end()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}
