// Times in words. Everything on the wire is milliseconds since 1970.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const longDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

/** Calendar days from `time` to `now`; negative for tomorrow. */
export function daysBetween(time: number, now: number): number {
  const day = (t: number): number => {
    const d = new Date(t);
    return Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000;
  };
  return day(now) - day(time);
}

export function clockTime(time: number): string {
  return clock.format(time);
}

/** For a row of the list: 14:05, Tue, 14 Nov, 3 May 2025. */
export function listTime(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days <= 0) return clock.format(time);
  if (days < 7) return weekday.format(time);
  return days < 300 ? dayMonth.format(time) : fullDate.format(time);
}

/** For a day's rule in a conversation. */
export function dayName(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days > 0 && days < 300 ? longDay.format(time) : longDate.format(time);
}

export function dateName(time: number): string {
  return longDate.format(time);
}

/** 0:14, 12:05, 1:02:03 */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** 14 seconds, 3 minutes, 2 hours, 5 days */
export function roughly(seconds: number): string {
  const s = Math.abs(seconds);
  const say = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;
  if (s < 120) return say(Math.round(s), 'second');
  if (s < 7200) return say(Math.round(s / 60), 'minute');
  if (s < 172_800) return say(Math.round(s / 3600), 'hour');
  return say(Math.round(s / 86_400), 'day');
}

const dayAndTime = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** Sun, 29 November at 11:30 */
export function dayTime(time: number): string {
  return dayAndTime.format(time);
}
