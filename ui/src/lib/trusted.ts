// The one script URL this page ever starts. Under Trusted Types nothing else can become one.

import { version } from '../../package.json';
import workerUrl from '../worker/worker.ts?worker&url';

interface Factory {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(input: string): string };
}

const { trustedTypes } = globalThis as { trustedTypes?: Factory };
const policy = trustedTypes?.createPolicy('app-worker', { createScriptURL: () => workerUrl });

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
  return new SharedWorker(policy?.createScriptURL('') ?? workerUrl, options);
}
