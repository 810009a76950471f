// What others wrote, made harmless to show. Text only ever becomes text nodes; this is about what text itself can do:
// turn the reading direction, hide, pile up.

/** Controls but tab and newline, marks and overrides of direction, invisible fillers, tags, private interlinear. */
const HARMFUL =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/gu;

/** Joiners have work to do between letters of some scripts and within emoji; elsewhere they only hide. */
const IDLE_JOINER =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Mongolian}\p{M}])[\u200C\u200D]|[\u200C\u200D](?![\p{L}\p{M}\p{Extended_Pictographic}])/gu;

/** No script piles more marks on one letter. */
const PILE = /(\p{M}{4})\p{M}+/gu;

/** No emoji joins more; one character, however wide, stands in one line. */
const CHAIN =
  /((?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\p{M}]*\u200D){4}\p{Extended_Pictographic}[\p{Emoji_Modifier}\p{M}]*)\u200D/gu;

export function harmless(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(HARMFUL, '')
    .replace(IDLE_JOINER, '')
    .replace(PILE, '$1')
    .replace(CHAIN, '$1');
}

/** A name or a preview: one line. */
export function oneLine(text: string): string {
  return harmless(text).replace(/\s+/gu, ' ').trim();
}

/** The first character that stands for a name, as a reader sees characters. */
export function initial(name: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name);
  return first ? first.segment.toLocaleUpperCase() : '?';
}
