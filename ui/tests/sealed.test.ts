// The key schedule and the frames against vectors made by another implementation (python's cryptography).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { concat, fromBase64, toBase64, toHex, utf8, type Bytes } from '../src/lib/bytes';
import { Opener, Sealer, TO_PAGE, TO_PROGRAM } from '../src/worker/frames';
import { frameKeys, sealUnlock } from '../src/worker/keys';

interface Vectors {
  session_key: string;
  export_key: string;
  ke1: string;
  ke2: string;
  ke3: string;
  origin: string;
  name: string;
  sealed: string;
  texts: [string, string];
  to_program: [string, string];
  to_page: [string, string];
}
const v = JSON.parse(readFileSync(new URL('./vectors/login.json', import.meta.url), 'utf8')) as Vectors;
const hex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (x) => parseInt(x, 16));
const keys = (): ReturnType<typeof frameKeys> =>
  frameKeys(hex(v.session_key), v.origin, hex(v.ke1), hex(v.ke2), hex(v.ke3));

describe('key schedule', () => {
  it('seals the unlock key and the name as the vault expects it', async () => {
    expect(toHex(await sealUnlock(hex(v.session_key), hex(v.export_key), v.name))).toBe(v.sealed);
  });

  it('makes keys that cannot be taken out', async () => {
    const { toProgram, toPage } = await keys();
    expect(toProgram.extractable || toPage.extractable).toBe(false);
    expect(toProgram.usages).toEqual(['encrypt']);
    expect(toPage.usages).toEqual(['decrypt']);
  });
});

describe('sealed frames', () => {
  it('to the program are those of the vectors', async () => {
    const sealer = new Sealer((await keys()).toProgram, TO_PROGRAM);
    for (const i of [0, 1] as const) expect(toHex(await sealer.seal(v.texts[i]))).toBe(v.to_program[i]);
  });

  it('to the page are opened', async () => {
    const opener = new Opener((await keys()).toPage, TO_PAGE);
    for (const i of [0, 1] as const) expect(await opener.open(hex(v.to_page[i]))).toBe(v.texts[i]);
  });

  it('take their counter in the order of the calls', async () => {
    const sealer = new Sealer((await keys()).toProgram, TO_PROGRAM);
    const both = await Promise.all([sealer.seal(v.texts[0]), sealer.seal(v.texts[1])]);
    expect(both.map(toHex)).toEqual(v.to_program);
  });

  it.each([
    ['a gap', (first: Bytes, second: Bytes) => [second, first][0] as Bytes],
    ['another type', (first: Bytes) => concat(new Uint8Array([2]), first.subarray(1))],
    ['nothing', () => new Uint8Array()],
    ['a stump', (first: Bytes) => first.slice(0, 24)],
    ['one byte more', (first: Bytes) => concat(first, new Uint8Array(1))],
  ])('refuse %s', async (_, make) => {
    const opener = new Opener((await keys()).toPage, TO_PAGE);
    await expect(opener.open(make(hex(v.to_page[0]), hex(v.to_page[1])))).rejects.toThrow();
  });

  it('refuse a replay', async () => {
    const opener = new Opener((await keys()).toPage, TO_PAGE);
    await opener.open(hex(v.to_page[0]));
    await expect(opener.open(hex(v.to_page[0]))).rejects.toThrow();
  });

  it('refuse what was sealed for the other direction', async () => {
    const { toPage } = await keys();
    await expect(new Opener(toPage, TO_PROGRAM).open(hex(v.to_page[0]))).rejects.toThrow();
  });

  it('refuse every flipped bit', async () => {
    const { toPage } = await keys();
    const frame = hex(v.to_page[1]);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const opener = new Opener(toPage, TO_PAGE);
      await opener.open(hex(v.to_page[0]));
      const bad = frame.slice();
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(opener.open(bad), `bit ${bit}`).rejects.toThrow();
    }
  });
});

describe('base64url', () => {
  it('goes there and back without padding', () => {
    for (const text of ['', 'f', 'fo', 'foo', '\u00ff\u00fe~?>']) {
      const coded = toBase64(utf8(text));
      expect(coded).toMatch(/^[\w-]*$/);
      expect(new TextDecoder().decode(fromBase64(coded))).toBe(text);
    }
  });

  it('refuses anything else', () => {
    for (const bad of ['a=', 'a+b', 'a/b', 'a b', 'ä']) expect(() => fromBase64(bad)).toThrow();
  });
});
