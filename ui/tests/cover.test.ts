import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { coverMegabytes, EVERY, REKEY } from '../src/lib/cover';

const limits = readFileSync(new URL('../../src/base/limits.h', import.meta.url), 'utf8');
const limit = (name: string): number => Number(new RegExp(`#define ${name}[\\s\\\\]+(\\d+)`).exec(limits)?.[1]);

describe('what cover traffic costs', () => {
  it('is computed from what the program does', () => {
    expect([EVERY * 1000, REKEY * 1000]).toEqual([limit('COVER_MEAN_MS'), limit('REKEY_MS')]);
  });
  it('is what the simulator measures: 5.8 and 10.0 MB a day', () => {
    expect([coverMegabytes(1), coverMegabytes(2)]).toEqual([6, 10]);
  });
});
