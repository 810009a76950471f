import { describe, expect, it } from 'vitest';
import {
  Malformed,
  readContact,
  readFrame,
  readIdentity,
  readInvitation,
  readMessage,
  readNotification,
  readResult,
  readSafety,
  readStatus,
  readTor,
} from '../src/lib/guards';
import * as samples from './samples';
import { letters } from './samples';

const tor = { phase: 'connecting', progress: 64, tag: 't', summary: 's', warning: '', skew: -5, since: 1 };
// With all that may be null: of null nothing can be read wrongly.
const contact = samples.contact({
  last: samples.last(),
  continuity: { lost: 3, times: 1 },
  invitation: 'waiting',
  draft: 'Dear',
});
const identity = {
  id: 1,
  name: 'Alice',
  address: 'a'.repeat(56),
  strangers: false,
  listed: true,
  unaware: 0,
  seq: 0,
  rotated: 0,
  picture: 0,
};
const invitation = samples.invitation({ contact: 4 });
const safety = { digits: Array(12).fill('01234').join(' '), words: Array(8).fill('babab'), qr: 'x'.repeat(94) };
const message = samples.message(1, {
  id: '0123456789abcdef'.repeat(2),
  reply: 3,
  edited: 5,
  reactions: { me: null, them: '👍' },
});

const hostile: readonly unknown[] = [undefined, null, true, -1, 0.5, NaN, 2 ** 53, '', 'x', [], {}, { toString: 1 }];

const nullable = ['last', 'continuity', 'invitation', 'text', 'link', 'contact', 'reply', 'terms', 'draft', 'restored'];

/** Every field missing, and every field of a type or value it must not have. */
function refusesAnyWrongField(read: (value: unknown) => unknown, whole: object): void {
  const good: Record<string, unknown> = { ...whole };
  expect(read(good)).toEqual(good);
  for (const field of Object.keys(good)) {
    const without = Object.fromEntries(Object.entries(good).filter(([name]) => name !== field));
    expect(() => read(without), `without ${field}`).toThrow(Malformed);
    for (const value of hostile) {
      if (typeof value === typeof good[field] && value !== null) continue;
      if (nullable.includes(field) && value === null) continue;
      expect(() => read({ ...good, [field]: value }), `${field} ${String(JSON.stringify(value))}`).toThrow(Malformed);
    }
  }
  for (const value of hostile) expect(() => read(value)).toThrow(Malformed);
}

describe('readers', () => {
  it('take only a whole contact', () => refusesAnyWrongField(readContact, contact));
  it('take only a whole message', () => refusesAnyWrongField(readMessage, message));
  it('take only a whole state of tor', () => refusesAnyWrongField(readTor, tor));
  it('take only a whole identity', () => refusesAnyWrongField(readIdentity, identity));
  it('take only a whole invitation', () => refusesAnyWrongField(readInvitation, invitation));
  it('take only whole safety numbers', () => refusesAnyWrongField(readSafety, safety));
  it('take only a whole status', () =>
    refusesAnyWrongField(readStatus, {
      version: '1',
      name: 'A',
      address: 'b',
      tor,
      storage: 'ok',
      identities: [identity],
      restored: { made: 1, at: 2 },
    }));
  it('take an invitation without its secret', () => {
    const used = { ...invitation, state: 'used', text: null, link: null };
    expect(readInvitation(used)).toEqual(used);
  });

  it.each([
    ['state', { state: 'friend' }],
    ['a negative id', { id: -1 }],
    ['a trust nobody knows', { trust: 'trusted' }],
    ['an invitation nobody knows', { invitation: 'maybe' }],
    ['a broken continuity', { continuity: { lost: 1 } }],
    ['a broken id', { id: 1.5 }],
    ['a time that is none', { since: 1e20 }],
    ['a name without end', { name: 'x'.repeat(300) }],
    ['a broken last message', { last: { text: 'x', time: 2 } }],
    ['a last message of nobody', { last: { ...samples.last(), from: 'us' } }],
    ['a last message of no state', { last: { ...samples.last(), state: 'sending' } }],
    ['less than nothing missing', { missing: -1 }],
    ['a break at no time', { broken: 1e20 }],
    ['no terms', { terms: null }],
    ['terms beyond what there is', { terms: { ...contact.terms, mine: { vanish: 4e9, keep: 0 } } }],
    ['more than ten years', { retention: 3651 }],
    ['less than nothing read', { read: -1 }],
    ['less than nothing unread', { unread: -1 }],
    ['a draft without end', { draft: 'x'.repeat(257) }],
  ])('refuse a contact with %s', (_, change) => {
    expect(() => readContact({ ...contact, ...change })).toThrow(Malformed);
  });

  it.each([
    ['id', { id: 'xyz' }],
    ['upper case id', { id: message.id.toUpperCase() }],
    ['ordinal', { ordinal: 0 }],
    ['sender', { from: 'us' }],
    ['state', { state: 'seen' }],
    ['kind', { kind: 'voice' }],
    ['answer', { reply: 0 }],
    ['edit', { edited: -1 }],
    ['reaction', { reactions: { me: 1, them: null } }],
    ['reaction, empty', { reactions: { me: '', them: null } }],
    ['reaction, longer than 64 bytes', { reactions: { me: null, them: '👍'.repeat(17) } }],
    ['reaction missing', { reactions: { me: null } }],
  ])('refuse a message with another %s', (_, change) => {
    expect(() => readMessage({ ...message, ...change })).toThrow(Malformed);
  });

  it.each([
    ['state', { state: 'lost' }],
    ['short text', { text: 'BOC:ABC' }],
    ['lower case', { text: `BOC:${letters.toLowerCase()}` }],
    ['other scheme', { link: `https:${letters}` }],
    ['markup', { text: `BOC:${letters.slice(1)}<` }],
    ['lines', { text: `BOC:${letters}\n` }],
  ])('refuse an invitation with another %s', (_, change) => {
    expect(() => readInvitation({ ...invitation, ...change })).toThrow(Malformed);
  });

  it.each([
    ['groups', { digits: '01234 01234' }],
    ['letters', { digits: safety.digits.replace('0', 'o') }],
    ['fewer words', { words: Array(7).fill('babab') }],
    ['more words', { words: Array(9).fill('babab') }],
    ['longer words', { words: Array(8).fill('bababa') }],
    ['code', { qr: 'x'.repeat(93) }],
    ['code of other characters', { qr: '+'.repeat(94) }],
  ])('refuse safety numbers with other %s', (_, change) => {
    expect(() => readSafety({ ...safety, ...change })).toThrow(Malformed);
  });

  it('read what comparing said', () => {
    expect(readResult('contacts.compare', { match: true, contact, x: 1 })).toEqual({ match: true, contact });
    expect(() => readResult('contacts.compare', { match: 1, contact })).toThrow(Malformed);
  });

  it('drop what they do not know', () => {
    expect(readContact({ ...contact, html: '<b>' })).toEqual(contact);
    const page = readResult('messages.list', {
      messages: [{ ...message, __proto__: { x: 1 }, y: 2 }],
      more: true,
      z: 3,
    });
    expect(page).toEqual({ messages: [message], more: true });
  });

  it('take no list that is too long', () => {
    expect(() => readResult('messages.list', { messages: Array(1001).fill(message), more: false })).toThrow(Malformed);
  });
});

describe('notifications', () => {
  it('are known by their method', () => {
    expect(readNotification('tor.state', tor)).toEqual({ method: 'tor.state', tor });
    expect(readNotification('contact.state', contact)).toEqual({ method: 'contact.state', contact });
    expect(readNotification('contact.state', { id: 7, gone: true })).toEqual({ method: 'contact.gone', id: 7 });
    expect(readNotification('identity.state', identity)).toEqual({ method: 'identity.state', identity });
    expect(readNotification('identity.state', { id: 7, gone: true })).toEqual({ method: 'identity.gone', id: 7 });
    expect(readNotification('invitation.state', invitation)).toEqual({ method: 'invitation.state', invitation });
    expect(readNotification('message.new', message)).toEqual({ method: 'message.new', message });
    expect(readNotification('session.locked', {})).toEqual({ method: 'session.locked' });
  });
  it('of a newer program are passed over', () => expect(readNotification('voice.ring', {})).toBeNull());
  it('that are broken are refused', () => expect(() => readNotification('message.new', contact)).toThrow(Malformed));
});

describe('frames', () => {
  it('are results, errors or notifications', () => {
    expect(readFrame('{"jsonrpc":"2.0","id":1,"result":{}}')).toEqual({ kind: 'result', id: 1, result: {} });
    expect(readFrame('{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"locked"}}')).toMatchObject({
      kind: 'error',
      code: -32001,
    });
    expect(readFrame('{"jsonrpc":"2.0","method":"m","params":{}}')).toMatchObject({ kind: 'notification' });
  });

  it.each([
    '',
    'x',
    '[]',
    '{}',
    'null',
    '{"jsonrpc":"1.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":"1","result":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"m"}',
    '{"jsonrpc":"2.0","id":1,"error":"no"}',
    '{"jsonrpc":"2.0","id":1,"result":{}} '.replace('} ', '}x'),
    '[{"jsonrpc":"2.0","id":1,"result":{}}]',
  ])('refuse %s', (text) => {
    expect(() => readFrame(text)).toThrow(Malformed);
  });
});
