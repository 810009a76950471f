// `blackedoutchat open`: a window of a browser that reaches the page and nothing else.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { require } from '../browser/lib/packages.mjs'
import { Node, program, run } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const { chromium } = require('playwright-core')

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-open-'))
const data = path.join(root, 'node')
const profile = path.join(data, 'browser')
const node = new Node(data, undefined, 'correct horse battery staple')
before(() => node.start())
after(async () => {
  await node.stop()
  fs.rmSync(root, { recursive: true, force: true })
})

// A folder with a program `chromium`, which does this.
function browser(name, script) {
  fs.mkdirSync(path.join(root, name))
  fs.writeFileSync(path.join(root, name, 'chromium'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { PATH: `${path.join(root, name)}:${process.env.PATH}` }
}

test('the browser is told to reach nothing else, by no shell', async () => {
  const env = browser('recorder', `printf '%s\\n' "$@" >"${root}/args"`)
  const r = await run(['open', '--data', data], { env })
  assert.equal(r.code, 0, r.stderr)
  assert.match(r.stdout, new RegExp(`page: +${node.url}\\n`))
  const args = fs.readFileSync(path.join(root, 'args'), 'utf8').trim().split('\n')
  const host = new URL(node.url).host
  for (const arg of [
    `--app=${node.url}/`,
    `--user-data-dir=${profile}`,
    '--proxy-server=socks5://127.0.0.1:9',
    `--proxy-bypass-list=<-loopback>;${host}`,
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-background-networking',
    '--disable-sync',
    '--disable-extensions',
    '--no-first-run',
  ]) {
    assert.ok(args.includes(arg), arg)
  }
  assert.equal(fs.statSync(profile).mode & 0o777, 0o700)
})

test('no program runs there', async () => {
  const r = await run(['open', '--data', path.join(root, 'none')])
  assert.equal(r.code, 3)
  assert.match(r.stderr, /no program is running/)
})

test('without Chromium it says where the page is, and how to use Firefox', (t) => {
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return t.skip('needs the right to hide a file')
  const hide =
    'for f in chromium chromium-browser google-chrome; do [ ! -e /usr/bin/$f ] || mount --bind /dev/null /usr/bin/$f; done; exec "$0" "$@"'
  const r = spawnSync('unshare', ['-m', 'sh', '-c', hide, program, 'open', '--data', data], { encoding: 'utf8' })
  assert.equal(r.status, 1)
  assert.ok(r.stdout.includes(node.url))
  assert.match(r.stderr, /Firefox/)
})

test('in Chromium the page opens, and no other host, port or name can be reached', async () => {
  let asked = 0
  const other = http.createServer((request, response) => {
    asked++
    response.end('reached')
  })
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address()
  const real = [process.env.BOC_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const binary = real.find((p) => p && fs.existsSync(p))
  const headless = '--headless --no-sandbox --disable-gpu --remote-debugging-port=0'
  const env = browser('real', `exec ${binary} ${headless} "$@"`)
  const window = spawn(program, ['open', '--data', data], { env: { ...process.env, ...env }, stdio: 'ignore' })
  const gone = once(window, 'exit')
  try {
    const active = path.join(profile, 'DevToolsActivePort')
    const [debugPort, where] = await until('the browser listens', () => {
      const lines = fs.readFileSync(active, 'utf8').trim().split('\n')
      return lines.length === 2 && lines
    })
    const connected = await chromium.connectOverCDP(`ws://127.0.0.1:${debugPort}${where}`)
    const context = connected.contexts()[0]
    const page = await until('the page is open', () => context.pages().find((p) => p.url() === `${node.url}/`))
    await page.getByLabel('Your name').waitFor()
    const stranger = await context.newPage()
    for (const url of [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, `http://[::1]:${port}/`, 'http://example.org/']) {
      await assert.rejects(stranger.goto(url), /ERR_PROXY_CONNECTION_FAILED|ERR_SOCKS_CONNECTION_FAILED|ERR_NAME_NOT_RESOLVED/, url)
    }
    assert.equal(asked, 0)
    await connected.close()
  } finally {
    window.kill()
    await gone
    other.close()
  }
})
