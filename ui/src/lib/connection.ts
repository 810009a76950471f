// What was found out, in words: for the page, and as a text that can be given to somebody.

import type { Connection, Grade } from './api';
import { dayTime } from './format';
import { oneLine } from './text';
import { clockWords, headline, trouble } from './tor';
import { series, t, tn } from './i18n.svelte';

export interface Point {
  readonly grade: Grade;
  readonly title: string;
  readonly words: string;
}

const titles = (): Readonly<Record<string, string>> => ({
  tor: t('Tor program'),
  obfs4: t('Bridges: obfs4'),
  snowflake: t('Bridges: snowflake'),
  webtunnel: t('Bridges: webtunnel'),
  crypto: t('Cryptography'),
  folder: t('Data folder'),
  seccomp: t('Walls: system calls'),
  landlock: t('Walls: files'),
  sandbox: t('Walls'),
  memory: t('Memory'),
});

/** Whole sentences; what is empty is left out. */
function join(...sentences: string[]): string {
  return sentences.filter(Boolean).join(' ');
}

/** An identity that has no name here. */
export function identityWords(number: number): string {
  return t('identity {number}', { number });
}

function sentence(text: string): string {
  const line = oneLine(text);
  return line.charAt(0).toUpperCase() + line.slice(1) + (/[.!?]$/.test(line) ? '' : '.');
}

function ofTor({ tor }: Connection): Point[] {
  const out: Point[] = [];
  const said = trouble({ ...tor, skew: 0 });
  const progress =
    tor.phase === 'connecting'
      ? t('At {progress} %: {summary}.', { progress: tor.progress, summary: oneLine(tor.summary) })
      : '';
  const waits = tor.phase === 'waiting' && tor.summary !== '' ? [sentence(tor.summary)] : [];
  const since = tor.since > 0 ? t('So since {time}.', { time: dayTime(tor.since) }) : '';
  const bad = tor.phase === 'down' || said.length > 0;
  out.push({
    grade: bad ? 'mend' : tor.phase === 'reachable' ? 'ok' : 'note',
    title: headline(tor),
    words: [...said.map(sentence), ...waits, progress, since].filter(Boolean).join(' '),
  });
  if (tor.phase === 'reachable' && tor.warning !== '') {
    out.push({ grade: 'note', title: t('A warning'), words: sentence(tor.warning) });
  }
  const off = Math.abs(tor.skew) >= 30;
  out.push({
    grade: off ? 'mend' : 'ok',
    title: t('Clock'),
    words: off ? clockWords(tor) : t('Nothing says that the clock of this computer is wrong.'),
  });
  return out;
}

function ofWay({ way, transports }: Connection): Point {
  const kinds =
    transports.length > 0 ? t('Programs for {kinds} are installed.', { kinds: series(transports.map(oneLine)) }) : '';
  switch (way) {
    case 'bridges':
      return { grade: 'ok', title: t('Way'), words: join(t('Tor connects through bridges only.'), kinds) };
    case 'direct':
      return { grade: 'ok', title: t('Way'), words: join(t('Tor connects without bridges.'), kinds) };
    case 'system':
      return { grade: 'ok', title: t('Way'), words: t("The system's Tor is used, and connects as it was told to.") };
    case 'waiting':
      return { grade: 'note', title: t('Way'), words: join(t('Nothing was chosen yet: Tor waits.'), kinds) };
  }
}

function ofAddresses({ addresses }: Connection, nameOf: (identity: number) => string): Point[] {
  return addresses.map(({ identity, kind, state, tried, reached }) => {
    const title =
      kind === 'public'
        ? t('Public address of {name}', { name: nameOf(identity) })
        : t("Contacts' address of {name}", { name: nameOf(identity) });
    const last =
      reached > 0
        ? t('It was reached last {time}.', { time: dayTime(reached) })
        : t('It has not been reached since you unlocked.');
    switch (state) {
      case 'reached':
        return {
          grade: 'ok',
          title,
          words: t('We dialled it ourselves through Tor and got there: {time}.', { time: dayTime(reached) }),
        };
      case 'failed':
        return {
          grade: 'mend',
          title,
          words: join(
            t('We dialled it ourselves through Tor and did not get there: {time}.', { time: dayTime(tried) }),
            last,
            t('It is tried again by itself.'),
          ),
        };
      case 'untried':
        return {
          grade: 'note',
          title,
          words: t('We have not dialled it yet. That takes a minute after it is published.'),
        };
    }
  });
}

function ofContacts({ contacts, links }: Connection): Point[] {
  if (contacts === null) return [];
  const { connected, trying, away, untried } = contacts;
  if (connected + trying + away + untried === 0) return [];
  const parts = [
    connected > 0 ? tn(connected, '{n} connected', '{n} connected') : '',
    trying > 0 ? tn(trying, '{n} being dialled', '{n} being dialled') : '',
    away > 0 ? tn(away, '{n} did not answer', '{n} did not answer') : '',
    untried > 0 ? tn(untried, '{n} not dialled yet', '{n} not dialled yet') : '',
  ];
  const open = tn(links, '{n} link is open.', '{n} links are open.');
  const words = join(t('{parts}.', { parts: series(parts) }), open);
  return [{ grade: 'ok', title: t('Contacts'), words }];
}

function ofStorage({ storage }: Connection): Point[] {
  if (storage === 'ok') return [];
  const words = {
    full: t('The disk is full: nothing is stored and no link is held.'),
    failing: t('The disk cannot be read or written: nothing is stored and no link is held.'),
    damaged: t('What is stored is damaged: nothing is written and no link is held.'),
  }[storage];
  return [{ grade: 'mend', title: t('Disk'), words }];
}

/** All there is to say, what needs mending first. nameOf: what an identity is called here. */
export function points(c: Connection, nameOf: (identity: number) => string): Point[] {
  const titled = titles();
  const all = [
    ...ofTor(c),
    ...ofStorage(c),
    ...ofAddresses(c, nameOf),
    ofWay(c),
    ...ofContacts(c),
    ...c.findings.map(({ grade, what, text }) => ({
      grade,
      title: (Object.hasOwn(titled, what) && titled[what]) || oneLine(what),
      words: sentence(text),
    })),
  ];
  const order: readonly Grade[] = ['mend', 'note', 'ok'];
  return order.flatMap((grade) => all.filter((p) => p.grade === grade));
}

/** The same as text, with numbers in place of names. */
export function report(c: Connection, now: number): string {
  const marks: Readonly<Record<Grade, string>> = { mend: 'MEND', note: 'note', ok: 'ok  ' };
  const lines = points(c, identityWords).map((p) => `${marks[p.grade]}  ${p.title}: ${p.words}`);
  return [`BlackedOutChat ${c.version}, ${new Date(now).toISOString()}`, ...lines, ''].join('\n');
}
