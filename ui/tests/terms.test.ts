import { describe, expect, it } from 'vitest';
import type { Contact, Message, Terms } from '../src/lib/api';
import { inForceWords, proposal, termsRow, waitingWords } from '../src/lib/terms';
import { rows } from './lib/rows';
import * as samples from './samples';
import { forever as none, message } from './samples';

const contact = (mine: Terms, theirs: Terms, inForce: Terms, retention = 0): Contact =>
  samples.contact({ terms: { mine, theirs, inForce }, retention });
const hour = { vanish: 3600, keep: 0 };
const day = { vanish: 86_400, keep: 0 };

describe('what two want', () => {
  it('is a proposal while only the contact wants it', () => {
    expect(proposal(contact(none, hour, none))).toEqual(hour);
  });
  it('is nothing to agree to where it would change nothing', () => {
    expect(proposal(contact(hour, hour, hour))).toBeNull();
    expect(proposal(contact(hour, day, day))).toBeNull();
    expect(proposal(contact(hour, none, none))).toBeNull();
    expect(proposal(contact(none, none, none))).toBeNull();
  });
  it('waits for the contact where we want less', () => {
    expect(waitingWords(contact(hour, day, day), 'Bob')).toBe(
      'You would like messages that disappear 1 hour after they were read. Bob has not agreed.',
    );
    expect(waitingWords(contact(hour, hour, hour), 'Bob')).toBe('');
  });
  it.each([
    [5, 0, 'disappear 5 seconds after they were read'],
    [3600, 0, 'disappear 1 hour after they were read'],
    [5400, 0, 'disappear 90 minutes after they were read'],
    [86_400, 30, 'disappear 1 day after they were read and are kept for 30 days'],
    [3601, 0, 'disappear 3601 seconds after they were read'],
    [604_800, 365, 'disappear 1 week after they were read and are kept for 1 year'],
    [0, 14, 'are kept for 2 weeks'],
  ])('has the words in which one chose it: %d, %d', (vanish, keep, words) => {
    expect(termsRow(false, 'Bob', { vanish, keep })).toBe(`Bob wants messages that ${words}`);
  });
  it('is told when it is so, and what is kept here only', () => {
    expect(inForceWords(contact(none, none, none))).toBe('');
    const both = { vanish: 300, keep: 30 };
    expect(inForceWords(contact(both, both, both))).toBe(
      'New messages disappear 5 minutes after they were read and are kept for 30 days.',
    );
    expect(inForceWords(contact(none, none, none, 1))).toBe('On this side they are kept for 1 day.');
    expect(inForceWords(contact(both, both, both, 60))).not.toContain('On this side');
  });
});

describe('in the conversation', () => {
  const gone = (n: number): Message => message(n, { kind: 'expired', text: '', time: 0 });
  it('messages that disappeared are one line, where they were', () => {
    const all = rows([message(1), gone(2), gone(3), message(4), gone(5)], []);
    expect(all.map((r) => (r.kind === 'note' ? r.text : r.kind))).toEqual([
      'day',
      'message',
      '2 messages disappeared',
      'message',
      '1 message disappeared',
    ]);
  });
  it('nothing but those has the day of what comes first', () => {
    expect(rows([gone(1), message(2)], []).map((r) => r.kind)).toEqual(['day', 'note', 'message']);
  });
  it('a wish is a line', () => {
    const all = rows([message(1, { kind: 'terms', text: '', terms: { vanish: 0, keep: 7 } })], [], [], 'Bob');
    expect(all.at(-1)).toMatchObject({ kind: 'note', text: 'Bob wants messages that are kept for 1 week' });
    expect(termsRow(true, 'Bob', none)).toBe('You want messages that stay');
  });
});
