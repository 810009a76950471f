// A WebSocket on a socket that is connected: as much of RFC 6455 as a client needs that trusts the other side.
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'

const TEXT = 1
const BINARY = 2
const PING = 9
const PONG = 10

// Emits 'frame' with (data, isText), and 'close'.
export class WebSocketClient extends EventEmitter {
  #socket
  #rest = Buffer.alloc(0)
  #parts = []
  #kind = 0

  static open(socket, { path, host, headers = {} }) {
    return new Promise((resolve, reject) => {
      const lines = {
        Host: host, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'), ...headers,
      }
      socket.write(`GET ${path} HTTP/1.1\r\n${Object.entries(lines).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`)
      let head = Buffer.alloc(0)
      const onClose = () => reject(new Error('closed instead of a WebSocket'))
      const onData = (data) => {
        head = Buffer.concat([head, data])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        socket.off('data', onData)
        socket.off('close', onClose)
        if (!head.subarray(0, end).toString().startsWith('HTTP/1.1 101')) return reject(new Error(head.subarray(0, end).toString()))
        const ws = new WebSocketClient()
        ws.#socket = socket
        socket.on('data', (more) => ws.#read(more))
        socket.on('close', () => ws.emit('close'))
        resolve(ws)
        ws.#read(head.subarray(end + 4))
      }
      socket.on('data', onData)
      socket.on('close', onClose)
    })
  }

  send(data) {
    this.#write(typeof data === 'string' ? TEXT : BINARY, Buffer.from(data))
  }

  close() {
    this.#socket.destroy()
  }

  #write(kind, data) {
    const mask = randomBytes(4)
    const head = data.length < 126 ? Buffer.from([0x80 | kind, 0x80 | data.length]) : Buffer.from([0x80 | kind, 0xfe, data.length >> 8, data.length & 255])
    const masked = Buffer.from(data)
    for (let i = 0; i < masked.length; i++) masked[i] ^= mask[i & 3]
    this.#socket.write(Buffer.concat([head, mask, masked]))
  }

  #read(data) {
    this.#rest = Buffer.concat([this.#rest, data])
    for (;;) {
      const b = this.#rest
      if (b.length < 2) return
      let length = b[1] & 127
      let at = 2
      if (length === 126) [length, at] = [b.length < 4 ? Infinity : b.readUInt16BE(2), 4]
      else if (length === 127) [length, at] = [b.length < 10 ? Infinity : Number(b.readBigUInt64BE(2)), 10]
      if (b.length < at + length) return
      this.#rest = b.subarray(at + length)
      this.#take(b[0], b.subarray(at, at + length))
    }
  }

  #take(first, data) {
    const kind = first & 15
    if (kind === PING) return this.#write(PONG, data)
    if (kind > BINARY) return
    if (kind) this.#kind = kind
    this.#parts.push(data)
    if (!(first & 0x80)) return
    const whole = Buffer.concat(this.#parts)
    this.#parts = []
    this.emit('frame', whole, this.#kind === TEXT)
  }
}
