// Reads the QR code in a picture; only ever in the worker for it.

import decodeQR from 'qr/decode.js';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** red, green, blue, opaque */
  readonly data: Uint8ClampedArray;
  /** There is no other one coming: worth a longer look. */
  readonly only: boolean;
}

export function readQr({ only, ...image }: Picture): string | null {
  try {
    return decodeQR(image, only ? { effort: 16, timeLimit: 2000 } : {});
  } catch {
    // none there, or none that could be read
    return null;
  }
}
