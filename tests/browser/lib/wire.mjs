// A page without a browser, which says whatever a test wants on its connection.
import { once } from 'node:events'
import { PAGE, frames, sealOnce, unlockKeyOf } from '../mock/sealed.mjs'
import { require } from './packages.mjs'

const { WebSocket } = require('ws')
const opaque = require('@serenity-kit/opaque')
const bytes = (text) => Buffer.from(text, 'base64url')

/** A connection nobody logged in on: {ws, heard: all that comes as text, closed}. */
export async function connect(url) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'chat.v1', { origin: url })
  const wire = { ws, heard: [], closed: new Promise((done) => ws.on('close', done)) }
  ws.on('error', () => undefined)
  ws.on('message', (data, binary) => wire.heard.push(JSON.parse(binary ? wire.sealed.open(data) : data)))
  await once(ws, 'open')
  return wire
}

const request = (id, method, params = {}) => JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** As connect(), logged in: also {seal(id, method, params): a frame, to be sent in the order it was sealed in}. */
export async function logIn(url, password) {
  await opaque.ready
  const wire = await connect(url)
  const ask = async (id, method, params) => {
    wire.ws.send(request(id, method, params))
    await once(wire.ws, 'message')
    return wire.heard.at(-1).result
  }
  const { clientLoginState, startLoginRequest: ke1 } = opaque.client.startLogin({ password })
  const { ke2, ksf } = await ask(1, 'auth.login', { ke1 })
  const {
    sessionKey,
    exportKey,
    finishLoginRequest: ke3,
  } = opaque.client.finishLogin({
    clientLoginState,
    loginResponse: ke2,
    password,
    keyStretching: { 'argon2id-custom': { ...ksf, parallelism: 1 } },
  })
  const session = bytes(sessionKey)
  const sealed = sealOnce(session, 'unlock', Buffer.from('boc unlock 1'), unlockKeyOf(bytes(exportKey)))
  wire.sealed = frames(PAGE, session, url, bytes(ke1), bytes(ke2), bytes(ke3))
  await ask(2, 'auth.finish', { ke3, sealed: sealed.toString('base64url') })
  wire.seal = (...asked) => wire.sealed.seal(request(...asked))
  return wire
}
