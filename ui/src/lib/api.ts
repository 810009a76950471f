// What the page and the program say to each other: docs/api.md, as types.

export type ContactState = 'request_sent' | 'request_received' | 'accepted' | 'rejected' | 'blocked';

/** How far the key of a contact is trusted. With one that is `changed` nothing is exchanged. */
export type Trust = 'unverified' | 'invited' | 'verified' | 'changed';

export interface Contact {
  readonly id: number;
  /** which of ours knows the contact */
  readonly identity: number;
  readonly name: string;
  readonly address: string;
  readonly state: ContactState;
  readonly online: boolean;
  readonly trust: Trust;
  /** when the key last changed in order, announced by the old one; 0 for never */
  readonly rotated: number;
  /** when the contact last came without the memory of the last session, and how often in 30 days */
  readonly continuity: { readonly lost: number; readonly times: number } | null;
  /** the invitation of theirs that we used, until it has worked */
  readonly invitation: 'waiting' | 'refused' | null;
  readonly greeting: string;
  readonly since: number;
  /** the newest message, as it is now, with the beginning of its text */
  readonly last: Last | null;
  /** how many messages and changes of theirs have not arrived */
  readonly missing: number;
  /** when the contact last wrote something that does not follow on what came before; 0 for never */
  readonly broken: number;
  /** another number for another picture; 0 for none */
  readonly picture: number;
  /** how much of theirs could not be read and has no row */
  readonly unreadable: number;
  /** how long messages stay: what we want, what the contact wants, and what is so by that on both sides */
  readonly terms: { readonly mine: Terms; readonly theirs: Terms; readonly inForce: Terms };
  /** days for which they stay on this side at most; 0 for ever */
  readonly retention: number;
  /** up to which ordinal it was read here, and how many of theirs are above it */
  readonly read: number;
  readonly unread: number;
  /** The ordinal of the first of them; 0: there is none. */
  readonly first_unread: number;
  /** the beginning of what was begun to be written */
  readonly draft: string | null;
  /** what was last observed of how it can be reached, since when that is so, when it was there last (0: never) */
  readonly reach: { readonly what: Reach; readonly since: number; readonly seen: number };
  /** whether cover traffic goes to it while a link is up */
  readonly cover: boolean;
  /** on top of the list */
  readonly pinned: boolean;
  /** it says nothing when something comes */
  readonly muted: boolean;
  /** out of the list; where it is not muted, until the next message */
  readonly archived: boolean;
  /** as unread, by hand */
  readonly marked: boolean;
}

/** What a person chose for a conversation's place in the list. */
export type Shelf = Pick<Contact, 'pinned' | 'muted' | 'archived' | 'marked'>;

export type Reach =
  'unknown' | 'trying' | 'there' | 'quiet' | 'left' | 'lost' | 'unpublished' | 'absent' | 'silent' | 'barred';

/** 0 for ever. */
export interface Terms {
  /** seconds after it was read */
  readonly vanish: number;
  readonly keep: number;
}

/** What a message is now. Only `text` has words. */
export type MessageKind = 'text' | 'deleted' | 'deleted_here' | 'expired' | 'terms' | 'unknown' | 'unreadable';

export type Last = Pick<Message, 'ordinal' | 'from' | 'kind' | 'text' | 'time' | 'state'>;

export interface Reactions {
  readonly me: string | null;
  readonly them: string | null;
}

export type MessageState = 'waiting' | 'sent' | 'delivered' | 'received' | 'failed' | 'read';

export interface Message {
  readonly contact: number;
  readonly id: string;
  readonly ordinal: number;
  readonly from: 'me' | 'them';
  readonly kind: MessageKind;
  readonly text: string;
  readonly time: number;
  readonly state: MessageState;
  /** the ordinal of the message it answers */
  readonly reply: number | null;
  /** when it was last edited; 0 for never */
  readonly edited: number;
  readonly reactions: Reactions;
  /** only of one that says how long messages shall stay */
  readonly terms: Terms | null;
  /** for how many seconds it lives once it was read or delivered; 0 for ever */
  readonly vanish: number;
  /** when it goes by that; 0 where that is not known yet */
  readonly expires: number;
}

export interface Settings {
  /** minutes without a request behind which the vault locks; 0: never */
  readonly lock_after: number;
  /** whether there is a recovery key */
  readonly recovery: boolean;
  /** messages arrive while the vault is locked, too */
  readonly receive_locked: boolean;
  /** how much of what arrived so could not be read */
  readonly damaged: number;
  /** Both or neither: who does not tell is not told. */
  readonly read_marks: boolean;
  readonly typing: boolean;
  /** what the page keeps for itself: lib/preferences.ts */
  readonly page: string;
}

/** Anything but ok: nothing can be stored now. */
export type Storage = 'ok' | 'full' | 'failing' | 'damaged';

export type TorPhase = 'starting' | 'connecting' | 'publishing' | 'reachable' | 'down' | 'waiting';

/** How Tor may connect: not at all before somebody chose, without bridges, by these only, or as the system's Tor does. */
export interface Bridges {
  /** one a line; empty for none */
  readonly bridges: string;
  readonly way: 'waiting' | 'direct' | 'bridges' | 'system';
  /** the kinds that need a program and have one here */
  readonly transports: readonly string[];
}

export interface Tor {
  readonly phase: TorPhase;
  readonly progress: number;
  readonly tag: string;
  readonly summary: string;
  readonly warning: string;
  readonly skew: number;
  readonly since: number;
}

export type Grade = 'ok' | 'note' | 'mend';

/** What a person looks at when something does not work. Nothing in it says who or where. */
export interface Connection {
  readonly version: string;
  readonly tor: Tor;
  readonly way: Bridges['way'];
  readonly transports: readonly string[];
  readonly storage: Storage;
  /** of ours: how it was when the node dialled itself; times of the last dial, and of the last that got there, 0 for never */
  readonly addresses: readonly {
    readonly identity: number;
    readonly kind: 'public' | 'contacts';
    readonly state: 'untried' | 'reached' | 'failed';
    readonly tried: number;
    readonly reached: number;
  }[];
  /** null while the vault is locked */
  readonly contacts: {
    readonly connected: number;
    readonly trying: number;
    readonly away: number;
    readonly untried: number;
  } | null;
  readonly links: number;
  /** of the machine */
  readonly findings: readonly { readonly grade: Grade; readonly what: string; readonly text: string }[];
}

export interface LogPart {
  readonly first: number;
  readonly lines: readonly string[];
  readonly next: number | null;
}

/** One of ours. */
export interface Identity {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  /** who only knows the address may ask to be a contact */
  readonly strangers: boolean;
  /** the address can be reached at all */
  readonly listed: boolean;
  /** contacts that do not have the other address yet */
  readonly unaware: number;
  readonly seq: number;
  readonly rotated: number;
  /** as of a contact */
  readonly picture: number;
}

export type InvitationState = 'open' | 'used' | 'revoked' | 'expired';

export interface Invitation {
  readonly id: number;
  readonly identity: number;
  readonly label: string;
  readonly state: InvitationState;
  readonly created: number;
  readonly expires: number;
  /** only while it is open: the secret is in them */
  readonly text: string | null;
  readonly link: string | null;
  readonly contact: number | null;
}

/** What two people compare; the same on both sides. */
export interface Safety {
  readonly digits: string;
  readonly words: readonly string[];
  readonly qr: string;
}

export interface Compared {
  readonly match: boolean;
  readonly contact: Contact;
}

export interface Status {
  readonly version: string;
  readonly name: string;
  readonly address: string;
  readonly tor: Tor;
  readonly storage: Storage;
  readonly identities: readonly Identity[];
  /** Where this vault was restored from a backup: when that was made, and when it was first opened. */
  readonly restored: Restored | null;
}

export interface Restored {
  readonly made: number;
  readonly at: number;
}

export interface MessagePage {
  readonly messages: readonly Message[];
  readonly more: boolean;
}

/** Runs of ordinals of which nothing is left, both ends included. */
export interface Gone {
  readonly gone: readonly (readonly [from: number, to: number])[];
  readonly next: number | null;
}

/** What somebody has begun to write. Messages are named by their ordinals. */
export interface Draft {
  readonly text: string;
  /** What it answers. */
  readonly reply: number | null;
  /** What is being edited, and to what; `text` waits meanwhile. */
  readonly edit: number | null;
  readonly edited: string;
}

/** base64url of PICTURE_SIDE rows of as many points, each red, green, blue; empty: none. */
export interface Picture {
  readonly picture: string;
}
export const PICTURE_SIDE = 64;

/** What a message says now, and what it said before: newest first. */
export interface History {
  readonly versions: readonly { readonly text: string; readonly time: number }[];
}

/** Of all conversations or one; the last word may go on. Times are included, `before` is the `next` of the answer before. */
export interface Search {
  readonly text: string;
  readonly contact?: number;
  readonly from?: 'me' | 'them';
  readonly kind?: 'text' | 'reply' | 'edited';
  readonly since?: number;
  readonly until?: number;
  readonly before?: number;
  readonly limit?: number;
}

/** `marks`: where in its text the words are, in code points, `to` behind the last. */
export interface Found extends Message {
  readonly marks: readonly (readonly [from: number, to: number])[];
}

/** Newest first. */
export interface Findings {
  readonly messages: readonly Found[];
  readonly next: number | null;
}

type Nothing = Record<string, never>;

/** Methods after login: parameters and result. */
export interface Methods {
  'status.get': { params: Nothing; result: Status };
  'contacts.list': { params: Nothing; result: { readonly contacts: readonly Contact[] } };
  'contacts.add': {
    params: ({ address: string } | { invitation: string }) & { identity?: number; name?: string; greeting?: string };
    result: Contact;
  };
  'contacts.accept': { params: { contact: number }; result: Contact };
  'contacts.reject': { params: { contact: number }; result: Contact };
  'contacts.block': { params: { contact: number }; result: Contact };
  'contacts.rename': { params: { contact: number; name: string }; result: Contact };
  'contacts.remove': { params: { contact: number }; result: Nothing };
  'contacts.safety': { params: { contact: number }; result: Safety };
  'contacts.compare': { params: { contact: number; qr: string }; result: Compared };
  'contacts.picture': { params: { contact: number }; result: Picture };
  'contacts.set_cover': { params: { contact: number; on: boolean }; result: Contact };
  'contacts.dial': { params: { contact: number }; result: Contact };
  'contacts.unverify': { params: { contact: number }; result: Contact };
  'contacts.trust_key': { params: { contact: number; qr: string }; result: Contact };
  'identities.create': { params: { name: string }; result: Identity };
  'identities.rename': { params: { identity: number; name: string }; result: Identity };
  'identities.picture': { params: { identity: number }; result: Picture };
  'identities.set_picture': { params: { identity: number; picture: string }; result: Identity };
  'identities.set': { params: { identity: number; strangers: boolean }; result: Identity };
  'identities.set_listed': { params: { identity: number; listed: boolean }; result: Identity };
  'identities.rotate': { params: { identity: number }; result: Identity };
  'identities.remove': { params: { identity: number }; result: Nothing };
  'invitations.create': { params: { identity?: number; label?: string; days?: number }; result: Invitation };
  'invitations.list': { params: Nothing; result: { readonly invitations: readonly Invitation[] } };
  'invitations.revoke': { params: { invitation: number }; result: Invitation };
  'messages.list': { params: { contact: number; before?: number; limit?: number }; result: MessagePage };
  'messages.gone': { params: { contact: number; from?: number }; result: Gone };
  'messages.at': { params: { contact: number; time: number }; result: { readonly ordinal: number | null } };
  'messages.send': { params: { contact: number; text: string; id?: string; reply?: number }; result: Message };
  'messages.react': { params: { contact: number; ordinal: number; emoji: string }; result: Message };
  'messages.edit': { params: { contact: number; ordinal: number; text: string }; result: Message };
  'messages.delete': { params: { contact: number; ordinal: number; everyone: boolean }; result: Message };
  'messages.history': { params: { contact: number; ordinal: number }; result: History };
  'messages.search': { params: Search; result: Findings };
  'conversation.terms': { params: { contact: number; vanish: number; keep: number }; result: Contact };
  'conversation.set': { params: { contact: number } & Partial<Shelf & { retention: number }>; result: Contact };
  'messages.read': { params: { contact: number; ordinal: number }; result: Contact };
  'typing.set': { params: { contact: number; typing: boolean }; result: Nothing };
  'drafts.set': {
    params: { contact: number; text: string; reply?: number; edit?: number; edited?: string };
    result: Nothing;
  };
  'drafts.get': { params: { contact: number }; result: Draft };
  'settings.get': { params: Nothing; result: Settings };
  'settings.set': { params: Partial<Settings>; result: Settings };
  'tor.bridges.get': { params: Nothing; result: Bridges };
  'tor.bridges.set': { params: { bridges: string }; result: Bridges };
  'connection.get': { params: Nothing; result: Connection };
  'connection.look': { params: Nothing; result: Connection };
  'connection.try': { params: Nothing; result: Nothing };
  'log.get': { params: { line?: number }; result: LogPart };
  'recovery.remove': { params: Nothing; result: Nothing };
  'session.lock': { params: Nothing; result: Nothing };
  'session.erase': { params: { confirm: 'erase' }; result: Nothing };
}
export type Method = keyof Methods;

/** Notifications, as the worker hands them on. */
export type Notification =
  | { readonly method: 'tor.state'; readonly tor: Tor }
  | { readonly method: 'contact.state'; readonly contact: Contact }
  | { readonly method: 'contact.gone'; readonly id: number }
  | { readonly method: 'identity.state'; readonly identity: Identity }
  | { readonly method: 'identity.gone'; readonly id: number }
  | { readonly method: 'invitation.state'; readonly invitation: Invitation }
  | { readonly method: 'message.new'; readonly message: Message }
  | { readonly method: 'message.state'; readonly message: Message }
  | { readonly method: 'typing'; readonly contact: number; readonly typing: boolean }
  | { readonly method: 'storage.state'; readonly storage: Storage }
  | { readonly method: 'session.locked' };

export const ERR = {
  params: -32602,
  locked: -32001,
  passphrase: -32002,
  notFound: -32003,
  exists: -32004,
  notNow: -32005,
  tooMuch: -32006,
  diskFull: -32007,
  disk: -32008,
  damaged: -32009,
  later: -32010,
  noBridge: -32011,
  /** Ours, never sent: the connection ended before the answer. */
  gone: -1,
  /** Ours likewise: what came is not whole. */
  cut: -2,
} as const;

export const MAX_NAME = 64;
export const MAX_GREETING = 256;
export const MAX_TEXT = 6000;
export const MAX_REACTION = 64;
export const MAX_IDENTITIES = 8;
export const MAX_BRIDGES_TEXT = 8192;
