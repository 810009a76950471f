// The two script URLs this page ever starts. Under Trusted Types nothing else can become one.

import { version } from '../../package.json';
import decodeUrl from '../worker/decode.ts?worker&url';
import workerUrl from '../worker/worker.ts?worker&url';

interface Factory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (input: string) => string },
  ): { createScriptURL(input: string): string };
}

const { trustedTypes } = globalThis as { trustedTypes?: Factory };
const urlOf = (name: string): string => (name === 'decode' ? decodeUrl : workerUrl);
const policy = trustedTypes?.createPolicy('app-worker', { createScriptURL: urlOf });

/**
 * One for all tabs. With `extendedLifetime`, where the browser knows that, it is still there when the only tab comes back
 * from being loaded anew. Its name has the version: tabs of a newer page start a worker of their own.
 */
export function startWorker(): SharedWorker {
  const options: WorkerOptions & { extendedLifetime: boolean } = {
    type: 'module',
    name: `session ${version}`,
    extendedLifetime: true,
  };
  return new SharedWorker(policy?.createScriptURL('session') ?? workerUrl, options);
}

/** It has no keys, no socket, and sees one picture at a time: what strangers made is read there. */
export function startDecoder(): Worker {
  return new Worker(policy?.createScriptURL('decode') ?? decodeUrl, { type: 'module', name: 'decode' });
}
