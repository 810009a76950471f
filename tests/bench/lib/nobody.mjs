// People whom a node knows and nobody can reach.
import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { program } from '../../lib/program.mjs'

const source = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..')

// Keys of onion services that there are not, and have to look as if there were.
const key = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)

// The address of one.
export function nobody() {
  const pk = key()
  const version = Buffer.from([3])
  const sum = createHash('sha3-256').update('.onion checksum').update(pk).update(version).digest().subarray(0, 2)
  const bits = [...Buffer.concat([pk, sum, version])].map((b) => b.toString(2).padStart(8, '0')).join('')
  return bits.match(/.{5}/g).map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five, 2)]).join('') + '.onion'
}

const row = (id) => `INSERT INTO contacts (id, identity, onion, name, their_name, greeting, state, key_changed, out_seq, created_ms)
    VALUES (${id}, 1, x'${key().toString('hex')}', 'Nobody ${id}', '', '', 3, 0, 0, 1600000000000);
    INSERT INTO pins (contact, pk, next, seq) VALUES (${id}, zeroblob(1952), zeroblob(32), 0);`

// Makes the vault of a node that does not run anew, with so many contacts, all accepted, with ids from `first` on.
export function becomeKnown(node, count, first) {
  const vault = path.join(node.data, 'vault')
  const tool = path.join(path.dirname(program), 'tests/faults/old_vault')
  const files = fs.readdirSync(path.join(source, 'tests/unit/vault/schema'))
  const version = Math.max(...files.map((name) => parseInt(name)).filter(Number.isFinite))
  const people = Array.from({ length: count }, (_, i) => row(first + i)).join('\n')
  execFileSync(tool, [vault, node.passphrase, String(version)],
    { input: `DELETE FROM contacts; UPDATE settings SET bridges = ''; BEGIN; ${people} COMMIT;`, env: { ...process.env, BOC_SOURCE: source } })
}
