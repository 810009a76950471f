// The headers of every answer. Only the worker's own script may make WebAssembly.
const policy = (script) =>
  [
    "default-src 'none'",
    `script-src 'self'${script}`,
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html app-worker',
  ].join('; ')

export const headers = (path) => ({
  'Content-Security-Policy': policy(path === '/assets/worker.js' ? " 'wasm-unsafe-eval'" : ''),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'X-DNS-Prefetch-Control': 'off',
  'Permissions-Policy':
    'camera=(self), microphone=(self), clipboard-write=(self), clipboard-read=(), geolocation=(), usb=(), serial=(), hid=(), payment=(), display-capture=(), browsing-topics=()',
  'Cache-Control': 'no-store',
})
