// A backup, part by part (docs/api.md, "Backup"). What is not whole is not given to anybody.

import { ERR } from '../lib/api';
import { concat, fromBase64, utf8, type Bytes } from '../lib/bytes';
import { Malformed, object } from '../lib/guards';
import { prove, wipe } from './opaque';
import { RpcError, type Wire } from './wire';

const HEAD = 32;
const SUM = 32;
const PREFIX = utf8('boc backup');
/** It is in memory whole: browsers sum up what they have whole only. */
const MAX_SIZE = 2 ** 30;
/** While it is being made. */
const WAIT_MS = 100;

/** `at` of `size` bytes are here; 0 of 0: it is being made. Throws where it shall end. */
type Told = (at: number, size: number) => void;

const cut = (): RpcError => new RpcError(ERR.cut, 'not whole');

async function begin(wire: Wire, passphrase: string): Promise<string> {
  const proof = await prove(wire, 'auth.login', passphrase);
  wipe(proof);
  const id = object(await wire.call('backup.create', { ke3: proof.ke3 }))['backup'];
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) throw new Malformed('backup');
  return id;
}

/** null: it is still being made. */
async function part(wire: Wire, id: string, offset: number): Promise<{ size: number; bytes: Bytes } | null> {
  const { size, bytes } = object(await wire.call('backup.read', { backup: id, offset }));
  if (size === null) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || typeof bytes !== 'string') throw new Malformed('part');
  return { size, bytes: fromBase64(bytes) };
}

async function first(wire: Wire, id: string, told: Told): Promise<{ size: number; bytes: Bytes }> {
  for (;;) {
    told(0, 0);
    const made = await part(wire, id, 0);
    if (made) return made;
    await new Promise((done) => setTimeout(done, WAIT_MS));
  }
}

/** The prefix of the sum, and the file behind it. */
async function fetchAll(wire: Wire, id: string, told: Told): Promise<Bytes> {
  let next = await first(wire, id, told);
  const { size } = next;
  if (size < HEAD + SUM) throw cut();
  if (size > MAX_SIZE) throw new RpcError(ERR.tooMuch, 'too large');
  const all = concat(PREFIX, new Uint8Array(size));
  for (let at = 0; ;) {
    if (next.size !== size || next.bytes.length === 0 || at + next.bytes.length > size) throw cut();
    all.set(next.bytes, PREFIX.length + at);
    at += next.bytes.length;
    told(at, size);
    if (at === size) return all;
    next = (await part(wire, id, at)) ?? { size: 0, bytes: new Uint8Array() };
  }
}

async function checked(all: Bytes): Promise<Blob> {
  const end = all.length - SUM;
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-512', all.subarray(0, end)));
  if (!all.subarray(end).every((byte, i) => byte === sum[i])) throw cut();
  return new Blob([all.subarray(PREFIX.length)], { type: 'application/octet-stream' });
}

export async function backup(wire: Wire, passphrase: string, told: Told): Promise<Blob> {
  const id = await begin(wire, passphrase);
  try {
    return await checked(await fetchAll(wire, id, told));
  } finally {
    // Its copy is removed anyway, when nobody asks for it any more.
    await wire.call('backup.end', { backup: id }).catch(() => undefined);
  }
}
