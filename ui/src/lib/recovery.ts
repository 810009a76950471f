// The recovery key as people have it on paper (docs/api.md, "Keys"): 56 characters, in groups of four.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARACTERS = 56;
const KEY_BYTES = 32;

/** What is wrong with what was typed. */
export type Slip =
  /** characters that no key has */
  | { readonly slip: 'strange' }
  /** too few of them, or too many */
  | { readonly slip: 'length'; readonly count: number }
  /** so many, but not these */
  | { readonly slip: 'sum' };

/** Arabic and Persian keyboards have digits of their own. */
const DIGITS = '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹';

/** As it stands on the paper: no gaps, no small letters, none of the letters that look like digits. */
export function asWritten(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹]/g, (digit) => String(DIGITS.indexOf(digit) % 10))
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}

/** CRC-24 of RFC 9580: finds every wrong character and every two that changed places. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  return crc & 0xffffff;
}

/** 5 bits at a time, from the left. */
function unpack(characters: string): Uint8Array {
  const bytes = new Uint8Array((CHARACTERS * 5) / 8);
  [...characters].forEach((character, i) => {
    const value = ALPHABET.indexOf(character);
    for (let bit = 0; bit < 5; bit++) {
      const at = 5 * i + bit;
      if (value & (16 >> bit)) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (128 >> (at & 7));
    }
  });
  return bytes;
}

/** The key, as it is the password of OPAQUE, or the slip of the pen; nothing has to be asked for it. */
export function readRecoveryKey(typed: string): { readonly key: string } | Slip {
  const key = asWritten(typed);
  if ([...key].some((character) => !ALPHABET.includes(character))) return { slip: 'strange' };
  if (key.length !== CHARACTERS) return { slip: 'length', count: key.length };
  const bytes = unpack(key);
  const sum = bytes.subarray(KEY_BYTES).reduce((all, byte) => (all << 8) | byte, 0);
  const good = crc24(bytes.subarray(0, KEY_BYTES)) === sum;
  bytes.fill(0);
  return good ? { key } : { slip: 'sum' };
}

export function groupsOf(key: string): string[] {
  return key.match(/.{4}/g) ?? [];
}
