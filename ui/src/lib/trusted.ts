// The one script URL this page ever starts. Under Trusted Types nothing else can become one.

import workerUrl from '../worker/worker.ts?worker&url';

interface Factory {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(input: string): string };
}

const { trustedTypes } = globalThis as { trustedTypes?: Factory };
const policy = trustedTypes?.createPolicy('app-worker', { createScriptURL: () => workerUrl });

export function startWorker(): Worker {
  return new Worker(policy?.createScriptURL('') ?? workerUrl, { type: 'module', name: 'session' });
}
