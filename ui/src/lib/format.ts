// Times in words. Everything on the wire is milliseconds since 1970.

import { i18n, t, tn } from './i18n.svelte';

const SHAPES = {
  clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  weekday: { weekday: 'short' },
  dayMonth: { day: 'numeric', month: 'short' },
  fullDate: { day: 'numeric', month: 'short', year: 'numeric' },
  longDay: { weekday: 'long', day: 'numeric', month: 'long' },
  longDate: { day: 'numeric', month: 'long', year: 'numeric' },
  dateAndTime: {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  },
  dayAndTime: {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** By language and shape: to make one takes longer than to use it a hundred times. */
const made = new Map<string, Intl.DateTimeFormat>();

/** As the browser writes it where it speaks the page's language: there is more than one English. */
function place(): string {
  const own = new Intl.DateTimeFormat().resolvedOptions().locale;
  return new Intl.Locale(own).language === new Intl.Locale(i18n.language).language ? own : i18n.language;
}

function write(time: number, shape: keyof typeof SHAPES): string {
  const key = `${i18n.language} ${shape}`;
  let format = made.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(place(), SHAPES[shape]);
    made.set(key, format);
  }
  return format.format(time);
}

/** Calendar days from `time` to `now`; negative for tomorrow. */
export function daysBetween(time: number, now: number): number {
  const day = (at: number): number => {
    const d = new Date(at);
    return Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000;
  };
  return day(now) - day(time);
}

export function clockTime(time: number): string {
  return write(time, 'clock');
}

/** For a row of the list: 14:05, Tue, 14 Nov, 3 May 2025. */
export function listTime(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days <= 0) return write(time, 'clock');
  if (days < 7) return write(time, 'weekday');
  return write(time, days < 300 ? 'dayMonth' : 'fullDate');
}

/** For a day's rule in a conversation. */
export function dayName(time: number, now: number): string {
  const days = daysBetween(time, now);
  if (days === 0) return t('Today');
  if (days === 1) return t('Yesterday');
  return write(time, days > 0 && days < 300 ? 'longDay' : 'longDate');
}

export function dateName(time: number): string {
  return write(time, 'longDate');
}

/** Sun, 29 November at 11:30 */
export function dayTime(time: number): string {
  return write(time, 'dayAndTime');
}

/** Sun, 29 November 2026 at 11:30:05 */
export function dateTime(time: number): string {
  return write(time, 'dateAndTime');
}

/** 0:14, 12:05, 1:02:03 */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

export const seconds = (n: number): string => tn(n, '{n} second', '{n} seconds');
export const minutes = (n: number): string => tn(n, '{n} minute', '{n} minutes');
export const hours = (n: number): string => tn(n, '{n} hour', '{n} hours');
export const days = (n: number): string => tn(n, '{n} day', '{n} days');

/** 14 seconds, 3 minutes, 2 hours, 5 days */
export function roughly(time: number): string {
  const s = Math.abs(time);
  if (s < 120) return seconds(Math.round(s));
  if (s < 7200) return minutes(Math.round(s / 60));
  if (s < 172_800) return hours(Math.round(s / 3600));
  return days(Math.round(s / 86_400));
}
