// Coming online: how soon a message that waited is at a contact's page who has just come, and how soon a node can be reached again
// after kill -9 of its tor or of all of it. Beside it what tor alone takes for the same, in turns with it.
//
// "Can be reached" is asked by strangers (lib/strangers.mjs), as in each baseline.
import path from 'node:path'
import { signal } from '../lib/crowd.mjs'
import { alive, Demo, Node, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'
import { BareTor } from './lib/baretor.mjs'
import { figure, finish, median, note, quantile, s } from './lib/figures.mjs'
import { Control, dial, Echo, roundTrip, within } from './lib/raw.mjs'
import { owned, stage } from './lib/stage.mjs'
import { Strangers } from './lib/strangers.mjs'

const TIMES = Number(process.env.TIMES || 7)
const LOGIN_MS = 2000 // what a whole program may take beyond its tor: to start, and for a person's login by script

const contact = async (client) => (await client.call('contacts.list')).contacts[0]
const told = (list) => `median ${s(median(list))}, at most ${s(quantile(list, 1))}`

async function unlocked(node) {
  await node.unlock()
  await node.rpc()
}

await stage(async () => {
  const demo = owned(await Demo.start())
  const { alice } = demo
  let { bob } = demo
  owned({ stop: () => bob.child && bob.stop() }) // once it is not the demo's any more
  await Promise.all([alice.rpc(), bob.rpc()])
  const { text: invitation } = await bob.client.call('invitations.create', {})
  await alice.client.call('contacts.add', { invitation })
  const together = () => until('they are connected', async () =>
    (await contact(alice.client))?.online && (await contact(bob.client))?.online, 180)
  await together()
  const host = (await bob.client.call('status.get')).address
  const toBob = (await contact(alice.client)).id
  const aliceTor = path.join(alice.data, 'tor')
  const echo = owned(await Echo.start(alice.data))

  async function again() {
    bob = await new Node(bob.data, demo.network, bob.passphrase).start()
    await unlocked(bob)
  }

  // ---- the first message to somebody who has just come ----
  // Bob ends in order and comes back while a message waits for him. From the moment that tor can connect, which both have in common:
  // for us, when the phase is 'publishing'; for the raw one, when a fresh service is added to the same tor a moment later.
  const first = []
  const raw = []
  for (let i = 0; i < TIMES; i++) {
    await bob.stop()
    await until('she sees him leave', async () => !(await contact(alice.client)).online, 90)
    const text = `it waits ${i}`
    await alice.client.call('messages.send', { contact: toBob, text })
    await again()
    const begun = performance.now()
    const up = until('his tor is up', async () =>
      ['publishing', 'reachable'].includes((await bob.client.call('status.get')).tor.phase) && performance.now(), 120)
    const there = new Promise((done) => bob.client.on('message.new', (m) => m.text === text && done(performance.now())))
    const missed = (await bob.client.call('messages.list', { contact: (await contact(bob.client)).id, limit: 5 })).messages
    const end = missed.some((m) => m.text === text) ? performance.now() : await within(180, there)
    first.push(end - Math.max(begun, Math.min(end, await up)))

    const control = await Control.open(path.join(bob.data, 'tor'))
    const added = performance.now()
    const fresh = await control.addOnion(echo.path)
    const stream = await until('the fresh service is reachable', () => within(15, dial(aliceTor, fresh, 80)), 120)
    await within(30, roundTrip(stream, Buffer.alloc(200, 1)))
    raw.push(performance.now() - added)
    stream.destroy()
    await control.removeOnion(fresh)
    control.close()
  }
  const r = median(first) / median(raw)
  figure('first message to a contact just come online', `${told(first)}; raw connect to a fresh service and one round trip ${told(raw)}; ` +
    `ratio ${r.toFixed(2)}`, '<= 1.20', r <= 1.2)

  // ---- kill -9 ----
  const bare = owned(await BareTor.make(demo.network, echo.path))
  const tor = []
  const whole = []
  const alone = []
  const program = []
  const strangers = owned(await Strangers.start(demo.network))
  const there = (host) => strangers.reachAfter(host, async () => {})
  await there(bare.host)
  for (let i = 0; i < TIMES; i++) {
    await there(host)
    tor.push(await strangers.reachAfter(host, async () => process.kill(roleOf(bob.pid, 'tor'), 'SIGKILL')))
    alone.push(await strangers.reachAfter(bare.host, () => bare.kill().then(() => bare.start())))
    whole.push(await strangers.reachAfter(host, async () => {
      signal(bob, 'SIGKILL')
      bob.client.close()
      await until('all of it is gone', () => !alive(bob.pid), 10)
      const begun = performance.now()
      await again()
      program.push(performance.now() - begun)
    }))
  }
  const t = median(tor) / median(alone)
  figure('reachable again after kill -9 of tor', `${told(tor)}; bare tor, started again with its key ${told(alone)}; ratio ${t.toFixed(2)}`, '<= 1.20', t <= 1.2)
  const more = median(whole) - 1.2 * median(alone)
  figure('reachable again after kill -9 of the whole program', `${told(whole)}; ${s(more)} more than 1.2 times bare tor`, `<= ${s(LOGIN_MS)} more`, more <= LOGIN_MS)
  note('of that', `starting the program and a login by script ${told(program)}`)
})
finish()
