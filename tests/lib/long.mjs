// A vault with long conversations in it, for the page: a real database, filled by SQL.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Node, program } from './program.mjs'

const source = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..')
const schema = path.join(source, 'tests/unit/vault/schema')
export const MINUTE = 60_000
// The first message; each is ten minutes after the one before.
export const BEGIN = Date.UTC(2024, 0, 1, 9)
export const timeOf = (ordinal) => BEGIN + ordinal * 10 * MINUTE
const people = 100 // number of the first contact
const rowid = (contact, ordinal) => contact * 1_000_000 + ordinal

// Texts of many lengths, one paragraph at most; each begins with its number.
const words = `'the tide turns about nine and the old bridge is near the harbour, where nobody waits for us today; '`
const text = `n || ': ' || substr(${words} || ${words} || ${words}, 1, 10 + n * 7919 % 41 * (1 + n * 31 % 7))`

function conversation({ id, name, count, read, vanish = [0, 0], reply }) {
  return `INSERT INTO contacts (id, identity, onion, name, their_name, greeting, state, key_changed, out_seq, created_ms, read_ordinal,
      clock_ordinal) VALUES (${id}, 1, unhex(printf('%064d', ${id})), '${name}', '', '', 3, 0, ${count}, ${BEGIN}, ${read}, ${read});
    INSERT INTO messages (id, contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, state, hash, body, vanish)
      SELECT ${rowid(id, 0)} + n, ${id}, n, unhex(printf('%032d', n)), n % 3 = 0, n, ${BEGIN} + n * ${10 * MINUTE},
      ${BEGIN} + n * ${10 * MINUTE}, 1, iif(n % 3, 4, 3), zeroblob(32), CAST(${text} AS BLOB),
      iif(n BETWEEN ${vanish[0]} AND ${vanish[1]}, 4, 0)
      FROM (WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${count}) SELECT n FROM r);
    ${reply ? `UPDATE messages SET kind = 2, target = ${rowid(id, reply.to)},
      body = CAST(x'01' || unhex(printf('%032d', ${reply.to})) || 'an answer to what was said long ago' AS BLOB)
      WHERE id = ${rowid(id, reply.at)};` : ''}`
}

// A node that runs and connects to nobody, with these conversations. Its data folder goes with stop().
export async function nodeWith(conversations) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-long-'))
  const node = new Node(path.join(data, 'node'), undefined, 'correct horse battery staple')
  const command = [program, 'run', '--data', node.data, '--bridges']
  await node.start(command)
  await node.unlock('Alice')
  await node.stop()
  const tool = path.join(path.dirname(program), 'tests/faults/old_vault')
  const version = Math.max(...fs.readdirSync(schema).map((name) => parseInt(name)).filter(Number.isFinite))
  const all = conversations.map((c, i) => conversation({ id: people + i, ...c })).join('\n')
  execFileSync(tool, [path.join(node.data, 'vault'), node.passphrase, String(version)], {
    input: `DELETE FROM contacts; UPDATE settings SET bridges = '', lock_after = 0, page = ''; BEGIN; ${all} COMMIT;`,
    env: { ...process.env, BOC_SOURCE: source },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  await node.start(command)
  const stop = node.stop.bind(node)
  node.stop = async () => {
    await stop()
    fs.rmSync(data, { recursive: true, force: true })
  }
  return node
}
