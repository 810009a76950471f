// How a figure of the bench is told: what it is, beside what, and whether it is what we want.

const sorted = (list) => list.toSorted((a, b) => a - b)

export function quantile(list, q) {
  const all = sorted(list)
  return all[Math.min(Math.floor(all.length * q), all.length - 1)]
}
export const median = (list) => quantile(list, 0.5)

const missed = []

// `text` has the measured values; goal says in words what `met` says of them.
export function figure(name, text, goal, met) {
  console.log(`${met ? 'met   ' : 'MISSED'} ${name}: ${text} (goal: ${goal})`)
  if (!met) missed.push(name)
}

// What is measured to understand the others, and has no goal.
export const note = (name, text) => console.log(`       ${name}: ${text}`)

export function finish() {
  if (missed.length) console.log(`bench: missed: ${missed.join('; ')}`)
}

export const ms = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0)) + ' ms'
export const s = (value) => (value / 1000).toFixed(2) + ' s'
