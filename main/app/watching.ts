/**
 * Every camera's connections: the one that is recorded, which keeps the recorder fed, and those for showing, which
 * `Showing` makes and ends as viewers come and go.
 *
 * Nothing here throws after start: trouble is a state, told by `on.status`.
 */
import type {
  Camera,
  CameraId,
  CameraStatus,
  RecordingState,
  StreamRole,
  StreamState,
  VideoCodec,
} from '../contract/model.ts';
import type { Outcome, Problem } from '../contract/problems.ts';
import type { Library } from '../core/library/library.ts';
import { Recorder, type RecorderLimits } from '../core/recorder/recorder.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { CameraClock } from '../core/video/cameraClock.ts';
import { Feed } from '../core/video/feed.ts';
import type { Ffmpeg, StreamSource } from '../core/video/ffmpeg.ts';
import { type Onlooker, Showing, type ViewingKey } from './showing.ts';

/** What a camera answers when it is asked for the time is a whole second, and late by the question's own time. */
const sameClockMs = 5000;

export type SourceOf = (
  cameraId: CameraId,
  role: StreamRole,
) => (signal: AbortSignal, afterFailure: boolean) => Promise<Outcome<StreamSource>>;

export interface WatchingOptions {
  ffmpeg: Ffmpeg;
  vault: Vault;
  library: Library;
  sourceOf: SourceOf;
  clockOffsetMs(cameraId: CameraId): number | null;
  /** Other limits than the usual. */
  limits?: Partial<RecorderLimits> | undefined;
  on: {
    status(status: CameraStatus): void;
    /** A recording was finished. */
    finished(): void;
    /** The disk refuses a camera's recording; it is tried again. */
    trouble(cameraId: CameraId, problem: Problem): void;
    /** What a connection said, for the log. */
    note(what: string, details: Record<string, string>): void;
    defect(error: unknown): void;
  };
}

interface Watched {
  camera: Camera;
  recorder: Recorder;
  /** The connection that is recorded; null while the user paused it. */
  recording: Feed | null;
  showing: Showing;
  stream: StreamState;
  recordingState: RecordingState;
  bitsPerSecond: number | null;
  /** The camera's clock, as its stream told it last; null where it never did. */
  cameraClock: CameraClock | null;
  /** What the recording was begun with, or that it was paused; null before the first time. */
  begunWith: { paused: boolean; recordsSound: boolean } | null;
  /** Beginnings and endings of the recording, one after the other. */
  turn: Promise<void>;
}

export class Watching {
  readonly #options: WatchingOptions;
  readonly #watched = new Map<CameraId, Watched>();
  #closed = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  /** Begins to record a camera, or takes over what changed about it. */
  async watch(camera: Camera): Promise<void> {
    const before = this.#watched.get(camera.id);
    if (before) {
      before.camera = camera;
      await this.#record(before);
      return;
    }
    if (this.#closed) return;
    const sinceMs = Date.now();
    const watched: Watched = {
      camera,
      recorder: new Recorder({
        cameraId: camera.id,
        vault: this.#options.vault,
        library: this.#options.library,
        ...(this.#options.limits && { limits: this.#options.limits }),
        on: {
          state: (state) => {
            watched.recordingState = state;
            this.#tell(watched);
          },
          finished: () => this.#options.on.finished(),
          trouble: (problem) => this.#options.on.trouble(camera.id, problem),
          defect: (error) => this.#options.on.defect(error),
        },
      }),
      recording: null,
      showing: new Showing({
        ffmpeg: this.#options.ffmpeg,
        source: (role) => this.#options.sourceOf(camera.id, role),
        codec: (role) => codecOf(watched.camera, role),
        on: {
          note: (what) => this.#options.on.note(what, { camera: camera.id }),
          cameraClock: (clock) => {
            watched.cameraClock = clock;
            this.#tell(watched);
          },
          defect: (error) => this.#options.on.defect(error),
        },
      }),
      stream: { state: 'off' },
      recordingState: { recording: false, cause: camera.paused ? 'paused' : 'closed', sinceMs },
      bitsPerSecond: null,
      cameraClock: null,
      begunWith: null,
      turn: Promise.resolve(),
    };
    this.#watched.set(camera.id, watched);
    await this.#record(watched);
  }

  /** Ends everything of a camera, its open recording included. */
  async forget(cameraId: CameraId): Promise<void> {
    const watched = this.#watched.get(cameraId);
    if (!watched) return;
    this.#watched.delete(cameraId);
    await this.#end(watched);
  }

  /** Ends a camera's open recording, so that all that is recorded up to now is finished. */
  async cut(cameraId: CameraId): Promise<void> {
    await this.#watched.get(cameraId)?.recorder.cut();
  }

  statuses(): CameraStatus[] {
    return [...this.#watched.values()].map((watched) => this.#status(watched));
  }

  /** Tries a lost camera now, without waiting for its turn; every camera when none is named. */
  tryNow(cameraId: CameraId | null = null): void {
    for (const watched of this.#watched.values()) {
      if (cameraId !== null && watched.camera.id !== cameraId) continue;
      watched.recording?.retryNow();
      watched.showing.retryNow();
    }
  }

  /**
   * Shows a stream to a viewer until the returned function is called. null when the camera is not on the list.
   * A camera with one stream shows that one, whatever was asked for.
   */
  show(cameraId: CameraId, role: StreamRole, converted: boolean, viewer: Onlooker): (() => void) | null {
    const watched = this.#watched.get(cameraId);
    if (!watched) return null;
    const shown = watched.camera.streams.some((stream) => stream.role === role) ? role : 'main';
    const key: ViewingKey = converted ? `${shown} converted` : shown;
    return watched.showing.show(key, viewer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#watched.values()];
    this.#watched.clear();
    const ended = await Promise.allSettled(all.map((watched) => this.#end(watched)));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** In its turn: a camera that is paused and taken up again at once must not be left with the first of the two. */
  #record(watched: Watched): Promise<void> {
    const turn = watched.turn.then(() => this.#recordNow(watched));
    watched.turn = turn.catch(() => undefined);
    return turn;
  }

  async #recordNow(watched: Watched): Promise<void> {
    const { camera, recorder, begunWith } = watched;
    const { paused, recordsSound } = camera;
    if (begunWith?.paused === paused && begunWith.recordsSound === recordsSound) return;
    watched.begunWith = { paused, recordsSound };
    const before = watched.recording;
    watched.recording = null;
    // First, so that the connection's end is not taken for the reason.
    if (paused) recorder.pause('paused');
    await watched.showing.makeWay();
    await before?.close();
    // It may have been taken off the list meanwhile, and nothing would end a connection that begins now.
    if (this.#watched.get(camera.id) !== watched) return;
    if (paused) {
      watched.stream = { state: 'off' };
      watched.bitsPerSecond = null;
      watched.showing.recorded(null);
      this.#tell(watched);
      return;
    }
    recorder.resume();
    const recording = new Feed({
      ffmpeg: this.#options.ffmpeg,
      role: 'main',
      source: this.#options.sourceOf(camera.id, 'main'),
      record: true,
      sound: recordsSound,
      convert: false,
      on: {
        state: (state) => {
          watched.stream = state;
          watched.showing.recordedState(state);
          this.#tell(watched);
        },
        run: (run) => recorder.run(run),
        fragment: (fragment, arrivalMs) => recorder.fragment(fragment, arrivalMs),
        runEnd: (cause, sinceMs) => recorder.runEnd(cause, sinceMs),
        bitRate: (bitsPerSecond) => {
          watched.bitsPerSecond = bitsPerSecond;
          this.#tell(watched);
        },
        ended: (end) => watched.showing.recordedEnded(end),
        note: (what) => this.#options.on.note(what, { camera: camera.id }),
        defect: (error) => this.#options.on.defect(error),
      },
    });
    watched.recording = recording;
    watched.showing.recorded(recording);
  }

  async #end(watched: Watched): Promise<void> {
    await watched.turn;
    try {
      await Promise.all([watched.recording?.close(), watched.showing.close()]);
    } finally {
      await watched.recorder.close();
    }
  }

  #tell(watched: Watched): void {
    if (this.#watched.has(watched.camera.id)) this.#options.on.status(this.#status(watched));
  }

  #status({ camera, stream, recordingState, bitsPerSecond, cameraClock }: Watched): CameraStatus {
    const asked = this.#options.clockOffsetMs(camera.id);
    // Some cameras count something else in their stream's reports than what they answer when asked for the time.
    const told = asked !== null && Math.abs((cameraClock?.offsetMs ?? 0) - asked) > sameClockMs ? null : cameraClock;
    return {
      ...{ cameraId: camera.id, stream, recording: recordingState, bitsPerSecond },
      wanted: camera.paused
        ? { records: false, cause: 'paused', untilMs: null }
        : { records: true, because: 'always', untilMs: null },
      clockOffsetMs: told ? told.offsetMs : asked,
      clockUncertaintyMs: told ? told.uncertaintyMs : null,
    };
  }
}

function codecOf({ streams }: Camera, role: StreamRole): VideoCodec {
  return (streams.find((stream) => stream.role === role) ?? streams[0])?.video ?? 'unknown';
}
