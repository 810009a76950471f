// A page's side of docs/api.md without a browser: a WebSocket, OPAQUE by the page's own library, sealed frames from then on.
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import net from 'node:net'
import { client as opaque, ready } from '../../../ui/node_modules/@serenity-kit/opaque/esm/index.js'
import { WebSocketClient } from './ws.mjs'

const TAG = 16
const hkdf = (salt, key, info, length) => Buffer.from(hkdfSync('sha512', key, salt, info, length))

function seal(key, iv, ad, text) {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(ad)
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

function unseal(key, iv, ad, sealed) {
  const cipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(ad).setAuthTag(sealed.subarray(-TAG))
  return Buffer.concat([cipher.update(sealed.subarray(0, -TAG)), cipher.final()])
}

function headOf(counter) {
  const head = Buffer.alloc(9)
  head[0] = 1
  head.writeBigUInt64BE(counter, 1)
  return head
}

const ivOf = (direction, head) => Buffer.concat([Buffer.from([0, 0, 0, direction]), head.subarray(1)])

// Emits every notification by its method, with its params, as Rpc does.
export class Page extends EventEmitter {
  #ws
  #keys
  #out = 0n
  #in = 0n
  #next = 1
  #waiting = new Map()

  static async open(url, passphrase) {
    await ready
    const page = new Page()
    page.setMaxListeners(0)
    const { host, hostname, port } = new URL(url)
    const socket = net.createConnection(Number(port), hostname)
    await once(socket, 'connect')
    socket.setNoDelay(true)
    page.#ws = await WebSocketClient.open(socket, { path: '/ws', host, headers: { Origin: url, 'Sec-WebSocket-Protocol': 'chat.v1' } })
    page.#ws.on('frame', (data, isText) => page.#read(data, isText))
    page.#ws.on('close', () => {
      for (const { reject } of page.#waiting.values()) reject(new Error('the program closed the connection'))
    })
    await page.#login(url, passphrase)
    return page
  }

  async #login(origin, password) {
    const { clientLoginState, startLoginRequest: ke1 } = opaque.startLogin({ password })
    const { ke2, ksf } = await this.call('auth.login', { ke1 })
    const keyStretching = { 'argon2id-custom': { ...ksf, parallelism: 1 } }
    const done = opaque.finishLogin({ clientLoginState, loginResponse: ke2, password, keyStretching })
    if (!done) throw new Error('wrong passphrase')
    const bytes = (text) => Buffer.from(text, 'base64url')
    const session = bytes(done.sessionKey)
    const unlock = hkdf('boc vault 1', bytes(done.exportKey), 'unlock', 32)
    const sealed = seal(hkdf('boc ws 1', session, 'unlock', 32), Buffer.alloc(12), Buffer.from('boc unlock 1'), unlock)
    const ke3 = done.finishLoginRequest
    const th = createHash('sha512').update(`${origin}\n`).update(bytes(ke1)).update(bytes(ke2)).update(bytes(ke3)).digest()
    const secret = hkdf('boc ws 1', session, 'ws', 64)
    const finished = this.call('auth.finish', { ke3, sealed: sealed.toString('base64url') })
    this.#keys = { out: hkdf(th, secret, 'c2s', 32), in: hkdf(th, secret, 's2c', 32) }
    await finished
  }

  call(method, params) {
    return new Promise((resolve, reject) => {
      const id = this.#next++
      this.#waiting.set(id, { resolve, reject })
      const text = JSON.stringify({ jsonrpc: '2.0', id, method, params })
      if (!this.#keys) return this.#ws.send(text)
      const head = headOf(this.#out++)
      this.#ws.send(Buffer.concat([head, seal(this.#keys.out, ivOf(0, head), head, text)]))
    })
  }

  #read(data, isText) {
    if (!isText) {
      const head = headOf(this.#in++)
      data = unseal(this.#keys.in, ivOf(1, head), head, data.subarray(head.length))
    }
    const message = JSON.parse(data)
    if (message.id === undefined) {
      this.emit(message.method, message.params)
      return
    }
    const { resolve, reject } = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error) reject(new Error(`${message.error.code} ${message.error.message}`))
    else resolve(message.result)
  }

  close() {
    this.#ws.close()
  }
}
