// A node whose tor may connect by snowflake only. There is no snowflake on the private network; but the program for it runs where
// tor starts it, inside tor's walls, and asks the broker that the line names for one; tor connects to no relay past it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { connectedTo, find, relayPorts, tree } from '../lib/bridge.mjs'
import { Demo, Node, program, roleOf } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const skip = find('snowflake-client') ? false : 'skipped: install snowflake-client'
const FINGERPRINT = '2B280B23E1107BB62ABFC40DDCC8824814F80A72'

let root, demo, node, broker, port
const offers = []

before(async () => {
  if (skip) return
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-snowflake-'))
  demo = await Demo.start()
  broker = http.createServer((request, response) => {
    let body = ''
    request.on('data', (d) => (body += d))
    request.on('end', () => {
      offers.push(body)
      response.writeHead(503).end() // none is free
    })
  })
  await new Promise((listens) => broker.listen(0, '127.0.0.1', listens))
  port = broker.address().port
  node = new Node(path.join(root, 'node'), demo.network, 'correct horse battery')
})
after(async () => {
  await node?.stop().catch(() => null)
  await demo?.stop()
  broker?.close()
  if (root) fs.rmSync(root, { recursive: true, force: true })
})

test('a broker is asked for a snowflake, and no relay for anything', { skip, timeout: 120_000 }, async () => {
  await node.start([program, 'run', '--data', node.data, '--network', demo.network, '--bridges'])
  await node.unlock('Sam')
  await node.rpc()
  const { findings } = await node.client.call('connection.get')
  assert.equal(findings.find((f) => f.what === 'snowflake').grade, 'ok')
  const bridges = `snowflake 192.0.2.3:80 ${FINGERPRINT} fingerprint=${FINGERPRINT} url=http://127.0.0.1:${port}/ ` +
    'ice=stun:127.0.0.1:1 utls-imitate=hellorandomizedalpn\n'
  assert.equal((await node.client.call('tor.bridges.set', { bridges })).way, 'bridges')
  const seen = new Set()
  await until('the broker is asked', () => {
    for (const p of connectedTo(tree(roleOf(node.pid, 'tor'))) ?? []) seen.add(p)
    return offers.length > 0
  }, 60)
  assert.match(offers[0], /^1\.0\n\{"offer":/) // the client's message to a broker, version 1.0
  const relays = relayPorts(demo.network)
  assert.ok(seen.size > 0)
  assert.deepEqual([...seen].filter((p) => relays.includes(p)), [])
  assert.equal((await node.client.call('status.get')).tor.phase, 'connecting')
})
