// The vectors are of the program's own test_recovery_text: zeros, and bytes that count up by 37 from 3 and from 9.
import { describe, expect, it } from 'vitest';
import { asWritten, groupsOf, readRecoveryKey } from '../src/lib/recovery';

const VECTORS = [
  '0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0007-FE2G',
  '0CM4-TWMQ-QKGG-CATG-EPDB-ZS09-5S9Q-H7E2-WW63-2NKV-M32Y-M3SM-B5ZF-TN7C',
  '14Q5-6Y4X-RBKG-RCAP-FEGC-BTGF-6HCQ-X8Y8-XM93-EQ41-MV5Z-059T-BY22-EGGK',
];
const PAPER = VECTORS[2] ?? '';
const KEY = PAPER.replaceAll('-', '');
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const swap = (text: string, i: number, by: string): string => text.slice(0, i) + by + text.slice(i + 1);

describe('a recovery key', () => {
  it.each(VECTORS)('%s is read', (paper) => expect(readRecoveryKey(paper)).toEqual({ key: paper.replaceAll('-', '') }));

  it.each([
    ['small letters', PAPER.toLowerCase()],
    ['spaces for hyphens', PAPER.replaceAll('-', '  ')],
    ['tabs and lines', ` ${PAPER.replaceAll('-', '\t\r\n')}\n`],
    ['no gaps', KEY],
    ['another dash, and a space that does not break', PAPER.replaceAll('-', '\u2013\u00a0')],
    ['O for 0', PAPER.replaceAll('0', 'O')],
    ['o for 0', PAPER.replaceAll('0', 'o')],
    ['I for 1', PAPER.replaceAll('1', 'I')],
    ['l for 1', PAPER.replaceAll('1', 'l')],
    ['digits of a Persian keyboard', PAPER.replace(/[0-9]/g, (d) => String.fromCharCode(0x6f0 + Number(d)))],
    ['digits of an Arabic keyboard', PAPER.replace(/[0-9]/g, (d) => String.fromCharCode(0x660 + Number(d)))],
    ['wide letters', [...PAPER].map((c) => (c === '-' ? c : String.fromCharCode(c.charCodeAt(0) + 0xfee0))).join('')],
  ])('may have %s', (_, typed) => expect(readRecoveryKey(typed)).toEqual({ key: KEY }));

  it('finds every wrong character', () => {
    for (let i = 0; i < KEY.length; i++) {
      for (const other of ALPHABET) {
        if (other !== KEY[i]) expect(readRecoveryKey(swap(KEY, i, other))).toEqual({ slip: 'sum' });
      }
    }
  });

  it('finds every two that have changed places', () => {
    for (let i = 0; i < KEY.length; i++) {
      for (let k = i + 1; k < KEY.length; k++) {
        const [a = '', b = ''] = [KEY[i], KEY[k]];
        if (a !== b) expect(readRecoveryKey(swap(swap(KEY, i, b), k, a))).toEqual({ slip: 'sum' });
      }
    }
  });

  it.each([
    ['nothing', '', 0],
    ['one that is missing', PAPER.slice(1), 55],
    ['one too many', `${PAPER}0`, 57],
  ])('tells %s', (_, typed, count) => expect(readRecoveryKey(typed)).toEqual({ slip: 'length', count }));

  it.each(['U', 'u', '_', 'Ä', '😀', '.'])('never has %s', (other) =>
    expect(readRecoveryKey(swap(KEY, 20, other))).toEqual({ slip: 'strange' }),
  );

  it('has groups of four', () => expect(groupsOf(KEY).join('-')).toBe(PAPER));
  it('is compared as it is written', () => expect(asWritten(' o1l-z ')).toBe('011Z'));
});
