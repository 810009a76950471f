// Who can open the vault (docs/api.md, "Keys"): another passphrase, a forgotten one, the recovery key. Each ends a
// login of its own, on a page that is logged in, too.

import { ERR } from '../lib/api';
import { toBase64 } from '../lib/bytes';
import { Malformed, object } from '../lib/guards';
import type { VaultAsk } from '../lib/ports';
import { readRecoveryKey } from '../lib/recovery';
import { backup } from './backup';
import { openRecovery, sealChange } from './keys';
import { field, prove, register, wipe } from './opaque';
import type { Tab } from './tabs';
import { RpcError, type Wire } from './wire';

async function setPassphrase(
  wire: Wire,
  method: 'auth.login' | 'auth.recover',
  secret: string,
  passphrase: string,
): Promise<void> {
  // The record first: a login has to end within seconds, and making one takes some.
  const next = await register(wire, passphrase);
  try {
    const proof = await prove(wire, method, secret);
    const sealed = await sealChange(proof, next).finally(() => wipe(proof));
    object(await wire.call('auth.change', { ke3: proof.ke3, sealed: toBase64(sealed), record: next.record }));
  } finally {
    next.exportKey.fill(0);
  }
}

export const change = (wire: Wire, passphrase: string, next: string): Promise<void> =>
  setPassphrase(wire, 'auth.login', passphrase, next);

/** `key` as it was typed. The vault stays as it is: locked, or not. */
export async function recover(wire: Wire, key: string, passphrase: string): Promise<void> {
  const read = readRecoveryKey(key);
  if (!('key' in read)) throw new RpcError(ERR.passphrase, 'no recovery key');
  await setPassphrase(wire, 'auth.recover', read.key, passphrase);
}

async function newRecoveryKey(wire: Wire, passphrase: string): Promise<string> {
  const proof = await prove(wire, 'auth.login', passphrase);
  try {
    const { bytes } = field(await wire.call('auth.recovery', { ke3: proof.ke3 }), 'sealed', 72);
    const read = readRecoveryKey(await openRecovery(proof.sessionKey, bytes));
    if (!('key' in read)) throw new Malformed('recovery key');
    return read.key;
  } finally {
    wipe(proof);
  }
}

/** What tabs ask of the keys, and whether they still want it. */
export class Vault {
  /** Each tab has numbers of its own. */
  #stopped = new Map<Tab, number>();

  async ask(wire: Wire | null, id: number, ask: VaultAsk, tab: Tab): Promise<void> {
    try {
      if (!wire) throw new RpcError(ERR.gone, 'not logged in');
      tab.postMessage({ t: 'done', id, value: await this.#do(wire, id, ask, tab) });
    } catch (error) {
      if (error instanceof Malformed) wire?.close();
      const code = error instanceof RpcError ? error.code : ERR.gone;
      tab.postMessage({ t: 'error', id, code, message: error instanceof Error ? error.message : '' });
    } finally {
      this.#stopped.delete(tab);
    }
  }

  /** It ends as soon as it can, with an error. */
  stop(id: number, tab: Tab): void {
    this.#stopped.set(tab, id);
  }

  async #do(wire: Wire, id: number, ask: VaultAsk, tab: Tab): Promise<string | Blob> {
    switch (ask.what) {
      case 'change':
        await change(wire, ask.passphrase, ask.next);
        return '';
      case 'recovery':
        return newRecoveryKey(wire, ask.passphrase);
      case 'backup':
        return backup(wire, ask.passphrase, (done, size) => {
          if (this.#stopped.get(tab) === id) throw new RpcError(ERR.gone, 'stopped');
          tab.postMessage({ t: 'progress', id, done, size });
        });
    }
  }
}
