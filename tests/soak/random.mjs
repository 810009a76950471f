// Numbers that look random and come again from the same seed.
export class Random {
  #state

  constructor(seed) {
    this.seed = seed
    this.#state = seed >>> 0
  }

  // Another one, that does not care how often this one is asked.
  fork(n) {
    return new Random(Math.imul(this.seed ^ 0x9e3779b9, 2 * n + 1) ^ n)
  }

  // From 0 to below 1.
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  between(from, to) {
    return from + this.next() * (to - from)
  }

  // What happens once in `mean` on the average.
  wait(mean) {
    return -Math.log(1 - this.next()) * mean
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)]
  }
}
