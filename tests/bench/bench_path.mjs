// A message from page to page of two nodes on the private Tor network, beside half the round trip of a raw byte stream through
// the very same two tor processes, and beside OnionShare's chat mode on the same network. All interleaved: one of each, in another
// order each time, again and again, with a pause before each: what goes right behind something else is carried along by it and is
// twice as fast. A link and a stream have a circuit each, and on some circuits everything is slower; so there are rounds, each with a
// new link and new streams.
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Demo, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { Control, dial, Echo, roundTrip, within } from './lib/raw.mjs'
import { figure, finish, median, ms, note, quantile } from './lib/figures.mjs'
import { OnionShare } from './lib/onionshare.mjs'
import { Page } from './lib/page.mjs'
import { owned, stage } from './lib/stage.mjs'

const ROUNDS = Number(process.env.ROUNDS || 6)
const EACH = 40
const PAUSE_MS = 100
const WARM = 5
const BYTES = 200 // of the text, and of what goes through the raw stream
const COMMITTED = Buffer.alloc(8 * 4096, 1) // about what a message changes of a database

const contact = async (client) => (await client.call('contacts.list')).contacts[0]
const shuffled = (list) => list.map((x) => [Math.random(), x]).sort(([a], [b]) => a - b).map(([, x]) => x)
const text = () => randomUUID().padEnd(BYTES, '.')

await stage(async () => {
  const demo = owned(await Demo.start())
  const { alice, bob } = demo
  await Promise.all([alice.rpc(), bob.rpc()])
  const { text: invitation } = await bob.client.call('invitations.create', {})
  await alice.client.call('contacts.add', { invitation })
  const together = () => until('they are connected', async () =>
    (await contact(alice.client))?.online && (await contact(bob.client))?.online, 120)
  await together()

  const aliceTor = path.join(alice.data, 'tor')
  const bobTor = path.join(bob.data, 'tor')
  const echo = owned(await Echo.start(bobTor))
  const control = owned(await Control.open(bobTor))
  let room
  try {
    room = await OnionShare.start(demo.network, [aliceTor, bobTor])
    owned(room)
  } catch (error) {
    console.log(`bench: OnionShare cannot be measured here: ${error.message}`)
  }
  const from = owned(await Page.open(alice.url, alice.passphrase))
  const to = owned(await Page.open(bob.url, bob.passphrase))
  const toBob = (await contact(alice.client)).id

  // From the call to the other's notification: page to page, or script to script.
  async function message(sender, receiver) {
    const words = text()
    const heard = new Promise((done) => {
      const hear = (m) => m.text === words && (receiver.off('message.new', hear), done())
      receiver.on('message.new', hear)
    })
    const begun = performance.now()
    const sent = sender.call('messages.send', { contact: toBob, text: words })
    await heard
    const took = performance.now() - begun
    await sent
    return took
  }

  // What no message can be quicker by: it is stored before it is sent, and stored before it is shown.
  const file = fs.openSync(path.join(alice.data, 'vault', 'bench'), 'w')
  const commit = () => {
    const begun = performance.now()
    fs.writeSync(file, COMMITTED, 0, COMMITTED.length, 0)
    fs.fdatasyncSync(file)
    return performance.now() - begun
  }
  // Two processes there and two back, without a disk.
  const call = async () => {
    const begun = performance.now()
    await alice.client.call('settings.get', {})
    return performance.now() - begun
  }

  const all = { page: [], script: [], raw: [], room: [], commit: [], call: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const net = roleOf(alice.pid, 'net')
    process.kill(net, 'SIGKILL') // a new link, by another circuit
    await until('another net runs', () => ![undefined, net].includes(roleOf(alice.pid, 'net')), 30)
    await until('the link is new', async () => (await message(from, to)) > 0, 60)
    await together()
    const host = await control.addOnion(echo.path)
    const stream = await until('the raw stream is open', () => within(20, dial(aliceTor, host, 80)), 60)
    const measure = {
      raw: async () => (await roundTrip(stream, Buffer.from(text()))) / 2,
      page: () => message(from, to),
      script: () => message(alice.client, bob.client),
      commit,
      call,
      ...(room && { room: () => room.message(text()) }),
    }
    for (let i = 0; i < EACH + WARM; i++) {
      for (const what of shuffled(Object.keys(measure))) {
        await sleep(PAUSE_MS * (1 + Math.random()))
        const took = await within(60, measure[what]())
        if (i >= WARM) all[what].push(took)
      }
    }
    stream.destroy()
    await control.removeOnion(host)
  }

  const both = (list) => `median ${ms(median(list))}, p99 ${ms(quantile(list, 0.99))}`
  const ratio = (list, other, q) => quantile(list, q) / quantile(other, q)
  const told = (list, other) => `${both(list)}; beside it ${both(other)}; ratios ${ratio(list, other, 0.5).toFixed(2)} and ${ratio(list, other, 0.99).toFixed(2)}`
  for (const [name, q] of [['median', 0.5], ['p99', 0.99]]) {
    const r = ratio(all.page, all.raw, q)
    figure(`message, page to page, ${name}`, `${ms(quantile(all.page, q))}; half a raw round trip ${ms(quantile(all.raw, q))}; ratio ${r.toFixed(2)}, ` +
      `${ms(quantile(all.page, q) - quantile(all.raw, q))} more`, '<= 1.10', r <= 1.1)
  }
  note('message, script to script', told(all.script, all.raw))
  note('of it, by itself', `writing 32 kB and syncing it, ${both(all.commit)}; two of them are ${((2 * median(all.commit)) / median(all.raw)).toFixed(2)} ` +
    `of half a raw round trip; a call that touches no disk, ${both(all.call)}`)
  if (room) figure('message, beside OnionShare', told(all.page, all.room), 'faster', ratio(all.page, all.room, 0.5) < 1 && ratio(all.page, all.room, 0.99) < 1)
  note('the sample', `${all.page.length} of each, of ${BYTES} bytes, interleaved, on ${ROUNDS} circuits each`)
})
finish()
