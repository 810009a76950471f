// What is told outside of the page, and to whom.
import { describe, expect, it } from 'vitest';
import { newsOf, newsOfRequest, titleOf } from '../src/lib/news';
import { DEFAULTS, type Preferences } from '../src/lib/preferences';
import { contact, message } from './samples';

const bob = contact();
const says = message(1, { text: 'The ferry\nleaves early' });
const how = (notify: Preferences['notify'], sound = false): Pick<Preferences, 'notify' | 'sound'> => ({
  notify,
  sound,
});

describe('news', () => {
  it('are told to nobody who has not asked for them', () => {
    expect(newsOf(bob, says, DEFAULTS, false)).toEqual({ news: null, heard: false });
    expect(newsOfRequest(DEFAULTS)).toEqual({ news: null, heard: false });
  });
  it('say as much as was chosen, and no more', () => {
    const said = (notify: Preferences['notify']): unknown => newsOf(bob, says, how(notify), false).news;
    expect(said('plain')).toEqual({ title: 'New message', body: '' });
    expect(said('name')).toEqual({ title: 'Bob', body: 'New message' });
    expect(said('text')).toEqual({ title: 'Bob', body: 'The ferry leaves early' });
  });
  it('of what cannot be read say that', () => {
    const told = newsOf(bob, message(1, { kind: 'unreadable', text: '' }), how('text'), false);
    expect(told.news?.body).toBe('Message that could not be read');
  });
  it('of who is muted are neither shown nor heard', () => {
    expect(newsOf({ ...bob, muted: true }, says, how('text', true), false)).toEqual({ news: null, heard: false });
  });
  it('of what somebody looks at are heard only', () => {
    expect(newsOf(bob, says, how('text', true), true)).toEqual({ news: null, heard: true });
  });
  it('are heard without being shown', () => {
    expect(newsOf(bob, says, how('off', true), false)).toEqual({ news: null, heard: true });
  });
  it('of a stranger never say what they call themselves', () => {
    for (const notify of ['plain', 'name', 'text'] as const) {
      expect(newsOfRequest(how(notify)).news).toEqual({ title: 'New request', body: '' });
    }
  });
  it('are counted in the title', () => {
    expect([0, 3].map(titleOf)).toEqual(['BlackedOutChat', '(3) BlackedOutChat']);
  });
});
