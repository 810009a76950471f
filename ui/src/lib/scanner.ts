// From what the camera sees, or a picture file, to what a QR code in it says. Nothing of it leaves the page.

import { openPicture } from './opening';
import type { Picture } from './readqr';
import { startDecoder } from './trusted';

/** The longer side of what is looked at: of one of many, and of the only one. */
const FRAME_SIDE = 960;
const PICTURE_SIDE = 2400;

export class Scanner {
  #worker = startDecoder();
  #waiting: ((text: string | null) => void)[] = [];
  #canvas = document.createElement('canvas');

  constructor() {
    const answer = (text: string | null): void => this.#waiting.shift()?.(text);
    this.#worker.onmessage = ({ data }: MessageEvent<unknown>) => answer(typeof data === 'string' ? data : null);
    this.#worker.onerror = () => answer(null);
  }

  /** Who still waits for an answer gets none. */
  end(): void {
    this.#worker.terminate();
  }

  frame(video: HTMLVideoElement): Promise<string | null> {
    return this.#read(video, video.videoWidth, video.videoHeight, false);
  }

  /** Throws where it is no picture, or too large a one. */
  async file(file: Blob): Promise<string | null> {
    const image = await openPicture(file);
    try {
      return await this.#read(image, image.width, image.height, true);
    } finally {
      image.close();
    }
  }

  #read(source: CanvasImageSource, width: number, height: number, only: boolean): Promise<string | null> {
    const scale = Math.min(1, (only ? PICTURE_SIDE : FRAME_SIDE) / Math.max(width, height));
    const canvas = this.#canvas;
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return Promise.resolve(null);
    // What is transparent is paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      const picture: Picture = { width: canvas.width, height: canvas.height, data, only };
      this.#worker.postMessage(picture, [data.buffer]);
    });
  }
}
