// What a whole node costs that knows a thousand people: its processes while nobody says anything, and a message from the
// request to the disk. Real processes on the demo's private Tor network; tor itself is not counted.
//
// All thousand contacts are accepted and none can be reached, the worst case: each is dialled again and again, ever later, up
// to every ten minutes (DIAL_BACKOFF_MAX_MS). Idle is when all of them have come to that: 1.7 dials a second. It takes twenty
// minutes to get there. So what is measured here is the first minute, in which tor is asked for as many as it takes, and what
// a dial costs; idle is as many dials as there are then. `bench_node.mjs --wait 1300` waits and measures idle itself.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Demo, Node } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { quantile } from './lib/figures.mjs'
import { becomeKnown } from './lib/nobody.mjs'
import { used } from './lib/usage.mjs'

const CONTACTS = 1000
const FIRST = 100 // id of the first
const SECONDS = 60
const SENDS = 500
const BACKOFF_MAX_S = 600
const wait = process.argv[2] === '--wait' ? Number(process.argv[3]) : 0
process.env.BOC_DEBUG = '1' // the log counts the dials

const each = ({ roles }) => roles.map((u) => `${u.role} ${u.ms} ms, woken ${u.woken} times`).join('; ')
const percent = (ms, seconds) => (ms / seconds / 10).toFixed(2)

async function sends(node) {
  const own = []
  const plain = []
  const file = fs.openSync(path.join(node.data, 'plain'), 'w')
  const page = Buffer.alloc(4096, 1)
  for (let i = 0; i < SENDS; i++) {
    let begun = performance.now()
    await node.client.call('messages.send', { contact: FIRST + (i % CONTACTS), text: `a message as people write them, number ${i}` })
    own.push(performance.now() - begun)
    begun = performance.now()
    fs.writeSync(file, page)
    fs.fdatasyncSync(file)
    plain.push(performance.now() - begun)
  }
  fs.closeSync(file)
  const [m, p, fm, fp] = [quantile(own, 0.5), quantile(own, 0.99), quantile(plain, 0.5), quantile(plain, 0.99)]
  console.log(`node: a message, from the request to the disk: median ${m.toFixed(2)} ms, p99 ${p.toFixed(2)} ms; 4 kB that are ` +
    `written and synced by themselves: ${fm.toFixed(2)} ms, ${fp.toFixed(2)} ms; ${(m / fm).toFixed(1)} times that (goal: median under 5 ms)`)
}

async function idle(node) {
  await sleep(wait * 1000)
  const dials = () => node.log.match(/: dialling$/gm)?.length ?? 0
  const before = dials()
  const all = await used(node, SECONDS)
  const n = dials() - before
  const then = CONTACTS / BACKOFF_MAX_S
  console.log(`node: ${CONTACTS} contacts, none of whom can be reached, ${wait} s after tor came up: ` +
    `${percent(all.ms, SECONDS)} % of a core, ${(n / SECONDS).toFixed(1)} dials/s (${each(all)})`)
  console.log(`node: one dial ${(all.ms / n).toFixed(1)} ms; idle, when there are ${then.toFixed(1)} dials/s: ` +
    `${percent((all.ms / n) * then, 1)} % of a core (goal: under 0.5)`)
}

const demo = await Demo.start()
let node
try {
  await demo.alice.stop()
  becomeKnown(demo.alice, CONTACTS, FIRST)
  node = await new Node(demo.alice.data, demo.network, demo.alice.passphrase).start()
  await node.unlock()
  await node.rpc()
  await until('tor can be used', async () => ['publishing', 'reachable'].includes((await node.client.call('status.get')).tor.phase), 90)
  await idle(node)
  await sends(node)
} finally {
  await node?.stop()
  await demo.stop()
}
