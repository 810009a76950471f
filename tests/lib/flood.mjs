// Somebody who opens many streams to one address and says nothing of use on them. Runs as a worker thread, so that it does not
// slow down the test that measures.
//
// {count, perSecond, address, kind, socket | socks, circuits}: keeps up to `count` streams open at a time, each that ends is
// replaced, and not more than `perSecond` are begun in a second. kind: 'silent', 'half' (of an M1), 'whole' (a valid M1 each).
// They go to a unix `socket`, or through tor's `socks` socket, spread over so many `circuits`.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js'

const PORT = 9999
const M1 = 1464
const SOCKS_ANSWERS = 32 // bytes, more than tor's are; an M2 is longer
const DIFFERENT = 32 // M1s; a responder cannot tell that one comes twice

// A whole M1 (docs/protocol.md 3.4.3), with a knock of somebody who shares no secret.
const makeM1 = () => Buffer.concat([Buffer.from('BOC1'), Buffer.from([1, 1, 0, 1]), randomBytes(32),
  ml_kem768_x25519.keygen(randomBytes(32)).publicKey, randomBytes(32), Buffer.alloc(176)])

// Starts one. counts(): {begun, up, ended, refused, most, answered}; stop() ends it with all its streams.
export async function flood(options) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { flood: options } })
  worker.on('error', (error) => { throw error })
  const counts = async () => {
    worker.postMessage('counts')
    return (await once(worker, 'message'))[0]
  }
  return { counts, stop: () => worker.terminate() }
}

// PROTO 3.3: SOCKS5 with a user name of its own for each circuit, and everything behind it at once, as we do ourselves.
export function socksRequest(address, circuit) {
  const user = Buffer.from(`circuit ${circuit}`)
  const host = Buffer.from(address)
  return Buffer.concat([Buffer.from([5, 1, 2, 1, user.length]), user, Buffer.from([1, 0x78, 5, 1, 0, 3, host.length]), host,
    Buffer.from([PORT >> 8, PORT & 255])])
}

function run({ count, perSecond, address, kind, socket, socks, circuits = 1 }) {
  const m1s = Array.from({ length: DIFFERENT }, makeM1)
  const said = { begun: 0, up: 0, ended: 0, refused: 0, most: 0, answered: 0 }
  const open = new Set()

  function begin() {
    const stream = net.createConnection(socket ?? socks)
    const n = said.begun++
    let connected = false
    open.add(stream)
    stream.on('error', () => {}) // 'close' follows
    stream.on('connect', () => {
      connected = true
      said.most = Math.max(said.most, ++said.up)
      if (socks) stream.write(socksRequest(address, n % circuits))
      if (kind !== 'silent') stream.write(m1s[n % DIFFERENT].subarray(0, kind === 'half' ? M1 / 2 : M1))
    })
    let came = 0
    stream.on('data', (part) => {
      if (came <= SOCKS_ANSWERS && came + part.length > SOCKS_ANSWERS) said.answered++
      came += part.length
    })
    stream.on('close', () => {
      open.delete(stream)
      if (connected) said.up--
      said[connected ? 'ended' : 'refused']++
    })
  }

  const tick = 20
  setInterval(() => {
    for (let i = 0; i < (perSecond * tick) / 1000 && open.size < count; i++) begin()
  }, tick)
  parentPort.on('message', () => parentPort.postMessage({ ...said }))
}

if (workerData?.flood) run(workerData.flood)
