// The page's OPAQUE (@serenity-kit/opaque, WebAssembly) against ours in C: each side registers, logs in and is refused with
// the other, and both clients draw the same export key from one record and password.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, beforeEach, test } from 'node:test'
import { client, ready, server } from '../../ui/node_modules/@serenity-kit/opaque/esm/index.js'

const tool = path.join(path.dirname(process.env.BOC_PROGRAM ?? 'build/release/x'), 'tests/interop/opaque_tool')
const keyStretching = { 'argon2id-custom': { iterations: 3, memory: 65536, parallelism: 1 } }
const password = 'Gänsefüßchen 🦆 horse'
const userIdentifier = 'owner'

const toHex = (base64url) => Buffer.from(base64url, 'base64url').toString('hex')
const toBase64 = (hex) => Buffer.from(hex, 'hex').toString('base64url')
const text = (s) => (s ? Buffer.from(s).toString('hex') : '-')

let child, lines
async function c(...words) {
  child.stdin.write(words.join(' ') + '\n')
  const { value } = await lines.next()
  if (value.startsWith('error')) throw new Error(value)
  return value.trim().split(' ')
}

before(() => ready)
beforeEach(() => {
  child?.kill()
  child = spawn(tool, { stdio: ['pipe', 'pipe', 'inherit'] })
  lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
})
after(() => child?.kill())

// The page registers at the C server.
async function registerPage(identifiers) {
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password })
  const [response] = await c('server-register', toHex(registrationRequest))
  const done = client.finishRegistration({
    password, clientRegistrationState, registrationResponse: toBase64(response), keyStretching, identifiers,
  })
  assert.equal(toHex(done.registrationRecord).length, 2 * 192)
  return { record: toHex(done.registrationRecord), exportKey: toHex(done.exportKey) }
}

// The page logs in at the C server; undefined when its own side refuses.
async function loginPage(record, secret, identifiers) {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: secret })
  const [ke2] = await c('server-login', record, toHex(startLoginRequest))
  const done = client.finishLogin({
    password: secret, clientLoginState, loginResponse: toBase64(ke2), keyStretching, identifiers,
  })
  if (!done) return undefined
  const [session] = await c('server-finish', toHex(done.finishLoginRequest))
  assert.equal(session, toHex(done.sessionKey))
  return toHex(done.exportKey)
}

// Our client logs in at our server.
async function loginC(record, secret) {
  const [ke1] = await c('client-login', text(secret))
  const [ke2] = await c('server-login', record, ke1)
  const [ke3, session, exportKey] = await c('client-finish', text(secret), ke2)
  assert.deepEqual(await c('server-finish', ke3), [session])
  return exportKey
}

for (const identifiers of [undefined, { client: 'owner', server: 'blackedoutchat' }]) {
  const name = identifiers ? 'with identities' : 'with public keys as identities'

  test(`page registers and logs in at the C server; the command line gets the same keys, ${name}`, async () => {
    await c('identities', text(identifiers?.client), text(identifiers?.server))
    const { record, exportKey } = await registerPage(identifiers)
    assert.equal(await loginPage(record, password, identifiers), exportKey)
    assert.equal(await loginC(record, password), exportKey)
  })

  test(`command line registers, page logs in, ${name}`, async () => {
    await c('identities', text(identifiers?.client), text(identifiers?.server))
    const [request] = await c('client-register', text(password))
    const [response] = await c('server-register', request)
    const [record, exportKey] = await c('client-record', text(password), response)
    assert.equal(await loginPage(record, password, identifiers), exportKey)
  })
}

test('wrong password and unknown user', async () => {
  const { record } = await registerPage()
  assert.equal(await loginPage(record, password + 'x'), undefined)
  const [fake] = await c('server-fake')
  assert.equal(await loginPage(fake, password), undefined)
  await assert.rejects(loginC(fake, password), /error -24/)
})

test('identities that differ', async () => {
  const { record } = await registerPage({ server: 'blackedoutchat' })
  assert.equal(await loginPage(record, password), undefined)
})

test('our client at the server of @serenity-kit/opaque', async () => {
  const serverSetup = server.createSetup()
  const [request] = await c('client-register', text(password))
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup, userIdentifier, registrationRequest: toBase64(request),
  })
  const [record, exportKey] = await c('client-record', text(password), toHex(registrationResponse))
  const [ke1] = await c('client-login', text(password))
  const { serverLoginState, loginResponse } = server.startLogin({
    serverSetup, userIdentifier, registrationRecord: toBase64(record), startLoginRequest: toBase64(ke1),
  })
  const [ke3, session, again] = await c('client-finish', text(password), toHex(loginResponse))
  assert.equal(again, exportKey)
  assert.equal(toHex(server.finishLogin({ serverLoginState, finishLoginRequest: toBase64(ke3) }).sessionKey), session)
})
