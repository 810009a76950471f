// Pictures come, and what their QR codes say goes back, in the same order.

import { readQr, type Picture } from '../lib/readqr';

self.onmessage = ({ data }: MessageEvent<Picture>) => self.postMessage(readQr(data));
