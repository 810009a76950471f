// Now, once a second, for everything that says how long.

class Clock {
  now = $state(Date.now());
  constructor() {
    setInterval(() => (this.now = Date.now()), 1000);
  }
  /** Changes once a minute: enough for "today". */
  minute = $derived(Math.floor(this.now / 60_000) * 60_000);
}

export const clock = new Clock();
