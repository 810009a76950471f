// A browser writes what stands in a field to the disk, to have it again when it starts; not of fields that ask it not to.

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';
import { expect, it } from 'vitest';

const SOURCES = new URL('../src/', import.meta.url);
const FIELDS = ['input', 'textarea', 'select'];

interface Node {
  readonly type: string;
  readonly name?: string;
  readonly start: number;
  readonly attributes?: readonly { readonly name?: string }[];
}
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

function fields(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = isNode(value) && value.type === 'RegularElement' && FIELDS.includes(value.name ?? '') ? [value] : [];
  return [...own, ...Object.values(value).flatMap(fields)];
}

it('every field says what the browser may keep of it', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.svelte'));
  const all = files.flatMap((file) =>
    fields(parse(readFileSync(new URL(file, SOURCES), 'utf8'), { modern: true }).fragment).map((field) => ({
      where: `${file} ${field.name} at ${field.start}`,
      says: field.attributes?.some(({ name }) => name === 'autocomplete'),
    })),
  );
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter(({ says }) => !says).map(({ where }) => where)).toEqual([]);
});
