// Tor's way to being reachable, in words.

import type { Tor, TorPhase } from './api';
import { roughly } from './format';
import { oneLine } from './text';
import { t, tn } from './i18n.svelte';

export interface Step {
  readonly words: string;
  readonly state: 'done' | 'now' | 'next';
}

const ORDER: readonly TorPhase[] = ['starting', 'connecting', 'publishing', 'reachable'];

export function steps(tor: Tor): Step[] {
  const at = tor.phase === 'down' ? -1 : ORDER.indexOf(tor.phase === 'waiting' ? 'connecting' : tor.phase);
  const words = [t('Starting Tor'), t('Connecting to the Tor network'), t('Publishing your address'), t('Reachable')];
  return words.map((w, i) => ({
    words: w,
    state: i < at || (i === at && tor.phase === 'reachable') ? 'done' : i === at ? 'now' : 'next',
  }));
}

/** Of the whole way; a picture of the steps, not a promise. */
export function share(tor: Tor): number {
  switch (tor.phase) {
    case 'down':
      return 0;
    case 'starting':
    case 'waiting':
      return 0.04;
    case 'connecting':
      return 0.08 + 0.72 * (tor.progress / 100);
    case 'publishing':
      return 0.9;
    case 'reachable':
      return 1;
  }
}

export function headline(tor: Tor): string {
  switch (tor.phase) {
    case 'down':
      return t('Tor stopped');
    case 'starting':
      return t('Starting Tor');
    case 'waiting':
      return t('Tor waits');
    case 'connecting':
      return t('Joining Tor');
    case 'publishing':
      return t('Publishing your address');
    case 'reachable':
      return t('Connected through Tor');
  }
}

export function detail(tor: Tor, reachable: number): string {
  switch (tor.phase) {
    case 'down':
      return t('It is being started again. What you write waits.');
    case 'starting':
      return '';
    case 'waiting':
    case 'connecting':
      return oneLine(tor.summary);
    case 'publishing':
      return t('Soon others can reach you.');
    case 'reachable':
      return reachable === 0 ? '' : tn(reachable, '{n} online', '{n} online');
  }
}

export function clockWords({ skew }: Tor): string {
  return t('The clock of this computer is off by about {time}. Tor needs the right time: please set it.', {
    time: roughly(skew),
  });
}

/** What is wrong, in sentences of the program, if it still matters. */
export function trouble(tor: Tor): string[] {
  const out: string[] = [];
  // Tor bears with a clock that is a little off.
  if (Math.abs(tor.skew) >= 30) {
    out.push(clockWords(tor));
  }
  if (tor.warning !== '' && tor.phase !== 'reachable') out.push(oneLine(tor.warning));
  return out;
}
