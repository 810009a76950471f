// Profile pictures, fetched when somebody looks.

import { SvelteMap } from 'svelte/reactivity';
import { fromBase64, type Bytes } from './bytes';
import { program } from './program.svelte';

type Whose = 'contact' | 'identity';

class Pictures {
  #known = new SvelteMap<string, { readonly version: number; readonly points: Bytes | null }>();
  /** What is being fetched, so that it is asked for once. */
  #fetching = new Set<string>();

  /** Null: there is none, or not yet. */
  of(whose: Whose, one: { readonly id: number; readonly picture: number }): Bytes | null {
    if (one.picture === 0) return null;
    const have = this.#known.get(`${whose} ${one.id}`);
    if (have?.version !== one.picture) void this.#fetch(whose, one.id, one.picture);
    return have?.points ?? null;
  }

  async #fetch(whose: Whose, id: number, version: number): Promise<void> {
    const key = `${whose} ${id} ${version}`;
    if (this.#fetching.has(key)) return;
    this.#fetching.add(key);
    try {
      const { picture } =
        whose === 'contact'
          ? await program.call('contacts.picture', { contact: id })
          : await program.call('identities.picture', { identity: id });
      this.#known.set(`${whose} ${id}`, { version, points: picture ? fromBase64(picture) : null });
    } catch {
      // the initials stay
    }
    this.#fetching.delete(key);
  }

  clear(): void {
    this.#known.clear();
  }
}

export const pictures = new Pictures();
