// Orders to the program as -Dfaults=true builds it (src/os/fault.h): at which point a process of a node dies or fails.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { program } from './program.mjs'

const SIZE = 88 // struct order of src/os/fault.c
const COUNT = 80
const STRUCK = 84

// Every point: {name, fails, roles}.
export function points() {
  const all = new Map()
  for (const line of execFileSync(program, ['faults'], { encoding: 'utf8' }).trim().split('\n')) {
    const [name, kind, ...roles] = line.split(' ')
    all.set(name, { name, fails: kind === 'fail', roles })
  }
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

// Has to be made before the processes start that shall obey.
export class Orders {
  #fd

  constructor(data) {
    fs.mkdirSync(data, { recursive: true, mode: 0o700 })
    this.#fd = fs.openSync(path.join(data, 'fault'), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600)
    fs.writeSync(this.#fd, Buffer.alloc(SIZE), 0, SIZE, 0)
  }

  // action: 'kill', done once; or 'ENOSPC', 'EIO', 'EROFS', from the count-th time until clear(). point '*': all that fail.
  give(role, point, action = 'kill', count = 1) {
    const bytes = Buffer.alloc(SIZE)
    bytes.write(role, 0)
    bytes.write(point, 16)
    bytes.write(action, 64)
    fs.writeSync(this.#fd, bytes, 0, SIZE, 0)
    bytes.writeUInt32LE(count, COUNT)
    fs.writeSync(this.#fd, bytes, COUNT, 4, COUNT)
  }

  clear() {
    fs.writeSync(this.#fd, Buffer.alloc(4), 0, 4, COUNT)
  }

  // How often it still has to come there.
  get left() {
    const bytes = Buffer.alloc(4)
    fs.readSync(this.#fd, bytes, 0, 4, COUNT)
    return bytes.readUInt32LE(0)
  }

  // How often it came to it.
  get struck() {
    const bytes = Buffer.alloc(4)
    fs.readSync(this.#fd, bytes, 0, 4, STRUCK)
    return bytes.readUInt32LE(0)
  }

  close() {
    fs.closeSync(this.#fd)
  }
}
