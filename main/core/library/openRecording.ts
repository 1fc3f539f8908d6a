/**
 * The recording that is being written, as others see it: what is in it so far, and how to read and follow it. The
 * recorder writes it, the library keeps it by camera, playback reads it. Once it has ended its bytes are to be read
 * from the finished file; what was read before stays right, because finishing changes no byte.
 */
import type { CameraId } from '../../contract/model.ts';

/** Where a fragment lies in a recording, and its time in UTC. */
export interface FragmentPlace {
  offset: number;
  length: number;
  startMs: number;
  durationMs: number;
  keyframe: boolean;
}

export interface OpenRecording {
  readonly cameraId: CameraId;
  readonly startMs: number;
  /** End of its last fragment so far. */
  readonly endMs: number;
  readonly sizeBytes: number;
  readonly mime: string;
  readonly initLength: number;
  /** Grows at its end. */
  readonly fragments: readonly FragmentPlace[];
  /** No more fragments come; it can be read until the library names another recording, or none. */
  readonly ended: boolean;
  /** Throws a VaultError, and an Error once the file is closed. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Index of the fragment to begin with for this moment: the last keyframe at or before it; 0 where there is none. */
export function keyframeAtOrBefore(fragments: readonly FragmentPlace[], atMs: number): number {
  for (let index = fragments.length - 1; index > 0; index--) {
    const fragment = fragments[index];
    if (fragment?.keyframe && fragment.startMs <= atMs) return index;
  }
  return 0;
}
