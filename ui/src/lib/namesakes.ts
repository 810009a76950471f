// Names that a reader takes for one another. Anybody can take any name, so one that looks like a contact's may be meant to.

import type { Contact } from './api';
import { nameOf } from './people';
import { oneLine } from './text';

/** Small letters that look alike, or whose great ones do: a few of those of Unicode's TR 39, which names use. */
const LIKE: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['a', 'аα'],
    ['b', 'вβь'],
    ['c', 'сϲ'],
    ['d', 'ԁ'],
    ['e', 'еεє'],
    ['h', 'нһ'],
    ['j', 'ј'],
    ['k', 'кκ'],
    ['l', 'i1|ıіιӏ'],
    ['m', 'м'],
    ['n', 'пη'],
    ['o', '0оο'],
    ['p', 'рρ'],
    ['q', 'ԛ'],
    ['s', 'ѕ5'],
    ['t', 'тτ'],
    ['u', 'υ'],
    ['v', 'ѵν'],
    ['w', 'ѡωԝ'],
    ['x', 'хχ'],
    ['y', 'уγ'],
    ['z', 'ζ'],
  ].flatMap(([letter = '', like = '']) => [...like].map((l) => [l, letter])),
);

/** Great letters of Greek that look like others than their small ones. */
const GREAT: Readonly<Record<string, string>> = { Μ: 'm', Ν: 'n', Η: 'h', Υ: 'y', Ζ: 'z', Χ: 'x' };

const instead = (letters: Readonly<Record<string, string>>, text: string): string =>
  [...text].map((c) => letters[c] ?? c).join('');

/** What names that look alike have in common; nothing of accents, spaces, signs, and great and small. */
export function skeleton(name: string): string {
  const letters = instead(GREAT, oneLine(name).normalize('NFKD'))
    .toLowerCase()
    // Accents go; the vowels of Indic scripts are marks of their own.
    .replace(/\p{Script=Inherited}|[^\p{L}\p{M}\p{N}|]/gu, '');
  return instead(LIKE, letters).replaceAll('rn', 'm').replaceAll('vv', 'w') || oneLine(name);
}

/** Somebody else among those whom one writes to, whose name looks like this one's; undefined: nobody. */
export function namesakeOf(contact: Contact, all: Iterable<Contact>): Contact | undefined {
  const mine = skeleton(nameOf(contact));
  return [...all].find(
    (c) =>
      c.id !== contact.id && (c.state === 'accepted' || c.state === 'request_sent') && skeleton(nameOf(c)) === mine,
  );
}
