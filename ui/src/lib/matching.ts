// Whether a text has what somebody looks for.

/** Neither capitals nor accents matter. */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Every word of `wanted`, or what begins one, stands somewhere in `text`. */
export function matches(wanted: string, text: string): boolean {
  const inside = plain(text);
  return plain(wanted)
    .split(/\s+/)
    .every((word) => inside.includes(word));
}
