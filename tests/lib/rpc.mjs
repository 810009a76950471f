// A script's side of docs/api.md: JSON-RPC, one message per line, over the unix socket of a running program.
import net from 'node:net'
import { EventEmitter } from 'node:events'

export class RpcError extends Error {
  constructor(error) {
    super(error.message)
    this.code = error.code
  }
}

// Emits every notification by its method, with its params, and 'close'.
export class Rpc extends EventEmitter {
  #socket
  #rest = ''
  #next = 1
  #waiting = new Map()

  static open(path) {
    return new Promise((resolve, reject) => {
      const rpc = new Rpc()
      rpc.setMaxListeners(0)
      rpc.#socket = net.createConnection(path)
      rpc.#socket.setEncoding('utf8')
      rpc.#socket.once('connect', () => resolve(rpc))
      rpc.#socket.once('error', reject)
      rpc.#socket.on('data', (text) => rpc.#read(text))
      rpc.#socket.on('close', () => rpc.#end())
    })
  }

  #read(text) {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()
    for (const line of lines) {
      const message = JSON.parse(line)
      if (message.id === undefined) {
        this.emit(message.method, message.params)
        continue
      }
      const { resolve, reject } = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.error) reject(new RpcError(message.error))
      else resolve(message.result)
    }
  }

  #end() {
    for (const { reject } of this.#waiting.values()) reject(new Error('the program closed the connection'))
    this.#waiting.clear()
    this.emit('close')
  }

  call(method, params) {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) throw new Error('the connection is closed')
      const id = this.#next++
      this.#waiting.set(id, { resolve, reject })
      this.#socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) }) + '\n')
    })
  }

  close() {
    this.#socket.destroy()
  }
}
