// What somebody types to search: words, and among them from:me, from:them, in:NAME, before:DAY and after:DAY. A day is 2026-05-17,
// 2026-05 or 2026, or today or yesterday.

export interface Query {
  /** What is looked for. Behind the last word stands a space where one was typed: then it does not go on. */
  readonly text: string;
  readonly from?: 'me' | 'them';
  /** As typed: the beginning of a name. */
  readonly in?: string;
  readonly since?: number;
  readonly until?: number;
  /** What was meant to narrow it and is not understood, as typed. */
  readonly wrong?: string;
}

/** From the first to the last millisecond of a day, a month or a year, here. */
export function spanOf(typed: string, now: number): readonly [from: number, to: number] | null {
  const today = new Date(now);
  const span = (y: number, m: number, d: number, years: number, months: number, days: number): [number, number] => [
    new Date(y, m, d).getTime(),
    new Date(y + years, m + months, d + days).getTime() - 1,
  ];
  const near = { today: 0, yesterday: 1 }[typed.toLowerCase()];
  if (near !== undefined) return span(today.getFullYear(), today.getMonth(), today.getDate() - near, 0, 0, 1);
  const parts = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(typed);
  if (!parts) return null;
  const [year = 0, month, day] = parts.slice(1).map((p) => (p === undefined ? undefined : Number(p)));
  if (year < 1970 || (month !== undefined && (month < 1 || month > 12))) return null;
  if (month === undefined) return span(year, 0, 1, 1, 0, 0);
  if (day === undefined) return span(year, month - 1, 1, 0, 1, 0);
  const there = new Date(year, month - 1, day).getDate() === day;
  return there ? span(year, month - 1, day, 0, 0, 1) : null;
}

/** Names of several words stand in quotation marks. */
const FILTER = /(?<=^|\s)(from|in|before|after):(?:"([^"]*)"?|(\S*))(?=\s|$)/giu;

export function parseQuery(typed: string, now: number): Query {
  let query: Omit<Query, 'text'> = {};
  const rest = typed.replace(FILTER, (whole: string, name: string, quoted?: string, bare?: string) => {
    const value = (quoted ?? bare ?? '').trim();
    // Somebody is just about to say whom or when.
    if (value !== '') query = { ...query, ...filter(name.toLowerCase(), value, whole, now) };
    return '';
  });
  const words = rest.trim().replace(/\s+/gu, ' ');
  const ends = words !== '' && /\s$/u.test(rest) && /\s$/u.test(typed) ? ' ' : '';
  return { text: words + ends, ...query };
}

function filter(name: string, value: string, whole: string, now: number): Omit<Query, 'text'> {
  if (name === 'in') return { in: value };
  if (name === 'from') {
    const who = (['me', 'them'] as const).find((w) => w === value.toLowerCase());
    return who ? { from: who } : { wrong: whole };
  }
  const span = spanOf(value, now);
  if (!span) return { wrong: whole };
  return name === 'before' ? { until: Math.max(0, span[0] - 1) } : { since: span[0] };
}
