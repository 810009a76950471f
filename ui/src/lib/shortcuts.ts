// Shortcuts as they are written down ("Mod+Shift+L"), as a keyboard says them, and as people read them. "Mod" is Ctrl, and Cmd on
// a Mac. A letter is meant as it is printed on the key, where the layout has it at all; else where it would be.

import { t } from './i18n.svelte';

export type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export function onMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

function parts(shortcut: string): { key: string; mod: boolean; alt: boolean; shift: boolean } {
  const all = shortcut.split('+');
  const has = (name: string): boolean => all.slice(0, -1).includes(name);
  return { key: all.at(-1) ?? '', mod: has('Mod'), alt: has('Alt'), shift: has('Shift') };
}

export function presses(event: Press, shortcut: string, mac: boolean): boolean {
  const { key, mod, alt, shift } = parts(shortcut);
  if (event.ctrlKey !== (mod && !mac) || event.metaKey !== (mod && mac) || event.altKey !== alt) return false;
  // Which signs need Shift is the layout's business.
  if (/^[^A-Z\d]$/.test(key)) return event.key === key;
  if (event.shiftKey !== shift) return false;
  if (/^\d$/.test(key)) return event.code === `Digit${key}`;
  if (!/^[A-Z]$/.test(key)) return event.key === key;
  return event.key.toUpperCase() === key || (!/^[\x20-\x7e]$/.test(event.key) && event.code === `Key${key}`);
}

function keyWords(key: string): string {
  switch (key) {
    case 'ArrowUp':
      return '↑';
    case 'ArrowDown':
      return '↓';
    case 'Plus':
      return '+';
    case 'Escape':
      return t('Esc');
    case 'Delete':
      return t('Del');
    case 'Enter':
      return t('Enter');
    case 'Home':
      return t('Home');
    case 'End':
      return t('End');
    default:
      return key;
  }
}

/** As it is printed on the keys. */
export function keysInWords(shortcut: string, mac: boolean): string {
  const { key, mod, alt, shift } = parts(shortcut);
  if (mac) return `${alt ? '⌥' : ''}${shift ? '⇧' : ''}${mod ? '⌘' : ''}${keyWords(key)}`;
  return [mod && t('Ctrl'), alt && t('Alt'), shift && t('Shift'), keyWords(key)].filter(Boolean).join('+');
}
