// What can honestly be said of a passphrase without lists of guesses: how long it is and whether it repeats itself.

import { t } from './i18n.svelte';

export interface Strength {
  readonly level: 0 | 1 | 2 | 3;
  readonly words: string;
}

export const MIN_PASSPHRASE = 8;

export function strength(passphrase: string): Strength {
  const characters = [...passphrase.normalize('NFC')];
  const { length } = characters;
  const different = new Set(characters).size;
  const words = new Set(passphrase.trim().split(/\s+/)).size;
  if (length === 0) return { level: 0, words: t('Five or six words chosen by dice are strong and can be remembered.') };
  if (length < MIN_PASSPHRASE)
    return { level: 0, words: t('Too short: at least {least} characters.', { least: MIN_PASSPHRASE }) };
  if (length < 14 || different < 7)
    return { level: 1, words: t('Short. Someone with this computer’s disk could guess it.') };
  if (length < 24 || words < 4) return { level: 2, words: t('Long enough if nobody could think of it.') };
  return { level: 3, words: t('Long. Strong if you did not take it from a book or a song.') };
}
