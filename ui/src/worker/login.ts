// OPAQUE (RFC 9807) over a connection that is not yet logged in. The passphrase stays in this worker.

import { client, ready } from '@serenity-kit/opaque';
import { ERR } from '../lib/api';
import { fromBase64, toBase64, type Bytes } from '../lib/bytes';
import { Malformed, object } from '../lib/guards';
import { frameKeys, sealUnlock } from './keys';
import { RpcError, type Wire } from './wire';

const keyStretching = { 'argon2id-custom': { iterations: 3, memory: 65536, parallelism: 1 } };

function field(result: unknown, name: string, length: number): { text: string; bytes: Bytes } {
  const text = object(result)[name];
  if (typeof text !== 'string') throw new Malformed(name);
  const bytes = fromBase64(text);
  if (bytes.length !== length) throw new Malformed(name);
  return { text, bytes };
}

export async function vaultPresent(wire: Wire): Promise<boolean> {
  const vault = object(await wire.call('auth.state', {}))['vault'];
  if (vault !== 'none' && vault !== 'present') throw new Malformed('vault');
  return vault === 'present';
}

/** The first start: the record that logins are checked against. A login must follow. */
export async function enroll(wire: Wire, passphrase: string): Promise<void> {
  await ready;
  const password = passphrase.normalize('NFC');
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const response = field(await wire.call('auth.register', { request: registrationRequest }), 'response', 64);
  const { registrationRecord } = client.finishRegistration({
    clientRegistrationState,
    registrationResponse: response.text,
    password,
    keyStretching,
  });
  await wire.call('auth.enroll', { record: registrationRecord });
}

/** Logs the connection in; from here on it is sealed. `name` is not empty on the first start only. */
export async function login(wire: Wire, origin: string, passphrase: string, name: string): Promise<void> {
  await ready;
  const password = passphrase.normalize('NFC');
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const ke2 = field(await wire.call('auth.login', { ke1: startLoginRequest }), 'ke2', 320);
  const done = client.finishLogin({ clientLoginState, loginResponse: ke2.text, password, keyStretching });
  if (!done) throw new RpcError(ERR.passphrase, 'wrong passphrase');

  const sessionKey = fromBase64(done.sessionKey);
  const exportKey = fromBase64(done.exportKey);
  const sealed = await sealUnlock(sessionKey, exportKey, name.normalize('NFC'));
  const ke3 = done.finishLoginRequest;
  const keys = await frameKeys(sessionKey, origin, fromBase64(startLoginRequest), ke2.bytes, fromBase64(ke3));
  sessionKey.fill(0);
  exportKey.fill(0);
  object(await wire.callAndSeal('auth.finish', { ke3, sealed: toBase64(sealed) }, keys));
}
