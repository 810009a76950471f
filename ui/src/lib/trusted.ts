// The two script URLs this page ever starts. Under Trusted Types nothing else can become one.

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

function start(name: 'session' | 'decode'): Worker {
  return new Worker(policy?.createScriptURL(name) ?? urlOf(name), { type: 'module', name });
}

export const startWorker = (): Worker => start('session');
/** It has no keys, no socket, and sees one picture at a time: what strangers made is read there. */
export const startDecoder = (): Worker => start('decode');
