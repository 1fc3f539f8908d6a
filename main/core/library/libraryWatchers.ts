/**
 * Who is told of what changes in the library: of one camera, of days, and of recordings that are about to be deleted.
 * Listeners are called in the order in which they came.
 */
import type { CameraId } from '../../contract/model.ts';
import type { RecordingRow } from './library.ts';

export class LibraryWatchers {
  readonly #changed: (cameraId: CameraId) => void;
  readonly #listeners = new Map<CameraId, Set<() => void>>();
  readonly #dayListeners = new Set<(cameraId: CameraId, day: string) => void>();
  readonly #goingListeners = new Set<(rows: readonly RecordingRow[]) => Promise<void>>();

  /** `changed`: told of every camera, before those who watch that one alone. */
  constructor(changed: (cameraId: CameraId) => void) {
    this.#changed = changed;
  }

  /** Called after everything that changes what is recorded of this camera. Returns what ends it. */
  watch(cameraId: CameraId, listener: () => void): () => void {
    const listeners = this.#listeners.get(cameraId) ?? new Set();
    this.#listeners.set(cameraId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  /** Called after a recording or a cause of that UTC day was added or went, not while one grows. Returns what ends it. */
  watchDays(listener: (cameraId: CameraId, day: string) => void): () => void {
    this.#dayListeners.add(listener);
    return () => void this.#dayListeners.delete(listener);
  }

  /** Called with recordings that are about to be deleted: who has them open lets go of them. Returns what ends it. */
  watchGoing(listener: (rows: readonly RecordingRow[]) => Promise<void>): () => void {
    this.#goingListeners.add(listener);
    return () => void this.#goingListeners.delete(listener);
  }

  /** What is recorded of this camera changed; `day`: where a recording or a cause was added or went. */
  tell(cameraId: CameraId, day: string | null = null): void {
    if (day !== null) for (const listener of this.#dayListeners) listener(cameraId, day);
    this.#changed(cameraId);
    for (const listener of this.#listeners.get(cameraId) ?? []) listener();
  }

  /** These are about to be deleted. Resolves when all have let go of them. */
  async tellGoing(rows: readonly RecordingRow[]): Promise<void> {
    for (const listener of this.#goingListeners) await listener(rows);
  }
}
