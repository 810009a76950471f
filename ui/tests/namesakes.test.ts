import { describe, expect, it } from 'vitest';
import type { Contact } from '../src/lib/api';
import { namesakeOf, skeleton } from '../src/lib/namesakes';

describe('names that look alike', () => {
  it.each([
    ['Mira', 'mira'],
    ['Mira', ' Mi\u200bra '],
    ['Mira', 'Міга'.replace('г', 'r')], // Cyrillic М and і and а
    ['Mira', 'Mlra'],
    ['Mira', 'M1ra'],
    ['Mira', 'Míra'],
    ['Mira', 'Mi ra.'],
    ['Mira', 'Ｍｉｒａ'],
    ['Bob', 'B0b'],
    ['Tom', 'Torn'],
    ['Хорхе', 'Xopxe'],
    ['Mira', '\u039Cira'],
    ['Nina', '\u039Dina'],
    ['Hanna', '\u0397anna'],
    ['Yvonne', '\u03A5vonne'],
  ])('%s and %s', (a, b) => expect(skeleton(a)).toBe(skeleton(b)));
  it.each([
    ['Mira', 'Mara'],
    ['Mira', 'Mira Ek'],
    ['Anna', 'Ana'],
    ['Дейв', 'Даша'],
    ['李', '王'],
    ['राम', 'रमा'],
    ['राम', 'रीमा'],
    ['🙂', '🙃'],
  ])('not %s and %s', (a, b) => expect(skeleton(a)).not.toBe(skeleton(b)));
  it('are of other contacts that one writes to', () => {
    const person = (id: number, name: string, state: Contact['state'] = 'accepted'): Contact =>
      ({ id, name, state, address: `${id}`.padEnd(56, 'a') }) as Contact;
    const mira = person(1, 'Mira');
    expect(namesakeOf(mira, [mira, person(2, 'Bob')])).toBeUndefined();
    // Who only asks, or was turned away, casts no doubt on her.
    for (const state of ['request_received', 'rejected', 'blocked'] as const)
      expect(namesakeOf(mira, [mira, person(2, 'Mira', state)])).toBeUndefined();
    const other = person(2, 'MIRA', 'request_sent');
    expect(namesakeOf(mira, [mira, other])).toBe(other);
    expect(namesakeOf(person(3, 'mira', 'request_received'), [mira])).toBe(mira);
  });
});
