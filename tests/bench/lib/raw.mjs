// A raw byte stream between two onion services' tors, without any program of ours: SOCKS5 on one tor's unix socket, at the other
// a service that a `socat` answers, which gives back every byte.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { until } from '../../lib/wait.mjs'

// What a promise gives within so many seconds: tor on a quiet network loses the end of a stream now and then.
export function within(seconds, promise) {
  let timer
  const late = new Promise((_, reject) => (timer = setTimeout(reject, seconds * 1000, new Error(`not within ${seconds} s`))))
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// A socket through the tor of this folder, on a circuit of its own. Fails with tor's answer. Debian 12's socat speaks SOCKS4a over
// TCP only, so this end is ours; nothing stands between it and tor, where socat would be one process more.
export async function dial(folder, host, port) {
  const socket = net.createConnection(path.join(folder, 'socks'))
  socket.on('error', () => {})
  const user = Buffer.from('bench' + Math.random())
  let last
  for (const part of [
    [5, 1, 2],
    [1, user.length, ...user, 1, 120],
    [5, 1, 0, 3, host.length, ...Buffer.from(host), port >> 8, port & 255],
  ]) {
    socket.write(Buffer.from(part))
    last = await Promise.race([once(socket, 'data').then(([data]) => data), once(socket, 'close')])
    if (!Buffer.isBuffer(last)) throw new Error('tor closed the connection')
  }
  if (last[1] !== 0) {
    socket.destroy()
    throw new Error(`tor says 0x${last[1].toString(16)}`)
  }
  return socket
}

// Exactly so many bytes.
export function read(socket, length) {
  return new Promise((resolve, reject) => {
    const parts = []
    let have = 0
    const done = (settle, value) => {
      socket.off('data', onData)
      socket.off('close', onClose)
      settle(value)
    }
    const onClose = () => done(reject, new Error('the stream ended'))
    const onData = (data) => {
      parts.push(data)
      have += data.length
      if (have > length) return done(reject, new Error('more came than was asked for'))
      if (have === length) done(resolve, Buffer.concat(parts))
    }
    if (socket.destroyed) return reject(new Error('the stream has ended'))
    socket.on('data', onData)
    socket.on('close', onClose)
  })
}

// How long so many bytes take to the other end and back.
export async function roundTrip(socket, bytes) {
  const begun = performance.now()
  socket.write(bytes)
  await read(socket, bytes.length)
  return performance.now() - begun
}

// A control connection of its own: a service that is added over it is there as long as it is open.
export class Control {
  static async open(folder) {
    const control = new Control()
    control.socket = net.createConnection(path.join(folder, 'control'))
    control.socket.on('error', () => {})
    control.text = ''
    control.socket.on('data', (d) => (control.text += d))
    await control.ask(`AUTHENTICATE ${fs.readFileSync(path.join(folder, 'cookie')).toString('hex')}`)
    return control
  }

  // The lines of an answer.
  async ask(command) {
    this.text = ''
    this.socket.write(command + '\r\n')
    while (!/^\d{3} .*\r\n/m.test(this.text)) await once(this.socket, 'data')
    if (!/^250/.test(this.text)) throw new Error(this.text.trim())
    return this.text.split('\r\n')
  }

  // A fresh onion service that leads to a unix socket. Gives its host.
  async addOnion(target, port = 80) {
    const lines = await this.ask(`ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=${port},unix:${target}`)
    return /ServiceID=(\S+)/.exec(lines.join('\n'))[1] + '.onion'
  }

  async removeOnion(host) {
    await this.ask(`DEL_ONION ${host.replace('.onion', '')}`)
  }

  close() {
    this.socket.destroy()
  }
}

// socat, which gives back what it gets, on a unix socket.
export class Echo {
  static async start(folder) {
    const echo = new Echo()
    echo.path = path.join(folder, 'echo')
    fs.rmSync(echo.path, { force: true })
    echo.child = spawn('socat', [`UNIX-LISTEN:${echo.path},fork,mode=600`, 'PIPE'], { stdio: 'ignore' })
    await until('socat listens', () => fs.existsSync(echo.path), 10)
    return echo
  }

  async stop() {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await gone
    fs.rmSync(this.path, { force: true })
  }
}
