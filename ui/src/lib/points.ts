// Pictures of people: points, each red, green, blue (docs/api.md), to and from a canvas. What comes from others is never
// decoded: it is only this.
import { PICTURE_SIDE } from './api';
import type { Bytes } from './bytes';
import { openPicture } from './opening';

export const SIDE = PICTURE_SIDE;
export const POINTS = SIDE * SIDE * 3;

/** Red, green, blue and opaque, as a canvas has it. */
export function withAlpha(points: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const all = new Uint8ClampedArray((points.length / 3) * 4).fill(255);
  for (let i = 0; i * 3 < points.length; i++) all.set(points.subarray(i * 3, i * 3 + 3), i * 4);
  return all;
}

export function withoutAlpha(data: Uint8ClampedArray): Bytes {
  const points = new Uint8Array((data.length / 4) * 3);
  for (let i = 0; i * 4 < data.length; i++) points.set(data.subarray(i * 4, i * 4 + 3), i * 3);
  return points;
}

export function draw(canvas: HTMLCanvasElement, points: Uint8Array): void {
  if (points.length === POINTS)
    canvas.getContext('2d')?.putImageData(new ImageData(withAlpha(points), SIDE, SIDE), 0, 0);
}

/** The middle of a picture file of ours, as a square of points. Throws where it is none. */
export async function pointsOf(file: Blob): Promise<Bytes> {
  const image = await openPicture(file);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const side = Math.min(image.width, image.height);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  image.close();
  return withoutAlpha(context.getImageData(0, 0, SIDE, SIDE).data);
}
