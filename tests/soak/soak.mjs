// Many peers on one machine who all write to each other over a private Tor network, while programs, roles and tors are killed,
// stand still and lose their paths at random. At the end everything that was said is at the other side once and in order, and
// nobody was ever told something better than the truth. `make soak MINUTES=10 PEERS=20 SEED=1`.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Crowd, gently } from '../lib/crowd.mjs'
import { Faults } from './faults.mjs'
import { Ledger } from './ledger.mjs'
import { Peer } from './peer.mjs'
import { Random } from './random.mjs'

const number = (name, otherwise) => {
  const value = Number(process.env[name] || otherwise)
  if (!(value > 0)) throw new Error(`${name} has to be a number above 0`)
  return value
}
const minutes = number('MINUTES', 60)
const count = number('PEERS', 20)
const seed = number('SEED', 1 + Math.floor(Math.random() * 1e9))
const SETTLE_S = 900 // after the last fault: whoever could not be reached is dialled again within ten minutes

const random = new Random(seed)
const say = (line) => console.log(`soak: ${line}`)
let interrupted = false
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => (interrupted = true))

say(`seed ${seed}, ${count} peers, ${minutes} min (again: make soak MINUTES=${minutes} PEERS=${count} SEED=${seed})`)
const begun = performance.now()
const seconds = () => Math.round((performance.now() - begun) / 1000)
const crowd = await Crowd.start(count)
const ledger = new Ledger()
let peers = []
let good = false
try {
  say(`${count} nodes are reachable after ${seconds()} s`)
  await crowd.meetAll()
  await crowd.together()
  say(`all know each other and are connected after ${seconds()} s; now they write, and things die`)

  peers = crowd.peers.map((peer, i) => new Peer(peer, random.fork(i + 1), ledger))
  for (const peer of peers) peer.begin(peers)
  const faults = new Faults(peers, crowd, random.fork(0))
  const until = performance.now() + minutes * 60_000
  faults.begin()
  for (let next = performance.now() + 60_000; performance.now() < until && !interrupted && !ledger.broken;) {
    await sleep(500)
    if (performance.now() < next) continue
    next += 60_000
    say(`${seconds()} s: ${ledger.accepted} said, ${ledger.delivered} delivered, faults: ${faults}`)
  }
  await faults.end()
  await Promise.all(peers.map((peer) => peer.hush()))
  const quiet = performance.now()
  say(`the faults are over after ${seconds()} s: ${ledger.accepted} said, ${ledger.delivered} delivered`)

  let late = ledger.open
  while (late > 0 && performance.now() - quiet < SETTLE_S * 1000 && !interrupted) {
    await sleep(500)
    late = ledger.open
  }
  const settled = Math.round((performance.now() - quiet) / 1000)
  await gently(peers, (peer) => peer.check(peers), 4)
  for (const peer of peers) await peer.end()
  say(`faults: ${faults}`)
  say(ledger.summary(settled))
  good = ledger.good && !interrupted
  for (const line of ledger.wrong.slice(0, 40)) say(`WRONG: ${line}`)
} finally {
  for (const peer of peers) await peer.end()
  for (const { name, node } of crowd.peers) fs.writeFileSync(path.join(crowd.root, `${name}.log`), node.log)
  await crowd.stop({ keep: !good })
  if (!good) say(`it failed; folders and logs are in ${crowd.root}`)
}
process.exit(good ? 0 : 1)
