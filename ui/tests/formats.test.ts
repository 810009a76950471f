import { describe, expect, it } from 'vitest';
import { formats, onlyEmoji, plain, type Format } from '../src/lib/formats';
import { harmless } from '../src/lib/text';
import { random } from './lib/random';

const SHORT: Readonly<Record<string, string>> = { bold: 'b', italic: 'i', strike: 's', spoiler: 'h', quote: 'q' };
/** In brackets with a letter for what it is. */
const told = (all: readonly Format[]): string =>
  all
    .map((f) => {
      if (f.kind === 'text') return f.text;
      if ('text' in f) return `[${f.kind} ${f.text}]`;
      return `[${SHORT[f.kind]} ${told(f.of)}]`;
    })
    .join('');

describe('marks', () => {
  it.each([
    ['plain words', 'plain words'],
    ['*bold* _italic_ ~gone~ `code`', '[b bold] [i italic] [s gone] [code code]'],
    ['*bold _and italic_*, (*so*)!', '[b bold [i and italic]], ([b so])!'],
    ['||the ending|| of it', '[h the ending] of it'],
    ['||*x* https://a.org/||', '[h [b x] [link https://a.org/]]'],
    ['*a `b* c` d*', '[b a [code b* c] d]'],
    ['这是*粗体*字', '这是[b 粗体]字'],
    ['*two words* *more*', '[b two words] [b more]'],
  ])('%s', (text, tree) => expect(told(formats(text))).toBe(tree));

  it.each([
    'snake_case_name and 2*3*4',
    'a * b * c',
    '**doubled** __init__ ~~so~~',
    '*not ended and _neither',
    '* * *',
    '-_- ^_^ *',
    'a || b || c',
    'or|||three|||',
    '``two ticks``',
    '*over\nlines*',
    '*\u0301x* keeps its mark',
    '*️⃣ a key *️⃣',
    '`a`\u0301\u0301',
    'example.org www.example.org user@example.org',
  ])('%s stays as it is', (text) => expect(formats(text)).toEqual([{ kind: 'text', text }]));

  it('that cross end with the first that was begun', () => {
    expect(told(formats('*a _b* c_'))).toBe('[b a _b] c_');
    expect(told(formats('_a *b_ c* ~d~'))).toBe('[i a *b] c* [s d]');
  });
});

describe('blocks', () => {
  it('of code keep all that is in them', () => {
    expect(told(formats('see\n```\n*a* _b_\n\n  c\n```\nthere'))).toBe('see[block *a* _b_\n\n  c]there');
    expect(told(formats('```x```'))).toBe('[block x]');
    expect(told(formats('no ```x``` here'))).toBe('no ```x``` here');
    expect(told(formats('```\nnot ended *b*'))).toBe('```\nnot ended [b b]');
    expect(told(formats('```a```\n```b```'))).toBe('[block a][block b]');
  });
  it('of quoted lines have marks of their own', () => {
    expect(told(formats('> one *two*\n> three\nfour\n\nfive'))).toBe('[q one [b two]\nthree]four\n\nfive');
    expect(told(formats('a\n> b'))).toBe('a[q b]');
    expect(told(formats('>:( >_< a > b'))).toBe('>:( >_< a > b');
  });
});

describe('links', () => {
  const onion = `${'abcdefg234567'.repeat(5).slice(0, 56)}.onion`;
  it.each([
    ['see https://example.org/a_b_c, then', 'see [link https://example.org/a_b_c], then'],
    ['*https://example.org/*', '[b [link https://example.org/]]'],
    ['(HTTP://example.org/a_(b))', '([link HTTP://example.org/a_(b)])'],
    [`at ${onion}/x.`, `at [link ${onion}/x].`],
    [`${onion}.evil.com x${onion} a@${onion}`, `${onion}.evil.com x${onion} a@${onion}`],
    ['`https://example.org`', '[code https://example.org]'],
    ['https:// and http://[ and http://[x *b*', 'https:// and http://[ and http://[x [b b]'],
    [
      'javascript:alert(1) data:text/html,x ftp://a.org file:///etc',
      'javascript:alert(1) data:text/html,x ftp://a.org file:///etc',
    ],
    ['xhttps://a.org', 'xhttps://a.org'],
  ])('%s', (text, tree) => expect(told(formats(text))).toBe(tree));
});

describe('whatever is written', () => {
  const signs = [
    ...'*_~`|> \n.():/ab\u0301é世👩\u200D',
    '||',
    '```',
    '> ',
    'https://',
    'http://[',
    '👩‍🚀',
    '\u202E',
    '\uFE0F',
  ];
  const bare = (text: string): string => text.replace(/[*_~`|>\s]/gu, '');

  it('keeps its words, in their order, and gets back nothing that was taken away', () => {
    const next = random(20261123);
    for (let n = 0; n < 4000; n++) {
      const text = harmless(Array.from({ length: next(40) }, () => signs[next(signs.length)]).join(''));
      const tree = formats(text);
      const shown = (all: readonly Format[]): string => all.map((f) => ('text' in f ? f.text : shown(f.of))).join('');
      expect(bare(shown(tree)), JSON.stringify(text)).toBe(bare(text));
      // No piece of it has more marks on one letter, or a joiner that joins nothing.
      const pieces = (all: readonly Format[]): string[] => all.flatMap((f) => ('text' in f ? [f.text] : pieces(f.of)));
      for (const piece of pieces(tree)) {
        expect(/\p{M}{5}/u.test(piece), JSON.stringify(text)).toBe(false);
        expect(/\u202E/.test(piece)).toBe(false);
      }
      expect(/\p{M}{5}/u.test(shown(tree)), JSON.stringify(text)).toBe(false);
    }
  });

  it.each([
    '*',
    '_',
    '|',
    '`',
    '*a',
    '*a ',
    ' *_~||a',
    '||a ',
    '`a',
    '\n```',
    '\n> ',
    'http://[',
    'https://a',
    '(',
    'https://a.b/(',
    '*a*',
    'a.',
    '_*',
  ])('6,000 bytes of %j are read, and not deep', (sign) => {
    const text = sign.repeat(Math.ceil(6000 / sign.length));
    expect(bare(plain(formats(text), ''))).toBeDefined();
    expect(depth(formats(text))).toBeLessThan(7);
  });
  const depth = (all: readonly Format[]): number => Math.max(0, ...all.map((f) => ('of' in f ? depth(f.of) + 1 : 1)));
});

it('plain words have no marks, and hide what is hidden', () => {
  const text = 'a *b* `c`\n> d\n||e||\n```\nf\n```';
  expect(plain(formats(text), '…')).toBe('a b c\nd\n…\nf');
});

it('nothing but a few emoji', () => {
  for (const text of ['👍', '❤️', '👩‍👩‍👧 🇩🇪', '☝🏽', '1️⃣2️⃣3️⃣', '👍\n👍'])
    expect([text, onlyEmoji(text)]).toEqual([text, true]);
  for (const text of ['', ' ', '1', '#', 'a', '👍👍👍👍', '👍 ok', '©', '!', '👍!'])
    expect([text, onlyEmoji(text)]).toEqual([text, false]);
});
