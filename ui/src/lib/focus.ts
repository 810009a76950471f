// Where the focus goes when what had it is gone. On nothing at all, somebody with a keyboard or a screen reader would begin anew.

const visible = (selector: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>(selector)].find((e) => e.checkVisibility());

/** False: there is none to write into. On a touch screen its keyboard would jump up unasked. */
export function focusComposer(): boolean {
  const field = matchMedia('(min-width: 720px)').matches ? visible('.composer textarea') : undefined;
  field?.focus();
  return field !== undefined;
}

/** To where a reader of the page would go on. */
function somewhere(): void {
  if (focusComposer()) return;
  (
    visible('.pane button') ??
    visible('[data-conversation][tabindex="0"]') ??
    visible('.rail button, .side button')
  )?.focus();
}

const nowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

/**
 * Gives the focus back to what has it now, once what is opened is gone, unless something else has it by then. One dialog may
 * have opened another: what had the focus first is gone then too.
 */
export function remember(): () => void {
  const before = document.activeElement;
  return () =>
    queueMicrotask(() => {
      if (!nowhere()) return;
      if (before instanceof HTMLElement && before.isConnected && before.checkVisibility()) before.focus();
      if (nowhere()) somewhere();
    });
}

/** What somebody wants of a dialog, and not to close it. */
const WANTED = ['textarea, input:not(.unseen)', 'header ~ button, header ~ * button', 'button'];

export function focusWithin(dialog: HTMLElement): void {
  for (const selector of WANTED) if (nowhere()) dialog.querySelector<HTMLElement>(selector)?.focus();
}

/** Whatever has the focus within and goes away or is hidden: something else has it then. */
export function keepFocus(root: HTMLElement, elsewhere = somewhere): () => void {
  let last: Element | null = null;
  const focusin = (event: FocusEvent): void => {
    const target = event.target as Element;
    // A dialog within keeps its own, and gives it back to what had it before.
    if (target.closest('dialog') === root.closest('dialog')) last = target;
  };
  // A press beside everything takes the focus away, and is meant to.
  const pointerdown = (): void => {
    last = null;
  };
  const observer = new MutationObserver(() => {
    if (!last || !nowhere()) return;
    if (last instanceof HTMLElement && last.isConnected && last.checkVisibility()) last.focus();
    if (nowhere()) elsewhere();
  });
  root.addEventListener('focusin', focusin);
  root.addEventListener('pointerdown', pointerdown, true);
  if (nowhere()) elsewhere();
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ['class', 'disabled'] });
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', focusin);
    root.removeEventListener('pointerdown', pointerdown, true);
  };
}
