// Every message of the program is read here before anything else sees it: types, ranges, known words. What is read
// is copied field by field, so nothing unknown travels on.

import { MAX_BRIDGES_TEXT, MAX_REACTION, MAX_TEXT } from './api';
import type {
  Bridges,
  Compared,
  Connection,
  Contact,
  Draft,
  Findings,
  Grade,
  History,
  LogPart,
  Reach,
  ContactState,
  Identity,
  Invitation,
  InvitationState,
  Last,
  Message,
  MessageKind,
  MessagePage,
  Gone,
  MessageState,
  Method,
  Methods,
  Notification,
  Picture,
  Reactions,
  Safety,
  Settings,
  Status,
  Tor,
  Storage,
  Terms,
  TorPhase,
  Trust,
} from './api';
import { utf8Length } from './bytes';

export class Malformed extends Error {}

const REACHES: readonly Reach[] = [
  'unknown',
  'trying',
  'there',
  'quiet',
  'left',
  'lost',
  'unpublished',
  'absent',
  'silent',
  'barred',
];
const CONTACT_STATES: readonly ContactState[] = ['request_sent', 'request_received', 'accepted', 'rejected', 'blocked'];
const TRUSTS: readonly Trust[] = ['unverified', 'invited', 'verified', 'changed'];
const INVITATION_STATES: readonly InvitationState[] = ['open', 'used', 'revoked', 'expired'];
const MESSAGE_KINDS: readonly MessageKind[] = [
  'text',
  'deleted',
  'deleted_here',
  'expired',
  'terms',
  'unknown',
  'unreadable',
];
const MESSAGE_STATES: readonly MessageState[] = ['waiting', 'sent', 'delivered', 'received', 'failed', 'read'];
const STORAGES: readonly Storage[] = ['ok', 'full', 'failing', 'damaged'];
const PHASES: readonly TorPhase[] = ['starting', 'connecting', 'publishing', 'reachable', 'down', 'waiting'];
const WAYS: readonly Bridges['way'][] = ['waiting', 'direct', 'bridges', 'system'];

const GRADES: readonly Grade[] = ['ok', 'note', 'mend'];

/** Longer than anything the program may send. */
const LONG = 65536;

type Fields = Readonly<Record<string, unknown>>;

export function object(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed('object');
  return value as Fields;
}

function string(value: unknown, max = LONG): string {
  if (typeof value !== 'string' || value.length > max) throw new Malformed('string');
  return value;
}

function integer(value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw new Malformed('integer');
  }
  return value;
}

function boolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Malformed('boolean');
  return value;
}

function word<T extends string>(value: unknown, words: readonly T[]): T {
  const found = words.find((w) => w === value);
  if (found === undefined) throw new Malformed('word');
  return found;
}

/** Text of a form that is known to the last character. */
function form(value: unknown, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new Malformed('form');
  return value;
}

function nullOr<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null ? null : read(value);
}

function list<T>(value: unknown, max: number, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value) || value.length > max) throw new Malformed('list');
  return value.map((item) => read(item));
}

const id = (value: unknown): number => integer(value, 0, Number.MAX_SAFE_INTEGER);
/** Up to the last moment that Date knows. */
const time = (value: unknown): number => integer(value, 0, 8.64e15);
const ordinal = (value: unknown): number => integer(value, 1, Number.MAX_SAFE_INTEGER);

export function readTor(value: unknown): Tor {
  const t = object(value);
  return {
    phase: word(t['phase'], PHASES),
    progress: integer(t['progress'], 0, 100),
    tag: string(t['tag'], 256),
    summary: string(t['summary'], 1024),
    warning: string(t['warning'], 2048),
    skew: integer(t['skew'], -(2 ** 31), 2 ** 31),
    since: time(t['since']),
  };
}

function readBridges(value: unknown): Bridges {
  const b = object(value);
  return {
    bridges: string(b['bridges'], MAX_BRIDGES_TEXT),
    way: word(b['way'], WAYS),
    transports: list(b['transports'], 16, (t) => string(t, 32)),
  };
}

function readConnection(value: unknown): Connection {
  const c = object(value);
  const count = (n: unknown): number => integer(n, 0, 100_000);
  return {
    version: string(c['version'], 64),
    tor: readTor(c['tor']),
    way: word(c['way'], WAYS),
    transports: list(c['transports'], 16, (t) => string(t, 32)),
    storage: word(c['storage'], STORAGES),
    addresses: list(c['addresses'], 64, (item) => {
      const a = object(item);
      return {
        identity: id(a['identity']),
        kind: word(a['kind'], ['public', 'contacts'] as const),
        state: word(a['state'], ['untried', 'reached', 'failed'] as const),
        tried: time(a['tried']),
        reached: time(a['reached']),
      };
    }),
    contacts: nullOr(c['contacts'], (item) => {
      const n = object(item);
      return {
        connected: count(n['connected']),
        trying: count(n['trying']),
        away: count(n['away']),
        untried: count(n['untried']),
      };
    }),
    links: count(c['links']),
    findings: list(c['findings'], 64, (item) => {
      const f = object(item);
      return { grade: word(f['grade'], GRADES), what: string(f['what'], 32), text: string(f['text'], 512) };
    }),
  };
}

function readLog(value: unknown): LogPart {
  const l = object(value);
  return {
    first: id(l['first']),
    lines: list(l['lines'], 10_000, (line) => string(line, 4096)),
    next: nullOr(l['next'], ordinal),
  };
}

export function readIdentity(value: unknown): Identity {
  const i = object(value);
  return {
    id: id(i['id']),
    name: string(i['name'], 256),
    address: string(i['address'], 128),
    strangers: boolean(i['strangers']),
    listed: boolean(i['listed']),
    unaware: integer(i['unaware'], 0, 2 ** 32 - 1),
    seq: integer(i['seq'], 0, 2 ** 32 - 1),
    rotated: time(i['rotated']),
    picture: id(i['picture']),
  };
}

export function readInvitation(value: unknown): Invitation {
  const i = object(value);
  return {
    id: id(i['id']),
    identity: id(i['identity']),
    label: string(i['label'], 256),
    state: word(i['state'], INVITATION_STATES),
    created: time(i['created']),
    expires: time(i['expires']),
    text: nullOr(i['text'], (text) => form(text, /^BOC:[A-Z2-7]{170}$/)),
    link: nullOr(i['link'], (link) => form(link, /^blackedoutchat:[A-Z2-7]{170}$/)),
    contact: nullOr(i['contact'], id),
  };
}

export function readSafety(value: unknown): Safety {
  const s = object(value);
  const words = list(s['words'], 8, (w) => form(w, /^[a-z]{5}$/));
  if (words.length !== 8) throw new Malformed('words');
  return {
    digits: form(s['digits'], /^\d{5}( \d{5}){11}$/),
    words,
    qr: form(s['qr'], /^[\w-]{94}$/),
  };
}

function readDraft(value: unknown): Draft {
  const d = object(value);
  return {
    text: string(d['text'], MAX_TEXT),
    reply: nullOr(d['reply'], ordinal),
    edit: nullOr(d['edit'], ordinal),
    edited: string(d['edited'], MAX_TEXT),
  };
}

function readPicture(value: unknown): Picture {
  return { picture: form(object(value)['picture'], /^(?:[\w-]{16384})?$/) };
}

function readCompared(value: unknown): Compared {
  const c = object(value);
  return { match: boolean(c['match']), contact: readContact(c['contact']) };
}

function readContinuity(value: unknown): NonNullable<Contact['continuity']> {
  const c = object(value);
  return { lost: time(c['lost']), times: integer(c['times'], 0, Number.MAX_SAFE_INTEGER) };
}

export function readStatus(value: unknown): Status {
  const s = object(value);
  return {
    version: string(s['version'], 64),
    name: string(s['name'], 256),
    address: string(s['address'], 128),
    tor: readTor(s['tor']),
    storage: word(s['storage'], STORAGES),
    identities: list(s['identities'], 64, readIdentity),
    restored: nullOr(s['restored'], (value) => {
      const r = object(value);
      return { made: time(r['made']), at: time(r['at']) };
    }),
  };
}

function readLast(value: unknown): Last {
  const l = object(value);
  return {
    ordinal: ordinal(l['ordinal']),
    from: word(l['from'], ['me', 'them'] as const),
    kind: word(l['kind'], MESSAGE_KINDS),
    text: string(l['text']),
    time: time(l['time']),
    state: word(l['state'], MESSAGE_STATES),
  };
}

function readTerms(value: unknown): Terms {
  const t = object(value);
  return { vanish: integer(t['vanish'], 0, 31_536_000), keep: integer(t['keep'], 0, 3650) };
}

function readReach(value: unknown): Contact['reach'] {
  const r = object(value);
  return { what: word(r['what'], REACHES), since: time(r['since']), seen: time(r['seen']) };
}

export function readContact(value: unknown): Contact {
  const c = object(value);
  const terms = object(c['terms']);
  return {
    id: id(c['id']),
    identity: id(c['identity']),
    name: string(c['name'], 256),
    address: string(c['address'], 128),
    state: word(c['state'], CONTACT_STATES),
    online: boolean(c['online']),
    trust: word(c['trust'], TRUSTS),
    rotated: time(c['rotated']),
    continuity: nullOr(c['continuity'], readContinuity),
    invitation: nullOr(c['invitation'], (i) => word(i, ['waiting', 'refused'] as const)),
    greeting: string(c['greeting'], 1024),
    since: time(c['since']),
    last: nullOr(c['last'], readLast),
    missing: integer(c['missing'], 0, Number.MAX_SAFE_INTEGER),
    broken: time(c['broken']),
    picture: id(c['picture']),
    unreadable: integer(c['unreadable'], 0, Number.MAX_SAFE_INTEGER),
    terms: {
      mine: readTerms(terms['mine']),
      theirs: readTerms(terms['theirs']),
      inForce: readTerms(terms['inForce']),
    },
    retention: integer(c['retention'], 0, 3650),
    read: integer(c['read'], 0, Number.MAX_SAFE_INTEGER),
    unread: integer(c['unread'], 0, Number.MAX_SAFE_INTEGER),
    first_unread: integer(c['first_unread'], 0, Number.MAX_SAFE_INTEGER),
    draft: nullOr(c['draft'], (text) => string(text, 256)),
    reach: readReach(c['reach']),
    cover: boolean(c['cover']),
    pinned: boolean(c['pinned']),
    muted: boolean(c['muted']),
    archived: boolean(c['archived']),
    marked: boolean(c['marked']),
  };
}

function readReactions(value: unknown): Reactions {
  const r = object(value);
  const emoji = (value: unknown): string => {
    const text = string(value, MAX_REACTION);
    if (text === '' || utf8Length(text) > MAX_REACTION) throw new Malformed('reaction');
    return text;
  };
  return { me: nullOr(r['me'], emoji), them: nullOr(r['them'], emoji) };
}

export function readMessage(value: unknown): Message {
  const m = object(value);
  const key = string(m['id'], 32);
  if (!/^[0-9a-f]{32}$/.test(key)) throw new Malformed('message id');
  return {
    contact: id(m['contact']),
    id: key,
    ordinal: ordinal(m['ordinal']),
    from: word(m['from'], ['me', 'them'] as const),
    kind: word(m['kind'], MESSAGE_KINDS),
    text: string(m['text']),
    time: time(m['time']),
    state: word(m['state'], MESSAGE_STATES),
    reply: nullOr(m['reply'], ordinal),
    edited: time(m['edited']),
    reactions: readReactions(m['reactions']),
    terms: nullOr(m['terms'], readTerms),
    vanish: integer(m['vanish'], 0, 31_536_000),
    expires: time(m['expires']),
  };
}

function readPage(value: unknown): MessagePage {
  const p = object(value);
  return { messages: list(p['messages'], 1000, readMessage), more: boolean(p['more']) };
}

function readGone(value: unknown): Gone {
  const g = object(value);
  const gone = list(g['gone'], 1000, (run) => {
    const [from, to, ...rest] = list(run, 2, ordinal);
    if (from === undefined || to === undefined || rest.length > 0 || to < from) throw new Malformed('run');
    return [from, to] as const;
  });
  return { gone, next: nullOr(g['next'], ordinal) };
}

function readHistory(value: unknown): History {
  return {
    versions: list(object(value)['versions'], 100, (item) => {
      const v = object(item);
      return { text: string(v['text'], MAX_TEXT), time: time(v['time']) };
    }),
  };
}

export function readFindings(value: unknown): Findings {
  const f = object(value);
  return {
    messages: list(f['messages'], 100, (item) => {
      let end = 0;
      const marks = list(object(item)['marks'], 200, (mark) => {
        const [from, to] = list(mark, 2, (n) => integer(n, 0, LONG));
        if (from === undefined || to === undefined || from < end || to <= from) throw new Malformed('marks');
        end = to;
        return [from, to] as const;
      });
      return { ...readMessage(item), marks };
    }),
    next: nullOr(f['next'], id),
  };
}

export function readSettings(value: unknown): Settings {
  const s = object(value);
  return {
    lock_after: integer(s['lock_after'], 0, 1440),
    recovery: boolean(s['recovery']),
    receive_locked: boolean(s['receive_locked']),
    damaged: integer(s['damaged'], 0, Number.MAX_SAFE_INTEGER),
    read_marks: boolean(s['read_marks']),
    typing: boolean(s['typing']),
    page: string(s['page'], 1024),
  };
}

function readNothing(value: unknown): Record<string, never> {
  object(value);
  return {};
}

const results: { readonly [M in Method]: (value: unknown) => Methods[M]['result'] } = {
  'status.get': readStatus,
  'contacts.list': (value) => ({ contacts: list(object(value)['contacts'], 10000, readContact) }),
  'contacts.add': readContact,
  'contacts.accept': readContact,
  'contacts.reject': readContact,
  'contacts.block': readContact,
  'contacts.rename': readContact,
  'contacts.remove': readNothing,
  'contacts.safety': readSafety,
  'contacts.picture': readPicture,
  'contacts.dial': readContact,
  'contacts.set_cover': readContact,
  'contacts.unverify': readContact,
  'contacts.compare': readCompared,
  'contacts.trust_key': readContact,
  'identities.create': readIdentity,
  'identities.rename': readIdentity,
  'identities.picture': readPicture,
  'identities.set_picture': readIdentity,
  'identities.set': readIdentity,
  'identities.set_listed': readIdentity,
  'identities.rotate': readIdentity,
  'identities.remove': readNothing,
  'invitations.create': readInvitation,
  'invitations.list': (value) => ({ invitations: list(object(value)['invitations'], 10000, readInvitation) }),
  'invitations.revoke': readInvitation,
  'messages.list': readPage,
  'messages.gone': readGone,
  'messages.at': (value) => ({ ordinal: nullOr(object(value)['ordinal'], ordinal) }),
  'messages.send': readMessage,
  'messages.react': readMessage,
  'messages.edit': readMessage,
  'messages.delete': readMessage,
  'messages.history': readHistory,
  'messages.search': readFindings,
  'conversation.terms': readContact,
  'conversation.set': readContact,
  'messages.read': readContact,
  'typing.set': readNothing,
  'drafts.set': readNothing,
  'drafts.get': readDraft,
  'settings.get': readSettings,
  'settings.set': readSettings,
  'tor.bridges.get': readBridges,
  'tor.bridges.set': readBridges,
  'connection.get': readConnection,
  'connection.look': readConnection,
  'connection.try': readNothing,
  'log.get': readLog,
  'recovery.remove': readNothing,
  'session.lock': readNothing,
  'session.erase': readNothing,
};

export function readResult<M extends Method>(method: M, value: unknown): Methods[M]['result'] {
  return results[method](value);
}

/** null: a notification of a newer program, to be passed over. */
export function readNotification(method: string, params: unknown): Notification | null {
  switch (method) {
    case 'tor.state':
      return { method, tor: readTor(params) };
    case 'contact.state': {
      const c = object(params);
      if (c['gone'] === true) return { method: 'contact.gone', id: id(c['id']) };
      return { method, contact: readContact(c) };
    }
    case 'identity.state': {
      const i = object(params);
      if (i['gone'] === true) return { method: 'identity.gone', id: id(i['id']) };
      return { method, identity: readIdentity(i) };
    }
    case 'invitation.state':
      return { method, invitation: readInvitation(params) };
    case 'message.new':
    case 'message.state':
      return { method, message: readMessage(params) };
    case 'typing': {
      const t = object(params);
      return { method, contact: id(t['contact']), typing: boolean(t['typing']) };
    }
    case 'storage.state':
      return { method, storage: word(object(params)['state'], STORAGES) };
    case 'session.locked':
      return { method };
    default:
      return null;
  }
}

/** A frame of JSON-RPC: an answer or a notification. */
export type Frame =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number | null; readonly code: number; readonly message: string }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown };

export function readFrame(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed('JSON');
  }
  const f = object(value);
  if (f['jsonrpc'] !== '2.0') throw new Malformed('version');
  if ('method' in f) {
    if ('id' in f) throw new Malformed('request');
    return { kind: 'notification', method: string(f['method'], 64), params: f['params'] };
  }
  if ('error' in f) {
    const e = object(f['error']);
    return {
      kind: 'error',
      id: f['id'] === null ? null : id(f['id']),
      code: integer(e['code'], -(2 ** 31), 2 ** 31),
      message: string(e['message'], 1024),
    };
  }
  if (!('result' in f)) throw new Malformed('answer');
  return { kind: 'result', id: id(f['id']), result: f['result'] };
}
