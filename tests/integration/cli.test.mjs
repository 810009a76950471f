// The command line: what is wrong is said in one sentence, with the exit status people expect.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { alive, Demo, Node, program, run } from '../lib/program.mjs'
import { until } from '../lib/wait.mjs'

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-cli-'))
after(() => fs.rmSync(root, { recursive: true, force: true }))

const folder = (name) => path.join(root, name)
const oneLine = (text) => assert.equal(text.trim().split('\n').length, 1, text)

// A folder with a program `tor` that prints text, after it did what is to be done before.
function fakeTor(name, text, before = '') {
  fs.mkdirSync(folder(name))
  fs.writeFileSync(path.join(folder(name), 'tor'), `#!/bin/sh\n${before}\necho "${text}"\n`, { mode: 0o755 })
  return folder(name)
}

test('help and version', async () => {
  const help = await run(['--help'])
  assert.equal(help.code, 0)
  for (const word of ['run', 'demo', 'rpc', 'doctor', 'version', '--data', '--port']) assert.match(help.stdout, new RegExp(word))
  const version = await run(['version'])
  assert.equal(version.code, 0)
  assert.match(version.stdout, /^blackedoutchat \d+\.\d+\.\d+\n.*OpenSSL 3\.[5-9]/)
})

test('wrong usage is status 2', async () => {
  for (const args of [[], ['dance'], ['run', '--port', '0'], ['run', '--port', '99999'], ['run', '--nothing'], ['run', 'x'], ['--role=nobody'], ['rpc']]) {
    const r = await run(args)
    assert.equal(r.code, 2, args.join(' '))
    assert.notEqual(r.stderr, '')
    assert.equal(r.stdout, '')
  }
})

test('a data folder whose sockets would have too long a path', async () => {
  const r = await run(['run', '--data', folder('x'.repeat(100))])
  assert.equal(r.code, 1)
  assert.match(r.stderr, /too long/)
  oneLine(r.stderr)
})

test('a data folder that others may read', async () => {
  fs.mkdirSync(folder('open'), { mode: 0o755 })
  fs.chmodSync(folder('open'), 0o755)
  const r = await run(['run', '--data', folder('open')])
  assert.equal(r.code, 1)
  assert.match(r.stderr, /chmod 700/)
  oneLine(r.stderr)
})

test('a data folder that is a file', async () => {
  fs.writeFileSync(folder('file'), '')
  const r = await run(['run', '--data', folder('file')])
  assert.equal(r.code, 1)
  assert.match(r.stderr, /not a folder/)
})

test('tor too old, tor that is none', async () => {
  const old = await run(['run', '--data', folder('a')], { env: { PATH: fakeTor('old', 'Tor version 0.4.7.16.') } })
  assert.equal(old.code, 1)
  assert.match(old.stderr, /0\.4\.7\.16; at least 0\.4\.8/)
  oneLine(old.stderr)
  const odd = await run(['run', '--data', folder('a')], { env: { PATH: fakeTor('odd', 'hello') } })
  assert.equal(odd.code, 1)
  assert.match(odd.stderr, /does not tell its version/)
})

test('no tor at all', async (t) => {
  const hide = 'for f in /usr/bin/tor /usr/sbin/tor; do [ ! -e $f ] || mount --bind /dev/null $f; done; exec "$0" "$@"'
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return t.skip('needs the right to hide a file')
  const r = spawnSync('unshare', ['-m', 'sh', '-c', hide, program, 'run', '--data', folder('a')], { encoding: 'utf8' })
  assert.equal(r.status, 1)
  assert.match(r.stderr, /there is no tor on this machine/)
  oneLine(r.stderr)
})

test('a tor that hangs when it is looked at again', { timeout: 360_000 }, async () => {
  const hangs = folder('hangs')
  const starts = folder('starts')
  const fake = fakeTor('slow', 'Tor version 0.4.8.16.', `[ "$*" = --version ] || exit 1; echo >>'${starts}'; [ ! -e '${hangs}' ] || exec sleep 600`)
  const node = new Node(folder('looks'), undefined, 'correct horse battery')
  const countStarts = () => fs.statSync(starts).size
  const tor = ({ findings }) => findings.find((f) => f.what === 'tor')
  const look = () => node.client.call('connection.look')
  try {
    await node.start(['env', `PATH=${fake}:${process.env.PATH}`, program, 'run', '--data', node.data])
    await node.unlock('Alice')
    await node.rpc()
    await until('it was looked', async () => tor(await node.client.call('connection.get'))?.grade === 'ok', 20)
    assert.equal(countStarts(), 1)
    fs.writeFileSync(hangs, '')
    for (const found of await Promise.all([look(), look(), look()])) {
      assert.equal(tor(found).grade, 'mend')
      assert.match(tor(found).text, /does not answer/)
    }
    assert.ok(countStarts() <= 1 + 2, 'who asked meanwhile has the answer of the first one')
    fs.rmSync(hangs)
    assert.equal(tor(await look()).grade, 'ok')
  } finally {
    assert.equal(await node.stop(), 0)
  }
})

test('a port in use', async () => {
  const first = await new Node(folder('one'), undefined, '').start()
  try {
    const port = new URL(first.url).port
    const second = await run(['run', '--data', folder('two'), '--port', port])
    assert.equal(second.code, 1)
    assert.match(second.stderr, /--port/)
    const same = await run(['run', '--data', folder('one')])
    assert.equal(same.code, 1)
    assert.match(same.stderr, /another blackedoutchat/)
  } finally {
    assert.equal(await first.stop(), 0)
  }
  assert.equal(fs.statSync(folder('one')).mode & 0o777, 0o700)
})

test('rpc without a program is status 3', async () => {
  const r = await run(['rpc', '--data', folder('none'), 'status.get'])
  assert.equal(r.code, 3)
  oneLine(r.stderr)
})

test('doctor finds what is here', async () => {
  const r = await run(['doctor', '--data', folder('doctor')])
  assert.equal(r.code, 0, r.stdout)
  assert.match(r.stdout, /ok +tor +Tor version/)
  assert.match(r.stdout, /ok +crypto/)
  assert.match(r.stdout, /seccomp/)
  assert.match(r.stdout, /landlock/)
})

test('a demo nobody listens to any more ends, and leaves nothing', { timeout: 360_000 }, async () => {
  const demo = await Demo.start()
  const folders = [demo.network, demo.alice.data]
  const gone = once(demo.child, 'exit')
  demo.child.stdout.destroy()
  assert.deepEqual(await gone, [0, null])
  assert.equal(alive(demo.alice.pid), false)
  for (const left of folders) assert.equal(fs.existsSync(left), false)
})
