// What changes the keys, against node's own crypto in the words of docs/api.md, "Keys".
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64, toHex, type Bytes } from '../src/lib/bytes';
import { openRecovery, sealChange } from '../src/worker/keys';

const random = (n: number): Bytes => Uint8Array.from(randomBytes(n));
const hkdf = (salt: string, key: Bytes, info: string): Buffer => Buffer.from(hkdfSync('sha512', key, salt, info, 32));
const nonce = Buffer.alloc(12);

describe('another passphrase', () => {
  const proof = { sessionKey: random(64), exportKey: random(64) };
  const next = { record: toBase64(random(192)), serverKey: random(32), exportKey: random(64) };
  const open = async (record: string): Promise<Buffer> => {
    const sealed = Buffer.from(await sealChange(proof, next));
    const cipher = createDecipheriv('aes-256-gcm', hkdf('boc ws 1', proof.sessionKey, 'change'), nonce);
    cipher.setAAD(Buffer.concat([Buffer.from('boc change 1'), next.serverKey, fromBase64(record)]));
    cipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  };

  it('is sealed with what opens the vault now, and then', async () => {
    const both = [proof, next].map(({ exportKey }) => hkdf('boc vault 1', exportKey, 'unlock').toString('hex'));
    expect((await open(next.record)).toString('hex')).toBe(both.join(''));
  });

  it('is bound to its record', () => expect(open(toBase64(random(192)))).rejects.toThrow());
});

describe('a recovery key', () => {
  const sessionKey = random(64);
  const text = '0000'.repeat(14);
  const sealed = (ad: string): Bytes => {
    const cipher = createCipheriv('aes-256-gcm', hkdf('boc ws 1', sessionKey, 'recovery'), nonce);
    cipher.setAAD(Buffer.from(ad));
    return Uint8Array.from(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]));
  };

  it('is opened', async () => {
    expect(toHex(sealed('boc recovery 1'))).toHaveLength(144);
    expect(await openRecovery(sessionKey, sealed('boc recovery 1'))).toBe(text);
  });
  it('of something else is not', () => expect(openRecovery(sessionKey, sealed('boc unlock 1'))).rejects.toThrow());
});
