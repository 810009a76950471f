// A list with one tab stop, moved by the arrow keys: the row that had the focus last, else the current one, else the first.

import { focusComposer } from './focus';

const ROW = '[data-conversation]';

export function roving(list: HTMLElement): () => void {
  let stop: HTMLElement | null = null;
  const rows = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(ROW)].filter((e) => e.checkVisibility());

  function set(): void {
    const all = rows();
    const here = all.find((e) => e === stop) ?? all.find((e) => e.ariaCurrent !== null) ?? all[0];
    for (const row of list.querySelectorAll<HTMLElement>(ROW)) {
      const stop = row === here ? '0' : '-1';
      if (row.getAttribute('tabindex') !== stop) row.setAttribute('tabindex', stop);
    }
  }
  function focusin(event: FocusEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>(ROW);
    if (!row) return;
    stop = row;
    set();
  }
  function keydown(event: KeyboardEvent): void {
    const all = rows();
    const at = all.indexOf(event.target as HTMLElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  }
  /** Who opens what is open already wants to write there, too. */
  function click(event: MouseEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>(ROW);
    if (row?.ariaCurrent === 'page') focusComposer();
  }
  const observer = new MutationObserver(set);
  observer.observe(list, { childList: true, subtree: true, attributeFilter: ['aria-current', 'open'] });
  list.addEventListener('focusin', focusin);
  list.addEventListener('keydown', keydown);
  list.addEventListener('click', click);
  set();
  return () => {
    observer.disconnect();
    list.removeEventListener('focusin', focusin);
    list.removeEventListener('keydown', keydown);
    list.removeEventListener('click', click);
  };
}
