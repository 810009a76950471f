import { execFileSync } from 'node:child_process'

// What a bench has started, so that it ends with it: in order, when it fails, and on Ctrl+C.
const started = []

// Remembers what has a stop() or close(), and gives it back.
export function owned(thing) {
  started.push(thing)
  return thing
}

async function stopAll() {
  for (let thing; (thing = started.pop());) {
    try {
      await (thing.stop?.() ?? thing.close?.())
    } catch (error) {
      console.error(`bench: something does not end: ${error.message}`)
    }
  }
}

export async function stage(play) {
  for (const name of ['SIGINT', 'SIGTERM']) {
    process.once(name, () => stopAll().finally(() => process.exit(1)))
  }
  execFileSync('sync') // what an earlier bench wrote goes to the disk now, and not while a commit waits for it
  try {
    await play()
  } finally {
    await stopAll()
  }
}
