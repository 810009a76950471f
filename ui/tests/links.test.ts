import { describe, expect, it } from 'vitest';
import { linkEnd, linkOf, type Link } from '../src/lib/links';
import { decodeLabel, unicodeHost } from '../src/lib/punycode';

const found = (text: string, at = 0): string => text.slice(at, linkEnd(text, at));
const link = (text: string): Link => linkOf(text) as Link;
const onion = `${'abcdefg234567'.repeat(5).slice(0, 56)}.onion`;

describe('where a link ends', () => {
  it.each([
    ['https://a.org.', 'https://a.org'],
    ['https://a.org/x?y=1&z#w, and', 'https://a.org/x?y=1&z#w'],
    ['https://a.org/a_(b)) c', 'https://a.org/a_(b)'],
    ['https://a.org/(a', 'https://a.org/(a'],
    ['https://a.org/)).,', 'https://a.org/'],
    ['https://[::1]:80/]', 'https://[::1]:80/'],
    ['https://a.org/”x', 'https://a.org/'],
    ['https://a.org/<b>', 'https://a.org/'],
    ['https://a.org/…', 'https://a.org/'],
    ['https://a.org/。次', 'https://a.org/'],
    ['https://a.org/x_*', 'https://a.org/x'],
    [`${onion}:8080/x y`, `${onion}:8080/x`],
    [`${onion}.`, onion],
    [`${onion}.org`, ''],
    [`${onion.slice(1)} `, ''],
    ['a.org', ''],
  ])('%s', (text, what) => expect(found(text)).toBe(what));

  it('a name that only ends as an onion address does is none', () => {
    expect(found(`www.${onion}`, 4)).toBe('');
    expect(found(`a@${onion}`, 2)).toBe('');
  });
});

describe('where a link leads', () => {
  it('the host is what counts, not what stands before it', () => {
    const trick = link('https://good.com@evil.com/good.com');
    expect(trick.parts).toEqual(['https://good.com@', 'evil.com', '/good.com']);
    expect(trick.disguised).toBe(true);
    expect(link('https://good.com:x@evil.com:8443/a@b').parts).toEqual([
      'https://good.com:x@',
      'evil.com:8443',
      '/a@b',
    ]);
    expect(link('https://good.com\\@evil.com').parts[1]).toBe('good.com');
    expect(link('https://good.com/@evil.com')).toMatchObject({
      disguised: false,
      parts: ['https://', 'good.com', '/@evil.com'],
    });
    expect(link('https://a%40b@evil.com/')).toMatchObject({
      disguised: true,
      parts: ['https://a%40b@', 'evil.com', '/'],
    });
  });

  it('letters that look like others are told, in both forms', () => {
    const mixed = link('https://аpple.com/'); // the first one is Cyrillic
    expect(mixed).toMatchObject({ letters: 'аpple.com', mixed: true });
    expect(mixed.parts[1]).toBe('xn--pple-43d.com');
    expect(link('https://xn--pple-43d.com')).toMatchObject({ letters: 'аpple.com', mixed: true });
    expect(link('https://аррӏе.com')).toMatchObject({ letters: 'аррӏе.com', mixed: false });
    expect(link('https://bücher.example')).toMatchObject({ letters: 'bücher.example', mixed: false });
    expect(link('https://日本ごカナ.jp')).toMatchObject({ mixed: false });
    expect(link('https://example.org')).toMatchObject({ letters: null, mixed: false, disguised: false, onion: false });
    expect(link('https://ԁа.com')).toMatchObject({ mixed: false });
    expect(link('https://aא.com')?.mixed ?? true).toBe(true);
  });

  it('ports and onion addresses', () => {
    expect(link('http://a.org:8080/x').parts).toEqual(['http://', 'a.org:8080', '/x']);
    expect(link('http://a.org:80/x').href).toBe('http://a.org/x');
    expect(link(onion)).toMatchObject({ onion: true, href: `http://${onion}/` });
    expect(link(`https://www.${onion}/x`)).toMatchObject({ onion: true });
    expect(link('https://onion.example/')).toMatchObject({ onion: false });
  });

  it.each(['https://', 'http://[', 'https://a b', 'http://a.org:99999', 'http://xn--a'])('%s leads nowhere', (text) =>
    expect(linkOf(text)).toBeNull(),
  );
});

describe('names as letters', () => {
  // The samples of RFC 3492, section 7.1, and what browsers show most.
  it.each([
    ['egbpdaj6bu4bxfgehfvwxn', 'ليهمابتكلموشعربي؟'],
    ['ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
    ['Proprostnemluvesky-uyb24dma41a', 'Pročprostěnemluvíčesky'],
    ['3B-ww4c5e180e575a65lsy2b', '3年B組金八先生'],
    ['-> $1.00 <--', '-> $1.00 <-'],
    ['bcher-kva', 'bücher'],
    ['n3h', '☃'],
  ])('%s', (encoded, letters) => expect(decodeLabel(encoded)).toBe(letters));

  it.each(['99999999', 'a-é', 'zzzzzzzzzzzz'])('%s is not one', (encoded) => expect(decodeLabel(encoded)).toBeNull());

  it('only the parts that are encoded', () => {
    expect(unicodeHost('www.xn--bcher-kva.example')).toBe('www.bücher.example');
    expect(unicodeHost('xn--99999999.example')).toBe('xn--99999999.example');
  });
});
