// The one script URL this page ever starts. Under Trusted Types nothing else can become one.

import workerUrl from '../worker/worker.ts?worker&url';

interface Factory {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(input: string): string };
}

function url(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Factory };
  if (!trustedTypes) return workerUrl;
  return trustedTypes.createPolicy('app-worker', { createScriptURL: () => workerUrl }).createScriptURL('');
}

export function startWorker(): Worker {
  return new Worker(url(), { type: 'module', name: 'session' });
}
