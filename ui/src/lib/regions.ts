// The large parts of the page, one after the other: F6 goes round.

const REGIONS = ['.rail', '.side', '.find', '.searching', '.scroller', '.several', '.composer', '.details'];
const STOPS = 'textarea, input, [tabindex="0"], button:not([tabindex="-1"])';

/** What of a part takes the focus: where one is in it, else its first. */
function entry(selector: string): { region: HTMLElement; stop: HTMLElement } | null {
  const region = document.querySelector<HTMLElement>(selector);
  if (!region?.checkVisibility()) return null;
  const stops = [...region.querySelectorAll<HTMLElement>(STOPS)].filter(
    (e) => e.checkVisibility() && !e.matches(':disabled, .unseen'),
  );
  const stop =
    stops.find((e) => e.ariaCurrent !== null) ??
    stops.find((e) => e.tabIndex === 0 && e.matches('li, [data-conversation]')) ??
    stops[0];
  return stop ? { region, stop } : null;
}

export function nextRegion(step: 1 | -1): void {
  const all = REGIONS.map(entry).filter((e) => e !== null);
  const at = all.findIndex(({ region }) => region.contains(document.activeElement));
  const from = at < 0 && step < 0 ? 0 : at;
  all.at((from + step) % all.length)?.stop.focus();
}
