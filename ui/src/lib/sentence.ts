// A sentence with its values, as a language says it.

/** A sentence, or one for each kind of number the language has (Intl.PluralRules). */
export type Words = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;
export type Values = Readonly<Record<string, string | number>>;

const RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LTR = /\p{L}/u;

export function directionOf(language: string): 'ltr' | 'rtl' {
  return ['ar', 'fa'].includes(language) ? 'rtl' : 'ltr';
}

/** Made once for each language: that takes longer than to use them. */
function once<T>(make: (language: string) => T): (language: string) => T {
  const made = new Map<string, T>();
  return (language) => {
    const one = made.get(language) ?? make(language);
    made.set(language, one);
    return one;
  };
}
const plurals = once((language) => new Intl.PluralRules(language));
// Four digits stand together: 3601, 12,345.
const numbers = once((language) => new Intl.NumberFormat(language, { useGrouping: 'min2' }));

/** The words for so many. */
export function formOf(words: Words, language: string, count: number): string {
  if (typeof words === 'string') return words;
  return words[plurals(language).select(count)] ?? words.other ?? '';
}

/** `{name}` is `values.name`. */
export function fill(words: string, language: string, values: Values): string {
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers(language).format(value) : apart(value, language);
  });
}

/** What runs the other way must not turn what stands around it: first strong isolate, pop. */
function apart(value: string, language: string): string {
  const rtl = directionOf(language) === 'rtl';
  const other = rtl ? LTR.test(value) && !RTL.test(value.charAt(0)) : RTL.test(value);
  return other ? `\u2068${value}\u2069` : value;
}
