// Names of hosts as letters: the decoder of RFC 3492, section 6.2. Browsers encode and never tell what they encoded.

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_N = 128;

function adapt(delta: number, points: number, first: boolean): number {
  let d = first ? Math.floor(delta / DAMP) : delta >> 1;
  d += Math.floor(d / points);
  let k = 0;
  for (; d > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) d = Math.floor(d / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * d) / (d + SKEW));
}

/** null: it is not well formed. */
export function decodeLabel(encoded: string): string | null {
  const dash = encoded.lastIndexOf('-');
  const out = [...encoded.slice(0, Math.max(0, dash))].map((c) => c.codePointAt(0) ?? 0);
  let n = FIRST_N;
  let i = 0;
  let bias = FIRST_BIAS;
  for (let at = dash + 1; at < encoded.length;) {
    const before = i;
    for (let w = 1, k = BASE; ; k += BASE) {
      const digit = parseInt(encoded.charAt(at++), BASE);
      if (Number.isNaN(digit)) return null;
      // parseInt counts 0 to 9 first, punycode counts them last.
      const value = digit < 10 ? digit + 26 : digit - 10;
      i += value * w;
      const t = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (value < t) break;
      w *= BASE - t;
      if (w > 0x7fffffff) return null;
    }
    bias = adapt(i - before, out.length + 1, before === 0);
    n += Math.floor(i / (out.length + 1));
    i %= out.length + 1;
    if (n > 0x10ffff) return null;
    out.splice(i++, 0, n);
  }
  return String.fromCodePoint(...out);
}

/** A host as browsers write it, with its encoded parts in letters. */
export function unicodeHost(host: string): string {
  return host
    .split('.')
    .map((label) => (label.startsWith('xn--') ? (decodeLabel(label.slice(4)) ?? label) : label))
    .join('.');
}
