// Where the reader is. The history holds local numbers only, never a name or an address; the URL never changes.

export type Dialog = 'add' | 'invite' | 'me' | 'safety' | 'tor' | 'vault' | 'settings' | null;

interface Place {
  readonly contact: number | null;
  readonly details: boolean;
}

const NOWHERE: Place = { contact: null, details: false };
/** From here on the details stand beside the conversation. */
export const WIDE = '(min-width: 1280px)';

function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'contact' in value && 'details' in value;
}

class Nav {
  contact = $state<number | null>(null);
  /** On narrow screens: the details are open, over the conversation. */
  details = $state(false);
  /** On wide screens: the details' column is shown. */
  column = $state(true);
  dialog = $state<Dialog>(null);

  constructor() {
    history.replaceState(NOWHERE, '');
    addEventListener('popstate', ({ state }) => this.#show(isPlace(state) ? state : NOWHERE));
  }

  #show(place: Place): void {
    this.contact = place.contact;
    this.details = place.details;
  }

  open(contact: number): void {
    this.#to({ contact, details: false }, this.contact === null);
  }

  openDetails(): void {
    if (matchMedia(WIDE).matches) this.column = !this.column;
    else this.#to({ contact: this.contact, details: true }, true);
  }

  /** Closes what is in front: the details, then the conversation. */
  back(): void {
    if (matchMedia(WIDE).matches && !this.details) this.#to(NOWHERE, false);
    else history.back();
  }

  closeDetails(): void {
    if (this.details) history.back();
    else this.column = false;
  }

  /** The conversation is gone, or the vault was locked. */
  reset(): void {
    this.#to(NOWHERE, false);
    this.dialog = null;
  }

  #to(place: Place, push: boolean): void {
    if (push) history.pushState(place, '');
    else history.replaceState(place, '');
    this.#show(place);
  }
}

export const nav = new Nav();
