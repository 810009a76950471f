// Whether something takes so long that a word about it is due. Made while a component is.

const SLOW_MS = 2500;

export class Slow {
  now = $state(false);

  constructor(busy: () => boolean) {
    $effect(() => {
      this.now = false;
      if (!busy()) return;
      const timer = setTimeout(() => (this.now = true), SLOW_MS);
      return () => clearTimeout(timer);
    });
  }
}
