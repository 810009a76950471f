// The page's words. A sentence is its own key, in English: who reads the code reads what people read. Those of other
// languages are in locales/, one file each, fetched when somebody reads in it.

/** By their own names. English needs no file. */
export const LANGUAGES = {
  en: 'English',
} as const;
export type Language = keyof typeof LANGUAGES;

/** A sentence, or one for each kind of number the language has (Intl.PluralRules). */
type Words = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;
export type Locale = Readonly<Record<string, Words>>;
export type Values = Readonly<Record<string, string | number>>;

const FILES: Readonly<Partial<Record<Language, () => Promise<{ default: Locale }>>>> = {};

const RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LTR = /\p{L}/u;

class I18n {
  language = $state<Language>('en');
  #words = $state.raw<Locale>({});
  /** Only the last one that was asked for counts. */
  #wanted: Language = 'en';

  get direction(): 'ltr' | 'rtl' {
    return ['ar', 'fa'].includes(this.language) ? 'rtl' : 'ltr';
  }

  /** In this language from now on, and the page with it; what is not there in it stays English. */
  async speak(language: Language): Promise<void> {
    this.#wanted = language;
    const words = (await FILES[language]?.())?.default ?? {};
    if (this.#wanted !== language) return;
    this.#words = words;
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = this.direction;
  }

  say(key: string, count: number | null, english: string, values: Values): string {
    const words = this.#words[key];
    const found = typeof words === 'object' ? words[new Intl.PluralRules(this.language).select(count ?? 0)] : words;
    return (found ?? english).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? new Intl.NumberFormat(this.language).format(value) : this.#apart(value);
    });
  }

  /** What runs the other way must not turn what stands around it: first strong isolate, pop. */
  #apart(value: string): string {
    const other = this.direction === 'rtl' ? LTR.test(value) && !RTL.test(value.charAt(0)) : RTL.test(value);
    return other ? `\u2068${value}\u2069` : value;
  }
}

export const i18n = new I18n();

/** `sentence` in the reader's language, with `{name}` for `values.name`. */
export function t(sentence: string, values: Values = {}): string {
  return i18n.say(sentence, null, sentence, values);
}

/** Likewise of a number: `many` is the key, `{n}` is the number. */
export function tn(count: number, one: string, many: string, values: Values = {}): string {
  return i18n.say(many, count, count === 1 ? one : many, { ...values, n: count });
}

/** The first of `wanted` (as the browser says them: "de-AT", "zh-CN") that there is; English otherwise. */
export function bestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    const found = Object.keys(LANGUAGES).find((l) => l.toLowerCase().split('-')[0] === primary);
    if (found) return found as Language;
  }
  return 'en';
}
