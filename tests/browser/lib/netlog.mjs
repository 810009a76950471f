// What a browser of the tests asked of the network, by its own log: nothing but this machine.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whom Chromium asks for itself, whatever it is told: their names are nobody's here. */
const MAKERS = ['*.google.com', '*.googleapis.com', '*.gvt1.com']

/** What stands for a name somebody wants to reach, or an address somebody connects to. */
const NAMES = ['HOST_RESOLVER_MANAGER_REQUEST', 'HOST_RESOLVER_MANAGER_JOB', 'DNS_TRANSACTION']
const ADDRESSES = ['TCP_CONNECT_ATTEMPT', 'UDP_CONNECT']
/** 127.0.0.1, or what a name that is nobody's became. */
const OURS = /^(?:\w+:\/\/)?(?:127\.0\.0\.1|~notfound)(?::\d+)?$/
/** Chromium looks for a way to the internet of IPv6: a socket without a packet. */
const PROBE = '[2001:4860:4860::8888]:443'

/** Flags for a browser, and the file it then writes until it ends. `rules` as those of --host-resolver-rules. */
export function logged(rules = []) {
  const file = join(mkdtempSync(join(tmpdir(), 'boc-net-')), 'log.json')
  const all = [...rules, ...MAKERS.map((name) => `MAP ${name} ~NOTFOUND`)]
  return { file, args: [`--log-net-log=${file}`, `--host-resolver-rules=${all.join(', ')}`] }
}

/** For a browser that has ended. */
export function checkNetLog(file) {
  try {
    assert.ok(existsSync(file), 'a log of the network')
    const strange = [...asked(file)].filter((who) => !OURS.test(who) && who !== PROBE)
    assert.deepEqual(strange, [], 'the browser went to no other machine')
  } finally {
    rmSync(join(file, '..'), { recursive: true, force: true })
  }
}

/** One event a line, behind one of constants; only the few that count are read. */
function asked(file) {
  const [first, ...lines] = readFileSync(file, 'utf8').split('\n')
  const types = JSON.parse(`${first.replace(/,\s*$/, '')}}`).constants.logEventTypes
  const numbers = [...NAMES, ...ADDRESSES].map((name) => types[name])
  assert.ok(!numbers.includes(undefined), 'Chromium names these events otherwise')
  const wanted = new RegExp(`"type":(?:${numbers.join('|')})\\b`)
  const who = new Set()
  for (const line of lines) {
    const event = wanted.test(line) && line.match(/^{.*"type":\d+}/)
    if (!event) continue
    const { params } = JSON.parse(event[0])
    const name = params?.hostname ?? params?.host ?? params?.address
    if (name !== undefined) who.add(name)
  }
  assert.ok(who.size > 0, 'the log says something')
  return who
}
