/**
 * Taking a snapshot: the picture that is on screen goes to the main process, which saves it where the user says. One at a
 * time. What came of the last one is said where its camera is shown, for a few seconds; a failure until the next. Leaves
 * the making of the picture to whoever shows it.
 */
import type { CameraId } from '../../main/contract/model.ts';
import { call } from '../home.ts';
import type { Still } from '../live/stillOf.ts';
import { announcer } from './announcer.svelte.ts';
import type { Trouble } from './asking.svelte.ts';
import { defectOf } from './defect.ts';
import { sayProblem, text } from './text.ts';

const saidForMs = 8000;

export type SnapshotNote =
  { is: 'saved'; name: string; folder: string; first: boolean } | { is: 'failed'; trouble: Trouble };

class Snapshots {
  note = $state.raw<{ cameraId: CameraId; note: SnapshotNote } | null>(null);
  busy = $state(false);
  #saved = 0;
  #forget: ReturnType<typeof setTimeout> | undefined;

  of(cameraId: CameraId): SnapshotNote | null {
    return this.note?.cameraId === cameraId ? this.note.note : null;
  }

  /** `still` is asked at once, so that the picture is the one that was seen. */
  async take(cameraId: CameraId, still: () => Promise<Still>, elsewhere = false): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      this.#say(cameraId, await this.#save(cameraId, await still(), elsewhere));
    } catch (error) {
      this.#say(cameraId, { is: 'failed', trouble: defectOf(error) ?? text.wall.snapshot.noPicture });
    } finally {
      this.busy = false;
    }
  }

  show(): void {
    void call('snapshots.show');
  }

  clear(): void {
    clearTimeout(this.#forget);
    this.note = null;
  }

  async #save(cameraId: CameraId, { png, atMs }: Still, elsewhere: boolean): Promise<SnapshotNote | null> {
    const bytes = new Uint8Array(await png.arrayBuffer());
    const answer = await call('snapshots.save', { cameraId, atMs: Math.round(atMs), png: bytes, elsewhere });
    if (!answer.ok) return { is: 'failed', trouble: answer.problem };
    if (answer.value === null) return null;
    this.#saved += 1;
    return { is: 'saved', ...answer.value, first: this.#saved === 1 };
  }

  #say(cameraId: CameraId, note: SnapshotNote | null): void {
    this.clear();
    if (note === null) return;
    this.note = { cameraId, note };
    announcer.say(sentenceOf(note));
    if (note.is === 'saved') this.#forget = setTimeout(() => (this.note = null), saidForMs);
  }
}

function sentenceOf(note: SnapshotNote): string {
  if (note.is === 'saved') return text.wall.snapshot.saved(note.name);
  const { fact, remedy } = 'code' in note.trouble ? sayProblem(note.trouble) : note.trouble;
  return `${fact} ${remedy}`;
}

export const snapshots = new Snapshots();
