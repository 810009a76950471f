import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

// What must not be in the page. Names, messages and addresses come from strangers: they become text nodes and nothing
// else. Nothing is kept in the browser, nothing is asked of anybody but the program.
const syntax = (selector, message) => ({ selector, message });
const bans = [
  syntax('MemberExpression[property.name=/^(innerHTML|outerHTML|srcdoc)$/]', 'Text only by text nodes.'),
  syntax(
    'CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTMLUnsafe|parseFromString|createContextualFragment)$/]',
    'Text only by text nodes.',
  ),
  syntax(
    'CallExpression[callee.object.name="document"][callee.property.name=/^(write|writeln)$/]',
    'Text only by text nodes.',
  ),
  syntax('MemberExpression[object.name="document"][property.name="cookie"]', 'No cookies.'),
  syntax('NewExpression[callee.name="Function"]', 'No code from strings.'),
  syntax('CallExpression[callee.name="Function"]', 'No code from strings.'),
  syntax('Literal[value=/^\\s*(javascript|data):/i]', 'No such URLs.'),
  syntax(
    'NewExpression[callee.name=/^(XMLHttpRequest|EventSource|RTCPeerConnection|WebTransport)$/]',
    'Only the WebSocket to the program.',
  ),
  syntax('NewExpression[callee.name="Notification"]', 'Only lib/notify.svelte.ts, which knows what may be said.'),
];
const globals = ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore', 'fetch', 'eval'].map(
  (name) => ({
    name,
    message: 'Nothing is kept in the browser, nothing is fetched.',
  }),
);
const elements = ['iframe', 'object', 'embed', 'link', 'base', 'a'];

export default defineConfig(
  globalIgnores(['**/node_modules/', '**/dist/']),
  ts.configs.strict,
  svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['ui/src/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...bans,
        syntax('SvelteAttribute[key.name="style"]', 'Classes, or style: directives.'),
        ...elements.map((e) => syntax(`SvelteElement[name.name="${e}"]`, `No <${e}> here.`)),
        syntax('SvelteElement[name.name="form"] SvelteAttribute[key.name="action"]', 'Forms go nowhere.'),
      ],
      'no-restricted-globals': ['error', ...globals],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/button-has-type': 'off',
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    rules: {
      'no-undef': 'off',
      eqeqeq: 'error',
      '@typescript-eslint/no-dynamic-delete': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
);
