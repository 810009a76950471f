// The key schedule of docs/api.md, "Login".

import { concat, utf8, type Bytes } from '../lib/bytes';

async function hkdf(salt: Bytes, key: Bytes, info: string, length: number): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  const params = { name: 'HKDF', hash: 'SHA-512', salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(params, base, length * 8));
}

async function aesKey(bytes: Bytes, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [use]);
  bytes.fill(0);
  return key;
}

/** What opens the vault, and the name on the first start, sealed so that only the vault can read it. */
export async function sealUnlock(sessionKey: Bytes, exportKey: Bytes, name: string): Promise<Bytes> {
  const unlock = await hkdf(utf8('boc vault 1'), exportKey, 'unlock', 32);
  const key = await aesKey(await hkdf(utf8('boc ws 1'), sessionKey, 'unlock', 32), 'encrypt');
  const plain = concat(unlock, utf8(name));
  unlock.fill(0);
  const params = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: utf8('boc unlock 1') };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(params, key, plain));
  plain.fill(0);
  return sealed;
}

export interface FrameKeys {
  readonly toProgram: CryptoKey;
  readonly toPage: CryptoKey;
}

/** Keys of one connection's frames, bound to the origin and to everything said during the login. */
export async function frameKeys(
  sessionKey: Bytes,
  origin: string,
  ke1: Bytes,
  ke2: Bytes,
  ke3: Bytes,
): Promise<FrameKeys> {
  const secret = await hkdf(utf8('boc ws 1'), sessionKey, 'ws', 64);
  const said = concat(utf8(`${origin}\n`), ke1, ke2, ke3);
  const th = new Uint8Array(await crypto.subtle.digest('SHA-512', said));
  const toProgram = await aesKey(await hkdf(th, secret, 'c2s', 32), 'encrypt');
  const toPage = await aesKey(await hkdf(th, secret, 's2c', 32), 'decrypt');
  secret.fill(0);
  return { toProgram, toPage };
}
