// What the page and the program say to each other: docs/api.md, as types.

export type ContactState = 'request_sent' | 'request_received' | 'accepted' | 'rejected' | 'blocked';

export interface Contact {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly state: ContactState;
  readonly online: boolean;
  readonly key_changed: boolean;
  readonly greeting: string;
  readonly since: number;
  readonly last: { readonly text: string; readonly time: number } | null;
}

export type MessageState = 'waiting' | 'sent' | 'delivered' | 'received';

export interface Message {
  readonly contact: number;
  readonly id: string;
  readonly ordinal: number;
  readonly from: 'me' | 'them';
  readonly text: string;
  readonly time: number;
  readonly state: MessageState;
}

export type TorPhase = 'starting' | 'connecting' | 'publishing' | 'reachable' | 'down';

export interface Tor {
  readonly phase: TorPhase;
  readonly progress: number;
  readonly tag: string;
  readonly summary: string;
  readonly warning: string;
  readonly skew: number;
  readonly since: number;
}

export interface Status {
  readonly version: string;
  readonly name: string;
  readonly address: string;
  readonly tor: Tor;
}

export interface MessagePage {
  readonly messages: readonly Message[];
  readonly more: boolean;
}

type Nothing = Record<string, never>;

/** Methods after login: parameters and result. */
export interface Methods {
  'status.get': { params: Nothing; result: Status };
  'contacts.list': { params: Nothing; result: { readonly contacts: readonly Contact[] } };
  'contacts.add': { params: { address: string; name?: string; greeting?: string }; result: Contact };
  'contacts.accept': { params: { contact: number }; result: Contact };
  'contacts.reject': { params: { contact: number }; result: Contact };
  'contacts.block': { params: { contact: number }; result: Contact };
  'contacts.rename': { params: { contact: number; name: string }; result: Contact };
  'contacts.remove': { params: { contact: number }; result: Nothing };
  'messages.list': { params: { contact: number; before?: number; limit?: number }; result: MessagePage };
  'messages.send': { params: { contact: number; text: string; id?: string }; result: Message };
  'session.lock': { params: Nothing; result: Nothing };
}
export type Method = keyof Methods;

/** Notifications, as the worker hands them on. */
export type Notification =
  | { readonly method: 'tor.state'; readonly tor: Tor }
  | { readonly method: 'contact.state'; readonly contact: Contact }
  | { readonly method: 'contact.gone'; readonly id: number }
  | { readonly method: 'message.new'; readonly message: Message }
  | { readonly method: 'message.state'; readonly message: Message }
  | { readonly method: 'session.locked' };

export const ERR = {
  params: -32602,
  locked: -32001,
  passphrase: -32002,
  notFound: -32003,
  exists: -32004,
  notNow: -32005,
  tooMuch: -32006,
  /** Ours, never sent: the connection ended before the answer. */
  gone: -1,
} as const;

export const MAX_NAME = 64;
export const MAX_GREETING = 256;
export const MAX_TEXT = 6000;
export const PAGE = 100;
