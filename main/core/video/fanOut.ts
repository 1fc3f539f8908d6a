/**
 * One producer of frames, many viewers. Keeps the pictures since the last keyframe, so that a new viewer shows one at
 * once; where they grow beyond a bound, nothing is kept until the next keyframe and a new viewer waits for that. Never
 * waits for a viewer and never queues for one: a viewer that cannot take a frame drops it, up to the next keyframe.
 */
import type { StreamRole, StreamState } from '../../contract/model.ts';
import type { AudioConfig, IntakeKind, VideoConfig } from '../../contract/stream.ts';
import type { MediaFrame } from './flv.ts';

/** Where pictures come from. */
export interface Origin {
  role: StreamRole;
  intake: IntakeKind;
}

export interface Viewer {
  /**
   * Before the first frame, and again before the first frame after a change. A configuration that did not change is
   * the same object as before.
   */
  config(video: VideoConfig, audio: AudioConfig | null, origin: Origin): void;
  /**
   * The frame may be kept, and must not be written to: all viewers get the same. `replayed`: it is one of those since
   * the last keyframe that were there before the viewer.
   */
  frame(frame: MediaFrame, arrivalMs: number, replayed: boolean): void;
  state(state: StreamState): void;
}

const mostKeptBytes = 16 * 2 ** 20;
const mostKeptFrames = 2000;

interface Viewing {
  /** It has the picture that the next frame builds on. */
  started: boolean;
  /** The configurations that it was told. */
  told: number;
}

export class FanOut {
  readonly #viewers = new Map<Viewer, Viewing>();
  #video: VideoConfig | null = null;
  #audio: AudioConfig | null = null;
  #origin: Origin = { role: 'main', intake: 'ffmpeg' };
  /** Counts the changes of the configurations. */
  #change = 0;
  #kept: { frame: MediaFrame; arrivalMs: number }[] = [];
  #keptBytes = 0;

  /** The viewer gets what it needs to show a picture at once. Returns the function that ends the viewing. */
  watch(viewer: Viewer): () => void {
    const viewing: Viewing = { started: false, told: 0 };
    this.#viewers.set(viewer, viewing);
    for (const { frame, arrivalMs } of this.#kept) this.#hand(viewer, viewing, frame, arrivalMs, true);
    return () => this.#viewers.delete(viewer);
  }

  video(config: VideoConfig, origin: Origin): void {
    this.#video = config;
    this.#origin = origin;
    this.#change++;
    this.#forget();
    for (const viewing of this.#viewers.values()) viewing.started = false;
  }

  audio(config: AudioConfig): void {
    this.#audio = config;
    this.#change++;
  }

  frame(frame: MediaFrame, arrivalMs: number): void {
    if (frame.track === 'video') this.#keep(frame, arrivalMs);
    for (const [viewer, viewing] of this.#viewers) this.#hand(viewer, viewing, frame, arrivalMs, false);
  }

  state(state: StreamState): void {
    for (const viewer of this.#viewers.keys()) viewer.state(state);
  }

  /** The connection is gone: what was kept is of the past, and the next one brings its own configuration. */
  reset(): void {
    this.#video = null;
    this.#audio = null;
    this.#forget();
    for (const viewing of this.#viewers.values()) viewing.started = false;
  }

  #hand(viewer: Viewer, viewing: Viewing, frame: MediaFrame, arrivalMs: number, replayed: boolean): void {
    if (this.#video === null) return;
    if (!viewing.started && (frame.track !== 'video' || !frame.keyframe)) return;
    viewing.started = true;
    if (viewing.told !== this.#change) {
      viewing.told = this.#change;
      viewer.config(this.#video, this.#audio, this.#origin);
    }
    viewer.frame(frame, arrivalMs, replayed);
  }

  #keep(frame: MediaFrame, arrivalMs: number): void {
    if (frame.keyframe) this.#forget();
    else if (this.#kept.length === 0) return;
    this.#kept.push({ frame, arrivalMs });
    this.#keptBytes += frame.data.length;
    if (this.#keptBytes > mostKeptBytes || this.#kept.length > mostKeptFrames) this.#forget();
  }

  #forget(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }
}
