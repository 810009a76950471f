// What of the stand-in program is about who can open the vault, and what is taken out of it (docs/api.md, "Keys" and
// "Backup").
import { createHash, randomBytes } from 'node:crypto'
import { require } from '../lib/packages.mjs'
import { need, RpcError } from './need.mjs'
import { openOnce, sealOnce, unlockKeyOf } from './sealed.mjs'

const opaque = require('@serenity-kit/opaque')

/** How much a new record is stretched. */
export const NEW = { iterations: 3, memory: 65536 }
const RANDOM = { iterations: 1, memory: 8 }
const PART = 24_576
const bytes = (text) => Buffer.from(text, 'base64url')

/** 32 random bytes and their CRC-24, bit by bit. */
function recoveryText() {
  const key = randomBytes(32)
  let crc = 0xb704cen
  for (const byte of key) {
    crc ^= BigInt(byte) << 16n
    for (let i = 0; i < 8; i++) crc = (crc << 1n) ^ (crc & 0x800000n ? 0x1864cfbn : 0n)
  }
  const all = (BigInt(`0x${key.toString('hex')}`) << 24n) | (crc & 0xffffffn)
  const value = (i) => Number((all >> BigInt(5 * (55 - i))) & 31n)
  return Array.from({ length: 56 }, (_, i) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[value(i)]).join('')
}

/** A file of `length` bytes of database; damaged: its sum is another's. */
function backupFile({ length, damaged }) {
  const head = Buffer.alloc(32)
  head.write('boc back')
  head.writeUInt32BE(1, 8)
  head.writeUInt32BE(7, 12)
  head.writeUInt32BE(300, 16)
  head.writeBigUInt64BE(BigInt(length), 24)
  const body = Buffer.concat([head, randomBytes(300 + length)])
  const sum = createHash('sha512').update('boc backup').update(body).digest().subarray(0, 32)
  if (damaged) sum[31] ^= 1
  return Buffer.concat([body, sum])
}

export function keyMethods(program) {
  let backup = null
  const open = (page) => need(page.sealed, -32001, 'locked')

  return {
    'auth.register': ({ request }) => ({ response: program.registrationResponse(request) }),
    'auth.login': ({ ke1 }, page) => {
      const record = page.enrolled ?? program.vault?.record
      need(record, -32005, 'no vault')
      page.slot = 'passphrase'
      return program.startLogin(page, ke1, record, page.enrolled ? NEW : program.vault.ksf)
    },
    'auth.recover': ({ ke1 }, page) => {
      need(program.vault, -32005, 'no vault')
      page.slot = 'recovery'
      return program.startLogin(page, ke1, program.vault.recovery?.record, RANDOM)
    },
    'auth.change': ({ ke3, sealed, record }, page) => {
      const session = program.endLogin(page, ke3)
      const slot = page.slot === 'recovery' ? program.vault.recovery : program.vault
      let plain
      try {
        const bound = Buffer.concat([Buffer.from('boc change 1'), serverKey(program), bytes(record)])
        plain = openOnce(session, 'change', bound, bytes(sealed))
        slot.key ??= plain.subarray(0, 32)
        if (!slot.key.equals(plain.subarray(0, 32))) throw new Error('another unlock key')
      } catch {
        throw new RpcError(-32002, 'wrong passphrase')
      }
      program.failures = 0
      Object.assign(program.vault, { record, key: plain.subarray(32), ksf: NEW })
      return {}
    },
    'auth.recovery': ({ ke3 }, page) => {
      open(page)
      const session = program.endLogin(page, ke3)
      need(page.slot === 'passphrase', -32002, 'wrong passphrase')
      const password = recoveryText()
      const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password })
      const done = opaque.client.finishRegistration({
        clientRegistrationState,
        registrationResponse: program.registrationResponse(registrationRequest),
        password,
        keyStretching: { 'argon2id-custom': { ...RANDOM, parallelism: 1 } },
      })
      program.failures = 0
      program.vault.recovery = { record: done.registrationRecord, key: unlockKeyOf(bytes(done.exportKey)) }
      program.settings = { ...program.settings, recovery: true }
      const sealed = sealOnce(session, 'recovery', Buffer.from('boc recovery 1'), Buffer.from(password))
      return { sealed: sealed.toString('base64url') }
    },
    'recovery.remove': (_, page) => {
      open(page)
      need(program.vault.recovery, -32003, 'none')
      delete program.vault.recovery
      program.settings = { ...program.settings, recovery: false }
      return {}
    },
    'backup.create': ({ ke3 }, page) => {
      open(page)
      program.endLogin(page, ke3)
      program.failures = 0
      const { length = 100_000, damaged = false, holds = false, cutAt = Infinity } = program.nextBackup ?? {}
      backup = { id: randomBytes(16).toString('hex'), file: backupFile({ length, damaged }), holds, cutAt, reads: 0 }
      program.backup = backup
      return { backup: backup.id }
    },
    // The first time it is still being made. One that holds answers no further part before it is let go.
    'backup.read': async ({ backup: id, offset }, page) => {
      open(page)
      need(backup?.id === id, -32003, 'no such backup')
      if (backup.reads++ === 0) return { size: null }
      if (backup.holds && offset > 0) await new Promise((go) => (backup.go = go))
      const end = Math.min(offset + PART, backup.cutAt)
      return { size: backup.file.length, bytes: backup.file.subarray(offset, end).toString('base64url') }
    },
    'backup.end': ({ backup: id }, page) => {
      open(page)
      need(backup?.id === id, -32003, 'no such backup')
      backup = null
      program.backup = null
      return {}
    },
    // As the real one: the answer, the word that it is locked, and the program is gone.
    'session.erase': ({ confirm }, page) => {
      open(page)
      need(confirm === 'erase', -32602, 'confirm')
      program.vault = null
      setTimeout(() => {
        program.lock()
        void program.stop()
      }, 10)
      return {}
    },
  }
}

/** The public key of the server, which every response to a registration ends with. */
function serverKey(program) {
  const { registrationRequest } = opaque.client.startRegistration({ password: 'any' })
  return bytes(program.registrationResponse(registrationRequest)).subarray(-32)
}
