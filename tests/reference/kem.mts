// X-Wing, and what PROTO 3.5.2 asks of a share before it is used.
import { x25519 } from '@noble/curves/ed25519.js'
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js'
import { need, Refused, zeros } from './bytes.mjs'

export const EK = 1216
export const CT = 1120
const Q = 3329

// seed: 32 bytes
export const publicKey = (seed: Uint8Array) => ml_kem768_x25519.keygen(seed).publicKey

// X25519 gives zero for a point of low order, whatever the scalar.
function lowOrder(share: Uint8Array) {
  try {
    return x25519.getSharedSecret(zeros(32).fill(0x55), share).every((b) => b === 0)
  } catch {
    return true
  }
}

// Every 12-bit coefficient of the three polynomials is below q.
function reduced(ek: Uint8Array) {
  for (let i = 0; i < 1152; i += 3) {
    const [a, b, c] = [ek[i], ek[i + 1], ek[i + 2]]
    if (a + (b % 16) * 256 >= Q || Math.floor(b / 16) + c * 16 >= Q) return false
  }
  return true
}

// PROTO 3.5.2: X25519 share not of low order and ML-KEM modulus check.
export function check(ek: Uint8Array) {
  need(!lowOrder(ek.subarray(1184)), 'X25519 share of low order')
  need(reduced(ek), 'ML-KEM modulus')
}

// random: 64 bytes, the coins of ML-KEM, then X25519's secret
export function encapsulate(ek: Uint8Array, random: Uint8Array) {
  const { cipherText, sharedSecret } = ml_kem768_x25519.encapsulate(ek, random)
  return { ct: cipherText, ss: sharedSecret }
}

export function decapsulate(seed: Uint8Array, ct: Uint8Array) {
  try {
    return ml_kem768_x25519.decapsulate(ct, ml_kem768_x25519.keygen(seed).secretKey)
  } catch (error) {
    throw new Refused('KEM', { cause: error })
  }
}
