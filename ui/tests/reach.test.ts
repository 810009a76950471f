import { describe, expect, it } from 'vitest';
import type { Contact, Reach } from '../src/lib/api';
import { listTime } from '../src/lib/format';
import { canTry, reachWords } from '../src/lib/reach';
import { contact } from './samples';

const now = Date.parse('2026-03-04T15:00:00Z');
const since = now - 3_600_000;
const seen = now - 7_200_000;

function bob(what: Reach, fields: Partial<Contact> = {}): Contact {
  return contact({ online: false, trust: 'invited', reach: { what, since, seen }, ...fields });
}

describe('how a contact can be reached', () => {
  it('says what was observed, and when', () => {
    const at = listTime(since, now);
    const last = listTime(seen, now);
    expect(reachWords(bob('quiet'), now)).toBe(`Has not answered since ${at}`);
    expect(reachWords(bob('left'), now)).toBe(`Closed or locked the program, ${at}`);
    expect(reachWords(bob('lost'), now)).toBe(`The connection broke, ${at}`);
    expect(reachWords(bob('absent'), now)).toBe(`Nobody answers at their address; last here ${last}`);
    expect(reachWords(bob('unpublished'), now)).toBe(`Their address is not published now; last here ${last}`);
    expect(reachWords(bob('unknown', { reach: { what: 'unknown', since: 0, seen: 0 } }), now)).toBe(
      'Not reachable now',
    );
  });
  it('does not take for there whom it lost sight of', () => {
    expect(reachWords(bob('there', { online: true }), now)).toBe('Reachable now');
    expect(reachWords(bob('there'), now)).toMatch(/^Not reachable now/);
  });
  it('lets a person try where that can be of use', () => {
    expect(canTry(bob('absent'))).toBe(true);
    expect(canTry(bob('absent', { state: 'request_sent' }))).toBe(true);
    expect(canTry(bob('trying'))).toBe(false);
    expect(canTry(bob('there', { online: true }))).toBe(false);
    expect(canTry(bob('absent', { state: 'blocked' }))).toBe(false);
    expect(canTry(bob('absent', { trust: 'changed' }))).toBe(false);
  });
});
