// What a running tor says of its streams and descriptors, read from its control socket beside the program that owns it.
import { EventEmitter, once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

// Emits 'stream' with {id, status, target, at}: at by performance.now(); 'descriptor' with {action, address}; 'bandwidth' with
// {id, written, read, at}: bytes of a stream in the last second, where there were some.
export class TorEvents extends EventEmitter {
  #socket
  #rest = ''

  // Of the node on this data folder.
  static async open(data, kinds = ['STREAM']) {
    const events = new TorEvents()
    events.#socket = net.createConnection(path.join(data, 'tor', 'control'))
    await once(events.#socket, 'connect')
    events.#socket.on('error', () => {}) // of a tor that was killed; 'close' follows
    events.#socket.on('close', () => events.emit('answer', 'nothing'))
    events.#socket.setEncoding('latin1').on('data', (text) => events.#read(text))
    const cookie = fs.readFileSync(path.join(data, 'tor', 'cookie')).toString('hex')
    for (const command of [`AUTHENTICATE ${cookie}`, `SETEVENTS ${kinds.join(' ')}`]) {
      events.#socket.write(command + '\r\n')
      const [line] = await once(events, 'answer')
      if (line !== '250 OK') throw new Error(`tor says: ${line}`)
    }
    return events
  }

  #read(text) {
    const lines = (this.#rest + text).split('\r\n')
    this.#rest = lines.pop()
    for (const line of lines) {
      const [, id, status, target] = /^650 STREAM (\d+) (\w+) \d+ (\S+)/.exec(line) ?? []
      if (id) this.emit('stream', { id, status, target, at: performance.now() })
      const [, action, address] = /^650 HS_DESC (\w+) (\w+)/.exec(line) ?? []
      const [, carrier, written, read] = /^650 STREAM_BW (\d+) (\d+) (\d+)/.exec(line) ?? []
      if (carrier) this.emit('bandwidth', { id: carrier, written: Number(written), read: Number(read), at: performance.now() })
      if (action) this.emit('descriptor', { action, address })
      else if (!line.startsWith('650')) this.emit('answer', line)
    }
  }

  close() {
    this.#socket.destroy()
  }
}
