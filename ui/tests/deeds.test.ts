import { describe, expect, it } from 'vitest';
import type { Message } from '../src/lib/api';
import { behind, deedsOf, deedsOfKey, waysFor } from '../src/lib/deeds';
import { message } from './samples';

const theirs: Message = message(1, { from: 'them', state: 'received' });
const mine: Message = message(1, { from: 'me', state: 'delivered' });

describe('what can be done with a message', () => {
  it.each<[string, Message, boolean, string]>([
    ['mine', mine, true, 'reply react edit copy forward select details here both'],
    ['theirs', theirs, true, 'reply react copy forward select details here'],
    ['mine that waits', { ...mine, state: 'waiting' }, true, 'reply react edit copy forward select details both'],
    ['mine where nothing can be written', mine, false, 'copy forward select details here'],
    ['theirs where nothing can be written', theirs, false, 'copy forward select details here'],
    ['deleted', { ...mine, kind: 'deleted' }, true, 'details'],
    ['deleted here', { ...theirs, kind: 'deleted_here' }, true, 'details'],
    ['unreadable', { ...theirs, kind: 'unreadable' }, true, 'select details here'],
    ['of a newer program', { ...theirs, kind: 'unknown' }, true, 'select details here'],
    ['how long messages stay', { ...mine, kind: 'terms' }, true, ''],
    ['gone', { ...mine, kind: 'expired' }, true, ''],
  ])('%s', (_, one, writable, all) => {
    expect(deedsOf(one, writable).join(' ')).toBe(all);
  });
  it('has keys', () => {
    expect(deedsOfKey('R')).toEqual(['reply']);
    expect(deedsOfKey('+')).toEqual(deedsOfKey('='));
    expect(deedsOfKey('Delete')).toEqual(['here', 'both']);
    expect(deedsOfKey('X')).toEqual(['select']);
    expect(deedsOfKey('y')).toEqual([]);
  });
  it('deletes several in a way that each can be', () => {
    const waits: Message = { ...mine, state: 'waiting' };
    expect(waysFor([mine, mine], true)).toEqual(['here', 'both']);
    expect(waysFor([mine, theirs], true)).toEqual(['here']);
    expect(waysFor([mine, waits], true)).toEqual(['both']);
    expect(waysFor([mine, mine], false)).toEqual(['here']);
    expect(waysFor([waits, theirs], true)).toEqual([]);
  });
  it('puts a text behind a draft, never in its place', () => {
    expect(behind('', 'new')).toBe('new');
    expect(behind(' \n', 'new')).toBe('new');
    expect(behind('begun ', 'new')).toBe('begun\nnew');
  });
});
