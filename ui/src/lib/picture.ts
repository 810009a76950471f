// The picture of a key: one of five inks and a knot, both drawn from the address. Another key, another picture.

export const INKS = 5;

/** FNV-1a: spreads, and need not withstand anything. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 12)) >>> 0;
}

const bare = (address: string): string => address.replace(/\.onion$/, '');

export function inkOf(address: string): number {
  return hash(bare(address)) % INKS;
}

/** A closed curve in a box of 44 by 44: a ring that waves, drawn twice with different waves. */
export function knotOf(address: string): string {
  let bits = Math.floor(hash(`knot${bare(address)}`));
  const take = (n: number): number => {
    const value = bits % n;
    bits = Math.floor(bits / n);
    return value;
  };
  const curve = (petals: number, depth: number, radius: number, turn: number): string => {
    const points: string[] = [];
    for (let i = 0; i <= 72; i++) {
      const a = (i / 72) * 2 * Math.PI;
      const r = radius + depth * Math.cos(petals * a + turn);
      points.push(`${(22 + r * Math.cos(a)).toFixed(1)} ${(22 + r * Math.sin(a)).toFixed(1)}`);
    }
    return `M${points.join('L')}Z`;
  };
  const turn = (take(12) / 12) * 2 * Math.PI;
  return curve(3 + take(6), 3 + take(4), 15, turn) + curve(4 + take(7), 2 + take(4), 9 + take(5), -turn);
}
