// Nothing leaves the machine, and no role even tries: the whole story runs in a network namespace whose only way out is a
// cable to nowhere that is watched, with the system calls of every process on record.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { program } from '../lib/program.mjs'

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'boc-leak-'))
after(() => fs.rmSync(out, { recursive: true, force: true }))

// In the namespace: every address has a route, through way0, where tcpdump sees what is sent.
const script = `
ip link set lo up
ip link add way0 type veth peer name way1 && ip link set way1 up
ip addr add 198.18.0.1/15 dev way0
ip -6 addr add fd00::1/8 dev way0 nodad 2>/dev/null
ip link set way0 up
ip route add default via 198.18.0.2 dev way0
ip -6 route add default via fd00::2 dev way0 2>/dev/null
tcpdump -Z root -i way0 -U -n -w "$OUT/out.pcap" 2>"$OUT/tcpdump.log" & watcher=$!
tcpdump -Z root -i lo -U -n -c 5 -w "$OUT/lo.pcap" 2>/dev/null & control=$!
for i in 1 2 3 4 5 6 7 8 9 10; do grep -q listening "$OUT/tcpdump.log" && break; sleep 0.5; done
strace -f --seccomp-bpf -qq -e trace=execve,socket,connect,bind -e signal=none -o "$OUT/strace" "$PROGRAM" demo --check >"$OUT/stdout" 2>"$OUT/stderr"
status=$?
(echo >/dev/udp/198.18.0.9/9) 2>/dev/null
sleep 1
kill $watcher $control 2>/dev/null
wait
exit $status
`

test('a whole run contacts loopback only, and net and web make no internet socket', { timeout: 900_000 }, async (t) => {
  if (spawnSync('unshare', ['-n', 'true']).status !== 0) return t.skip('needs the right to make a network namespace')
  const child = spawn('unshare', ['-n', 'bash', '-c', script], {
    stdio: 'ignore',
    env: { ...process.env, OUT: out, PROGRAM: program },
  })
  const [code] = await once(child, 'exit')
  const read = (name) => fs.readFileSync(path.join(out, name), 'utf8')
  assert.equal(code, 0, read('stderr'))
  assert.equal(JSON.parse(read('stdout')).ok, true)

  // The watcher works: it saw the one packet that the test itself sent at the end, and nothing else.
  const seen = spawnSync('tcpdump', ['-n', '-r', path.join(out, 'out.pcap')], { encoding: 'utf8' }).stdout
  const kernel = /ICMP6, (multicast listener|router solicitation)| IP6 :: > / // what a cable that comes up says of itself
  const packets = seen.trim().split('\n').filter((line) => line && !/ARP/.test(line) && !kernel.test(line))
  const asked = seen.split('\n').filter((line) => /ARP/.test(line) && !/198\.18\.0\.9/.test(line))
  assert.deepEqual(packets, [])
  assert.deepEqual(asked, [])
  assert.match(seen, /198\.18\.0\.9/)
  assert.ok(fs.statSync(path.join(out, 'lo.pcap')).size > 24, 'loopback was used')

  const roles = new Map() // pid -> role
  const made = { supervisor: [], vault: [], onion: [], net: [], web: [] }
  for (const line of read('strace').split('\n')) {
    const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (!pid) continue
    const role = /execve\(.*"--role=(\w+)"/.exec(rest)?.[1] ?? (/execve\(.*\["blackedoutchat", "run"/.test(rest) && 'supervisor')
    if (role) roles.set(pid, role)
    else if (/execve\(/.test(rest)) roles.delete(pid)
    else if (roles.has(pid)) made[roles.get(pid)].push(rest)
  }
  for (const role of ['vault', 'onion', 'net', 'web']) {
    assert.ok([...roles.values()].includes(role), `${role} was seen`)
    assert.deepEqual(made[role].filter((call) => /AF_(?!UNIX|UNSPEC)|PF_(?!UNIX)/.test(call)), [], role)
  }
  assert.deepEqual(made.web.filter((call) => /^(socket|connect|bind)/.test(call)), [], 'web makes no socket at all')
  assert.deepEqual(made.vault.filter((call) => /^(socket|connect|bind)/.test(call)), [], 'nor does the vault')
  const listeners = made.supervisor.filter((call) => /^socket\(AF_INET/.test(call))
  assert.equal(listeners.length, 3, 'one listener for each start of a node: Alice, Bob, Bob again')
  for (const call of made.supervisor.filter((c) => /^bind\(.*AF_INET/.test(c))) assert.match(call, /127\.0\.0\.1/)
})
