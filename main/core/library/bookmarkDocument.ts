/**
 * What the sealed list of bookmarks holds. Pure: the form and its check. What does not have the form is null, so that the
 * version before it is used.
 */
import * as v from 'valibot';
import { type Bookmark, mostBookmarks } from '../../contract/timeline.ts';

export const bookmarksFile = 'bookmarks.json.age';
export const bookmarkDocumentVersion = 1;

export interface BookmarkDocument {
  bookmarks: Bookmark[];
}

const timeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const bookmark = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  cameraId: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  atMs: timeMs,
  name: v.pipe(v.string(), v.maxLength(300)),
  createdMs: timeMs,
});
const form = v.object({ bookmarks: v.pipe(v.array(bookmark), v.maxLength(mostBookmarks)) });

export function parseBookmarkDocument(value: unknown): BookmarkDocument | null {
  const parsed = v.safeParse(form, value);
  if (!parsed.success) return null;
  const { bookmarks } = parsed.output;
  return new Set(bookmarks.map(({ id }) => id)).size === bookmarks.length ? parsed.output : null;
}
