// Socket, keys and passphrase live here and nowhere else; the page gets what was read and checked.

import type { FromWorker, ToWorker } from '../lib/ports';
import { Session } from './session';

const session = new Session(self.location.origin, (message: FromWorker) => self.postMessage(message));
self.onmessage = ({ data }: MessageEvent<ToWorker>) => session.take(data);
