/**
 * The bookmarks: moments of cameras with a name, kept in a sealed document. They protect nothing: when the recording
 * goes, the bookmark stays and says when it was. While the vault is locked none of them is in memory. A list that does
 * not open, and whose version before does not either, is begun anew with a warning. Never throws for what lies there.
 */
import { randomBytes } from 'node:crypto';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../../contract/problems.ts';
import { type Bookmark, mostBookmarks } from '../../contract/timeline.ts';
import type { Vault } from '../vault/folder.ts';
import { openStore, type SealedStore } from '../vault/sealedStore.ts';
import {
  type BookmarkDocument,
  bookmarkDocumentVersion,
  bookmarksFile,
  parseBookmarkDocument,
} from './bookmarkDocument.ts';

export class Bookmarks {
  readonly #vault: Vault;
  readonly #changed: (bookmarks: Bookmark[]) => void;
  /** null while it cannot be read, for the reason in `#problem`. */
  #store: SealedStore<BookmarkDocument> | null = null;
  #problem: Problem | null = null;
  /** The last change; after a lock it may still be on its way to the disk. */
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(vault: Vault, changed: (bookmarks: Bookmark[]) => void) {
    this.#vault = vault;
    this.#changed = changed;
  }

  /** Never fails: what keeps the list from being read is told by whoever asks for it. */
  static async open(vault: Vault, changed: (bookmarks: Bookmark[]) => void = () => undefined): Promise<Bookmarks> {
    const bookmarks = new Bookmarks(vault, changed);
    await bookmarks.read();
    return bookmarks;
  }

  /** Reads the list where it could not be read before: the vault is unlocked now. */
  async read(): Promise<void> {
    // Begun while the vault is locked it would be sealed over one that cannot be read.
    if (this.#store || this.#vault.identity === null) return;
    const { identity } = this.#vault;
    await this.#changing;
    const opened = await openStore<BookmarkDocument>({
      path: this.#vault.path(bookmarksFile),
      vault: this.#vault,
      version: bookmarkDocumentVersion,
      initial: { bookmarks: [] },
      parse: parseBookmarkDocument,
      lost: { code: 'bookmarksLost' },
    });
    // It may have been locked meanwhile.
    if (this.#vault.identity !== identity) return;
    this.#store = opened.ok ? opened.value : null;
    this.#problem = opened.ok ? null : opened.problem;
  }

  /** The vault is locked: nothing of what was opened stays in memory. */
  lock(): void {
    this.#store = null;
    this.#problem = null;
  }

  /** Something the user should know: an older list is in use, or a new one. */
  get warning(): Problem | null {
    return this.#store?.warning ?? null;
  }

  /** In order of time. */
  list(): Outcome<Bookmark[]> {
    return this.#store ? good(inOrder(this.#store.value.bookmarks)) : bad(this.#closedBy);
  }

  async add(cameraId: CameraId, atMs: number, name: string): Promise<Outcome<Bookmark>> {
    const count = this.#store?.value.bookmarks.length ?? 0;
    if (count >= mostBookmarks) return bad({ code: 'tooManyBookmarks', most: mostBookmarks });
    const added: Bookmark = { id: randomBytes(8).toString('hex'), cameraId, atMs, name, createdMs: Date.now() };
    const done = await this.#change((bookmarks) => [...bookmarks, added]);
    return done.ok ? good(added) : done;
  }

  async rename(id: string, name: string): Promise<Outcome<null>> {
    return await this.#changeOne(id, (bookmark) => [{ ...bookmark, name }]);
  }

  async move(id: string, atMs: number): Promise<Outcome<null>> {
    return await this.#changeOne(id, (bookmark) => [{ ...bookmark, atMs }]);
  }

  async remove(id: string): Promise<Outcome<null>> {
    return await this.#changeOne(id, () => []);
  }

  /** Removes every bookmark of a camera, and leaves no trace of them, not in the version before either. */
  async forgetCamera(cameraId: CameraId): Promise<Outcome<null>> {
    if (!this.#store) return bad(this.#closedBy);
    const erased = await this.#store.erase(({ bookmarks }) => ({
      bookmarks: bookmarks.filter((bookmark) => bookmark.cameraId !== cameraId),
    }));
    if (erased.ok) this.#tell();
    return erased;
  }

  /** To whom the vault is sealed now. */
  async sealAgain(): Promise<Outcome<null>> {
    return this.#store ? await this.#store.sealAgain() : good(null);
  }

  get #closedBy(): Problem {
    return this.#problem ?? { code: 'keyMissing' };
  }

  async #changeOne(id: string, change: (bookmark: Bookmark) => Bookmark[]): Promise<Outcome<null>> {
    if (this.#store && !this.#store.value.bookmarks.some((bookmark) => bookmark.id === id))
      return bad({ code: 'gone' });
    return await this.#change((all) => all.flatMap((one) => (one.id === id ? change(one) : [one])));
  }

  async #change(change: (bookmarks: Bookmark[]) => Bookmark[]): Promise<Outcome<null>> {
    if (!this.#store) return bad(this.#closedBy);
    const changing = this.#store.update(({ bookmarks }) => ({ bookmarks: change(bookmarks) }));
    this.#changing = changing.catch(() => undefined);
    const done = await changing;
    if (done.ok) this.#tell();
    return done;
  }

  #tell(): void {
    const list = this.list();
    if (list.ok) this.#changed(list.value);
  }
}

function inOrder(bookmarks: readonly Bookmark[]): Bookmark[] {
  return [...bookmarks].sort((a, b) => a.atMs - b.atMs || a.createdMs - b.createdMs);
}
