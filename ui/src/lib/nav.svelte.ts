// Where the reader is. The history holds local numbers only, never a name or an address; the URL never changes.

export type Dialog =
  'add' | 'invite' | 'me' | 'safety' | 'tor' | 'vault' | 'leaving' | 'settings' | 'palette' | 'shortcuts' | null;

interface Place {
  readonly contact: number | null;
  readonly details: boolean;
  /** The search of all conversations stands here. */
  readonly search: boolean;
  /** Somebody was led here from another place, and goes back there. */
  readonly led: boolean;
}

const NOWHERE: Place = { contact: null, details: false, search: false, led: false };
/** So many people are known as those who were talked with last. */
const RECENT = 8;
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
  /** What `leaving` is about. */
  link = $state('');
  search = $state(false);
  led = $state(false);
  /** The bar that searches the conversation is open. */
  finding = $state(false);
  /** It was asked for so often. */
  asked = $state(0);
  /** Whose conversations were open last, the latest first. */
  recent = $state.raw<readonly number[]>([]);
  /** The reader went back here: what was in view then shall be again. */
  returned = false;

  constructor() {
    history.replaceState(NOWHERE, '');
    addEventListener('popstate', ({ state }) => this.#show(isPlace(state) ? state : NOWHERE, true));
  }

  #show(place: Place, returned: boolean): void {
    const { contact } = place;
    if (contact !== this.contact) {
      this.finding = false;
      this.returned = returned;
      if (contact !== null) this.recent = [contact, ...this.recent.filter((c) => c !== contact)].slice(0, RECENT);
    }
    this.contact = contact;
    this.details = place.details;
    this.search = place.search;
    this.led = place.led;
  }

  open(contact: number): void {
    this.#to({ ...NOWHERE, contact, led: this.led && contact === this.contact }, this.contact === null);
  }

  /** Likewise, for a look: from there one goes back to where one is now. */
  visit(contact: number): void {
    if (contact !== this.contact) this.#to({ ...NOWHERE, contact, led: true }, true);
  }

  openSearch(): void {
    if (!this.search) this.#to({ ...NOWHERE, search: true }, true);
  }

  /** The bar opens, or what is in it is to be typed anew. */
  find(): void {
    this.finding = true;
    this.asked++;
  }

  openDetails(): void {
    if (matchMedia(WIDE).matches) this.column = !this.column;
    else this.#to({ ...NOWHERE, contact: this.contact, details: true, led: this.led }, true);
  }

  /** The details of a conversation, whatever is open. */
  showDetails(contact: number): void {
    if (this.contact !== contact) this.open(contact);
    if (matchMedia(WIDE).matches) this.column = true;
    else if (!this.details) this.openDetails();
  }

  /** Closes what is in front: the details, then the conversation. */
  back(): void {
    if (matchMedia(WIDE).matches && !this.details && !this.led && !this.search) this.#to(NOWHERE, false);
    else history.back();
  }

  closeDetails(): void {
    if (this.details) history.back();
    else this.column = false;
  }

  /** Somebody pressed a link: nothing goes there before they have seen where it leads. */
  leave(link: string): void {
    this.link = link;
    this.dialog = 'leaving';
  }

  /** The conversation is gone, or the vault was locked. */
  reset(): void {
    this.#to(NOWHERE, false);
    this.dialog = null;
    this.link = '';
  }

  /** Nothing is remembered of whom one talked with. */
  forget(): void {
    this.reset();
    this.recent = [];
  }

  #to(place: Place, push: boolean): void {
    if (push) history.pushState(place, '');
    else history.replaceState(place, '');
    this.#show(place, false);
  }
}

export const nav = new Nav();
