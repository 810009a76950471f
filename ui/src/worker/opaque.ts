// The client's half of OPAQUE (RFC 9807). Strings cannot be wiped; what can be is wiped by who asked for it.

import { client, ready } from '@serenity-kit/opaque';
import { ERR } from '../lib/api';
import { fromBase64, type Bytes } from '../lib/bytes';
import { Malformed, object } from '../lib/guards';
import { RpcError, type Wire } from './wire';

/** How much Argon2id a record was stretched with; memory in KiB. */
export interface Ksf {
  readonly iterations: number;
  readonly memory: number;
}

/** What a new record gets. */
const NEW: Ksf = { iterations: 3, memory: 65536 };
/** More is no version of the program, and would hold this page for ever. */
const MOST: Ksf = { iterations: 64, memory: 1048576 };

const stretching = ({ iterations, memory }: Ksf) => ({ 'argon2id-custom': { iterations, memory, parallelism: 1 } });

/** Only who knows the passphrase can stretch it more. */
export function isBelowNew(ksf: Ksf): boolean {
  return ksf.iterations < NEW.iterations || ksf.memory < NEW.memory;
}

function readKsf(value: unknown): Ksf {
  const { iterations, memory } = object(value) as Partial<Ksf>;
  const good = (n: unknown, least: number, most: number): n is number =>
    Number.isSafeInteger(n) && Number(n) >= least && Number(n) <= most;
  if (!good(iterations, 1, MOST.iterations) || !good(memory, 8, MOST.memory)) throw new Malformed('ksf');
  return { iterations, memory };
}

export function field(result: unknown, name: string, length: number): { text: string; bytes: Bytes } {
  const text = object(result)[name];
  if (typeof text !== 'string') throw new Malformed(name);
  const bytes = fromBase64(text);
  if (bytes.length !== length) throw new Malformed(name);
  return { text, bytes };
}

export interface Registration {
  readonly record: string;
  readonly serverKey: Bytes;
  readonly exportKey: Bytes;
}

export async function register(wire: Wire, passphrase: string): Promise<Registration> {
  await ready;
  const password = passphrase.normalize('NFC');
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const response = field(await wire.call('auth.register', { request: registrationRequest }), 'response', 64);
  const { registrationRecord, exportKey } = client.finishRegistration({
    clientRegistrationState,
    registrationResponse: response.text,
    password,
    keyStretching: stretching(NEW),
  });
  return { record: registrationRecord, serverKey: response.bytes.slice(32), exportKey: fromBase64(exportKey) };
}

export interface Proof {
  readonly ke1: string;
  readonly ke2: Bytes;
  readonly ke3: string;
  readonly ksf: Ksf;
  readonly sessionKey: Bytes;
  readonly exportKey: Bytes;
}

/** That we know the passphrase, or the recovery key. Throws `ERR.passphrase` when we do not. */
export async function prove(wire: Wire, method: 'auth.login' | 'auth.recover', secret: string): Promise<Proof> {
  await ready;
  const password = secret.normalize('NFC');
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const answer = await wire.call(method, { ke1: startLoginRequest });
  const ke2 = field(answer, 'ke2', 320);
  const ksf = readKsf(object(answer)['ksf']);
  const done = client.finishLogin({
    clientLoginState,
    loginResponse: ke2.text,
    password,
    keyStretching: stretching(ksf),
  });
  if (!done) throw new RpcError(ERR.passphrase, 'wrong secret');
  return {
    ke1: startLoginRequest,
    ke2: ke2.bytes,
    ke3: done.finishLoginRequest,
    ksf,
    sessionKey: fromBase64(done.sessionKey),
    exportKey: fromBase64(done.exportKey),
  };
}

export function wipe({ sessionKey, exportKey }: Pick<Proof, 'sessionKey' | 'exportKey'>): void {
  sessionKey.fill(0);
  exportKey.fill(0);
}
