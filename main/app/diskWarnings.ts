/**
 * What the vault's disk refuses while cameras are recorded, for the user to see: the trouble of each camera until that
 * camera is recorded again, not to be recorded, or gone. The recorder tries again by itself; the gap on the timeline is its matter.
 */
import type { CameraId, CameraStatus } from '../contract/model.ts';
import type { Problem } from '../contract/problems.ts';
import { isQuiet } from '../contract/recordingPlan.ts';

export class DiskWarnings {
  readonly #folder: string;
  readonly #changed: () => void;
  readonly #troubles = new Map<CameraId, { problem: Problem; atMs: number }>();

  /** `folder`: the vault's own, which the user knows; `changed`: `current` is another now. */
  constructor(folder: string, changed: () => void) {
    this.#folder = folder;
    this.#changed = changed;
  }

  /** The newest trouble that lasts. */
  get current(): Problem | null {
    return [...this.#troubles.values()].at(-1)?.problem ?? null;
  }

  trouble(cameraId: CameraId, problem: Problem, atMs = Date.now()): void {
    // It was logged where it arose, and has no remedy to tell.
    if (problem.code === 'defect') return;
    this.#troubles.delete(cameraId);
    const ofVault = 'folder' in problem ? { ...problem, folder: this.#folder } : problem;
    this.#troubles.set(cameraId, { problem: ofVault, atMs });
    this.#changed();
  }

  status({ cameraId, recording }: CameraStatus): void {
    const trouble = this.#troubles.get(cameraId);
    if (!trouble) return;
    const isOver = recording.recording ? recording.sinceMs > trouble.atMs : isQuiet(recording.cause);
    if (isOver) this.forget(cameraId);
  }

  forget(cameraId: CameraId): void {
    if (this.#troubles.delete(cameraId)) this.#changed();
  }
}
