// What of the stand-in program is about messages that are there already.
import { need } from './need.mjs'

export function messageMethods(program) {
  const versions = new Map()
  const find = (contact, ordinal) => {
    const message = program.messages.get(contact)?.[ordinal - 1]
    need(message && message.kind !== 'expired', -32003, 'no such message')
    return message
  }
  return {
    'messages.react': ({ contact, ordinal, emoji }) => {
      const message = find(contact, ordinal)
      return program.changeMessage(message, { reactions: { ...message.reactions, me: emoji || null } })
    },
    'messages.edit': ({ contact, ordinal, text }) => {
      const message = find(contact, ordinal)
      need(message.from === 'me' && message.kind === 'text', -32005, 'not mine')
      const before = versions.get(message.id) ?? [{ text: message.text, time: message.time }]
      const edited = Date.now()
      versions.set(message.id, [{ text, time: edited }, ...before])
      return program.changeMessage(message, { text, edited })
    },
    'messages.delete': ({ contact, ordinal, everyone }) => {
      const message = find(contact, ordinal)
      need(!everyone || message.from === 'me', -32005, 'not mine')
      need(everyone || message.state !== 'waiting', -32005, 'it waits')
      return program.changeMessage(message, { kind: everyone ? 'deleted' : 'deleted_here' })
    },
    'messages.history': ({ contact, ordinal }) => {
      const { id, text, time } = find(contact, ordinal)
      return { versions: versions.get(id) ?? [{ text, time }] }
    },
    // The newest first, and in parts; the words of it as they stand, the last one may go on.
    'messages.search': ({ text, contact, from, before = Infinity, limit = 100, since = 0, until = Infinity }) => {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean)
      const all = [...program.messages.values()].flat().filter((m) => m.kind === 'text')
      const hits = all
        .filter((m) => contact === undefined || m.contact === contact)
        .filter((m) => (from === undefined || m.from === from) && m.time >= since && m.time <= until)
        .filter((m) => words.length > 0 && words.every((w) => m.text.toLowerCase().includes(w)))
        .sort((a, b) => b.time - a.time)
        .map((m, i) => [all.length - i, { ...m, marks: marksOf(m.text, words) }])
        .filter(([place]) => place < before)
      const part = hits.slice(0, limit)
      return { messages: part.map(([, m]) => m), next: hits.length > limit ? part.at(-1)[0] : null }
    },
  }
}

function marksOf(text, words) {
  const found = words.map((w) => {
    const at = text.toLowerCase().indexOf(w)
    return [[...text.slice(0, at)].length, [...text.slice(0, at + w.length)].length]
  })
  return found.sort(([a], [b]) => a - b).filter(([from], i) => i === 0 || from >= found[i - 1][1])
}
