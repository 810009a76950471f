// Real processes: the demo's private Tor network with Alice and Bob, and nodes started on their folders.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { Rpc } from './rpc.mjs'
import { until } from './wait.mjs'

export const program = process.env.BOC_PROGRAM ?? path.resolve('build/release/blackedoutchat')

// Runs a command to its end: {code, stdout, stderr}.
export async function run(args, { input = '', env, program: other = program } = {}) {
  const child = spawn(other, args, { env: { ...process.env, ...env } })
  const out = { stdout: '', stderr: '' }
  child.stdout.on('data', (d) => (out.stdout += d))
  child.stderr.on('data', (d) => (out.stderr += d))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, ...out }
}

// The supervisor of a data folder, started by the test itself.
export class Node {
  constructor(data, network, passphrase) {
    Object.assign(this, { data, network, passphrase, log: '' })
  }

  // By another command line, which ends in the same program, and may see the folder elsewhere: seen() says where we do.
  async start(command, seen) {
    const [file, ...args] = command ?? [program, 'run', '--data', this.data, ...(this.network ? ['--network', this.network] : [])]
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout.on('data', (d) => (this.log += d))
    this.child.stderr.on('data', (d) => (this.log += d))
    this.pid = this.child.pid
    if (seen) this.data = seen()
    const ended = once(this.child, 'exit').then(([code]) => {
      throw new Error(`the node ended with ${code}:\n${this.log}`)
    })
    ended.catch(() => {}) // it may end later, too
    const listens = until('the node listens', async () => (await Rpc.open(path.join(this.data, 'rpc.sock'))).close() ?? true, 20)
    await Promise.race([listens, ended])
    return this
  }

  get url() {
    return `http://127.0.0.1:${fs.readFileSync(path.join(this.data, 'port'), 'utf8').trim()}`
  }

  async unlock(name) {
    const params = name ? [JSON.stringify({ name })] : []
    const r = await run(['rpc', '--data', this.data, 'session.unlock', ...params], { input: this.passphrase + '\n' })
    if (r.code !== 0) throw new Error(r.stderr)
    return this
  }

  // A client of the node as it is now: one try.
  async connect() {
    this.client?.close()
    this.client = await Rpc.open(path.join(this.data, 'rpc.sock'))
    return this.client
  }

  async rpc() {
    return until('the socket answers', () => this.connect(), 20)
  }

  // Ends the supervisor and waits until it is gone. Gives its exit code.
  async stop(signal = 'SIGTERM') {
    this.client?.close()
    if (this.child) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode
      const gone = once(this.child, 'exit')
      this.child.kill(signal)
      return (await gone)[0]
    }
    process.kill(this.pid, signal)
    await until('it ends', () => !alive(this.pid), 20)
  }
}

// `blackedoutchat demo --json`: {network, alice, bob} as Nodes that run.
export class Demo {
  static async start() {
    const demo = new Demo()
    demo.child = spawn(program, ['demo', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
    demo.log = ''
    demo.child.stderr.on('data', (d) => (demo.log += d))
    const lines = readline.createInterface({ input: demo.child.stdout })
    const line = await Promise.race([once(lines, 'line'), once(demo.child, 'exit')])
    if (typeof line[0] !== 'string') throw new Error('the demo ended:\n' + demo.log)
    const told = JSON.parse(line[0])
    demo.network = told.network
    for (const who of ['alice', 'bob']) {
      demo[who] = Object.assign(new Node(told[who].data, told.network, told[who].passphrase), { pid: told[who].pid })
    }
    return demo
  }

  async stop() {
    this.alice.client?.close()
    this.bob.client?.close()
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await gone
  }
}

// ---- processes, by /proc ----

export function alive(pid) {
  try {
    return !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

// {pid, args} of every direct child of pid.
export function children(pid) {
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8')
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== pid) return []
      return [{ pid: Number(name), args: fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') }]
    } catch {
      return []
    }
  })
}

// The process of a role ('vault', 'onion', 'net', 'web') or of 'tor' under a supervisor; undefined when it is down.
export function roleOf(supervisor, role) {
  const is = (args) => (role === 'tor' ? args[0] === 'tor' : args[1] === `--role=${role}`)
  return children(supervisor).find(({ args }) => is(args))?.pid
}

// Copies a folder with its rights, which not every node's cpSync keeps: a vault that others may read is refused.
export const copyFolder = (from, to) => execFileSync('cp', ['-a', from, to])
