import { describe, expect, it } from 'vitest';
import type { Invitation } from '../src/lib/api';
import { inOrder, invitationWords, readPasted, stateOf } from '../src/lib/invitation';
import { preview, presence } from '../src/lib/people';
import type { Note } from '../src/lib/timeline';
import { continuityNotice, trustNotes, writable } from '../src/lib/trust';
import { rows } from './lib/rows';
import * as samples from './samples';
import { day, last, letters, message, noon, onion } from './samples';

const contact = samples.contact();

describe('what is pasted', () => {
  const whole = { kind: 'invitation', text: `BOC:${letters}`, good: true };
  it.each([
    ['a text', `BOC:${letters}`],
    ['a link', `blackedoutchat:${letters}`],
    ['a link with slashes', `blackedoutchat://${letters}`],
    ['small letters', `boc:${letters.toLowerCase()}`],
    ['broken lines', `  BOC:${letters.slice(0, 80)}\n${letters.slice(80)} \n`],
    ['words around it', `Here it is: BOC:${letters}. See you`],
  ])('is an invitation as %s', (_, input) => expect(readPasted(input)).toMatchObject(whole));

  it.each([
    ['cut', `BOC:${letters.slice(1)}`, '169 of 170'],
    ['just begun', 'BOC:', '0 of 170'],
    ['too long', `BOC:${letters}A`, '1 character too long'],
    ['of other characters', `BOC:${letters.slice(1)}!`, 'only letters and the digits'],
  ])('is no good invitation when it is %s', (_, input, hint) => {
    const pasted = readPasted(input);
    expect(pasted).toMatchObject({ kind: 'invitation', good: false });
    expect(pasted.hint).toContain(hint);
  });

  it('is an address otherwise', () => {
    expect(readPasted(` ${onion.toUpperCase()}.onion`)).toMatchObject({ kind: 'address', text: onion, good: true });
    expect(readPasted('')).toMatchObject({ kind: 'address', good: false, partial: true });
    expect(readPasted(`${onion}x`)).toMatchObject({ kind: 'address', good: false, partial: false });
  });
});

describe('invitations', () => {
  const now = 100 * day;
  const make = (change: Partial<Invitation>): Invitation =>
    samples.invitation({ created: now, expires: now + 7 * day, ...change });
  it('expire by the clock, too', () => {
    expect(stateOf(make({ expires: now }), now)).toBe('expired');
    expect(stateOf(make({ expires: now, state: 'used' }), now)).toBe('used');
    expect(stateOf(make({}), now)).toBe('open');
  });
  it('stand open ones first, then the newest', () => {
    const all = [
      make({ id: 1, created: 1, state: 'used' }),
      make({ id: 2, created: 2 }),
      make({ id: 3, created: 3, expires: 4 }),
      make({ id: 4, created: 1 }),
    ];
    expect(inOrder(all, now).map((i) => i.id)).toEqual([2, 4, 3, 1]);
  });
  it('say how they stand', () => {
    const words = (change: Partial<Invitation>, by = ''): string => invitationWords(make(change), now, by);
    expect(words({})).toBe('Open for another 7 days');
    expect(words({ state: 'used' }, 'Bob')).toBe('Used by Bob');
    expect(words({ state: 'used' })).toBe('Used');
    expect(words({ state: 'revoked' })).toBe('Revoked');
    expect(words({ expires: 0 })).toBe('Expired');
  });
});

describe('trust', () => {
  it('stops what is written when the key changed or the invitation was refused', () => {
    expect(writable(contact)).toBe(true);
    expect(writable({ ...contact, state: 'request_sent' })).toBe(true);
    expect(writable({ ...contact, trust: 'changed' })).toBe(false);
    expect(writable({ ...contact, invitation: 'waiting' })).toBe(true);
    expect(writable({ ...contact, invitation: 'refused' })).toBe(false);
    expect(writable({ ...contact, state: 'blocked' })).toBe(false);
  });
  it('comes first in the list and above the conversation', () => {
    expect(preview({ ...contact, invitation: 'refused' })).toBe('The invitation did not work');
    expect(preview({ ...contact, trust: 'changed', last: last() })).toBe('The key changed');
    expect(presence({ ...contact, trust: 'changed' }, day)).toBe('Nothing is exchanged');
    expect(presence({ ...contact, invitation: 'waiting', online: false }, day)).toBe('Not connected yet');
  });
  it('tells of a loss until it is read, a month at most', () => {
    const lost = { ...contact, continuity: { lost: day, times: 1 } };
    expect(continuityNotice(contact, 0, day)).toBeNull();
    expect(continuityNotice(lost, 0, 2 * day)).toBe('once');
    expect(continuityNotice(lost, day, 2 * day)).toBeNull();
    expect(continuityNotice(lost, day - 1, 2 * day)).toBe('once');
    expect(continuityNotice(lost, 0, 40 * day)).toBeNull();
    expect(continuityNotice({ ...lost, continuity: { lost: day, times: 2 } }, 0, 2 * day)).toBe('again');
    expect(continuityNotice({ ...lost, trust: 'changed' }, 0, 2 * day)).toBeNull();
  });
  it('leaves lines in the conversation', () => {
    expect(trustNotes(contact, 'Bob')).toEqual([]);
    const notes = trustNotes({ ...contact, rotated: 5, continuity: { lost: 6, times: 1 }, broken: 7 }, 'Bob');
    expect(notes.map((n) => [n.time, n.text.startsWith('Bob')])).toEqual([
      [5, true],
      [6, true],
      [7, true],
    ]);
  });
});

describe('notes among messages', () => {
  const note = (ms: number): Note => ({ kind: 'note', id: `n${ms}`, time: noon + ms, text: 'n' });
  const kinds = (all: ReturnType<typeof rows>): string[] =>
    all.map((r) => (r.kind === 'message' ? r.id.slice(-1) : r.kind));

  it('stand by their time and end a run', () => {
    const all = rows([message(1), message(2), message(3)], [], [note(2500)]);
    expect(kinds(all)).toEqual(['day', '1', '2', 'note', '3']);
    const runs = all.flatMap((r) => (r.kind === 'message' ? [[r.first, r.last]] : []));
    expect(runs).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });
  it('stand before and after all', () => {
    expect(kinds(rows([message(1)], [], [note(9000), note(0)]))).toEqual(['day', 'note', '1', 'note']);
    expect(kinds(rows([], [], [note(1)]))).toEqual(['day', 'note']);
  });
  it('have their own day', () => {
    expect(kinds(rows([message(1)], [], [note(-day), note(day)]))).toEqual(['day', 'note', 'day', '1', 'day', 'note']);
  });
  it('older than what is loaded wait for it', () => {
    expect(kinds(rows([message(5)], [], [note(0), note(9000)]))).toEqual(['5', 'note']);
  });
  it('are told once where two clocks differ', () => {
    const late = [
      message(1),
      message(2, { time: noon + 5000 }),
      message(3, { time: noon + 3000 }),
      message(4, { time: noon + 6000 }),
    ];
    expect(kinds(rows(late, [], [note(4000)]))).toEqual(['day', '1', 'note', '2', '3', '4']);
  });
});
