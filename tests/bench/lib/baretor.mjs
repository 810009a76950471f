// A tor by itself, with an onion service whose key it keeps in its folder: what ours is beside when everything was killed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { until } from '../../lib/wait.mjs'

export class BareTor {
  // target: the unix socket that the service leads to.
  static async make(network, target) {
    const bare = new BareTor()
    bare.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-bare-'))
    for (const name of fs.readdirSync(path.join(network, 'seed')))
      fs.copyFileSync(path.join(network, 'seed', name), path.join(bare.folder, name))
    fs.writeFileSync(path.join(bare.folder, 'torrc'), [
      `DataDirectory ${bare.folder}`,
      'SocksPort 0',
      `HiddenServiceDir ${bare.folder}/service`,
      `HiddenServicePort 9999 unix:${target}`,
      'Log err stderr',
      fs.readFileSync(path.join(network, 'client.torrc'), 'utf8'),
    ].join('\n') + '\n')
    bare.start()
    const file = path.join(bare.folder, 'service', 'hostname')
    bare.host = await until('tor has made its key', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').trim(), 20)
    return bare
  }

  start() {
    this.child = spawn('tor', ['--defaults-torrc', '/dev/null', '-f', path.join(this.folder, 'torrc'), '--hush'], { stdio: 'ignore' })
  }

  async kill() {
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}
