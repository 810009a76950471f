// What the page knows, and what it can ask for.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import {
  ERR,
  MAX_TEXT,
  type Contact,
  type Gone,
  type Identity,
  type Invitation,
  type Message,
  type Method,
  type Methods,
  type Notification,
  type Settings,
  type Storage,
  type Terms,
  type Tor,
} from './api';
import { fromBase64, toBase64, toHex, utf8Length, type Bytes } from './bytes';
import { BLOCK, Chat } from './chat.svelte';
import { calmly, CallError } from './errors';
import { Link } from './link';
import { nav } from './nav.svelte';
import { withLast } from './people';
import { firstUnread, isToRead } from './sight';
import type { Pasted } from './invitation';
import type { LoginProblem, Phase } from './ports';

/** A draft is kept when nobody has typed for so long. */
const DRAFT_MS = 800;
/** That somebody writes is said anew so often; it is believed for 10 s. */
const TYPING_MS = 4000;
/** So many requests for messages of one conversation at a time. */
const ASK_AT_ONCE = 2;
const ASK_AGAIN_MS = 2000;
/** What was read is told anew after so long, when the program could not take it. */
const TELL_AGAIN_MS = 5000;

class App {
  phase = $state.raw<Phase>({ kind: 'seeking' });
  loginProblem = $state<LoginProblem | null>(null);
  busy = $state(false);
  tor = $state.raw<Tor | null>(null);
  storage = $state<Storage>('ok');
  contacts = new SvelteMap<number, Contact>();
  identities = new SvelteMap<number, Identity>();
  invitations = new SvelteMap<number, Invitation>();
  /** The identity that new contacts and invitations are made under. */
  chosen = $state<number | null>(null);
  /** Per contact the loss of continuity that the person has read about. */
  read = new SvelteMap<number, number>();
  settings = $state.raw<Settings>({ read_marks: false, typing: false });
  /** Who writes to us just now, as they say. */
  typing = new SvelteSet<number>();
  /** contacts.list was answered once since login */
  ready = $state(false);
  notice = $state('');
  /** Said to screen readers when something new arrives. */
  arrived = $state.raw<Message | null>(null);

  #chats = new Map<number, Chat>();
  #pictures = new SvelteMap<string, { readonly version: number; readonly points: Bytes | null }>();
  /** What is being fetched, so that it is asked for once. */
  #fetching = new Set<string>();
  #link: Link | null = null;

  start(): void {
    this.#link = new Link({
      phase: (phase) => this.#phase(phase),
      login: (problem) => {
        this.busy = false;
        this.loginProblem = problem;
      },
      event: (event) => this.#event(event),
    });
  }

  call<M extends Method>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    if (!this.#link) return Promise.reject(new CallError(ERR.gone, 'not started'));
    return this.#link.call(method, params);
  }

  /** Undefined only before the first load. */
  get identity(): Identity | undefined {
    const chosen = this.chosen === null ? undefined : this.identities.get(this.chosen);
    return chosen ?? this.identities.values().next().value;
  }

  /* ---- login ---- */

  enroll(name: string, passphrase: string): void {
    this.#begin();
    this.#link?.post({ t: 'enroll', name, passphrase });
  }

  login(passphrase: string): void {
    this.#begin();
    this.#link?.post({ t: 'login', passphrase });
  }

  #begin(): void {
    this.busy = true;
    this.loginProblem = null;
  }

  lock(): void {
    this.#link?.post({ t: 'lock' });
  }

  retry(): void {
    this.#link?.post({ t: 'retry' });
  }

  #phase(phase: Phase): void {
    this.phase = phase;
    if (phase.kind === 'open') {
      this.busy = false;
      this.loginProblem = null;
      void this.#load();
    } else if (phase.kind === 'gone') {
      // What was known of the network is stale now.
      this.tor = null;
      this.typing.clear();
      for (const c of this.contacts.values()) if (c.online) this.#put({ ...c, online: false });
    } else if (phase.kind === 'first' || (phase.kind === 'locked' && phase.reason !== 'lost')) {
      this.#wipe();
    }
  }

  #wipe(): void {
    this.#pictures.clear();
    this.tor = null;
    this.storage = 'ok';
    this.contacts.clear();
    this.identities.clear();
    this.invitations.clear();
    this.chosen = null;
    this.read.clear();
    this.typing.clear();
    for (const chat of this.#chats.values()) clearTimeout(chat.saving);
    this.#chats.clear();
    this.ready = false;
    this.notice = '';
    this.arrived = null;
    nav.reset();
  }

  async #load(): Promise<void> {
    try {
      // Each is taken when it comes: an event between two answers is newer than the first.
      await Promise.all([
        this.call('status.get', {}).then((status) => {
          this.tor = status.tor;
          this.storage = status.storage;
          this.identities.clear();
          for (const i of status.identities) this.identities.set(i.id, i);
        }),
        this.call('contacts.list', {}).then(({ contacts }) => {
          const ids = new Set(contacts.map((c) => c.id));
          for (const id of this.contacts.keys()) if (!ids.has(id)) this.#forget(id);
          for (const c of contacts) this.#put(c);
        }),
        this.call('settings.get', {}).then((settings) => {
          this.settings = settings;
        }),
        this.call('invitations.list', {}).then(({ invitations }) => {
          this.invitations.clear();
          for (const i of invitations) this.invitations.set(i.id, i);
        }),
      ]);
      this.ready = true;
      const again = [...this.#chats].map(async ([id, chat]) => {
        if (chat.ready) {
          chat.stale();
          await this.#loadGone(id, chat);
          this.#fill(id, chat);
        } else if (nav.contact === id) await this.#start(id, chat);
        await Promise.all(chat.pending.map((p) => this.#deliver(id, chat, p.id, p.text)));
      });
      await Promise.all(again);
    } catch (error) {
      this.#complain(error);
    }
  }

  /* ---- contacts ---- */

  /** Runs something the person asked for; false and a notice when it failed. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  #complain(error: unknown): void {
    this.notice = this.phase.kind === 'open' ? calmly(error) : '';
  }

  async add({ kind, text }: Pasted, name: string, greeting: string): Promise<Contact> {
    const contact = await this.call('contacts.add', {
      ...(kind === 'invitation' ? { invitation: text } : { address: text }),
      ...(this.identity && { identity: this.identity.id }),
      ...(name && { name }),
      ...(greeting && { greeting }),
    });
    this.#put(contact);
    return contact;
  }

  decide(id: number, decision: 'accept' | 'reject' | 'block'): Promise<boolean> {
    return this.#try(async () => {
      const contact = await this.call(`contacts.${decision}`, { contact: id });
      this.#put(contact);
    });
  }

  rename(id: number, name: string): Promise<boolean> {
    return this.#try(async () => {
      const contact = await this.call('contacts.rename', { contact: id, name });
      this.#put(contact);
    });
  }

  remove(id: number): Promise<boolean> {
    return this.#try(async () => {
      await this.call('contacts.remove', { contact: id });
      this.#forget(id);
    });
  }

  setTerms(id: number, { vanish, keep }: Terms): Promise<boolean> {
    return this.#try(async () => {
      this.#put(await this.call('conversation.terms', { contact: id, vanish, keep }));
    });
  }

  setRetention(id: number, retention: number): Promise<boolean> {
    return this.#try(async () => {
      this.#put(await this.call('conversation.set', { contact: id, retention }));
    });
  }

  setCover(id: number, on: boolean): Promise<boolean> {
    return this.#try(async () => {
      this.#put(await this.call('contacts.set_cover', { contact: id, on }));
    });
  }

  /* ---- trust ---- */

  /** Somebody waits for it. */
  dial(id: number): Promise<boolean> {
    return this.#try(async () => {
      this.#put(await this.call('contacts.dial', { contact: id }));
    });
  }

  unverify(id: number): Promise<boolean> {
    return this.#try(async () => {
      this.#put(await this.call('contacts.unverify', { contact: id }));
    });
  }

  /** Takes the key that this `qr` of `contacts.safety` stands for, and no other that came since. */
  async trustKey(id: number, qr: string): Promise<void> {
    this.#put(await this.call('contacts.trust_key', { contact: id, qr }));
  }

  async compare(id: number, qr: string): Promise<boolean> {
    const { match, contact } = await this.call('contacts.compare', { contact: id, qr });
    this.#put(contact);
    return match;
  }

  /* ---- pictures ---- */

  /** Null: there is none, or not yet. */
  pictureOf(what: 'contact' | 'identity', one: { readonly id: number; readonly picture: number }): Bytes | null {
    if (one.picture === 0) return null;
    const have = this.#pictures.get(`${what} ${one.id}`);
    if (have?.version !== one.picture) void this.#fetchPicture(what, one.id, one.picture);
    return have?.points ?? null;
  }

  async #fetchPicture(what: 'contact' | 'identity', id: number, version: number): Promise<void> {
    const key = `${what} ${id} ${version}`;
    if (this.#fetching.has(key)) return;
    this.#fetching.add(key);
    try {
      const { picture } =
        what === 'contact'
          ? await this.call('contacts.picture', { contact: id })
          : await this.call('identities.picture', { identity: id });
      this.#pictures.set(`${what} ${id}`, { version, points: picture ? fromBase64(picture) : null });
    } catch {
      // the initials stay
    }
    this.#fetching.delete(key);
  }

  /* ---- identities and invitations ---- */

  async createIdentity(name: string): Promise<void> {
    const identity = await this.call('identities.create', { name });
    this.identities.set(identity.id, identity);
    this.chosen = identity.id;
  }

  renameIdentity(id: number, name: string): Promise<boolean> {
    return this.#try(async () => {
      this.identities.set(id, await this.call('identities.rename', { identity: id, name }));
    });
  }

  setPicture(id: number, points: Bytes | null): Promise<boolean> {
    return this.#try(async () => {
      const picture = points ? toBase64(points) : '';
      this.identities.set(id, await this.call('identities.set_picture', { identity: id, picture }));
    });
  }

  setStrangers(id: number, strangers: boolean): Promise<boolean> {
    return this.#try(async () => {
      this.identities.set(id, await this.call('identities.set', { identity: id, strangers }));
    });
  }

  setListed(id: number, listed: boolean): Promise<boolean> {
    return this.#try(async () => {
      this.identities.set(id, await this.call('identities.set_listed', { identity: id, listed }));
    });
  }

  rotate(id: number): Promise<boolean> {
    return this.#try(async () => {
      this.identities.set(id, await this.call('identities.rotate', { identity: id }));
    });
  }

  removeIdentity(id: number): Promise<boolean> {
    return this.#try(async () => {
      await this.call('identities.remove', { identity: id });
      this.#forgetIdentity(id);
    });
  }

  /** With everything that it has: nobody tells the page of each. */
  #forgetIdentity(id: number): void {
    this.identities.delete(id);
    for (const c of [...this.contacts.values()]) if (c.identity === id) this.#forget(c.id);
    for (const i of [...this.invitations.values()]) if (i.identity === id) this.invitations.delete(i.id);
  }

  async invite(label: string, days: number): Promise<Invitation> {
    const invitation = await this.call('invitations.create', {
      ...(this.identity && { identity: this.identity.id }),
      ...(label && { label }),
      days,
    });
    this.invitations.set(invitation.id, invitation);
    return invitation;
  }

  revoke(id: number): Promise<boolean> {
    return this.#try(async () => {
      this.invitations.set(id, await this.call('invitations.revoke', { invitation: id }));
    });
  }

  #put(contact: Contact): void {
    const chat = this.chat(contact.id);
    // It may not know yet what it is just being told.
    const told = chat.seen > contact.read ? chat.toRead(contact.read, chat.seen) : 0;
    chat.unread = Math.max(0, contact.unread - told);
    chat.hint = contact.first_unread;
    chat.reaches(contact.last?.ordinal ?? 0);
    if (!contact.online) this.typing.delete(contact.id);
    this.contacts.set(contact.id, contact);
  }

  #forget(id: number): void {
    this.contacts.delete(id);
    this.read.delete(id);
    this.typing.delete(id);
    clearTimeout(this.#chats.get(id)?.saving);
    this.#chats.delete(id);
    if (nav.contact === id) nav.reset();
  }

  /* ---- messages ---- */

  chat(id: number): Chat {
    let chat = this.#chats.get(id);
    if (!chat) {
      chat = new Chat();
      this.#chats.set(id, chat);
    }
    return chat;
  }

  unread(): number {
    let sum = 0;
    for (const id of this.contacts.keys()) sum += this.chat(id).news;
    return sum;
  }

  async open(id: number): Promise<void> {
    const chat = this.chat(id);
    if (!chat.ready && this.phase.kind === 'open') await this.#try(() => this.#start(id, chat));
  }

  /** Up to where the program takes it for read, or is being told so. */
  readUpTo(id: number): number {
    return Math.max(this.chat(id).seen, this.contacts.get(id)?.read ?? 0);
  }

  /** Somebody has had everything up to here before the eyes. */
  see(id: number, chat: Chat, ordinal: number): void {
    const before = chat.seen;
    if (ordinal <= this.readUpTo(id) || Date.now() < chat.tellAt) return;
    const told = Math.min(chat.unread, chat.toRead(this.readUpTo(id), ordinal));
    chat.seen = ordinal;
    chat.unread -= told;
    this.call('messages.read', { contact: id, ordinal }).then(
      (contact) => {
        chat.sight.forget(ordinal);
        chat.untold = false;
        this.#put(contact);
      },
      () => {
        if (chat.seen === ordinal) chat.seen = before;
        chat.untold = true;
        chat.tellAt = Date.now() + TELL_AGAIN_MS;
        chat.unread += told;
      },
    );
  }

  /** Somebody says that all of it is read, seen or not. */
  readAll(id: number, chat: Chat): Promise<boolean> {
    const ordinal = chat.total;
    return this.#try(async () => {
      this.#put(await this.call('messages.read', { contact: id, ordinal }));
    });
  }

  async set(settings: Partial<Settings>): Promise<void> {
    await this.#try(async () => {
      this.settings = await this.call('settings.set', settings);
    });
  }

  /* ---- drafts ---- */

  /** What was begun in another page, or before this one was there. */
  async loadDraft(id: number, chat: Chat): Promise<void> {
    if (chat.saved !== null || chat.draft !== '') return;
    await this.#try(async () => {
      const { text } = await this.call('drafts.get', { contact: id });
      chat.saved = text;
      if (chat.draft === '') chat.draft = text;
    });
  }

  /** Somebody typed. */
  typed(id: number, chat: Chat): void {
    clearTimeout(chat.saving);
    chat.saving = setTimeout(() => this.saveDraft(id, chat), DRAFT_MS);
    const on = chat.draft.trim() !== '';
    if (!this.settings.typing || !this.contacts.get(id)?.online) return;
    if (on ? Date.now() - chat.typed < TYPING_MS : chat.typed === 0) return;
    chat.typed = on ? Date.now() : 0;
    this.call('typing.set', { contact: id, typing: on }).catch(() => (chat.typed = 0));
  }

  /** At once. What is being sent stays a draft until the program has it. */
  saveDraft(id: number, chat: Chat): void {
    clearTimeout(chat.saving);
    const text = chat.draft;
    if (this.phase.kind !== 'open' || chat.pending.length > 0 || utf8Length(text) > MAX_TEXT) return;
    if (text === (chat.saved ?? '')) return;
    const before = chat.saved;
    chat.saved = text;
    this.call('drafts.set', { contact: id, text }).catch(() => (chat.saved = before));
  }

  /* ---- what of a conversation is loaded ---- */

  async #start(id: number, chat: Chat): Promise<void> {
    if (chat.opening) return;
    chat.opening = true;
    try {
      const at = firstUnread(chat, this.readUpTo(id)) ?? chat.total;
      chat.want(at - BLOCK, at + BLOCK);
      // Where it opens, and what stands just before that.
      const ask = (): Promise<void> => this.#ask(id, chat, chat.missing());
      await Promise.all([this.#loadGone(id, chat), ask(), ask()]);
      chat.ready = true;
    } finally {
      chat.opening = false;
    }
  }

  async #loadGone(id: number, chat: Chat): Promise<void> {
    let from: number | null = 1;
    while (from !== null) {
      const part: Gone = await this.call('messages.gone', { contact: id, from });
      chat.goneAre(part.gone);
      from = part.next;
    }
  }

  async #ask(id: number, chat: Chat, range: readonly [from: number, to: number] | null): Promise<void> {
    if (!range) return;
    const [from, to] = range;
    const blocks = Array.from({ length: Math.ceil((to - from + 1) / BLOCK) }, (_, i) => (from - 1) / BLOCK + i);
    for (const b of blocks) chat.asked.add(b);
    chat.asking++;
    try {
      chat.load(from, await this.call('messages.list', { contact: id, before: to + 1, limit: to - from + 1 }));
    } finally {
      chat.asking--;
      for (const b of blocks) chat.asked.delete(b);
    }
  }

  /**
   * Somebody looks at these places, or is about to. What is not here is asked for, little at a time: what was scrolled past
   * before its turn came is not asked for at all.
   */
  want(id: number, chat: Chat, from: number, to: number): void {
    chat.want(from, to);
    this.#fill(id, chat);
  }

  #fill(id: number, chat: Chat): void {
    if (this.phase.kind !== 'open' || !chat.ready || Date.now() < chat.askAt) return;
    while (chat.asking < ASK_AT_ONCE) {
      const range = chat.missing();
      if (!range) return;
      this.#ask(id, chat, range).then(
        () => this.#fill(id, chat),
        (error: unknown) => {
          if (error instanceof CallError && error.code === ERR.gone) return;
          chat.askAt = Date.now() + ASK_AGAIN_MS;
          setTimeout(() => this.#fill(id, chat), ASK_AGAIN_MS);
          this.#complain(error);
        },
      );
    }
  }

  /** Shows this message, wherever it is. */
  jump(id: number, ordinal: number): void {
    this.chat(id).target = { ordinal };
  }

  /** The first message of that time or after it; null: there is none, or nobody can say. */
  async placeOf(id: number, time: number): Promise<number | null> {
    let place: number | null = null;
    await this.#try(async () => {
      place = (await this.call('messages.at', { contact: id, time })).ordinal;
    });
    return place;
  }

  send(id: number, text: string): void {
    const chat = this.chat(id);
    const key = toHex(crypto.getRandomValues(new Uint8Array(16)));
    chat.pend(key, text);
    chat.typed = 0;
    clearTimeout(chat.saving);
    void this.#deliver(id, chat, key, text);
  }

  again(id: number, key: string): void {
    const chat = this.chat(id);
    const pending = chat.pending.find((p) => p.id === key);
    if (pending) void this.#deliver(id, chat, key, pending.text);
  }

  /** The same id gives the same message, so trying again is safe. */
  async #deliver(id: number, chat: Chat, key: string, text: string): Promise<void> {
    chat.mark(key, false);
    try {
      this.#take(await this.call('messages.send', { contact: id, text, id: key }));
      chat.forget(key);
      this.saveDraft(id, chat);
    } catch (error) {
      // A lost connection is tried again after the next login.
      if (error instanceof CallError && error.code === ERR.gone) return;
      chat.mark(key, true);
      this.#complain(error);
    }
  }

  #take(message: Message): void {
    this.chat(message.contact).put(message);
    const contact = this.contacts.get(message.contact);
    if (contact) this.contacts.set(contact.id, withLast(contact, message));
  }

  #event(event: Notification): void {
    switch (event.method) {
      case 'tor.state':
        this.tor = event.tor;
        break;
      case 'contact.state':
        this.#put(event.contact);
        break;
      case 'contact.gone':
        this.#forget(event.id);
        break;
      case 'identity.state':
        this.identities.set(event.identity.id, event.identity);
        break;
      case 'identity.gone':
        this.#forgetIdentity(event.id);
        break;
      case 'invitation.state':
        this.invitations.set(event.invitation.id, event.invitation);
        break;
      case 'message.new':
        this.#take(event.message);
        // What has gone already is nothing to read.
        if (isToRead(event.message)) {
          const chat = this.chat(event.message.contact);
          chat.unread++;
          if (chat.hint === 0) chat.hint = event.message.ordinal;
          this.arrived = event.message;
        }
        break;
      case 'message.state':
        this.#take(event.message);
        break;
      case 'typing':
        if (event.typing) this.typing.add(event.contact);
        else this.typing.delete(event.contact);
        break;
      case 'storage.state':
        this.storage = event.storage;
        break;
      case 'session.locked':
        break;
    }
  }
}

export const app = new App();
