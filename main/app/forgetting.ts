/**
 * Removed cameras of which nothing is recorded any more: afterwards nothing in the vault names them, its clips, layouts,
 * events, log and the list of cameras included. The list comes last, so that what a crash, the lock or the disk left half
 * way is found there and done again.
 */
import { withoutCamera } from '../contract/layouts.ts';
import type { CameraId, Settings } from '../contract/model.ts';
import { good, type Outcome } from '../contract/problems.ts';
import type { Cameras } from '../core/cameras/cameras.ts';
import type { EventStore } from '../core/library/eventStore.ts';
import type { Library } from '../core/library/library.ts';
import { Turns } from '../core/library/turns.ts';
import type { Log } from '../core/log.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { SealedStore } from '../core/vault/sealedStore.ts';

export interface ForgettingOptions {
  vault: Vault;
  settings: SealedStore<Settings>;
  cameras: Cameras;
  library: Library;
  events: EventStore;
  log: Log;
  /** The clips of this camera go, and so does what their list says of it. */
  releaseClips: (cameraId: CameraId) => Promise<Outcome<null>>;
  on: {
    /** Nothing of this camera is to be known any more. Problems: something may still be, and it is asked again. */
    forgotten: (cameraId: CameraId) => Promise<Outcome<null>>;
    /** Something of this camera was deleted for good, by the user. */
    deleted: (cameraId: CameraId) => void;
  };
}

export class Forgetting {
  readonly #options: ForgettingOptions;
  readonly #turns = new Turns();
  /** Something may be left to forget: a crash, the lock or the disk came between. */
  #owes = true;

  constructor(options: ForgettingOptions) {
    this.#options = options;
  }

  /** Something may be left to forget; `forgetGone` tries. */
  get owes(): boolean {
    return this.#owes;
  }

  /**
   * What is left in the vault of removed cameras whose last recording is gone goes too; of what is locked or away, later.
   * Who asks while it is being done waits for that: halfway the list does not name the camera, and the version before it
   * still does.
   */
  async forgetGone(): Promise<Outcome<null>> {
    return await this.#turns.take('forget', () => this.#forgetGone());
  }

  /** Nothing in the vault names this camera afterwards, which is not on the list and has no recordings. */
  async forget(id: CameraId): Promise<Outcome<null>> {
    const forgotten = await this.#turns.take('forget', () => this.#forgetCamera(id));
    this.#owes ||= !forgotten.ok;
    return forgotten;
  }

  /** Waits for what is being forgotten. May be called twice. */
  async close(): Promise<void> {
    await this.#turns.close();
  }

  async #forgetGone(): Promise<Outcome<null>> {
    const { cameras, library, vault } = this.#options;
    this.#owes = true;
    // A drive that was taken away holds no recording either. What is sealed cannot be searched for a name.
    if ((await vault.away()) !== null || vault.identity === null) return good(null);
    let failed: Outcome<null> = good(null);
    for (const { id } of cameras.removed()) {
      if (!(await library.removal.removeEmptyCamera(id))) continue;
      const forgotten = await this.#forgetCamera(id);
      if (!forgotten.ok) failed = forgotten;
    }
    this.#owes = !failed.ok;
    return failed;
  }

  async #forgetCamera(id: CameraId): Promise<Outcome<null>> {
    const { cameras, settings, log } = this.#options;
    // Also where they do not name it now: the version before may.
    const released = await this.#options.releaseClips(id);
    if (!released.ok) return released;
    const erased = await settings.erase((value) => ({
      ...value,
      layouts: withoutCamera(value.layouts, id),
    }));
    if (!erased.ok) return erased;
    const elsewhere = await this.#options.on.forgotten(id);
    if (!elsewhere.ok) return elsewhere;
    await this.#options.events.forgetCamera(id);
    await log.forget(id);
    const forgotten = await cameras.forgetRemoved(id);
    this.#options.on.deleted(id);
    return forgotten;
  }
}
