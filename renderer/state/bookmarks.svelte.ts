/**
 * The bookmarks as the page knows them: asks once when somebody watches, and hears of every change after that. What was
 * done here last can be taken back, one step after another, for as long as the vault is open here; a bookmark that comes back
 * has another id, which the steps before it then go by.
 */
import type { CameraId } from '../../main/contract/model.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import type { Bookmark } from '../../main/contract/timeline.ts';
import { call, on } from '../home.ts';
import { announcer } from './announcer.svelte.ts';
import type { Trouble } from './asking.svelte.ts';
import { Changes } from './changes.ts';
import { defectOf } from './defect.ts';
import { archiveChanges } from './archiveChanges.ts';
import { text } from './text.ts';
import { clockSeconds } from './time.ts';

interface Step {
  doneMs: number;
  takeBack: () => Promise<Outcome<unknown>>;
}

const noteMs = 5000;
const mostSteps = 50;

class Bookmarks {
  /** In order of time. */
  list = $state.raw<Bookmark[]>([]);
  /** Why the last thing asked for did not work. */
  problem = $state.raw<Trouble | null>(null);
  /** Added a moment ago: said where it happened. */
  added = $state.raw<Bookmark | null>(null);
  /** Of this camera none could be added, for the reason in `problem`; said as long. */
  failedOf = $state<CameraId | null>(null);
  #steps = $state.raw<Step[]>([]);
  /** Asked for, and not answered yet. */
  #adding = 0;
  /** What became of bookmarks that were removed and came back. */
  readonly #cameBackAs = new Map<string, string>();
  #watchers = 0;
  #stopListening = (): void => undefined;
  readonly #changes = new Changes();
  #noteTimer: ReturnType<typeof setTimeout> | undefined;

  /** Keeps the list fresh until the function returned is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) {
      this.#stopListening = on(
        'bookmarks.changed',
        this.#changes.heard((list) => (this.list = list)),
      );
      void this.#read();
    }
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#stopListening();
    };
  }

  /** When the step that can be taken back was done; null when there is none. */
  get undoableMs(): number | null {
    return this.#steps.at(-1)?.doneMs ?? null;
  }

  /** The nearest one before the moment, and the nearest one after it; null where there is none. */
  beside(atMs: number, by: -1 | 1): Bookmark | null {
    const found = by < 0 ? this.list.findLast((one) => one.atMs < atMs) : this.list.find((one) => one.atMs > atMs);
    return found ?? null;
  }

  /** Returns what was added; null when it could not be. */
  add(cameraId: CameraId, cameraName: string, atMs: number): Promise<Bookmark | null> {
    this.#adding += 1;
    return archiveChanges.run(async () => {
      const added = await this.#ask(() => call('bookmarks.add', { cameraId, atMs: Math.round(atMs), name: '' }));
      this.#adding -= 1;
      this.added = added ?? null;
      this.failedOf = added ? null : cameraId;
      clearTimeout(this.#noteTimer);
      this.#noteTimer = setTimeout(() => this.#forgetNote(), noteMs);
      if (!added) return null;
      this.#did(() => call('bookmarks.remove', { bookmarkId: this.#idOf(added.id) }));
      announcer.say(text.bookmarks.added(cameraName, clockSeconds(added.atMs)));
      return added;
    });
  }

  async rename(bookmark: Bookmark, name: string): Promise<boolean> {
    const { id: bookmarkId } = bookmark;
    if (name === bookmark.name) return true;
    return archiveChanges.run(async () => {
      const done = await this.#ask(() => call('bookmarks.rename', { bookmarkId, name }));
      if (done === undefined) return false;
      this.#did(() => call('bookmarks.rename', { bookmarkId: this.#idOf(bookmarkId), name: bookmark.name }));
      announcer.say(text.bookmarks.renamed);
      return true;
    });
  }

  move(bookmark: Bookmark, toMs: number): Promise<void> {
    const { id: bookmarkId } = bookmark;
    return archiveChanges.run(async () => {
      const done = await this.#ask(() => call('bookmarks.move', { bookmarkId, atMs: Math.round(toMs) }));
      if (done === undefined) return;
      this.#did(() => call('bookmarks.move', { bookmarkId: this.#idOf(bookmarkId), atMs: bookmark.atMs }));
      announcer.say(text.bookmarks.moved);
    });
  }

  remove(bookmark: Bookmark): Promise<void> {
    const { id, cameraId, atMs, name } = bookmark;
    return archiveChanges.run(async () => {
      const done = await this.#ask(() => call('bookmarks.remove', { bookmarkId: id }));
      if (done === undefined) return;
      this.#did(async () => {
        const back = await call('bookmarks.add', { cameraId, atMs, name });
        if (back.ok) this.#cameBackAs.set(id, back.value.id);
        return back;
      });
      announcer.say(text.bookmarks.removed);
    });
  }

  /** Takes back what was done last. */
  undo(): Promise<void> {
    return archiveChanges.run(() => this.takeBack());
  }

  /** Where one was added a moment ago, or is just being added: that one. False where none was. */
  undoAdded(): boolean {
    if (this.added === null && this.#adding === 0) return false;
    void archiveChanges.run(async () => {
      if (this.added !== null) await this.takeBack();
    });
    return true;
  }

  /** As `undo`, for who has the turn. */
  async takeBack(): Promise<void> {
    const step = this.#steps.at(-1);
    if (!step) return;
    this.#steps = this.#steps.slice(0, -1);
    this.#forgetNote();
    if ((await this.#ask(step.takeBack)) !== undefined) announcer.say(text.bookmarks.undone);
  }

  /** Another vault is open: nothing that was done in the one before is taken back in it. */
  forget(): void {
    this.list = [];
    this.problem = null;
    this.#steps = [];
    this.#cameBackAs.clear();
    this.#forgetNote();
    if (this.#watchers > 0) void this.#read();
  }

  #forgetNote(): void {
    this.added = null;
    this.failedOf = null;
  }

  #did(takeBack: Step['takeBack']): void {
    this.#steps = [...this.#steps, { doneMs: Date.now(), takeBack }].slice(-mostSteps);
  }

  #idOf(id: string): string {
    let now = id;
    for (let next = this.#cameBackAs.get(now); next !== undefined; next = this.#cameBackAs.get(now)) now = next;
    return now;
  }

  async #read(): Promise<void> {
    await this.#changes.answered(
      this.#ask(() => call('bookmarks.list')),
      (list) => {
        if (list) this.list = list;
      },
    );
  }

  /** undefined where it went wrong, which `problem` tells. */
  async #ask<Value>(question: () => Promise<Outcome<Value>>): Promise<Value | undefined> {
    try {
      const answer = await question();
      this.problem = answer.ok ? null : answer.problem;
      return answer.ok ? answer.value : undefined;
    } catch (error) {
      this.problem = defectOf(error) ?? text.app.noReply;
      return undefined;
    }
  }
}

export const bookmarks = new Bookmarks();
