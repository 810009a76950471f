// The key schedule of docs/api.md, "Login".

import { concat, fromBase64, utf8, type Bytes } from '../lib/bytes';

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

const unlockKey = (exportKey: Bytes): Promise<Bytes> => hkdf(utf8('boc vault 1'), exportKey, 'unlock', 32);

/** Of one session, which seals once with it: the nonce is 0. */
async function onceKey(sessionKey: Bytes, info: string, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return aesKey(await hkdf(utf8('boc ws 1'), sessionKey, info, 32), use);
}
const once = (additionalData: Bytes): AesGcmParams => ({ name: 'AES-GCM', iv: new Uint8Array(12), additionalData });

/** What opens the vault, and the name on the first start, sealed so that only the vault can read it. */
export async function sealUnlock(sessionKey: Bytes, exportKey: Bytes, name: string): Promise<Bytes> {
  const unlock = await unlockKey(exportKey);
  const key = await onceKey(sessionKey, 'unlock', 'encrypt');
  const plain = concat(unlock, utf8(name));
  unlock.fill(0);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(once(utf8('boc unlock 1')), key, plain));
  plain.fill(0);
  return sealed;
}

/** What opens the vault now and what shall from now on, bound to the record and the key it was made with. */
export async function sealChange(
  { sessionKey, exportKey }: { readonly sessionKey: Bytes; readonly exportKey: Bytes },
  next: { readonly record: string; readonly serverKey: Bytes; readonly exportKey: Bytes },
): Promise<Bytes> {
  const [before, after] = await Promise.all([unlockKey(exportKey), unlockKey(next.exportKey)]);
  const key = await onceKey(sessionKey, 'change', 'encrypt');
  const plain = concat(before, after);
  before.fill(0);
  after.fill(0);
  const bound = concat(utf8('boc change 1'), next.serverKey, fromBase64(next.record));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(once(bound), key, plain));
  plain.fill(0);
  return sealed;
}

/** The 56 characters of a new recovery key. */
export async function openRecovery(sessionKey: Bytes, sealed: Bytes): Promise<string> {
  const key = await onceKey(sessionKey, 'recovery', 'decrypt');
  const plain = new Uint8Array(await crypto.subtle.decrypt(once(utf8('boc recovery 1')), key, sealed));
  const text = new TextDecoder('utf-8', { fatal: true }).decode(plain);
  plain.fill(0);
  return text;
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
