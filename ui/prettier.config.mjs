export default {
  printWidth: 120,
  singleQuote: true,
  plugins: [import.meta.resolve('prettier-plugin-svelte')],
  overrides: [
    { files: '*.svelte', options: { parser: 'svelte' } },
    { files: '*.mjs', options: { semi: false } },
  ],
}
