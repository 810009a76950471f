// A stand-in for the program: the page, the login and the methods of docs/api.md over memory. It lets the page's tests
// make states that a real network does not give on demand: a clock that is off, a changed key, ten years of messages.
// The real story is told by story.test.mjs with the real program.
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { require } from '../lib/packages.mjs'
import { headers } from './headers.mjs'
import { messageMethods } from './messages.mjs'
import { need, RpcError } from './need.mjs'
import { frames, openUnlock, PROGRAM } from './sealed.mjs'
import { keyMethods, NEW } from './vault.mjs'

const { WebSocketServer } = require('ws')
const opaque = require('@serenity-kit/opaque')

const dist = fileURLToPath(new URL('../../../ui/dist', import.meta.url))
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

function pageFiles() {
  const files = new Map()
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(dist.length), readFileSync(path))
  }
  files.set('/', files.get('/index.html'))
  return files
}

const bytes = (text) => Buffer.from(text, 'base64url')

export const address = (seed) => {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567'
  let out = ''
  for (let i = 0; out.length < 55; i++) out += letters[(seed * 7 + i * i * 11 + seed * i * 3) % 32]
  return `${out}d`
}

/** What an invitation looks like; the stand-in knows its own by the letters. */
const invitationLetters = () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [...randomBytes(170)].map((b) => letters[b % 32]).join('')
}

const NO_DRAFT = { text: '', reply: null, edit: null, edited: '' }

const isToRead = ({ from, kind }) => from === 'them' && ['text', 'unknown', 'unreadable'].includes(kind)
/** What is so for both: the longer, and for ever where one wants that. */
const longer = (a, b) => (a === 0 || b === 0 ? 0 : Math.max(a, b))
const inForce = (a, b) => ({ vanish: longer(a.vanish, b.vanish), keep: longer(a.keep, b.keep) })

/** What takes half a second each time, and would be no other for the next program of a file of tests. */
let setup
const records = {}

export class Program {
  bridges = { bridges: '', way: 'direct', transports: ['obfs4'] }
  /** What `connection.get` says besides what is known anyway, and what changes when it looks again. */
  findings = [
    { grade: 'ok', what: 'tor', text: 'Tor version 0.4.8.16.' },
    { grade: 'ok', what: 'obfs4', text: 'installed, for bridges of this kind' },
    {
      grade: 'note',
      what: 'snowflake',
      text: 'not installed; only bridges of this kind need the package snowflake-client',
    },
    { grade: 'ok', what: 'crypto', text: 'every primitive gives its known answer' },
    { grade: 'ok', what: 'folder', text: 'nobody else may read the data folder' },
    { grade: 'ok', what: 'seccomp', text: 'holds' },
    { grade: 'ok', what: 'landlock', text: 'version 5 holds' },
    { grade: 'ok', what: 'memory', text: 'secrets can be locked out of swap' },
  ]
  looked = null
  /** State by 'identity kind', else reached. */
  reached = {}
  tries = 0
  logLines = ['2026-11-23T03:24:53Z supervisor: version 0.1.0 starts', '2026-11-23T03:24:54Z onion: tor answers']
  vault = null
  setup = null
  tor = {
    phase: 'reachable',
    progress: 100,
    tag: 'done',
    summary: 'Done',
    warning: '',
    skew: 0,
    since: Date.now() - 60000,
  }
  contacts = new Map()
  messages = new Map()
  /** base64url by contact; of identities by their number below zero */
  pictures = new Map()
  identities = new Map()
  invitations = new Map()
  drafts = new Map()
  settings = {
    lock_after: 0,
    recovery: false,
    receive_locked: false,
    damaged: 0,
    read_marks: false,
    typing: false,
    page: '',
  }
  /** What the page said of whether somebody writes. */
  typed = []
  /** Up to where the page said that somebody read, each time. */
  reads = []
  /** How many other keys came since the one that changed first. */
  newer = 0
  /** Whether a message to a contact that is online is delivered by itself. */
  delivers = true
  failures = 0
  wrongDelayMs = 200
  /** As `status.get` has it. */
  restored = null
  #nextContact = 1
  #nextIdentity = 1
  #nextInvitation = 1
  #pages = new Set()
  #server
  #sockets

  /** `ksf`: how much the record of the passphrase was stretched. */
  static async start({ passphrase = null, name = 'Alice', port = 0, ksf = NEW } = {}) {
    await opaque.ready
    const program = new Program()
    program.setup = setup ??= opaque.server.createSetup()
    if (passphrase !== null) program.enrollDirectly(passphrase, name, ksf)
    await program.listen(port)
    return program
  }

  /** Does what a page would do on the first start, without one. */
  enrollDirectly(password, name, ksf) {
    const record = (records[JSON.stringify([password, ksf])] ??= this.#recordOf(password, ksf))
    this.vault = { record, name, key: null, ksf }
    this.addIdentity({ name })
  }

  #recordOf(password, ksf) {
    const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password })
    const registrationResponse = this.registrationResponse(registrationRequest)
    const keyStretching = { 'argon2id-custom': { ...ksf, parallelism: 1 } }
    return opaque.client.finishRegistration({
      clientRegistrationState,
      registrationResponse,
      password,
      keyStretching,
    }).registrationRecord
  }

  async listen(port) {
    const files = pageFiles()
    this.#server = createServer((request, response) => {
      const path = request.url
      const body = files.get(path)
      const common = headers(path)
      if (request.headers.host !== this.host) response.writeHead(421, common).end()
      else if (!body) response.writeHead(404, common).end()
      else
        response
          .writeHead(200, { ...common, 'Content-Type': types[path === '/' ? 'html' : path.split('.').pop()] })
          .end(body)
    })
    this.#sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (protocols) => (protocols.has('chat.v1') ? 'chat.v1' : false),
    })
    this.#server.on('upgrade', (request, socket, head) => {
      const good = request.url === '/ws' && request.headers.host === this.host && request.headers.origin === this.url
      if (!good) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#serve(ws))
    })
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.port = this.#server.address().port
    this.host = `127.0.0.1:${this.port}`
    this.url = `http://${this.host}`
  }

  /** As when the program dies. */
  async stop() {
    for (const ws of this.#sockets.clients) ws.terminate()
    this.#pages.clear()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** How many pages are logged in. */
  get connections() {
    return this.#pages.size
  }

  /* ---- what the tests make happen ---- */

  notify(method, params) {
    for (const page of this.#pages) page.send({ jsonrpc: '2.0', method, params })
  }

  /** {seal, send, closed} of every page that connects from now on: to say to it what no program would. */
  tap() {
    const wires = []
    this.#sockets.on('connection', (ws, page) => {
      const closed = new Promise((done) => ws.on('close', done))
      wires.push({ seal: (text) => page.sealed.seal(text), send: (frame) => ws.send(frame), closed })
    })
    return wires
  }

  setTor(change) {
    this.tor = { ...this.tor, since: Date.now(), ...change }
    this.notify('tor.state', this.tor)
  }

  addContact(fields = {}) {
    const id = this.#nextContact++
    const contact = {
      id,
      identity: 1,
      name: `Contact ${id}`,
      address: address(id),
      state: 'accepted',
      online: false,
      trust: 'unverified',
      rotated: 0,
      continuity: null,
      invitation: null,
      greeting: '',
      since: Date.now() - 86400000,
      last: null,
      missing: 0,
      broken: 0,
      picture: 0,
      unreadable: 0,
      terms: { mine: { vanish: 0, keep: 0 }, theirs: { vanish: 0, keep: 0 }, inForce: { vanish: 0, keep: 0 } },
      retention: 0,
      read: 0,
      unread: 0,
      first_unread: 0,
      draft: null,
      reach: { what: 'unknown', since: 0, seen: 0 },
      cover: false,
      pinned: false,
      muted: false,
      archived: false,
      marked: false,
      ...fields,
    }
    this.contacts.set(id, contact)
    this.messages.set(id, [])
    this.notify('contact.state', contact)
    return contact
  }

  addIdentity(fields = {}) {
    const id = this.#nextIdentity++
    const identity = {
      id,
      name: `Name ${id}`,
      address: `${address(98 + id)}.onion`,
      strangers: false,
      listed: true,
      unaware: 0,
      seq: 0,
      rotated: 0,
      picture: 0,
      ...fields,
    }
    this.identities.set(id, identity)
    this.notify('identity.state', identity)
    return identity
  }

  changeIdentity(id, change) {
    need(this.identities.has(id), -32003, 'no such identity')
    const identity = { ...this.identities.get(id), ...change }
    this.identities.set(id, identity)
    this.notify('identity.state', identity)
    return identity
  }

  addInvitation({ days = 7, ...fields } = {}) {
    const id = this.#nextInvitation++
    const letters = invitationLetters()
    const created = fields.created ?? Date.now()
    const invitation = {
      id,
      identity: 1,
      label: '',
      state: 'open',
      created,
      expires: created + days * 86400000,
      text: `BOC:${letters}`,
      link: `blackedoutchat:${letters}`,
      contact: null,
      ...fields,
    }
    if (invitation.state !== 'open') Object.assign(invitation, { text: null, link: null })
    this.invitations.set(id, invitation)
    this.notify('invitation.state', invitation)
    return invitation
  }

  changeInvitation(id, change) {
    const invitation = { ...this.invitations.get(id), ...change }
    if (invitation.state !== 'open') Object.assign(invitation, { text: null, link: null })
    this.invitations.set(id, invitation)
    this.notify('invitation.state', invitation)
    return invitation
  }

  draft(id) {
    return this.drafts.get(id) ?? NO_DRAFT
  }
  setDraft(id, text) {
    this.drafts.set(id, { ...NO_DRAFT, text })
  }

  changeContact(id, change) {
    const contact = this.#withUnread({ ...this.contacts.get(id), ...change })
    this.contacts.set(id, contact)
    this.notify('contact.state', contact)
    return contact
  }

  addMessage(contact, from, text, fields = {}) {
    const all = this.messages.get(contact)
    const message = {
      contact,
      id: randomBytes(16).toString('hex'),
      ordinal: all.length + 1,
      from,
      kind: 'text',
      text,
      time: Date.now(),
      state: from === 'me' ? 'delivered' : 'received',
      reply: null,
      edited: 0,
      terms: null,
      vanish: 0,
      expires: 0,
      reactions: { me: null, them: null },
      ...fields,
    }
    all.push(message)
    this.#preview(message)
    const c = this.contacts.get(contact)
    this.contacts.set(contact, this.#withUnread({ ...c, unread: c.unread + Number(isToRead(message)) }))
    this.notify('message.new', message)
    return message
  }

  /** All that is there was read, by some other page. */
  readAll(contact) {
    return this.changeContact(contact, { read: this.messages.get(contact).length, unread: 0 })
  }

  /** The contact says how long messages shall stay. */
  wish(contact, theirs) {
    const { mine } = this.contacts.get(contact).terms
    this.addMessage(contact, 'them', '', { kind: 'terms', terms: theirs })
    return this.changeContact(contact, { terms: { mine, theirs, inForce: inForce(mine, theirs) } })
  }

  /** What has no words any more has nothing else either. */
  changeMessage(message, change) {
    const all = this.messages.get(message.contact)
    const gone = { text: '', reply: null, edited: 0, reactions: { me: null, them: null } }
    const changed = { ...all[message.ordinal - 1], ...((change.kind ?? 'text') === 'text' ? {} : gone), ...change }
    all[message.ordinal - 1] = changed
    if (message.ordinal === all.length) this.#preview(changed)
    this.notify('message.state', changed)
    return changed
  }

  #withUnread(contact) {
    const first = this.messages.get(contact.id)?.find((m) => m.ordinal > contact.read && isToRead(m))
    return { ...contact, first_unread: first?.ordinal ?? 0 }
  }

  /** The page is not told of each. */
  #preview({ contact, ordinal, from, kind, text, time, state }) {
    this.contacts.set(contact, { ...this.contacts.get(contact), last: { ordinal, from, kind, text, time, state } })
  }

  lock() {
    this.notify('session.locked', {})
    for (const page of this.#pages) page.close()
    this.#pages.clear()
  }

  /* ---- connections ---- */

  registrationResponse(registrationRequest) {
    const params = { serverSetup: this.setup, userIdentifier: 'vault', registrationRequest }
    return opaque.server.createRegistrationResponse(params).registrationResponse
  }

  #serve(ws) {
    const page = { sealed: null, login: null, enrolled: null }
    page.send = (message) => {
      const text = JSON.stringify(message)
      if (ws.readyState === 1) ws.send(page.sealed ? page.sealed.seal(text) : text)
    }
    page.close = () => ws.close()
    ws.on('close', () => this.#pages.delete(page))
    this.#sockets.emit('connection', ws, page)
    ws.on('message', async (data, binary) => {
      let request
      try {
        if (binary !== (page.sealed !== null)) throw new Error('wrong kind of frame')
        request = JSON.parse(binary ? page.sealed.open(data) : data.toString())
      } catch {
        ws.terminate()
        return
      }
      const { id, method, params } = request
      try {
        const result = await this.#answer(page, method, params ?? {})
        page.send({ jsonrpc: '2.0', id, result })
      } catch (error) {
        if (!(error instanceof RpcError)) throw error
        page.send({ jsonrpc: '2.0', id, error: { code: error.code, message: error.message } })
      }
    })
  }

  async #answer(page, method, params) {
    if (method in this.keys) return this.keys[method](params, page)
    if (method.startsWith('auth.')) return this.#auth(page, method, params)
    need(page.sealed, -32001, 'locked')
    const act = this.methods[method]
    need(act, -32601, 'no such method')
    return act(params, page)
  }

  async #auth(page, method, params) {
    need(!page.sealed, -32005, 'logged in already')
    switch (method) {
      case 'auth.state':
        return { vault: this.vault ? 'present' : 'none' }
      case 'auth.enroll':
        need(!this.vault && bytes(params.record).length === 192, -32005, 'no')
        page.enrolled = params.record
        return {}
      case 'auth.finish':
        return this.#finish(page, params)
      default:
        throw new RpcError(-32601, 'no such method')
    }
  }

  /** Somebody begins to prove that they know the secret of a record; without one nothing opens. */
  async startLogin(page, ke1, record, ksf) {
    if (this.failures > 0) await new Promise((done) => setTimeout(done, this.wrongDelayMs * 2 ** (this.failures - 1)))
    this.failures++ // until the login is finished
    const { serverLoginState, loginResponse } = opaque.server.startLogin({
      serverSetup: this.setup,
      userIdentifier: 'vault',
      registrationRecord: record,
      startLoginRequest: ke1,
    })
    page.login = { state: serverLoginState, ke1, ke2: loginResponse }
    return { ke2: loginResponse, ksf }
  }

  /** The session key of the login that ends here. */
  endLogin(page, ke3) {
    const { state } = page.login ?? need(false, -32005, 'no login')
    page.login = null
    try {
      return bytes(opaque.server.finishLogin({ finishLoginRequest: ke3, serverLoginState: state }).sessionKey)
    } catch {
      throw new RpcError(-32002, 'wrong passphrase')
    }
  }

  #finish(page, { ke3, sealed }) {
    const { login } = page
    const key = this.endLogin(page, ke3)
    let frame
    try {
      const unlock = openUnlock(key, bytes(sealed))
      if (page.enrolled) {
        this.vault = { record: page.enrolled, name: unlock.name, key: unlock.key, ksf: NEW }
        this.addIdentity({ name: unlock.name })
      }
      this.vault.key ??= unlock.key
      if (!this.vault.key.equals(unlock.key)) throw new Error('another unlock key')
      frame = frames(PROGRAM, key, this.url, bytes(login.ke1), bytes(login.ke2), bytes(ke3))
    } catch {
      throw new RpcError(-32002, 'wrong passphrase')
    }
    this.failures = 0
    page.sealed = frame
    this.#pages.add(page)
    return {}
  }

  /* ---- methods ---- */

  #contact(id) {
    const contact = this.contacts.get(id)
    need(contact, -32003, 'no such contact')
    return contact
  }

  keys = keyMethods(this)
  methods = {
    'status.get': () => {
      const identities = [...this.identities.values()]
      const { name, address } = identities[0]
      return { version: '0.1.0', name, address, tor: this.tor, storage: 'ok', restored: this.restored, identities }
    },
    'identities.create': ({ name }) => {
      need(this.identities.size < 8, -32006, 'too many')
      return this.addIdentity({ name })
    },
    'identities.rename': ({ identity, name }) => this.changeIdentity(identity, { name }),
    'identities.picture': ({ identity }) => ({ picture: this.pictures.get(-identity) ?? '' }),
    'identities.set_picture': ({ identity, picture }) => {
      this.pictures.set(-identity, picture)
      return this.changeIdentity(identity, { picture: picture ? this.identities.get(identity).picture + 1 : 0 })
    },
    'identities.set': ({ identity, strangers }) => this.changeIdentity(identity, { strangers }),
    'identities.rotate': ({ identity }) => {
      for (const i of this.invitations.values()) {
        if (i.identity === identity && i.state === 'open') this.changeInvitation(i.id, { state: 'revoked' })
      }
      return this.changeIdentity(identity, { seq: this.identities.get(identity).seq + 1, rotated: Date.now() })
    },
    'identities.remove': ({ identity }) => {
      need(this.identities.size > 1, -32005, 'the last one')
      this.identities.delete(identity)
      for (const c of this.contacts.values()) if (c.identity === identity) this.contacts.delete(c.id)
      for (const i of this.invitations.values()) if (i.identity === identity) this.invitations.delete(i.id)
      this.notify('identity.state', { id: identity, gone: true })
      return {}
    },
    'invitations.create': ({ identity = 1, label = '', days = 7 }) => this.addInvitation({ identity, label, days }),
    'invitations.list': () => ({ invitations: [...this.invitations.values()] }),
    'invitations.revoke': ({ invitation }) => {
      need(this.invitations.get(invitation)?.state === 'open', -32005, 'not open')
      return this.changeInvitation(invitation, { state: 'revoked' })
    },
    'contacts.picture': ({ contact }) => ({ picture: this.pictures.get(contact) ?? '' }),
    'contacts.safety': ({ contact }) => this.#safety(contact),
    'contacts.set_cover': ({ contact, on }) => {
      this.#contact(contact)
      return this.changeContact(contact, { cover: on })
    },
    'contacts.dial': ({ contact }) => this.#contact(contact),
    'contacts.unverify': ({ contact }) => {
      need(this.#contact(contact).trust !== 'changed', -32005, 'changed')
      return this.changeContact(contact, { trust: 'unverified' })
    },
    'contacts.compare': ({ contact, qr }) => {
      need(/^[\w-]{94}$/.test(qr), -32602, 'qr')
      const match = qr === this.#safety(contact).qr
      if (match) this.changeContact(contact, { trust: 'verified' })
      return { match, contact: this.#contact(contact) }
    },
    'contacts.trust_key': ({ contact, qr }) => {
      need(this.#contact(contact).trust === 'changed', -32005, 'not changed')
      need(qr === this.#safety(contact).qr, -32005, 'another key')
      return this.changeContact(contact, { trust: 'unverified' })
    },
    'contacts.list': () => ({ contacts: [...this.contacts.values()] }),
    'contacts.add': ({ address: wanted, invitation, identity = 1, name, greeting = '' }) => {
      need(name === undefined || name !== '', -32602, 'name')
      need(this.identities.has(identity), -32003, 'no such identity')
      if (invitation !== undefined) {
        need(/^BOC:[A-Z2-7]{170}$/.test(invitation), -32602, 'invitation')
        need(!invitation.startsWith('BOC:OLD'), -32005, 'expired')
        const fields = { identity, name: name ?? '', trust: 'invited', invitation: 'waiting', since: Date.now() }
        return this.addContact({ ...fields, address: address(60 + this.contacts.size) })
      }
      need(/^[a-z2-7]{55}d(\.onion)?$/.test(wanted), -32602, 'address')
      const bare = wanted.replace('.onion', '')
      need(![...this.contacts.values()].some((c) => c.address === bare), -32004, 'exists')
      return this.addContact({
        identity,
        address: bare,
        name: name ?? '',
        greeting,
        state: 'request_sent',
        since: Date.now(),
      })
    },
    'contacts.accept': ({ contact }) => this.#decide(contact, 'accepted'),
    'contacts.reject': ({ contact }) => this.#decide(contact, 'rejected'),
    'contacts.block': ({ contact }) => this.#decide(contact, 'blocked'),
    'contacts.rename': ({ contact, name }) => {
      this.#contact(contact)
      return this.changeContact(contact, { name })
    },
    'contacts.remove': ({ contact }) => {
      this.#contact(contact)
      this.contacts.delete(contact)
      this.messages.delete(contact)
      this.notify('contact.state', { id: contact, gone: true })
      return {}
    },
    'messages.list': ({ contact, before = Infinity, limit = 100 }) => {
      this.#contact(contact)
      const older = this.messages.get(contact).filter((m) => m.ordinal < before)
      return { messages: older.slice(-limit), more: older.length > limit }
    },
    // In parts of two runs.
    'messages.gone': ({ contact, from = 1 }) => {
      this.#contact(contact)
      const gone = []
      for (const { ordinal, kind } of this.messages.get(contact)) {
        if (kind !== 'expired' || ordinal < from) continue
        if (gone.at(-1)?.[1] === ordinal - 1) gone.at(-1)[1] = ordinal
        else gone.push([ordinal, ordinal])
      }
      return { gone: gone.slice(0, 2), next: gone[2]?.[0] ?? null }
    },
    'messages.at': ({ contact, time }) => {
      this.#contact(contact)
      const left = this.messages.get(contact).filter((m) => m.kind !== 'expired')
      return { ordinal: (left.find((m) => m.time >= time) ?? this.messages.get(contact).at(-1))?.ordinal ?? null }
    },
    'messages.send': ({ contact, text, id, reply = null }) => {
      const { state, online } = this.#contact(contact)
      need(state === 'accepted', -32005, 'not accepted')
      need(Buffer.byteLength(text) <= 6000, -32602, 'text')
      const known = this.messages.get(contact).find((m) => m.id === id)
      if (known) return known
      const sent = this.addMessage(contact, 'me', text, {
        state: online ? 'sent' : 'waiting',
        reply,
        ...(id && { id }),
      })
      if (online && this.delivers) setTimeout(() => this.changeMessage(sent, { state: 'delivered' }), 60)
      return sent
    },
    ...messageMethods(this),
    'messages.read': ({ contact, ordinal }) => {
      const { read } = this.#contact(contact)
      if (ordinal <= read) return this.contacts.get(contact)
      this.reads.push(ordinal)
      const above = this.messages.get(contact).filter((m) => isToRead(m) && m.ordinal > ordinal)
      return this.changeContact(contact, { read: ordinal, unread: above.length })
    },
    'conversation.set': ({ contact, ...change }) => {
      this.#contact(contact)
      need(Object.keys(change).length === 1, -32602, 'one thing at a time')
      return this.changeContact(contact, change)
    },
    'conversation.terms': ({ contact, vanish, keep }) => {
      const mine = { vanish, keep }
      const { theirs } = this.#contact(contact).terms
      this.addMessage(contact, 'me', '', { kind: 'terms', terms: mine, state: 'sent' })
      return this.changeContact(contact, { terms: { mine, theirs, inForce: inForce(mine, theirs) } })
    },
    'typing.set': ({ contact, typing }) => {
      this.#contact(contact)
      this.typed.push(typing)
      return {}
    },
    'drafts.set': ({ contact, text, reply = null, edit = null, edited = '' }) => {
      this.#contact(contact)
      this.drafts.set(contact, { text, reply, edit, edited })
      this.changeContact(contact, { draft: text.slice(0, 80) || null })
      return {}
    },
    'drafts.get': ({ contact }) => this.draft(this.#contact(contact).id),
    'tor.bridges.get': () => this.bridges,
    'tor.bridges.set': ({ bridges }) => {
      const wrong = bridges.split('\n').findIndex((line) => line.trim() !== '' && !/ [0-9A-Fa-f]{40}/.test(line))
      need(wrong < 0, -32011, `Line ${wrong + 1}: behind the address a fingerprint is missing. Nothing was changed.`)
      return (this.bridges = { ...this.bridges, bridges, way: bridges.trim() ? 'bridges' : 'direct' })
    },
    'connection.get': () => this.#connection(),
    'connection.look': () => {
      this.findings = this.looked ?? this.findings
      return this.#connection()
    },
    'connection.try': () => {
      this.tries++
      return {}
    },
    // In parts of two lines.
    'log.get': ({ line = 1 }) => ({
      first: line,
      lines: this.logLines.slice(line - 1, line + 1),
      next: line + 2 <= this.logLines.length ? line + 2 : null,
    }),
    'settings.get': () => this.settings,
    'settings.set': (change) => (this.settings = { ...this.settings, ...change }),
    'session.lock': () => {
      setTimeout(() => this.lock(), 10)
      return {}
    },
  }

  #connection() {
    const now = Date.now()
    const all = [...this.contacts.values()].filter((c) => ['accepted', 'request_sent'].includes(c.state))
    const connected = all.filter((c) => c.online).length
    return {
      version: '0.1.0',
      locked: false,
      tor: this.tor,
      way: this.bridges.way,
      transports: this.bridges.transports,
      storage: 'ok',
      addresses: [...this.identities.values()].flatMap(({ id, listed }) =>
        (listed ? ['public', 'contacts'] : ['contacts']).map((kind) => {
          const state = this.reached[`${id} ${kind}`] ?? 'reached'
          const tried = state === 'untried' ? 0 : now - 120_000
          return { identity: id, kind, state, tried, reached: state === 'reached' ? tried : 0 }
        }),
      ),
      contacts: { connected, trying: 0, away: all.length - connected, untried: 0 },
      links: connected,
      findings: this.findings,
    }
  }

  /** Other numbers when the key is another. */
  #safety(id) {
    const { trust, rotated, invitation } = this.#contact(id)
    need(invitation === null, -32005, 'no key known')
    const seed = id * 7 + (trust === 'changed' ? 3 + this.newer : 0) + (rotated % 1000)
    const group = (i) => String((seed * 7919 + i * 104729) % 100000).padStart(5, '0')
    const word = (i) =>
      [0, 1, 2, 3, 4]
        .map((k) => (k % 2 ? 'aiou' : 'bdfghjklmnprstvz')[(seed * 31 + i * 17 + k * 7) % (k % 2 ? 4 : 16)])
        .join('')
    return {
      digits: Array.from({ length: 12 }, (_, i) => group(i)).join(' '),
      words: Array.from({ length: 8 }, (_, i) => word(i)),
      qr: Buffer.from(`BOC1V\x01${'q'.repeat(63)}${seed % 10}`).toString('base64url'),
    }
  }

  #decide(id, state) {
    this.#contact(id)
    return this.changeContact(id, { state, online: state === 'accepted' })
  }
}
