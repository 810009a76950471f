// What every method answers, with each part of it missing, of another type, out of its range or without end: none of it
// is read. A method without a sample here does not compile.

import { describe, expect, it } from 'vitest';
import type { Method, Methods } from '../src/lib/api';
import { Malformed, readResult } from '../src/lib/guards';
import * as samples from './samples';

interface Loose {
  /** Fields that may be null; their samples are not, or nothing of them would be read. */
  readonly nullable: readonly PropertyKey[];
  /** Texts of any words, and numbers below zero. */
  readonly free: readonly PropertyKey[];
}
const STRICT: Loose = { nullable: [], free: [] };
const loose = new WeakMap<object, Loose>();
function shape<T extends object>(value: T, nullable: readonly (keyof T)[], free: readonly (keyof T)[] = []): T {
  loose.set(value, { nullable, free });
  return value;
}

const { last, terms, ...plain } = samples.contact({ continuity: { lost: 3, times: 1 }, invitation: 'waiting' });
const contact = shape(
  { ...plain, terms, last: shape(last ?? samples.last(), [], ['text']), draft: 'Dear' },
  ['last', 'continuity', 'invitation', 'draft'],
  ['name', 'address', 'greeting', 'draft'],
);
const reactions = shape({ me: '👍', them: '👍' }, ['me', 'them'], ['me', 'them']);
const said = samples.message(1, { reply: 3, edited: 5, terms: { vanish: 60, keep: 1 }, reactions });
const message = shape(said, ['reply', 'terms'], ['text']);
const found = shape({ ...said, marks: [[0, 2] as const] }, ['reply', 'terms'], ['text']);
const open = shape(samples.invitation({ contact: 4 }), ['text', 'link', 'contact'], ['label']);
const identity = shape(
  {
    id: 1,
    name: 'Alice',
    address: samples.onion,
    strangers: false,
    listed: true,
    unaware: 0,
    seq: 0,
    rotated: 0,
    picture: 0,
  },
  [],
  ['name', 'address'],
);
const tor = shape(
  { phase: 'connecting' as const, progress: 64, tag: 't', summary: 's', warning: '', skew: -5, since: 1 },
  [],
  ['tag', 'summary', 'warning', 'skew'],
);
const bridges = shape(
  { bridges: 'obfs4', way: 'bridges' as const, transports: ['obfs4'] },
  [],
  ['bridges', 'transports'],
);
const picture = { picture: 'a'.repeat(16384) };
const settings = shape(
  {
    lock_after: 0,
    recovery: false,
    receive_locked: false,
    damaged: 0,
    read_marks: false,
    typing: false,
    page: '{}',
  },
  [],
  ['page'],
);
const connection = shape(
  {
    version: '1',
    tor,
    way: 'direct' as const,
    transports: ['obfs4'],
    storage: 'ok' as const,
    addresses: [{ identity: 1, kind: 'public' as const, state: 'reached' as const, tried: 1, reached: 1 }],
    contacts: { connected: 1, trying: 0, away: 2, untried: 0 },
    links: 1,
    findings: [shape({ grade: 'ok' as const, what: 'tor', text: 'well' }, [], ['what', 'text'])],
  },
  ['contacts'],
  ['version', 'transports'],
);
const status = shape(
  {
    version: '1',
    name: 'A',
    address: 'b',
    tor,
    storage: 'ok' as const,
    identities: [identity],
    restored: { made: 1, at: 2 },
  },
  ['restored'],
  ['version', 'name', 'address'],
);
const draft = shape({ text: 'Dear', reply: 2, edit: 1, edited: 'Deer' }, ['reply', 'edit'], ['text', 'edited']);

const answers: { readonly [M in Method]: Methods[M]['result'] } = {
  'status.get': status,
  'contacts.list': { contacts: [contact] },
  'contacts.add': contact,
  'contacts.accept': contact,
  'contacts.reject': contact,
  'contacts.block': contact,
  'contacts.rename': contact,
  'contacts.remove': {},
  'contacts.safety': {
    digits: Array(12).fill('01234').join(' '),
    words: Array<string>(8).fill('babab'),
    qr: 'x'.repeat(94),
  },
  'contacts.picture': picture,
  'contacts.dial': contact,
  'contacts.set_cover': contact,
  'contacts.unverify': contact,
  'contacts.compare': { match: true, contact },
  'contacts.trust_key': contact,
  'identities.create': identity,
  'identities.rename': identity,
  'identities.picture': picture,
  'identities.set_picture': identity,
  'identities.set': identity,
  'identities.set_listed': identity,
  'identities.rotate': identity,
  'identities.remove': {},
  'invitations.create': open,
  'invitations.list': { invitations: [open] },
  'invitations.revoke': open,
  'messages.list': { messages: [message], more: false },
  'messages.gone': shape({ gone: [[2, 5]], next: 9 }, ['next']),
  'messages.at': shape({ ordinal: 3 }, ['ordinal']),
  'messages.send': message,
  'messages.react': message,
  'messages.edit': message,
  'messages.delete': message,
  'messages.history': { versions: [shape({ text: 'before', time: 1 }, [], ['text'])] },
  'messages.search': shape({ messages: [found], next: 4 }, ['next']),
  'conversation.terms': contact,
  'conversation.set': contact,
  'messages.read': contact,
  'typing.set': {},
  'drafts.set': {},
  'drafts.get': draft,
  'settings.get': settings,
  'settings.set': settings,
  'tor.bridges.get': bridges,
  'tor.bridges.set': bridges,
  'connection.get': connection,
  'connection.look': connection,
  'connection.try': {},
  'log.get': shape({ first: 1, lines: ['a line'], next: 2 }, ['next'], ['lines']),
  'recovery.remove': {},
  'session.lock': {},
  'session.erase': {},
};

const LONG = 70_000;
const kinds: readonly unknown[] = [undefined, true, 1, 'x', [], { toString: 1 }];
const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

/** `value` with one thing wrong, in all ways, each with where that is. */
function* wrong(value: unknown, at: string, isNullable = false, isFree = false): Generator<[string, unknown]> {
  if (!isNullable) yield [`${at}: null`, null];
  for (const other of kinds) if (kindOf(other) !== kindOf(value)) yield [`${at}: ${kindOf(other)}`, other];
  if (Array.isArray(value)) {
    yield [`${at}: without end`, Array(LONG).fill(value[0])];
    for (const [where, item] of wrong(value[0], `${at}[0]`, false, isFree)) yield [where, [item, ...value.slice(1)]];
  } else if (typeof value === 'object' && value !== null) {
    const { nullable, free } = loose.get(value) ?? STRICT;
    for (const [name, part] of Object.entries(value)) {
      yield [`${at}.${name}: missing`, Object.fromEntries(Object.entries(value).filter(([other]) => other !== name))];
      for (const [where, bad] of wrong(part, `${at}.${name}`, nullable.includes(name), free.includes(name)))
        yield [where, { ...value, [name]: bad }];
    }
  } else if (typeof value === 'string') {
    yield [`${at}: without end`, value + 'x'.repeat(LONG)];
    if (!isFree) yield [`${at}: other words`, `${value}!`];
  } else if (typeof value === 'number') {
    for (const n of [0.5, NaN, Infinity, 2 ** 53, ...(isFree ? [] : [-1])]) yield [`${at}: ${n}`, n];
  }
}

describe('an answer that is wrong in one thing is not read', () => {
  for (const [name, whole] of Object.entries(answers)) {
    const method = name as Method;
    it(method, () => {
      expect(readResult(method, whole)).toEqual(whole);
      const read = [...wrong(whole, '')].filter(([, bad]) => {
        try {
          readResult(method, bad);
          return true;
        } catch (error) {
          if (!(error instanceof Malformed)) throw error;
          return false;
        }
      });
      expect(read.map(([where]) => where)).toEqual([]);
    });
  }
});
