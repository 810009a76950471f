// OnionShare's chat mode on the private network: its own program with a tor of its own, and two people in the room, each through
// another tor, as a browser speaks with it: the page's cookie, then socket.io (Engine.IO 4) over a WebSocket.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { dial, within } from './raw.mjs'
import { until } from '../../lib/wait.mjs'
import { Watcher } from '../../lib/watcher.mjs'
import { WebSocketClient } from './ws.mjs'

class Guest {
  static async enter(folder, host) {
    const guest = new Guest()
    const socket = await dial(folder, host, 80)
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    let answer = ''
    socket.on('data', (d) => (answer += d))
    while (!answer.includes('\r\n\r\n')) await once(socket, 'data')
    socket.destroy()
    const cookie = /^set-cookie: ([^;]+)/im.exec(answer)[1]
    guest.ws = await WebSocketClient.open(await dial(folder, host, 80),
      { path: '/socket.io/?EIO=4&transport=websocket', host, headers: { Cookie: cookie, Origin: `http://${host}` } })
    const entered = new Promise((done) => guest.ws.on('frame', (data) => {
      const text = data.toString()
      if (text[0] === '0') guest.ws.send('40/chat,')
      else if (text === '2') guest.ws.send('3')
      else if (text.startsWith('40/chat,')) done()
      else if (text.startsWith('42/chat,')) guest.#heard(JSON.parse(text.slice(8)))
    }))
    await entered
    return guest
  }

  #waiting = new Map()
  #heard([event, params]) {
    if (event !== 'chat_message') return
    this.#waiting.get(params.msg)?.()
    this.#waiting.delete(params.msg)
  }

  hears(text) {
    return new Promise((done) => this.#waiting.set(text, done))
  }

  say(text) {
    this.ws.send(`42/chat,${JSON.stringify(['text', { msg: text }])}`)
  }
}

export class OnionShare {
  // folders: of the two guests' tors.
  static async start(network, folders) {
    const room = new OnionShare()
    try {
      await room.#start(network, folders)
    } catch (error) {
      await room.stop()
      throw new Error(`OnionShare: ${error.message}\n${room.log}`, { cause: error })
    }
    return room
  }

  log = ''
  async #start(network, folders) {
    this.tor = await new Watcher().start(network)
    const config = path.join(this.tor.folder, 'onionshare.json')
    fs.writeFileSync(config, JSON.stringify({
      version: '2.6', connection_type: 'socket_file', socket_file_path: path.join(this.tor.folder, 'control'), auth_type: 'no_auth',
    }))
    // Its settings of other times are elsewhere, and stay as they are.
    const env = { ...process.env, HOME: this.tor.folder, XDG_CONFIG_HOME: this.tor.folder, PYTHONUNBUFFERED: '1' }
    this.child = spawn('onionshare-cli', ['--chat', '--public', '--config', config], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const out of [this.child.stdout, this.child.stderr]) out.on('data', (d) => (this.log += d))
    const host = await until('its address is there', () => {
      if (this.child.exitCode !== null) throw new Error('it ended')
      return /([a-z2-7]{56}\.onion)/.exec(this.log)?.[1]
    }, 90)
    const enter = (folder) => until('a guest comes in', () => within(20, Guest.enter(folder, host)), 90)
    this.guests = [await enter(folders[0]), await enter(folders[1])]
  }

  // From one guest's send to the other's page.
  async message(text) {
    const [from, to] = this.guests
    const heard = to.hears(text)
    const begun = performance.now()
    from.say(text)
    await heard
    return performance.now() - begun
  }

  async stop() {
    for (const guest of this.guests ?? []) guest.ws.close()
    if (this.child && this.child.exitCode === null) {
      const gone = once(this.child, 'exit')
      this.child.kill('SIGKILL') // its own end takes long, and nobody wants what it would keep
      await gone
    }
    await this.tor?.stop()
  }
}
