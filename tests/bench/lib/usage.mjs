// What processes use, by /proc. Of a node: its own five; tor is not counted.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { roleOf } from '../../lib/program.mjs'

const TICK_MS = 10 // of /proc/PID/stat

const ticks = (pid) => {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
// All times that the scheduler has given it: finer than ticks, which are 0 for who runs for a moment only.
const ran = (pid) => Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
const wakeups = (pid) => Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

export function processes(node) {
  const pids = { supervisor: node.pid }
  for (const role of ['vault', 'onion', 'net', 'web']) pids[role] = roleOf(node.pid, role)
  return pids
}

// What each of these used of the processor in that time; which of the two clocks is the larger.
export async function usedBy(pids, seconds) {
  const cost = (pid) => Math.max(ticks(pid), fs.existsSync(`/proc/${pid}/schedstat`) ? ran(pid) : 0)
  const before = Object.entries(pids).map(([role, pid]) => [role, pid, cost(pid), wakeups(pid)])
  await sleep(seconds * 1000)
  const roles = before.map(([role, pid, ms, woken]) => ({ role, ms: Math.round(cost(pid) - ms), woken: wakeups(pid) - woken }))
  return { roles, ms: roles.reduce((sum, u) => sum + u.ms, 0) }
}
export const used = (node, seconds) => usedBy(processes(node), seconds)

// Mappings of a process: what is mapped, kB resident, of that its share (PSS), of that written to by itself.
function mappings(pid) {
  const list = []
  for (const line of fs.readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const head = /^[0-9a-f]+-[0-9a-f]+ \S+ (\S+) \S+ \d+\s*(.*)/.exec(line)
    if (head) list.push({ name: `${head[2]} ${head[1]}`, rss: 0, pss: 0, private_dirty: 0 })
    const size = /^(Rss|Pss|Private_Dirty):\s+(\d+)/.exec(line)
    if (size) list.at(-1)[size[1].toLowerCase()] += Number(size[2])
  }
  return list
}

// Memory of these processes in kB: {pss, alone}. The share that the kernel tells is smaller where others have the same library,
// or as here twenty nodes the same program; `alone` takes each file of the system as if nobody else had it: in full, once.
export function memory(pids) {
  let pss = 0
  let own = 0
  const files = new Map()
  for (const pid of Object.values(pids)) {
    for (const m of mappings(pid)) {
      pss += m.pss
      const isFile = m.name.startsWith('/')
      own += isFile ? m.private_dirty : m.pss
      if (isFile) files.set(m.name, Math.max(files.get(m.name) ?? 0, m.rss - m.private_dirty))
    }
  }
  return { pss, alone: own + [...files.values()].reduce((sum, kb) => sum + kb, 0) }
}
