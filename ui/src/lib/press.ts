// What a finger says by staying where it is. Not every browser makes a menu of that.

const LONG_MS = 500;
/** A finger that stays trembles so far. */
const STAYS = 10;

/** `run` hears where a finger stayed, once it has left: what opens under a finger is closed by its leaving. */
export function longPress(run: (x: number, y: number, target: EventTarget | null) => void) {
  return (element: HTMLElement): (() => void) => {
    let down: { readonly x: number; readonly y: number; readonly time: number } | null = null;
    const start = ({ touches, timeStamp }: TouchEvent): void => {
      const [touch] = touches;
      down = touches.length === 1 && touch ? { x: touch.clientX, y: touch.clientY, time: timeStamp } : null;
    };
    const move = ({ touches: [touch] }: TouchEvent): void => {
      if (!down || !touch || Math.hypot(touch.clientX - down.x, touch.clientY - down.y) > STAYS) down = null;
    };
    const cancel = (): void => {
      down = null;
    };
    const end = (event: TouchEvent): void => {
      const was = down;
      down = null;
      if (!was || event.timeStamp - was.time < LONG_MS) return;
      event.preventDefault();
      setTimeout(() => run(was.x, was.y, event.target));
    };
    element.addEventListener('touchstart', start, { passive: true });
    element.addEventListener('touchmove', move, { passive: true });
    element.addEventListener('touchend', end);
    element.addEventListener('touchcancel', cancel);
    return () => {
      element.removeEventListener('touchstart', start);
      element.removeEventListener('touchmove', move);
      element.removeEventListener('touchend', end);
      element.removeEventListener('touchcancel', cancel);
    };
  };
}
