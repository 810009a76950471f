// What was found out, in words: for the page, and as a text that can be given to somebody.

import type { Connection, Grade } from './api';
import { dayTime, roughly } from './format';
import { oneLine } from './text';
import { headline, trouble } from './tor';

export interface Point {
  readonly grade: Grade;
  readonly title: string;
  readonly words: string;
}

const TITLES: Readonly<Record<string, string>> = {
  tor: 'Tor program',
  obfs4: 'Bridges: obfs4',
  snowflake: 'Bridges: snowflake',
  webtunnel: 'Bridges: webtunnel',
  crypto: 'Cryptography',
  folder: 'Data folder',
  seccomp: 'Walls: system calls',
  landlock: 'Walls: files',
  sandbox: 'Walls',
  memory: 'Memory',
};

function sentence(text: string): string {
  const line = oneLine(text);
  return line.charAt(0).toUpperCase() + line.slice(1) + (/[.!?]$/.test(line) ? '' : '.');
}

function ofTor({ tor }: Connection): Point[] {
  const out: Point[] = [];
  const said = trouble({ ...tor, skew: 0 });
  const progress = tor.phase === 'connecting' ? `At ${tor.progress} %: ${oneLine(tor.summary)}. ` : '';
  const waits = tor.phase === 'waiting' && tor.summary !== '' ? [sentence(tor.summary)] : [];
  const since = tor.since > 0 ? `So since ${dayTime(tor.since)}.` : '';
  const bad = tor.phase === 'down' || said.length > 0;
  out.push({
    grade: bad ? 'mend' : tor.phase === 'reachable' ? 'ok' : 'note',
    title: headline(tor),
    words: [...said.map(sentence), ...waits, progress + since].join(' ').trim(),
  });
  if (tor.phase === 'reachable' && tor.warning !== '') {
    out.push({ grade: 'note', title: 'A warning', words: sentence(tor.warning) });
  }
  const off = Math.abs(tor.skew) >= 30;
  out.push({
    grade: off ? 'mend' : 'ok',
    title: 'Clock',
    words: off
      ? `The clock of this computer is off by about ${roughly(tor.skew)}. Tor needs the right time: please set it.`
      : 'Nothing says that the clock of this computer is wrong.',
  });
  return out;
}

function ofWay({ way, transports }: Connection): Point {
  const kinds = transports.length > 0 ? ` Programs for ${transports.join(', ')} are installed.` : '';
  switch (way) {
    case 'bridges':
      return { grade: 'ok', title: 'Way', words: `Tor connects through bridges only.${kinds}` };
    case 'direct':
      return { grade: 'ok', title: 'Way', words: `Tor connects without bridges.${kinds}` };
    case 'system':
      return { grade: 'ok', title: 'Way', words: "The system's Tor is used, and connects as it was told to." };
    case 'waiting':
      return { grade: 'note', title: 'Way', words: `Nothing was chosen yet: Tor waits.${kinds}` };
  }
}

function ofAddresses({ addresses }: Connection, nameOf: (identity: number) => string): Point[] {
  return addresses.map(({ identity, kind, state, tried, reached }) => {
    const title = `${kind === 'public' ? 'Public address' : "Contacts' address"} of ${nameOf(identity)}`;
    const last =
      reached > 0 ? ` It was reached last ${dayTime(reached)}.` : ' It has not been reached since you unlocked.';
    switch (state) {
      case 'reached':
        return { grade: 'ok', title, words: `We dialled it ourselves through Tor and got there: ${dayTime(reached)}.` };
      case 'failed':
        return {
          grade: 'mend',
          title,
          words: `We dialled it ourselves through Tor and did not get there: ${dayTime(tried)}.${last} It is tried again by itself.`,
        };
      case 'untried':
        return {
          grade: 'note',
          title,
          words: 'We have not dialled it yet. That takes a minute after it is published.',
        };
    }
  });
}

function ofContacts({ contacts, links }: Connection): Point[] {
  if (contacts === null) return [];
  const { connected, trying, away, untried } = contacts;
  if (connected + trying + away + untried === 0) return [];
  const say = (n: number, words: string): string[] => (n > 0 ? [`${n} ${words}`] : []);
  const parts = [
    ...say(connected, 'connected'),
    ...say(trying, 'being dialled'),
    ...say(away, 'did not answer'),
    ...say(untried, 'not dialled yet'),
  ];
  const words = `${parts.join(', ')}. ${links} ${links === 1 ? 'link is' : 'links are'} open.`;
  return [{ grade: 'ok', title: 'Contacts', words }];
}

function ofStorage({ storage }: Connection): Point[] {
  if (storage === 'ok') return [];
  const words = {
    full: 'The disk is full: nothing is stored and no link is held.',
    failing: 'The disk cannot be read or written: nothing is stored and no link is held.',
    damaged: 'What is stored is damaged: nothing is written and no link is held.',
  }[storage];
  return [{ grade: 'mend', title: 'Disk', words }];
}

/** All there is to say, what needs mending first. nameOf: what an identity is called here. */
export function points(c: Connection, nameOf: (identity: number) => string): Point[] {
  const all = [
    ...ofTor(c),
    ...ofStorage(c),
    ...ofAddresses(c, nameOf),
    ofWay(c),
    ...ofContacts(c),
    ...c.findings.map(({ grade, what, text }) => ({ grade, title: TITLES[what] ?? what, words: sentence(text) })),
  ];
  const order: readonly Grade[] = ['mend', 'note', 'ok'];
  return order.flatMap((grade) => all.filter((p) => p.grade === grade));
}

/** The same as text, with numbers in place of names. */
export function report(c: Connection, now: number): string {
  const marks: Readonly<Record<Grade, string>> = { mend: 'MEND', note: 'note', ok: 'ok  ' };
  const lines = points(c, (identity) => `identity ${identity}`).map((p) => `${marks[p.grade]}  ${p.title}: ${p.words}`);
  return [`BlackedOutChat ${c.version}, ${new Date(now).toISOString()}`, ...lines, ''].join('\n');
}
