import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The output is embedded into the program: stable names, no inline script or style, no import map, no polyfill.
const names = {
  entryFileNames: 'assets/[name].js',
  chunkFileNames: 'assets/[name].js',
  assetFileNames: 'assets/[name][extname]',
};

export default defineConfig({
  plugins: [svelte()],
  base: './',
  build: {
    target: 'es2022',
    // As written: light-dark() and :dir() stand here for what the reader chose, which no older form says.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { output: names },
  },
  // Nothing here is timed: the limit is for what hangs.
  test: { include: ['tests/**/*.test.ts'], testTimeout: 120_000 },
  worker: {
    format: 'es',
    rolldownOptions: { output: names },
  },
});
