// The login of docs/api.md over a connection that is not yet logged in. The passphrase stays in this worker.

import { fromBase64, toBase64 } from '../lib/bytes';
import { Malformed, object } from '../lib/guards';
import { frameKeys, sealUnlock } from './keys';
import { prove, register, wipe, type Ksf } from './opaque';
import type { Wire } from './wire';

export async function vaultPresent(wire: Wire): Promise<boolean> {
  const vault = object(await wire.call('auth.state', {}))['vault'];
  if (vault !== 'none' && vault !== 'present') throw new Malformed('vault');
  return vault === 'present';
}

/** The first start: the record that logins are checked against. A login must follow. */
export async function enroll(wire: Wire, passphrase: string): Promise<void> {
  const { record, exportKey } = await register(wire, passphrase);
  exportKey.fill(0);
  await wire.call('auth.enroll', { record });
}

/**
 * Logs the connection in; from here on it is sealed. `name` is not empty on the first start only. Gives what the record
 * was stretched with.
 */
export async function login(wire: Wire, origin: string, passphrase: string, name: string): Promise<Ksf> {
  const proof = await prove(wire, 'auth.login', passphrase);
  const { ke1, ke2, ke3, ksf, sessionKey, exportKey } = proof;
  const sealed = await sealUnlock(sessionKey, exportKey, name.normalize('NFC'));
  const keys = await frameKeys(sessionKey, origin, fromBase64(ke1), ke2, fromBase64(ke3));
  wipe(proof);
  object(await wire.callAndSeal('auth.finish', { ke3, sealed: toBase64(sealed) }, keys));
  return ksf;
}
