// All that can be done from anywhere, in one table: the palette, the keyboard and the sheet of shortcuts are made from it.

import type { IconName } from '../components/Icon.svelte';
import { app } from './app.svelte';
import { toNeighbour, toPlace, toUnread } from './chats';
import { t } from './i18n.svelte';
import { nav, type Dialog } from './nav.svelte';
import { nextRegion } from './regions';
import { keysInWords, onMac } from './shortcuts';

export interface Command {
  readonly id: string;
  readonly words: () => string;
  /** Any of them does it. */
  readonly keys?: readonly string[];
  /** Without one it is for the keyboard only: in a list there would be nothing to choose. */
  readonly icon?: IconName;
  /** Also while a dialog stands in front. */
  readonly always?: boolean;
  readonly when?: () => boolean;
  /** `which` of its keys was pressed. */
  readonly run: (which: number) => void;
}

const dialog = (which: Dialog) => (): void => {
  nav.dialog = which;
};
/** Opens it, or closes what is open. */
const toggle = (which: Dialog) => (): void => {
  nav.dialog = nav.dialog === which ? null : which;
};
const talking = (): boolean => nav.contact !== null && app.contacts.get(nav.contact)?.state !== 'request_received';
/** Who presses it again there means the browser's own. */
const inFind = (): boolean => document.activeElement?.closest('.find') !== null && document.activeElement !== null;

export const COMMANDS: readonly Command[] = [
  {
    id: 'palette',
    words: () => t('Find people, commands and messages'),
    keys: ['Mod+K'],
    always: true,
    when: () => nav.dialog === null || nav.dialog === 'palette',
    run: toggle('palette'),
  },
  {
    id: 'find',
    words: () => t('Search in this conversation'),
    keys: ['Mod+F'],
    icon: 'search',
    when: () => talking() && !inFind(),
    run: () => nav.find(),
  },
  {
    id: 'search',
    words: () => t('Search all messages'),
    keys: ['Mod+Shift+F'],
    icon: 'search',
    run: () => nav.openSearch(),
  },
  { id: 'previous', words: () => t('The conversation above'), keys: ['Alt+ArrowUp'], run: () => toNeighbour(-1) },
  { id: 'next', words: () => t('The conversation below'), keys: ['Alt+ArrowDown'], run: () => toNeighbour(1) },
  {
    id: 'unread-above',
    words: () => t('The unread conversation above'),
    keys: ['Alt+Shift+ArrowUp'],
    run: () => toUnread(-1),
  },
  {
    id: 'unread-below',
    words: () => t('The unread conversation below'),
    keys: ['Alt+Shift+ArrowDown'],
    run: () => toUnread(1),
  },
  {
    id: 'place',
    words: () => t('The first to the ninth conversation'),
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((n) => `Alt+${n}`),
    run: (which) => toPlace(which),
  },
  { id: 'region', words: () => t('The next part of the page'), keys: ['F6'], run: () => nextRegion(1) },
  {
    id: 'region-back',
    words: () => t('The part of the page before'),
    keys: ['Shift+F6'],
    run: () => nextRegion(-1),
  },
  { id: 'add', words: () => t('Add a contact'), icon: 'add', run: dialog('add') },
  { id: 'invite', words: () => t('Invite somebody'), icon: 'ticket', run: dialog('invite') },
  { id: 'me', words: () => t('My address'), icon: 'qr', run: dialog('me') },
  { id: 'settings', words: () => t('Settings'), keys: ['Mod+,'], icon: 'settings', run: dialog('settings') },
  { id: 'connection', words: () => t('Connection'), icon: 'lamp', run: dialog('tor') },
  { id: 'details', words: () => t('Details'), icon: 'info', when: talking, run: () => nav.openDetails() },
  {
    id: 'safety',
    words: () => t('Compare safety numbers'),
    icon: 'seal',
    when: talking,
    run: dialog('safety'),
  },
  {
    id: 'shortcuts',
    words: () => t('Keyboard shortcuts'),
    keys: ['Mod+/'],
    icon: 'keyboard',
    always: true,
    when: () => nav.dialog === null || nav.dialog === 'shortcuts',
    run: toggle('shortcuts'),
  },
  {
    id: 'lock',
    words: () => t('Lock'),
    keys: ['Mod+Shift+L'],
    icon: 'lock',
    always: true,
    run: () => app.lock(),
  },
];

/** For the keys only: what they do depends on where one is. */
export interface Hint {
  readonly keys: readonly string[];
  readonly words: () => string;
}

/** Keys that have a meaning in a part of the page only. That part hears them itself. */
export const HINTS: readonly { readonly where: () => string; readonly hints: readonly Hint[] }[] = [
  {
    where: () => t('In the list of conversations'),
    hints: [
      { keys: ['ArrowUp', 'ArrowDown'], words: () => t('Up and down') },
      { keys: ['Home', 'End'], words: () => t('The first and the last') },
      { keys: ['Enter'], words: () => t('Open') },
    ],
  },
  {
    where: () => t('On a message'),
    hints: [
      { keys: ['ArrowUp', 'ArrowDown'], words: () => t('Up and down') },
      { keys: ['Home', 'End'], words: () => t('The first and the last') },
      { keys: ['R'], words: () => t('Answer') },
      { keys: ['E'], words: () => t('Edit') },
      { keys: ['Plus'], words: () => t('React') },
      { keys: ['C'], words: () => t('Copy') },
      { keys: ['F'], words: () => t('Forward') },
      { keys: ['X'], words: () => t('Select') },
      { keys: ['Shift+ArrowUp', 'Shift+ArrowDown'], words: () => t('Select more, where some are selected') },
      { keys: ['I'], words: () => t('Details of the message') },
      { keys: ['Delete'], words: () => t('Delete') },
      { keys: ['G'], words: () => t('Go to a date') },
      { keys: ['Enter'], words: () => t('Open, or show what is answered') },
    ],
  },
  {
    where: () => t('While writing'),
    hints: [
      { keys: ['ArrowUp'], words: () => t('Edit the last message, where nothing is written') },
      { keys: ['Mod+ArrowUp', 'Mod+ArrowDown'], words: () => t('Choose which message is answered') },
      { keys: [':'], words: () => t('An emoji by its name, as in :smile') },
    ],
  },
];

/** As the sheet, the palette and titles of buttons say it; of a row of keys the first and the last. */
export function keysOf({ keys = [] }: Pick<Command, 'keys'>): string {
  const mac = onMac();
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (keys.length < 3) return keys.map((k) => keysInWords(k, mac)).join('  ');
  return t('{first} to {last}', { first: keysInWords(first, mac), last: keysInWords(last, mac) });
}

/** A button's title: what it does, and its key. */
export function titleOf(id: string): string {
  const command = COMMANDS.find((c) => c.id === id);
  if (!command) return '';
  const keys = keysOf(command);
  return keys ? t('{command} ({keys})', { command: command.words(), keys }) : command.words();
}
