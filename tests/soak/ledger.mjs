// What was said, what each side was told of it, and what of that was wrong.
export class Ledger {
  #said = new Map() // 'from to' -> [{id, text, acceptedAt, deliveredAt}], in the order in which it was said
  #byId = new Map()
  wrong = []
  lost = 0
  doubled = 0
  disordered = 0
  falseStates = 0
  delays = []

  said(from, to) {
    const key = `${from} ${to}`
    if (!this.#said.has(key)) this.#said.set(key, [])
    return this.#said.get(key)
  }

  // Before it is asked for: the answer may never come, and the message be there.
  begin(from, to, id, text) {
    const message = { from, to, id, text }
    this.said(from, to).push(message)
    this.#byId.set(id, message)
    return message
  }

  // A sender was told a state; `down` says since when the receiver stands still or is dead, undefined: it is not.
  told(id, state, down) {
    const message = this.#byId.get(id)
    if (!message) return
    if (state === 'failed') this.blame('falseStates', `${message.from} was told that ${message.text} failed`)
    if (state !== 'delivered' && state !== 'read') return
    if (down !== undefined && message.acceptedAt > down)
      this.blame('falseStates', `${message.text} is called ${state}, said while ${message.to} was gone`)
    if (message.deliveredAt) return
    message.deliveredAt = performance.now()
    if (message.acceptedAt) this.delays.push(message.deliveredAt - message.acceptedAt)
  }

  blame(what, line) {
    this[what]++
    this.wrong.push(line)
  }

  // What the receiver has of it at the end, and what the sender says of his own: texts and [text, state].
  compare(from, to, received, own) {
    const said = this.said(from, to)
    const texts = said.map((m) => m.text)
    const times = new Map()
    for (const text of received) times.set(text, (times.get(text) ?? 0) + 1)
    for (const text of texts) {
      const n = times.get(text) ?? 0
      if (n === 0) this.blame('lost', `${text} is not there`)
      if (n > 1) this.blame('doubled', `${text} is there ${n} times`)
    }
    for (const text of times.keys()) if (!texts.includes(text)) this.blame('falseStates', `${to} has ${text}, which nobody said`)
    const order = received.filter((text, i) => received.indexOf(text) === i && texts.includes(text))
    const wanted = texts.filter((text) => times.has(text))
    const at = order.findIndex((text, i) => text !== wanted[i])
    if (at >= 0) this.blame('disordered', `${to} has ${order[at]} where ${wanted[at]} belongs`)
    for (const [text, state] of own)
      if (state !== 'delivered' && state !== 'read') this.wrong.push(`${text} is still ${state} at ${from}`)
    if (own.map(([text]) => text).join('\n') !== texts.join('\n'))
      this.blame('disordered', `what ${from} said to ${to} stands in another order, or more than once, at ${from}`)
  }

  get accepted() {
    return [...this.#byId.values()].filter((m) => m.acceptedAt).length
  }

  get delivered() {
    return [...this.#byId.values()].filter((m) => m.deliveredAt).length
  }

  get open() {
    return this.#byId.size - this.delivered
  }

  // Whether something between these two is not known as delivered.
  isOpen(from, to) {
    return this.said(from, to).some((m) => !m.deliveredAt)
  }

  // So much is wrong that more would only hide how it began.
  get broken() {
    return this.wrong.length >= 20
  }

  get good() {
    return this.wrong.length === 0 && this.#byId.size > 0
  }

  summary(settled) {
    const sorted = this.delays.toSorted((a, b) => a - b)
    const at = (q) => (sorted.length ? (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] / 1000).toFixed(2) : '-')
    return `${this.accepted} messages, lost ${this.lost}, doubled ${this.doubled}, out of order ${this.disordered}, ` +
      `false states ${this.falseStates}; the last was delivered ${settled} s after the last fault; from said to known as ` +
      `delivered, faults and all: median ${at(0.5)} s, p99 ${at(0.99)} s, at most ${at(1)} s`
  }
}
