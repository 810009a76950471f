// The keyboard map, as far as there is something to reach. Keys that browsers keep for themselves are left alone.

import { program } from './program.svelte';
import { nav } from './nav.svelte';

const REGIONS = ['.rail', '.side', '.scroller', '.composer'];

function conversations(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-conversation]')].filter((e) => e.checkVisibility());
}

function neighbour(step: number): void {
  const all = conversations();
  const at = all.findIndex((e) => e.ariaCurrent === 'page');
  const next = all[at < 0 ? 0 : at + step];
  if (next) nav.open(Number(next.dataset['conversation']));
}

/** Up and down within the list. */
function walk(event: KeyboardEvent): boolean {
  const all = conversations();
  const at = all.indexOf(event.target as HTMLElement);
  if (at < 0) return false;
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return false;
  all[to]?.focus();
  return true;
}

function nextRegion(back: boolean): void {
  const regions = REGIONS.map((s) => document.querySelector<HTMLElement>(s)).filter((e) => e?.checkVisibility());
  const at = regions.findIndex((r) => r?.contains(document.activeElement));
  const next = regions[(at + (back ? regions.length - 1 : 1) + (at < 0 && back ? 1 : 0)) % regions.length];
  const inside = [
    ...(next?.querySelectorAll<HTMLElement>('textarea, [tabindex="0"], button:not([tabindex="-1"])') ?? []),
  ];
  const visible = inside.filter((e) => e.checkVisibility());
  (visible.find((e) => e.ariaCurrent !== null) ?? visible[0])?.focus();
}

function escape(): boolean {
  if (nav.details) {
    nav.closeDetails();
    return true;
  }
  const composer = document.querySelector<HTMLElement>('.composer textarea');
  if (!composer || composer === document.activeElement) return false;
  composer.focus();
  return true;
}

export function keys(event: KeyboardEvent): void {
  if (event.isComposing || nav.dialog !== null) return;
  const { key, altKey, ctrlKey, shiftKey } = event;
  const plain = !altKey && !ctrlKey && !event.metaKey;
  let taken = true;
  if (ctrlKey && shiftKey && key.toLowerCase() === 'l') program.lock();
  else if (ctrlKey && !altKey && !shiftKey && key === ',') nav.dialog = 'settings';
  else if (altKey && !ctrlKey && key === 'ArrowUp') neighbour(-1);
  else if (altKey && !ctrlKey && key === 'ArrowDown') neighbour(1);
  else if (key === 'F6') nextRegion(shiftKey);
  else if (plain && key === 'Escape') taken = escape();
  else taken = plain && walk(event);
  if (taken) event.preventDefault();
}
