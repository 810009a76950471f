// How the stand-in program refuses.

export class RpcError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

export function need(good, code, message) {
  if (!good) throw new RpcError(code, message)
}
