// What the page keeps for itself, in the vault: `page` of settings.get, at most 1,024 bytes.

import { LANGUAGES, type Language } from './i18n.svelte';

export interface Preferences {
  /** null: as the browser says */
  readonly language: Language | null;
  /** null: as the system says */
  readonly theme: 'light' | 'dark' | null;
  /** of what people write, in px */
  readonly size: number;
  /** Enter sends and Shift+Enter begins a line; otherwise Enter begins a line and Ctrl+Enter sends */
  readonly enterSends: boolean;
  /** What a notification says: nothing is shown at all, that there is a message, from whom, or what */
  readonly notify: 'off' | 'plain' | 'name' | 'text';
  readonly sound: boolean;
  /** Up to which restoring from a backup, and up to how many damaged places of the inbox, somebody was told. */
  readonly toldRestored: number;
  readonly toldDamaged: number;
  /** the emoji used last, the newest first, with spaces between */
  readonly emoji: string;
}

export const SIZES = { min: 13, max: 20 } as const;

export const DEFAULTS: Preferences = {
  language: null,
  theme: null,
  size: 15,
  enterSends: true,
  notify: 'off',
  sound: false,
  toldRestored: 0,
  toldDamaged: 0,
  emoji: '',
};

const count = (value: unknown): number => (Number.isSafeInteger(value) ? Math.max(0, Number(value)) : 0);
const one = <T>(values: readonly T[], value: unknown, otherwise: T): T => values.find((v) => v === value) ?? otherwise;

/** What is missing, or of a newer page, is as it is at first. */
export function readPreferences(page: string): Preferences {
  let kept: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(page);
    if (typeof value === 'object' && value !== null) kept = value as Record<string, unknown>;
  } catch {
    // nothing kept yet
  }
  const size = kept['size'];
  return {
    language: one([null, ...(Object.keys(LANGUAGES) as Language[])], kept['language'], DEFAULTS.language),
    theme: one([null, 'light', 'dark'] as const, kept['theme'], DEFAULTS.theme),
    size: typeof size === 'number' && size >= SIZES.min && size <= SIZES.max ? Math.round(size) : DEFAULTS.size,
    enterSends: one([true, false], kept['enterSends'], DEFAULTS.enterSends),
    notify: one(['off', 'plain', 'name', 'text'] as const, kept['notify'], DEFAULTS.notify),
    sound: one([true, false], kept['sound'], DEFAULTS.sound),
    toldRestored: count(kept['toldRestored']),
    toldDamaged: count(kept['toldDamaged']),
    emoji: typeof kept['emoji'] === 'string' ? kept['emoji'] : DEFAULTS.emoji,
  };
}

/** Only what differs from how it is at first. */
export function writePreferences(preferences: Preferences): string {
  const kept = Object.entries(preferences).filter(([key, value]) => value !== DEFAULTS[key as keyof Preferences]);
  return kept.length > 0 ? JSON.stringify(Object.fromEntries(kept)) : '';
}
