import { describe, expect, it } from 'vitest';
import type { Connection } from '../src/lib/api';
import { points, report } from '../src/lib/connection';
import { readResult } from '../src/lib/guards';

const well: Connection = {
  version: '0.1.0',
  tor: { phase: 'reachable', progress: 100, tag: 'done', summary: 'Done', warning: '', skew: 0, since: 1000 },
  way: 'direct',
  transports: ['obfs4'],
  storage: 'ok',
  addresses: [
    { identity: 1, kind: 'public', state: 'reached', tried: 2000, reached: 2000 },
    { identity: 1, kind: 'contacts', state: 'untried', tried: 0, reached: 0 },
  ],
  contacts: { connected: 1, trying: 0, away: 2, untried: 0 },
  links: 1,
  findings: [
    { grade: 'ok', what: 'tor', text: 'Tor version 0.4.9.11.' },
    { grade: 'note', what: 'newer', text: 'of a later program' },
  ],
};
const grades = (c: Connection): string[] => points(c, String).map((p) => p.grade);

describe('what was found', () => {
  it('says what needs mending first, then what is good to know', () => {
    expect(grades(well)).toEqual(['note', 'note', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
    const bad: Connection = {
      ...well,
      storage: 'full',
      tor: { ...well.tor, phase: 'down', warning: 'Tor ended.', skew: -90 },
      addresses: [{ identity: 1, kind: 'public', state: 'failed', tried: 5, reached: 0 }],
      findings: [{ grade: 'mend', what: 'folder', text: 'open' }],
    };
    expect(grades(bad)).toEqual(['mend', 'mend', 'mend', 'mend', 'mend', 'ok', 'ok']);
    expect(points(bad, String)[0]?.words).toContain('Tor ended.');
  });
  it('counts contacts in words, and says nothing of none', () => {
    const words = (c: Connection): string | undefined => points(c, String).find((p) => p.title === 'Contacts')?.words;
    expect(words(well)).toBe('1 connected, 2 did not answer. 1 link is open.');
    expect(words({ ...well, contacts: { connected: 0, trying: 0, away: 0, untried: 0 } })).toBeUndefined();
    expect(words({ ...well, contacts: null })).toBeUndefined();
  });
  it('says once for what Tor waits', () => {
    const tor: Connection['tor'] = {
      ...well.tor,
      phase: 'waiting',
      progress: 0,
      summary: 'Waiting for bridges',
      since: 0,
    };
    const said = points({ ...well, way: 'waiting', tor }, String).filter((p) =>
      p.words.includes('Waiting for bridges'),
    );
    expect(said).toEqual([{ grade: 'note', title: 'Tor waits', words: 'Waiting for bridges.' }]);
  });
  it('reports without names', () => {
    const text = report(well, 0);
    expect(text).toMatch(/^BlackedOutChat 0\.1\.0, 1970-01-01T00:00:00\.000Z\n/);
    expect(text).toContain('ok    Public address of identity 1: ');
    expect(text).toContain('note  newer: Of a later program.\n');
  });
  it('is read strictly', () => {
    expect(readResult('connection.get', { ...well, more: 'unknown' })).toEqual(well);
    expect(() => readResult('connection.get', { ...well, way: 'sideways' })).toThrow();
    expect(() => readResult('log.get', { first: 1, lines: [1], next: null })).toThrow();
    expect(readResult('log.get', { first: 1, lines: ['a'], next: 2 })).toEqual({ first: 1, lines: ['a'], next: 2 });
  });
});
