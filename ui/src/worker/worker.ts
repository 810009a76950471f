// Socket, keys and passphrase live here and nowhere else, one for all tabs; a page gets what was read and checked.

import type { ToWorker } from '../lib/ports';
import { Session } from './session';
import { Tabs } from './tabs';

const FOR_EVER = new Promise<never>(() => undefined);

/** Who waits for this lock hears that the worker is gone: it may end with the process of the tab that began it. */
const lock = `worker ${crypto.randomUUID()}`;
const held = new Promise<void>((resolve) => {
  void navigator.locks.request(lock, () => {
    resolve();
    return FOR_EVER;
  });
});

const tabs = new Tabs(() => {
  session.end();
  // What was wiped may still lie in memory, that of the WebAssembly too: all of it goes.
  self.close();
});
const session = new Session(self.location.origin, (message, except) => tabs.tell(message, except));

interface Connected {
  readonly ports: readonly MessagePort[];
}
(self as unknown as { onconnect: (event: Connected) => void }).onconnect = ({ ports: [port] }) => {
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.t === 'start') void tabs.join(port, data.lock);
    void held.then(() => {
      if (data.t === 'start') port.postMessage({ t: 'hello', lock });
      session.take(data, port);
    });
  };
};
