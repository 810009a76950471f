// When the page locks by itself, by a clock that the test moves.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Idle } from '../src/worker/idle';

const MINUTE = 60_000;
let told: string[];
let idle: Idle;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  told = [];
  idle = new Idle({
    warns: (lockAt) => told.push(lockAt === null ? 'calm' : `locks in ${lockAt - Date.now()}`),
    locks: () => {
      told.push('locked');
      idle.end();
    },
    asks: () => told.push('asked'),
  });
  idle.begin();
});
afterEach(() => {
  idle.end();
  vi.useRealTimers();
});

describe('idle', () => {
  it('never locks where nobody chose so', () => {
    vi.advanceTimersByTime(1000 * MINUTE);
    idle.used();
    expect(told).toEqual([]);
  });

  it('warns a minute before it locks', () => {
    idle.after(10);
    vi.advanceTimersByTime(9 * MINUTE - 1);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['locks in 60000']);
    vi.advanceTimersByTime(MINUTE);
    expect(told.slice(1)).toEqual(['locked', 'calm']);
  });

  it('warns half the time before where that is short', () => {
    idle.after(1);
    vi.advanceTimersByTime(MINUTE / 2);
    expect(told).toEqual(['locks in 30000']);
  });

  it('stays when somebody uses it, and the vault hears of that at most every 20 s', () => {
    idle.after(2);
    vi.advanceTimersByTime(MINUTE);
    told = [];
    idle.used();
    expect(told).toEqual(['asked', 'calm']);
    told = [];
    for (let s = 0; s < 60; s++) {
      vi.advanceTimersByTime(1000);
      idle.used();
    }
    expect(told).toEqual(['asked', 'asked', 'asked']);
    // and once more for the last use: the vault's time does not end before the page's
    told = [];
    vi.advanceTimersByTime(5000);
    idle.used();
    vi.advanceTimersByTime(30_000);
    expect(told).toEqual(['asked']);
  });

  it('takes sleep for time, and what comes first behind it is too late', () => {
    idle.after(10);
    vi.setSystemTime(Date.now() + 11 * MINUTE);
    idle.used();
    expect(told).toEqual(['locked']);
  });

  it('a clock that is set back makes it wait no longer than from then on', () => {
    idle.after(10);
    vi.setSystemTime(0);
    vi.advanceTimersByTime(10 * MINUTE + 1000);
    expect(told.at(-2)).toBe('locked');
  });

  it('another choice holds at once', () => {
    idle.after(10);
    vi.advanceTimersByTime(5 * MINUTE);
    idle.after(5);
    expect(told).toEqual(['locked']);
  });
});
