// QR codes to hold before a page: as a picture file, and as what a camera sees.
import { pathToFileURL } from 'node:url'
import { png } from './png.mjs'
import { require } from './packages.mjs'

const { default: encodeQR } = await import(pathToFileURL(require.resolve('qr')))

/** {side, dark(x, y)} of the code of `text`, with its quiet zone. */
function drawn(text, scale) {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  return {
    side: modules.length * scale,
    dark: (x, y) => modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] ?? false,
  }
}

export function codeFile(text, name = 'code.png') {
  const { side, dark } = drawn(text, 6)
  return { name, mimeType: 'image/png', buffer: png(side, side, dark) }
}

/** One picture of a film in grey, which Chromium's camera for tests shows over and over: the code on its side. */
export function film(text, [width, height] = [640, 480]) {
  const { side, dark } = drawn(text, 6)
  const grey = Buffer.alloc(width * height, 200)
  const [left, top] = [(width - side) >> 1, (height - side) >> 1]
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) grey[(top + x) * width + left + side - 1 - y] = dark(x, y) ? 40 : 210
  const colour = Buffer.alloc((width * height) / 2, 128)
  const frame = Buffer.concat([Buffer.from('FRAME\n'), grey, colour])
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`), frame, frame])
}
