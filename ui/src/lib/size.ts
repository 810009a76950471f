// How many bytes, as people say it.

import { i18n } from './i18n.svelte';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function sizeName(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = { style: 'unit', unit: UNITS[step], unitDisplay: 'short', maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(i18n.language, format as Intl.NumberFormatOptions).format(bytes / 1000 ** step);
}
