// What is pressed anywhere on the page, unless what has the focus has taken it. Keys that browsers keep for themselves are left alone.

import { app } from './app.svelte';
import { COMMANDS } from './commands';
import { focusComposer } from './focus';
import { nav } from './nav.svelte';
import { onMac, presses } from './shortcuts';

/** Closes what is in front, else goes back to where one writes. */
function escape(): boolean {
  const selection = nav.contact === null ? undefined : app.chat(nav.contact).selection;
  if (nav.details) nav.closeDetails();
  else if (selection && selection.count > 0) selection.end();
  else if (nav.finding) nav.finding = false;
  else if (nav.search) nav.back();
  else if (document.activeElement?.matches('.composer textarea')) return false;
  else return focusComposer();
  return true;
}

function run(event: KeyboardEvent): boolean {
  const mac = onMac();
  const modal = document.querySelector('dialog[open]') !== null;
  for (const command of COMMANDS) {
    const which = command.keys?.findIndex((keys) => presses(event, keys, mac)) ?? -1;
    if (which < 0 || (modal && !command.always) || command.when?.() === false) continue;
    command.run(which);
    return true;
  }
  return !modal && presses(event, 'Escape', mac) && escape();
}

export function keys(event: KeyboardEvent): void {
  if (!event.isComposing && !event.defaultPrevented && run(event)) event.preventDefault();
}
