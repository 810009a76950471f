// Rows of a conversation as elements: which one something is in, and the way through the buttons of one.

/** The message that an element belongs to. */
export function rowOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-id]') : null;
}

/** 0: it belongs to none. */
export function ordinalOf(target: EventTarget | null): number {
  return Number(rowOf(target)?.ariaPosInSet ?? 0);
}

/** To a button of it: so far from the one that has the focus, or else from the first. False: it has none. */
export function stepWithin(row: HTMLElement | null, by: number): boolean {
  const all = [...(row?.querySelectorAll('button') ?? [])].filter((b) => b.checkVisibility());
  const here = all.indexOf(document.activeElement as HTMLButtonElement);
  all.at((Math.max(0, here) + by) % all.length)?.focus();
  return all.length > 0;
}

/** A key on one of its buttons; false: it means nothing there. */
export function rowButtonKey(key: string, row: HTMLElement): boolean {
  const forward = getComputedStyle(row).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  if (key === 'Escape') row.focus({ preventScroll: true });
  else if (key === 'ArrowLeft' || key === 'ArrowRight') stepWithin(row, key === forward ? 1 : -1);
  else return false;
  return true;
}
