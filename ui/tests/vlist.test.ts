import { describe, expect, it } from 'vitest';
import { Runs } from '../src/lib/runs';
import { Heights, MAX_HEIGHT, Place } from '../src/lib/vlist';

const VIEW = 500;
const of = (count: number, guess = 50): Heights => {
  const h = new Heights(guess);
  h.resize(count);
  return h;
};

describe('heights', () => {
  it('add up, and say what is where', () => {
    const h = of(10);
    h.set(3, 100);
    h.set(4, 0);
    expect([h.total, h.offset(3), h.offset(4), h.offset(5), h.offset(99)]).toEqual([500, 150, 250, 250, 500]);
    expect([0, 49, 50, 149, 150, 249, 250, 499, 500, 9000, -5].map((y) => h.at(y))).toEqual([
      0, 0, 1, 2, 3, 3, 5, 9, 9, 9, 0,
    ]);
  });
  it('are the same as added one by one, whatever is done to them', () => {
    const h = of(1);
    let plain = [50];
    let seed = 7;
    const draw = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    for (let i = 0; i < 2000; i++) {
      const what = draw(4);
      if (what === 0) {
        const n = 1 + draw(300);
        plain = Array.from({ length: n }, (_, k) => plain[k] ?? 50);
        h.resize(n);
      } else if (what === 1) {
        const from = draw(plain.length);
        const to = from + draw(20);
        plain = plain.map((x, k) => (k >= from && k < to ? 0 : x));
        h.collapse([[from, Math.min(to, plain.length)]]);
      } else {
        const row = draw(plain.length);
        plain[row] = draw(200);
        h.set(row, plain[row] ?? 0);
      }
      const row = draw(plain.length + 1);
      const sum = plain.slice(0, row).reduce((a, b) => a + b, 0);
      expect(Math.abs(h.offset(row) - sum)).toBeLessThan(1e-6);
      const y = draw(2000);
      let want = 0;
      for (let k = 0, s = 0; k < plain.length; k++) {
        s += plain[k] ?? 0;
        want = Math.min(k + 1, plain.length - 1);
        if (s > y) {
          want = k;
          break;
        }
      }
      expect(h.at(y)).toBe(want);
    }
  });
  it('fit, however many there are', () => {
    const h = of(2_000_000);
    expect(Math.round(h.total)).toBeLessThanOrEqual(MAX_HEIGHT);
    expect(of(100_000).total).toBe(5_000_000);
  });
  it('say whether something is news', () => {
    const h = of(4);
    expect([h.set(1, 50), h.set(1, 60), h.set(9, 1), h.set(-1, 1)]).toEqual([false, true, false, false]);
    expect([h.collapse([[1, 3]]), h.collapse([[1, 3]]), h.collapse([[2, 2]])]).toEqual([true, false, false]);
  });
  it('of a hundred thousand are found in no time', () => {
    const h = of(100_000);
    const start = performance.now();
    for (let i = 0; i < 10_000; i++) {
      h.set((i * 7919) % 100_000, 40 + (i % 60));
      h.at(h.offset((i * 104729) % 100_000));
    }
    // Some 5 ms; a walk along the list takes minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('where the reader is', () => {
  const at = (scrolled: number, h = of(100)): { h: Heights; p: Place } => {
    const p = new Place(h);
    p.note(scrolled, VIEW, 0);
    return { h, p };
  };
  it('stays when rows above change', () => {
    const { h, p } = at(1020);
    expect(p.scrolled(VIEW)).toBe(1020);
    h.set(2, 200);
    h.set(5, 0);
    expect(p.scrolled(VIEW)).toBe(1120);
  });
  it('stays when the row that is cut off at the edge changes', () => {
    const { h, p } = at(1020);
    expect([p.first, p.anchor]).toEqual([20, { row: 21, top: 30 }]);
    h.set(20, 90);
    expect(p.scrolled(VIEW)).toBe(1060);
  });
  it('is that row where all change', () => {
    const { h, p } = at(1020);
    for (let i = 0; i < 100; i++) h.set(i, 100);
    expect(p.scrolled(VIEW, true)).toBe(2020);
  });
  it('is not moved by what is below', () => {
    const { h, p } = at(1020);
    h.set(40, 900);
    h.resize(200);
    expect(p.scrolled(VIEW)).toBe(1020);
  });
  it('goes on to the next row when its own is erased', () => {
    const { h, p } = at(1020);
    h.collapse([[15, 24]]);
    const y = p.scrolled(VIEW);
    expect(h.offset(24) - y).toBe(30);
  });
  it('is within a row that is higher than the window', () => {
    const h = of(10);
    h.set(3, 4000);
    const { p } = at(1150, h);
    expect(p.anchor).toEqual({ row: 3, top: -1000 });
    h.set(1, 150);
    expect(p.scrolled(VIEW)).toBe(1250);
  });
  it('is never outside', () => {
    const { h, p } = at(4500);
    expect(p.end(VIEW)).toBe(4500);
    h.collapse([[10, 90]]);
    expect(p.scrolled(VIEW)).toBe(500);
    expect(new Place(of(3)).end(VIEW)).toBe(0);
  });
  it('is what was jumped to until that has settled, or the reader scrolls', () => {
    const { h, p } = at(0);
    p.jump({ row: 50, top: 120 }, 1000);
    expect(p.scrolled(VIEW)).toBe(2380);
    // Rows between the edge and it are loaded.
    h.set(49, 130);
    h.set(48, 10);
    p.note(p.scrolled(VIEW), VIEW, 1300);
    expect([p.held, p.scrolled(VIEW)]).toEqual([true, 2420]);
    p.hold(1390);
    h.set(49, 20);
    p.note(p.scrolled(VIEW), VIEW, 1700);
    expect([p.held, h.offset(50) - p.scrolled(VIEW)]).toEqual([true, 120]);
    p.note(p.scrolled(VIEW), VIEW, 1800);
    expect(p.held).toBe(false);
    p.jump({ row: 50, top: 120 }, 2000);
    p.free();
    expect(p.held).toBe(false);
  });
});

describe('runs', () => {
  it('grow together', () => {
    const r = new Runs();
    for (const n of [5, 9, 7, 3]) r.add(n, n);
    expect(r.all).toEqual([
      [3, 3],
      [5, 5],
      [7, 7],
      [9, 9],
    ]);
    expect(r.add(6, 6)).toEqual([5, 7]);
    expect(r.add(4, 8)).toEqual([3, 9]);
    expect(r.add(20, 30)).toEqual([20, 30]);
    expect(r.add(22, 25)).toEqual([20, 30]);
    expect(r.add(1, 1)).toEqual([1, 1]);
    expect(r.add(10, 19)).toEqual([3, 30]);
    expect(r.add(2, 2)).toEqual([1, 30]);
  });
  it('know what they have', () => {
    const r = new Runs();
    r.add(3, 5);
    r.add(9, 9);
    expect([1, 2, 3, 5, 6, 9, 10].map((n) => r.at(n))).toEqual([null, null, [3, 5], [3, 5], null, [9, 9], null]);
  });
});
