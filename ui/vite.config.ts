import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const EMOJI = /emojibase-data\/(\w+)\/compact\.json$/;

/** What the page asks of an emoji: the skins are most of the file, and of other languages only the names are used. */
const emojiNames: Plugin = {
  name: 'emoji-names',
  enforce: 'pre',
  transform(code, id) {
    const language = EMOJI.exec(id)?.[1];
    if (language === undefined) return undefined;
    const all = JSON.parse(code) as {
      unicode: string;
      label: string;
      tags?: string[];
      group?: number;
      order?: number;
    }[];
    return JSON.stringify(
      all
        .filter(({ group }) => group !== undefined)
        .map(({ unicode, label, tags, group, order }) =>
          language === 'en' ? { unicode, label, tags, group, order } : { unicode, label, tags },
        ),
    );
  },
};

// The output is embedded into the program: stable names, no inline script or style, no import map, no polyfill.
const names = {
  entryFileNames: 'assets/[name].js',
  chunkFileNames: ({ facadeModuleId }: { facadeModuleId: string | null }) => {
    const language = EMOJI.exec(facadeModuleId ?? '')?.[1];
    return language ? `assets/emoji-${language}.js` : 'assets/[name].js';
  },
  assetFileNames: 'assets/[name][extname]',
};

export default defineConfig({
  plugins: [emojiNames, svelte()],
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
