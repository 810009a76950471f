// The page's words. A sentence is its own key, in English: who reads the code reads what people read. Those of other
// languages are in locales/, one file each, fetched when somebody reads in it.

import { directionOf, fill, formOf, type Values, type Words } from './sentence';

/** By their own names. English needs no file. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  ru: 'Русский',
  ar: 'العربية',
  fa: 'فارسی',
  'zh-Hans': '简体中文',
} as const;
export type Language = keyof typeof LANGUAGES;

export type Locale = Readonly<Record<string, Words>>;

/** Each becomes a file of its own: assets/de.js. */
const FILES: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ default: Locale }>>> = {
  de: () => import('../locales/de.json'),
  es: () => import('../locales/es.json'),
  fr: () => import('../locales/fr.json'),
  ru: () => import('../locales/ru.json'),
  ar: () => import('../locales/ar.json'),
  fa: () => import('../locales/fa.json'),
  'zh-Hans': () => import('../locales/zh-Hans.json'),
};

class I18n {
  language = $state<Language>('en');
  #words = $state.raw<Locale>({});
  /** Only the last one that was asked for counts. */
  #wanted: Language = 'en';

  get direction(): 'ltr' | 'rtl' {
    return directionOf(this.language);
  }

  /** In this language from now on, and the page with it; what is not there in it stays English. */
  async speak(language: Language): Promise<void> {
    this.#wanted = language;
    const words = language === 'en' ? {} : (await FILES[language]()).default;
    if (this.#wanted !== language) return;
    this.#words = words;
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = this.direction;
  }

  say(key: string, english: Words, count: number, values: Values): string {
    const words = this.#words[key];
    const form = words === undefined ? formOf(english, 'en', count) : formOf(words, this.language, count);
    return fill(form, this.language, values);
  }
}

export const i18n = new I18n();

/** `sentence` in the reader's language, with `{name}` for `values.name`. */
export function t(sentence: string, values: Values = {}): string {
  return i18n.say(sentence, sentence, 0, values);
}

/** Likewise of a number: `many` is the key, `{n}` is the number. */
export function tn(count: number, one: string, many: string, values: Values = {}): string {
  return i18n.say(many, { one, other: many }, count, { ...values, n: count });
}

/** One behind the other, without those that are empty. */
export function series(parts: readonly string[]): string {
  return parts.filter(Boolean).join(t(', '));
}

/** Who reads these does not read ours of that name. */
const OTHERS = /^zh-(?:hant|tw|hk|mo)\b/i;

/** The first of `wanted` (as the browser says them: "de-AT", "zh-CN") that there is; English otherwise. */
export function bestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (OTHERS.test(tag)) continue;
    const primary = tag.toLowerCase().split('-')[0];
    const found = Object.keys(LANGUAGES).find((l) => l.toLowerCase().split('-')[0] === primary);
    if (found) return found as Language;
  }
  return 'en';
}
