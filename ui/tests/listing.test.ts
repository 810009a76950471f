// What a row of the list says.
import { describe, expect, it } from 'vitest';
import type { Contact, Last } from '../src/lib/api';
import { signOf, summary } from '../src/lib/listing';
import { contact, last } from './samples';

const wrote = (change: Partial<Last>, of: Partial<Contact> = {}): Contact => contact({ last: last(change), ...of });
const pending = (text: string, failed: boolean) => ({ id: text, text, time: 5, reply: null, failed });

describe('a row', () => {
  it('says who wrote, and what became of mine', () => {
    expect(summary(wrote({}), [])).toEqual({ mine: false, words: 'm1', mark: null });
    const mine = summary(wrote({ from: 'me', state: 'delivered' }), []);
    expect(mine).toEqual({ mine: true, words: 'm1', mark: 'delivered' });
    expect(summary(wrote({ from: 'me', state: 'failed' }), []).mark).toBe('refused');
  });
  it('names no author of what has no words', () => {
    const gone = summary(wrote({ from: 'me', state: 'read', kind: 'deleted', text: '' }), []);
    expect(gone).toEqual({ mine: false, words: 'Deleted message', mark: null });
  });
  it.each<[string, Partial<Contact>]>([
    ['The key changed', { trust: 'changed' }],
    ['The invitation did not work', { invitation: 'refused' }],
    ['Blocked', { state: 'blocked' }],
    ['Rejected', { state: 'rejected' }],
  ])('says first: %s', (words, change) => {
    expect(summary(wrote({ from: 'me', state: 'read' }, change), [])).toEqual({ mine: false, words, mark: null });
  });
  it('tells of what is being sent, and of all that was not', () => {
    expect(summary(wrote({}), [pending('on its\nway', false)])).toEqual({
      mine: true,
      words: 'on its way',
      mark: 'sending',
    });
    expect(summary(wrote({}), [pending('one', true), pending('two', false)])).toEqual({
      mine: true,
      words: 'two',
      mark: 'failed',
    });
  });
});

describe('the sign of what is new', () => {
  const sign = (news: number, muted: boolean, marked: boolean): unknown => signOf({ muted, marked }, news);
  it('is a number, of what is muted a dot, and a dot of what was marked', () => {
    expect(sign(0, false, false)).toBe(null);
    expect(sign(3, false, true)).toEqual({ kind: 'number', count: 3 });
    expect(sign(3, true, false)).toEqual({ kind: 'dot', count: 3 });
    expect(sign(0, true, true)).toEqual({ kind: 'marked' });
  });
});
