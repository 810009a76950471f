// Picture files made here.
import { crc32, deflateSync } from 'node:zlib'

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** Black and white: `dark(x, y)` says which. */
export function png(width, height, dark) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head[8] = 1 // bit a point, grey
  const step = 1 + Math.ceil(width / 8)
  const lines = Buffer.alloc(step * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (!dark(x, y)) lines[y * step + 1 + (x >> 3)] |= 0x80 >> (x & 7)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
