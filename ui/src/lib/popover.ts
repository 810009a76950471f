// Where something that opens beside a button, or where somebody pressed, has room in the window.

/** In the window: beside a button, or where somebody pressed. */
export type Place = HTMLElement | { readonly x: number; readonly y: number };

const MARGIN = 8;

/** Below it, and above where there is no room; its far edge at the button's. */
export function place(popover: HTMLElement, at: Place): void {
  const rtl = getComputedStyle(popover).direction === 'rtl';
  const { width, height } = popover.getBoundingClientRect();
  const box = at instanceof HTMLElement ? at.getBoundingClientRect() : new DOMRect(at.x, at.y, 0, 0);
  const below = box.bottom + 4;
  const top = below + height + MARGIN <= innerHeight ? below : Math.max(MARGIN, box.top - height - 4);
  const start = rtl ? box.left : box.right - width;
  const left = at instanceof HTMLElement ? start : rtl ? box.left - width : box.left;
  popover.style.top = `${top}px`;
  popover.style.left = `${Math.min(Math.max(MARGIN, left), innerWidth - width - MARGIN)}px`;
}

/** Likewise, and again whenever the window is another: a phone was turned, or its keyboard came. Returns what ends it. */
export function keepPlaced(popover: HTMLElement, at: Place): () => void {
  const again = (): void => place(popover, at);
  again();
  addEventListener('resize', again);
  return () => removeEventListener('resize', again);
}
