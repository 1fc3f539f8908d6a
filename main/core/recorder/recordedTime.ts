/**
 * Which of a camera's time is recorded: says where its last recording ended, and tells whoever listens, and the library's
 * notes of gaps, since when nothing is recorded and why, each change once. Which cause it is, is the recorder's to decide.
 * All times are UTC ms. What the library cannot write goes to the caller.
 */
import type { CameraId, GapCause, RecordingState } from '../../contract/model.ts';
import type { Library } from '../library/library.ts';

/** A recording that would begin earlier than the last ended, by no more than this, is put behind it. */
const overlapMs = 5000;
export interface RecordedTimeOptions {
  cameraId: CameraId;
  library: Library;
  now: () => number;
  onState: (state: RecordingState) => void;
}

export class RecordedTime {
  readonly #options: RecordedTimeOptions;
  #state: RecordingState;
  #lastEndMs = 0;

  constructor(options: RecordedTimeOptions) {
    this.#options = options;
    this.#state = { recording: false, cause: 'closed', sinceMs: options.now() };
  }

  get state(): RecordingState {
    return this.#state;
  }

  /** When a recording begins whose first picture is of `startMs`, and that follows no open one. */
  beginOf(startMs: number): number {
    const earlyMs = this.#lastEndMs - startMs;
    return earlyMs > 0 && earlyMs <= overlapMs ? this.#lastEndMs : startMs;
  }

  recordedFrom(startMs: number): void {
    if (!this.#state.recording) this.#setState({ recording: true, sinceMs: startMs });
  }

  /** The last recording ends there. */
  endedAt(endMs: number): void {
    this.#lastEndMs = endMs;
  }

  /** Nothing is recorded since `atMs`, because of `cause`; nothing happens where that is known. */
  async notRecorded(cause: GapCause, atMs: number): Promise<void> {
    if (!this.#state.recording && this.#state.cause === cause) return;
    await this.note(cause, this.behindLast(atMs));
    this.#setState({ recording: false, cause, sinceMs: atMs });
  }

  /** No earlier than the last recording ended, but where the clock was set back since, and that is still to come. */
  behindLast(atMs: number): number {
    return this.#lastEndMs > this.#options.now() + overlapMs ? atMs : Math.max(atMs, this.#lastEndMs);
  }

  /** From `atMs` on nothing is recorded, because of `cause`; the state stays what it is. */
  async note(cause: GapCause, atMs: number): Promise<void> {
    await this.#options.library.note(this.#options.cameraId, { atMs, cause });
  }

  #setState(state: RecordingState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}
