import encodeQR from 'qr';
import { describe, expect, test } from 'vitest';
import { readQr } from '../src/lib/readqr';

const INVITATION = `BOC:${'ABCDEFGHIJ'.repeat(17)}`;

interface Look {
  angle?: number;
  side?: number;
  dark?: number;
  light?: number;
  inverted?: boolean;
}

/** As a camera may see it: turned, small, in little light or much. */
function seen(text: string, { angle = 0, side = 360, dark = 0, light = 255, inverted = false }: Look) {
  const [width, height] = [640, 480];
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const at = (u: number): number => Math.floor(((u + side / 2) / side) * modules.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - width / 2, y - height / 2];
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const module = modules[at(cos * v - sin * u)]?.[at(cos * u + sin * v)];
      const grey = module !== undefined && module !== inverted ? dark : light;
      data.fill(grey, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data, only: false };
}

describe('a QR code', () => {
  const looks: Record<string, Look> = {
    plain: {},
    'on its side': { angle: Math.PI / 2 },
    'upside down': { angle: Math.PI },
    askew: { angle: 0.5, side: 300 },
    small: { side: 160 },
    'in much light': { dark: 170, light: 250 },
    'in little light': { dark: 5, light: 60 },
    'light on dark': { inverted: true },
  };
  for (const [how, look] of Object.entries(looks))
    test(`is read ${how}`, () => expect(readQr(seen(INVITATION, look))).toBe(INVITATION));

  test('is not read where there is none', () => {
    const data = new Uint8ClampedArray(640 * 480 * 4).fill(200);
    expect(readQr({ width: 640, height: 480, data, only: true })).toBeNull();
    expect(readQr({ width: 0, height: 0, data: new Uint8ClampedArray(0), only: true })).toBeNull();
  });
});
