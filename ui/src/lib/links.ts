// Links in what others wrote: where one ends, where it leads, and what about its name deceives. Nothing here goes there.

import { unicodeHost } from './punycode';

export interface Link {
  /** All of it, as a browser would understand it. */
  readonly href: string;
  /** `href` in three: what stands before the host, the host, the rest. */
  readonly parts: readonly [string, string, string];
  /** The host in letters, where that is something else. */
  readonly letters: string | null;
  /** Something stands before an @, where a name of a site is expected. */
  readonly disguised: boolean;
  /** Letters of several scripts in one part of the name. */
  readonly mixed: boolean;
  /** Tor Browser reaches it, other browsers do not. */
  readonly onion: boolean;
}

const SCHEME = /https?:\/\//iy;
/** An address of an onion service; bare domains are no links, this is nothing else. */
const ONION = /[a-z2-7]{56}\.onion(?![\p{L}\p{N}.-]*[\p{L}\p{N}-])(?::\d{1,5})?(?:[/?#][^\s<>"]*)?/iuy;
const END = /[\s<>"\u0000-\u001F\u007F\u2018-\u201F\u00AB\u00BB\u3001\u3002\uFF0C]/gu;
/** What ends a sentence, or a stretch of bold, and is no part of a link before it. */
const TRAILING = /[.,;:!?'*_~|`\u2026]/;
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Where what looks like a link, and begins at `from`, ends; 0: nothing does. `linkOf` says whether it is one. */
export function linkEnd(text: string, from: number): number {
  SCHEME.lastIndex = from;
  if (SCHEME.test(text)) {
    END.lastIndex = SCHEME.lastIndex;
    return trim(text, from, END.exec(text)?.index ?? text.length);
  }
  // Part of a longer name it would lead elsewhere than it says.
  if (/[.@-]/.test(text.charAt(from - 1))) return 0;
  ONION.lastIndex = from;
  return ONION.test(text) ? trim(text, from, ONION.lastIndex) : 0;
}

function trim(text: string, from: number, to: number): number {
  const open = new Map<string, number>();
  for (const c of text.slice(from, to)) if ('()[]{}'.includes(c)) open.set(c, (open.get(c) ?? 0) + 1);
  let end = to;
  for (; end > from; end--) {
    const last = text.charAt(end - 1);
    const opens = BRACKETS[last];
    if (opens !== undefined && (open.get(last) ?? 0) > (open.get(opens) ?? 0))
      open.set(last, (open.get(last) ?? 0) - 1);
    else if (!TRAILING.test(last)) break;
  }
  return end;
}

/** null: nothing that a browser could open. */
export function linkOf(text: string): Link | null {
  let url: URL;
  try {
    url = new URL(/^https?:\/\//i.test(text) ? text : `http://${text}`);
  } catch {
    return null;
  }
  const { href, host, hostname, protocol } = url;
  if ((protocol !== 'http:' && protocol !== 'https:') || hostname === '') return null;
  // The first place where it can stand: what is before it has no @.
  const at = href.indexOf('@', protocol.length) + 1;
  const disguised = url.username !== '' || url.password !== '';
  const begin = disguised ? at : protocol.length + 2;
  const letters = unicodeHost(hostname);
  return {
    href,
    parts: [href.slice(0, begin), host, href.slice(begin + host.length)],
    letters: letters === hostname ? null : letters,
    disguised,
    mixed: letters.split('.').some(isMixed),
    onion: hostname.endsWith('.onion'),
  };
}

/** Chinese, Japanese and Korean are written in several, which look like no others. */
const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]/u,
];
const ELSEWHERE =
  /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}\p{Script=Common}\p{Script=Inherited}]/u;

const isMixed = (label: string): boolean => [...SCRIPTS, ELSEWHERE].filter((script) => script.test(label)).length > 1;
