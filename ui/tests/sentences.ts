// All sentences of the page, found in its sources, and what is wrong with them or with a translation.

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import type { Locale } from '../src/lib/i18n.svelte';

export interface Sentence {
  /** the English sentence; of one with a number the one for many */
  readonly key: string;
  /** the English sentence for one; null: it has no number */
  readonly one: string | null;
  /** where it is said first, in src/ */
  readonly file: string;
}

type Node = Record<string, unknown> & { readonly type: string; readonly start: number };

const SOURCES = new URL('../src/', import.meta.url);
/** What is read by people, of elements and of our own components. */
const READ =
  /^(aria-(label|description|placeholder|roledescription|valuetext)|alt|title|placeholder|label|lead|hint|words)$/;
const LETTERS = /\p{L}{2}/u;
/** Said alike in every language. */
const NAMES = ['BlackedOutChat'];
/** Begins as a sentence does and has several words. */
const SENTENCE = /^\p{Lu}[\p{L}’]* .*\p{Ll}/u;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function children(node: Node): Node[] {
  const all = Object.entries(node).filter(([name]) => !['css', 'comments', 'options', 'metadata'].includes(name));
  return all.flatMap(([, value]) => (Array.isArray(value) ? value : [value])).filter(isNode);
}

const literal = (node: unknown): string | null =>
  isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : null;

/** What an expression can come to, where that is written in it. */
function results(node: unknown): string[] {
  if (!isNode(node)) return [];
  const all = (...names: string[]): string[] => names.flatMap((name) => results(node[name]));
  switch (node.type) {
    case 'Text':
      return [String(node['data'])];
    case 'ExpressionTag':
      return all('expression');
    case 'ConditionalExpression':
      return all('consequent', 'alternate');
    case 'LogicalExpression':
    case 'BinaryExpression':
      return node['operator'] === '+' || node.type === 'LogicalExpression' ? all('left', 'right') : [];
    case 'TemplateLiteral':
      return (node['quasis'] as Node[]).map((q) => String((q['value'] as { cooked: string }).cooked));
    default:
      return [literal(node) ?? ''];
  }
}

/** What one source says, and what of it does not go through `t` or `tn`. */
export function read(source: string, file: string): { sentences: Sentence[]; faults: string[] } {
  const sentences: { readonly at: number; readonly said: Sentence }[] = [];
  const faults: string[] = [];
  const text = file.endsWith('.svelte') ? source : `<script lang="ts">${source}</script>`;
  const root = parse(text, { modern: true });

  function call(node: Node): boolean {
    const name = (node['callee'] as Node)['name'];
    if (name !== 't' && name !== 'tn') return false;
    const words = (node['arguments'] as Node[]).slice(name === 't' ? 0 : 1, name === 't' ? 1 : 3).map(literal);
    const key = words.at(-1);
    if (words.length === (name === 't' ? 1 : 2) && key && !words.includes(null))
      sentences.push({ at: node.start, said: { key, one: name === 't' ? null : (words[0] ?? ''), file } });
    else faults.push(`${file}: ${name}() of what is no literal: ${text.slice(node.start, node.start + 60)}`);
    return true;
  }
  function shown(texts: readonly string[]): void {
    for (const words of texts.map((w) => w.trim()))
      if (LETTERS.test(words) && !NAMES.includes(words)) faults.push(`${file}: not through t(): ${words}`);
  }
  function visit(node: Node): void {
    if (node.type === 'CallExpression' && call(node)) {
      // Its own words are no literals that were forgotten; what is filled in may hold some.
      for (const argument of node['arguments'] as Node[]) if (literal(argument) === null) visit(argument);
      return;
    }
    const texts = results(node).filter((w) => SENTENCE.test(w));
    if ((node.type === 'Literal' || node.type === 'TemplateLiteral') && texts.length > 0) shown(texts);
    else if (node.type === 'Text' || node.type === 'ExpressionTag') shown(results(node));
    if (node.type === 'Attribute' || node.type === 'StyleDirective') {
      const values = [node['value']].flat();
      if (READ.test(String(node['name']))) shown(values.flatMap(results));
      for (const value of values) if (isNode(value) && value.type !== 'Text') children(value).forEach(visit);
    } else children(node).forEach(visit);
  }
  visit(root as unknown as Node);
  const inOrder = sentences.sort((a, b) => a.at - b.at).map(({ said }) => said);
  return { sentences: inOrder, faults: [...new Set(faults)] };
}

function all(): ReturnType<typeof read>[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((f) => /\.(svelte|ts)$/.test(f));
  return files.sort().map((file) => read(readFileSync(new URL(file, SOURCES), 'utf8'), file));
}

/** What the sources say without `t`, and the same sentence said in two ways. */
export function faults(): string[] {
  const said = all();
  const first = new Map<string, Sentence>();
  const twice = said.flatMap(({ sentences }) =>
    sentences.flatMap((s) => {
      const other = first.get(s.key) ?? s;
      first.set(s.key, other);
      return other.one === s.one ? [] : [`${s.file}: otherwise in ${other.file}: ${s.key}`];
    }),
  );
  return [...said.flatMap((s) => s.faults), ...twice];
}

/** Each once, in the order in which they are said first. */
export function found(): Sentence[] {
  const out = new Map<string, Sentence>();
  for (const { sentences } of all()) for (const s of sentences) if (!out.has(s.key)) out.set(s.key, s);
  return [...out.values()];
}

const valuesOf = (words: string): string => [...new Set(words.match(/\{\w+\}/g))].sort().join(' ');

/** What is wrong with a translation: all that is said must be there, with its values, for each kind of number. */
export function wrong(locale: Locale, language: string, sentences: readonly Sentence[]): string[] {
  const out: string[] = [];
  const kinds = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort().join(' ');
  const keys = new Set(sentences.map((s) => s.key));
  for (const key of Object.keys(locale)) if (!keys.has(key)) out.push(`said nowhere: ${key}`);
  for (const { key, one } of sentences) {
    const words = locale[key];
    // The number itself may be left out: "a request".
    const wanted = valuesOf(one === null ? key : key.replaceAll('{n}', ''));
    const differs = (text: string): boolean => valuesOf(one === null ? text : text.replaceAll('{n}', '')) !== wanted;
    if (words === undefined) out.push(`missing: ${key}`);
    else if ((typeof words === 'string') !== (one === null)) out.push(`${one === null ? 'no' : 'a'} number: ${key}`);
    else if (typeof words !== 'string' && Object.keys(words).sort().join(' ') !== kinds)
      out.push(`not for ${kinds}: ${key}`);
    else
      for (const text of typeof words === 'string' ? [words] : Object.values(words))
        if (text.trim() === '' || differs(text)) out.push(`other values: ${key}`);
  }
  return out;
}
