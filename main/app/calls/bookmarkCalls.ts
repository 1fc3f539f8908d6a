/** Answers the calls about bookmarks. */
import type { Handlers } from '../../contract/calls.ts';
import type { Rooms } from './rooms.ts';

type BookmarkCalls = Extract<keyof Handlers, `bookmarks.${string}`>;

export function bookmarkCalls({ withHouse }: Rooms): Pick<Handlers, BookmarkCalls> {
  return {
    'bookmarks.list': () => withHouse(({ bookmarks }) => Promise.resolve(bookmarks.list())),
    'bookmarks.add': ({ cameraId, atMs, name }) => withHouse(({ bookmarks }) => bookmarks.add(cameraId, atMs, name)),
    'bookmarks.rename': ({ bookmarkId, name }) => withHouse(({ bookmarks }) => bookmarks.rename(bookmarkId, name)),
    'bookmarks.move': ({ bookmarkId, atMs }) => withHouse(({ bookmarks }) => bookmarks.move(bookmarkId, atMs)),
    'bookmarks.remove': ({ bookmarkId }) => withHouse(({ bookmarks }) => bookmarks.remove(bookmarkId)),
  };
}
