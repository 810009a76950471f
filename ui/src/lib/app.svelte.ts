// What the page knows, and what it can ask for.

import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import {
  ERR,
  type Contact,
  type Identity,
  type Invitation,
  type Message,
  type Notification,
  type Restored,
  type Settings,
  type Shelf,
  type Storage,
  type Terms,
  type Tor,
} from './api';
import { toBase64, toHex, type Bytes } from './bytes';
import { Chat } from './chat.svelte';
import { followDraft, saveDraft } from './drafts';
import { CallError } from './errors';
import type { Pasted } from './invitation';
import { begin, resume } from './loader';
import { nav } from './nav.svelte';
import { tellMessage, tellRequest, untell, untellAll } from './notify.svelte';
import { withLast } from './people';
import { pictures } from './pictures.svelte';
import type { Phase } from './ports';
import { readPreferences, writePreferences, type Preferences } from './preferences';
import { program } from './program.svelte';
import { Search } from './search.svelte';
import { isToRead } from './sight';
import type { Pending } from './timeline';
import { turn } from './turn';

/** What was read is told anew after so long, when the program could not take it. */
const TELL_AGAIN_MS = 5000;

/** Before the program has told. */
const NO_SETTINGS: Settings = {
  lock_after: 0,
  recovery: false,
  receive_locked: false,
  damaged: 0,
  read_marks: false,
  typing: false,
  page: '',
};

/** Somebody or some time locked it: a program or a worker that ended is no lock, and what was being written stays. */
const isLocked = (phase: Phase): boolean => phase.kind === 'locked' && phase.reason === 'locked';

class App {
  tor = $state.raw<Tor | null>(null);
  storage = $state<Storage>('ok');
  restored = $state.raw<Restored | null>(null);
  contacts = new SvelteMap<number, Contact>();
  identities = new SvelteMap<number, Identity>();
  invitations = new SvelteMap<number, Invitation>();
  /** The identity that new contacts and invitations are made under. */
  chosen = $state<number | null>(null);
  /** Per contact the loss of continuity that the person has read about. */
  read = new SvelteMap<number, number>();
  settings = $state.raw<Settings>(NO_SETTINGS);
  /** How the page is to be, as the vault keeps it. */
  preferences = $derived(readPreferences(this.settings.page));
  /** Who writes to us just now, as they say. */
  typing = new SvelteSet<number>();
  /** contacts.list was answered once since login */
  ready = $state(false);
  /** Said to screen readers when something new arrives. */
  arrived = $state.raw<Message | null>(null);

  /** What was looked for in all conversations last. */
  readonly search = new Search();

  #chats = new Map<number, Chat>();
  #preferring = Promise.resolve();

  start(): void {
    program.start({
      phase: (phase) => this.#phase(phase),
      event: (event) => this.#event(event),
      settings: (settings) => (this.settings = settings),
      draft: (id) => void followDraft(id, this.chat(id)),
    });
    addEventListener('pagehide', () => this.#keep());
  }

  lock(): void {
    this.#keep();
    program.lock();
  }

  /** All that was begun, at once. */
  #keep(): void {
    for (const [id, chat] of this.#chats) saveDraft(id, chat);
  }

  /** Undefined only before the first load. */
  get identity(): Identity | undefined {
    const chosen = this.chosen === null ? undefined : this.identities.get(this.chosen);
    return chosen ?? this.identities.values().next().value;
  }

  #phase(phase: Phase): void {
    if (phase.kind === 'open') {
      turn.join();
      void this.#load();
      return;
    }
    turn.leave();
    untellAll();
    if (phase.kind === 'gone') {
      // What was known of the network is stale now.
      this.tor = null;
      this.typing.clear();
      for (const c of this.contacts.values()) if (c.online) this.#put({ ...c, online: false });
    } else if (phase.kind === 'first' || phase.kind === 'erased' || isLocked(phase)) {
      this.#wipe();
    }
  }

  #wipe(): void {
    pictures.clear();
    this.tor = null;
    this.storage = 'ok';
    this.restored = null;
    this.contacts.clear();
    this.identities.clear();
    this.invitations.clear();
    this.chosen = null;
    this.read.clear();
    this.typing.clear();
    for (const chat of this.#chats.values()) clearTimeout(chat.saving);
    this.#chats.clear();
    this.settings = NO_SETTINGS;
    this.ready = false;
    program.notice = '';
    this.arrived = null;
    this.search.clear();
    nav.forget();
  }

  async #load(): Promise<void> {
    try {
      // Each is taken when it comes: an event between two answers is newer than the first.
      await Promise.all([
        program.call('status.get', {}).then((status) => {
          this.tor = status.tor;
          this.storage = status.storage;
          this.restored = status.restored;
          this.identities.clear();
          for (const i of status.identities) this.identities.set(i.id, i);
        }),
        program.call('contacts.list', {}).then(({ contacts }) => {
          const ids = new Set(contacts.map((c) => c.id));
          for (const id of this.contacts.keys()) if (!ids.has(id)) this.#forget(id);
          for (const c of contacts) this.#put(c);
        }),
        this.loadSettings(),
        program.call('invitations.list', {}).then(({ invitations }) => {
          this.invitations.clear();
          for (const i of invitations) this.invitations.set(i.id, i);
        }),
      ]);
      this.ready = true;
      const again = [...this.#chats].map(async ([id, chat]) => {
        if (chat.ready) await resume(id, chat);
        else if (nav.contact === id) await begin(id, chat, this.readUpTo(id));
        await Promise.all(chat.pending.map((p) => this.#deliver(id, chat, p)));
        await followDraft(id, chat);
        saveDraft(id, chat);
      });
      await Promise.all(again);
    } catch (error) {
      program.complain(error);
    }
  }

  /* ---- contacts ---- */

  async add({ kind, text }: Pasted, name: string, greeting: string): Promise<Contact> {
    const contact = await program.call('contacts.add', {
      ...(kind === 'invitation' ? { invitation: text } : { address: text }),
      ...(this.identity && { identity: this.identity.id }),
      ...(name && { name }),
      ...(greeting && { greeting }),
    });
    this.#put(contact);
    return contact;
  }

  decide(id: number, decision: 'accept' | 'reject' | 'block'): Promise<boolean> {
    return program.attempt(async () => {
      const contact = await program.call(`contacts.${decision}`, { contact: id });
      this.#put(contact);
    });
  }

  rename(id: number, name: string): Promise<boolean> {
    return program.attempt(async () => {
      const contact = await program.call('contacts.rename', { contact: id, name });
      this.#put(contact);
    });
  }

  remove(id: number): Promise<boolean> {
    return program.attempt(async () => {
      await program.call('contacts.remove', { contact: id });
      this.#forget(id);
    });
  }

  setTerms(id: number, { vanish, keep }: Terms): Promise<boolean> {
    return program.attempt(async () => {
      this.#put(await program.call('conversation.terms', { contact: id, vanish, keep }));
    });
  }

  setRetention(id: number, retention: number): Promise<boolean> {
    return program.attempt(async () => {
      this.#put(await program.call('conversation.set', { contact: id, retention }));
    });
  }

  /** What a person chooses for its place in the list: one thing at a time. */
  place(id: number, choice: Partial<Shelf>): Promise<boolean> {
    return program.attempt(async () => {
      this.#put(await program.call('conversation.set', { contact: id, ...choice }));
    });
  }

  setCover(id: number, on: boolean): Promise<boolean> {
    return program.attempt(async () => {
      this.#put(await program.call('contacts.set_cover', { contact: id, on }));
    });
  }

  /* ---- trust ---- */

  /** Somebody waits for it. */
  dial(id: number): Promise<boolean> {
    return program.attempt(async () => {
      this.#put(await program.call('contacts.dial', { contact: id }));
    });
  }

  unverify(id: number): Promise<boolean> {
    return program.attempt(async () => {
      this.#put(await program.call('contacts.unverify', { contact: id }));
    });
  }

  /** Takes the key that this `qr` of `contacts.safety` stands for, and no other that came since. */
  async trustKey(id: number, qr: string): Promise<void> {
    this.#put(await program.call('contacts.trust_key', { contact: id, qr }));
  }

  async compare(id: number, qr: string): Promise<boolean> {
    const { match, contact } = await program.call('contacts.compare', { contact: id, qr });
    this.#put(contact);
    return match;
  }

  /* ---- identities and invitations ---- */

  async createIdentity(name: string): Promise<void> {
    const identity = await program.call('identities.create', { name });
    this.identities.set(identity.id, identity);
    this.chosen = identity.id;
  }

  renameIdentity(id: number, name: string): Promise<boolean> {
    return program.attempt(async () => {
      this.identities.set(id, await program.call('identities.rename', { identity: id, name }));
    });
  }

  setPicture(id: number, points: Bytes | null): Promise<boolean> {
    return program.attempt(async () => {
      const picture = points ? toBase64(points) : '';
      this.identities.set(id, await program.call('identities.set_picture', { identity: id, picture }));
    });
  }

  setStrangers(id: number, strangers: boolean): Promise<boolean> {
    return program.attempt(async () => {
      this.identities.set(id, await program.call('identities.set', { identity: id, strangers }));
    });
  }

  setListed(id: number, listed: boolean): Promise<boolean> {
    return program.attempt(async () => {
      this.identities.set(id, await program.call('identities.set_listed', { identity: id, listed }));
    });
  }

  rotate(id: number): Promise<boolean> {
    return program.attempt(async () => {
      this.identities.set(id, await program.call('identities.rotate', { identity: id }));
    });
  }

  removeIdentity(id: number): Promise<boolean> {
    return program.attempt(async () => {
      await program.call('identities.remove', { identity: id });
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
    const invitation = await program.call('invitations.create', {
      ...(this.identity && { identity: this.identity.id }),
      ...(label && { label }),
      days,
    });
    this.invitations.set(invitation.id, invitation);
    return invitation;
  }

  revoke(id: number): Promise<boolean> {
    return program.attempt(async () => {
      this.invitations.set(id, await program.call('invitations.revoke', { invitation: id }));
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
    if (chat.unread === 0 && contact.state !== 'request_received') untell(contact.id);
    this.contacts.set(contact.id, contact);
  }

  #forget(id: number): void {
    this.contacts.delete(id);
    untell(id);
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

  /** But for what is muted. */
  unread(): number {
    let sum = 0;
    for (const { id, muted } of this.contacts.values()) if (!muted) sum += this.chat(id).news;
    return sum;
  }

  async open(id: number): Promise<void> {
    const chat = this.chat(id);
    if (!chat.ready && program.phase.kind === 'open') await program.attempt(() => begin(id, chat, this.readUpTo(id)));
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
    program.call('messages.read', { contact: id, ordinal }).then(
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
    return program.attempt(async () => {
      this.#put(await program.call('messages.read', { contact: id, ordinal }));
    });
  }

  /** Another page or a script may have set others since. */
  async loadSettings(): Promise<void> {
    this.settings = await program.call('settings.get', {});
  }

  async set(settings: Partial<Settings>): Promise<void> {
    await program.attempt(async () => {
      this.settings = await program.call('settings.set', settings);
    });
  }

  /** One after the other: they are kept as one, and the next one is to build on what was chosen before. */
  prefer(some: Partial<Preferences>): Promise<void> {
    const next = (): Promise<void> => this.set({ page: writePreferences({ ...this.preferences, ...some }) });
    return (this.#preferring = this.#preferring.then(next));
  }

  /** Whether it is to be told that we write to it. */
  tellsTyping(id: number): boolean {
    return this.settings.typing && this.contacts.get(id)?.online === true;
  }

  /** Shows this message, wherever it is; `on`: from one that was jumped to, so the way back stays what it was. */
  jump(id: number, ordinal: number, on = false): void {
    this.chat(id).target = { ordinal, on };
  }

  /** The first message of that time or after it; null: there is none, or nobody can say. */
  async placeOf(id: number, time: number): Promise<number | null> {
    let place: number | null = null;
    await program.attempt(async () => {
      place = (await program.call('messages.at', { contact: id, time })).ordinal;
    });
    return place;
  }

  /** `reply`: the ordinal of what it answers. */
  send(id: number, text: string, reply: number | null): void {
    const chat = this.chat(id);
    const pending = chat.pend(toHex(crypto.getRandomValues(new Uint8Array(16))), text, reply);
    chat.typed = 0;
    clearTimeout(chat.saving);
    void this.#deliver(id, chat, pending);
  }

  again(id: number, key: string): void {
    const chat = this.chat(id);
    const pending = chat.pending.find((p) => p.id === key);
    if (pending) void this.#deliver(id, chat, pending);
  }

  /** The same id gives the same message, so trying again is safe. */
  async #deliver(contact: number, chat: Chat, { id, text, reply }: Pending): Promise<void> {
    chat.mark(id, false);
    try {
      const answer = reply === null ? {} : { reply };
      this.take(await program.call('messages.send', { contact, text, id, ...answer }));
      chat.forget(id);
      saveDraft(contact, chat);
    } catch (error) {
      // A lost connection is tried again after the next login.
      if (error instanceof CallError && error.code === ERR.gone) return;
      chat.mark(id, true);
      program.complain(error);
    }
  }

  /** A message as it is now. */
  take(message: Message): void {
    this.chat(message.contact).put(message);
    const contact = this.contacts.get(message.contact);
    if (contact) this.contacts.set(contact.id, withLast(contact, message));
  }

  #event(event: Notification): void {
    switch (event.method) {
      case 'tor.state':
        this.tor = event.tor;
        break;
      case 'contact.state': {
        const isNew = this.ready && !this.contacts.has(event.contact.id);
        const { id, draft } = event.contact;
        const changed = !isNew && this.contacts.get(id)?.draft !== draft;
        this.#put(event.contact);
        const chat = this.#chats.get(id);
        if (changed && chat) void followDraft(id, chat);
        if (isNew && event.contact.state === 'request_received') tellRequest(event.contact, this.preferences);
        break;
      }
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
        this.take(event.message);
        // What has gone already is nothing to read.
        if (isToRead(event.message)) {
          const chat = this.chat(event.message.contact);
          chat.unread++;
          if (chat.hint === 0) chat.hint = event.message.ordinal;
          this.arrived = event.message;
          const contact = this.contacts.get(event.message.contact);
          if (contact) tellMessage(contact, event.message, this.preferences);
        }
        break;
      case 'message.state':
        this.take(event.message);
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
