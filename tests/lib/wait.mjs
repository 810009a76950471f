import { setTimeout as sleep } from 'node:timers/promises'

// What `ask` gives as soon as it is truthy. Errors count as "not yet". Fails with `what` after the bound.
/** @template T @param {string} what @param {() => T | Promise<T>} ask @returns {Promise<T>} */
export async function until(what, ask, seconds = 60) {
  const end = performance.now() + seconds * 1000
  let last
  for (;;) {
    try {
      const value = await ask()
      if (value) return value
      last = undefined
    } catch (error) {
      last = error
    }
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`, { cause: last })
    await sleep(50)
  }
}
