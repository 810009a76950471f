// Onion addresses of version 3: 56 base32 characters, the last of them always "d". The check sum is the program's.

import { t, tn } from './i18n.svelte';

export type AddressProblem = 'empty' | 'characters' | 'short' | 'long' | 'version';

export interface ParsedAddress {
  readonly address: string;
  readonly length: number;
  readonly problem: AddressProblem | null;
}

/** People paste spaces, line ends, capitals, "http://" and a slash. */
export function parseAddress(input: string): ParsedAddress {
  const address = input
    .replace(/\s+/g, '')
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
    .replace(/\.onion$/, '');
  const { length } = address;
  const done = (problem: AddressProblem | null): ParsedAddress => ({ address, length, problem });
  if (length === 0) return done('empty');
  if (!/^[a-z2-7]*$/.test(address)) return done('characters');
  if (length < 56) return done('short');
  if (length > 56) return done('long');
  return done(address.endsWith('d') ? null : 'version');
}

export function addressHint({ problem, length }: ParsedAddress): string {
  switch (problem) {
    case 'empty':
      return t('56 letters and digits, with or without “.onion”');
    case 'characters':
      return t('An address has only the letters a to z and the digits 2 to 7.');
    case 'short':
      return t('{length} of 56 characters', { length });
    case 'long':
      return tn(
        length - 56,
        '{length} characters: that is {n} too many.',
        '{length} characters: that is {n} too many.',
        { length },
      );
    case 'version':
      return t('This is not the address of a contact. One character may be wrong.');
    case null:
      return t('Complete');
  }
}

function bare(address: string): string {
  return address.replace(/\.onion$/, '');
}

/** For a name that is not known: enough to tell two apart. */
export function shortAddress(address: string): string {
  const a = bare(address);
  return a.length > 12 ? `${a.slice(0, 6)}…${a.slice(-5)}` : a;
}

/** In groups of eight, to be compared by eye. */
export function groups(address: string): string[] {
  return bare(address).match(/.{1,8}/g) ?? [];
}
