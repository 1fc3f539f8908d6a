/**
 * Every camera's connections: the one that is recorded, which keeps the recorder fed, and those for showing, which
 * `Showing` makes and ends as viewers come and go. What of the first is recorded a `Gate` does, as `Wanting` says; while
 * everything is private there is no connection at all.
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
import type { Privacy } from '../contract/privacy.ts';
import type { Outcome, Problem } from '../contract/problems.ts';
import type { Wanted } from '../contract/recordingPlan.ts';
import type { Library } from '../core/library/library.ts';
import { endsConnection, Gate } from '../core/recorder/gate.ts';
import { PreRollMemory } from '../core/recorder/preRoll.ts';
import { Recorder, type RecorderLimits } from '../core/recorder/recorder.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { CameraClock } from '../core/video/cameraClock.ts';
import { Feed } from '../core/video/feed.ts';
import type { Ffmpeg, StreamSource } from '../core/video/ffmpeg.ts';
import { Way } from '../core/video/way.ts';
import { type Onlooker, Showing, type ViewingKey } from './showing.ts';
import { deafEar, type Ear, Wanting } from './wanting.ts';

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
  /** Hears the cameras' events; left out: nobody does. */
  ear?: Ear;
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
  gate: Gate;
  wanted: Wanted;
  /** The connection that is recorded; null while the user wants none. */
  recording: Feed | null;
  /** Whether this computer has a way to it. */
  way: Way;
  showing: Showing;
  stream: StreamState;
  recordingState: RecordingState;
  bitsPerSecond: number | null;
  /** The camera's clock, as its stream told it last; null where it never did. */
  cameraClock: CameraClock | null;
  /** What the connection was begun with, or that there is to be none; null before the first time. */
  begunWith: Connecting | null;
  /** Beginnings and endings of the recording, one after the other. */
  turn: Promise<void>;
}

interface Connecting {
  connects: boolean;
  hidden: boolean;
  recordsSound: boolean;
}

export class Watching {
  readonly #options: WatchingOptions;
  readonly #wanting: Wanting;
  readonly #memory = new PreRollMemory();
  readonly #watched = new Map<CameraId, Watched>();
  #closed = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
    this.#wanting = new Wanting({
      ear: options.ear ?? deafEar,
      on: { changed: (cameraId, wanted, fromMs) => this.#want(cameraId, wanted, fromMs) },
    });
  }

  /** Begins to record a camera, or takes over what changed about it. */
  async watch(camera: Camera): Promise<void> {
    const before = this.#watched.get(camera.id);
    if (before) {
      before.camera = camera;
      this.#wanting.set(camera);
      // How long the pre-roll is may have changed, and nothing else.
      before.gate.want(before.wanted, camera.plan.preRollSeconds, Date.now());
      await this.#record(before);
      return;
    }
    if (this.#closed) return;
    const sinceMs = Date.now();
    const way = new Way(() => watched.camera.host);
    const recorder = new Recorder({
      cameraId: camera.id,
      vault: this.#options.vault,
      library: this.#options.library,
      ...(this.#options.limits && { limits: this.#options.limits }),
      silent: () => (way.isGone() ? 'network' : 'lost'),
      on: {
        state: (state) => {
          watched.recordingState = state;
          this.#tell(watched);
        },
        finished: () => this.#options.on.finished(),
        trouble: (problem) => this.#options.on.trouble(camera.id, problem),
        defect: (error) => this.#options.on.defect(error),
      },
    });
    const watched: Watched = {
      ...{ camera, recorder, gate: new Gate(recorder, this.#memory), recording: null },
      wanted: { records: true, because: 'always', untilMs: null },
      way,
      showing: new Showing({
        way,
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
      recordingState: { recording: false, cause: 'closed', sinceMs },
      bitsPerSecond: null,
      cameraClock: null,
      begunWith: null,
      turn: Promise.resolve(),
    };
    this.#watched.set(camera.id, watched);
    // Whatever is wanted of it is told at once.
    this.#wanting.set(camera);
    await this.#record(watched);
  }

  /** Everything is private from now on, or (null) no more. */
  setPrivacy(privacy: Privacy | null): void {
    this.#wanting.setPrivacy(privacy);
  }

  /** Ends everything of a camera, its open recording included. */
  async forget(cameraId: CameraId): Promise<void> {
    const watched = this.#watched.get(cameraId);
    if (!watched) return;
    this.#watched.delete(cameraId);
    this.#wanting.forget(cameraId);
    await this.#end(watched);
  }

  /** Ends a camera's open recording, so that all that is recorded up to now is finished; what waits in memory goes. */
  async cut(cameraId: CameraId): Promise<void> {
    await this.#watched.get(cameraId)?.gate.cut();
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
    this.#wanting.close();
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

  #want(cameraId: CameraId, wanted: Wanted, fromMs: number): void {
    const watched = this.#watched.get(cameraId);
    if (!watched) return;
    watched.wanted = wanted;
    watched.recording?.lookAtClock();
    watched.gate.want(wanted, watched.camera.plan.preRollSeconds, fromMs);
    // Whatever its turn waits for, nobody is watched any more.
    if (isPrivate(wanted)) void Promise.all([watched.showing.hide(true), watched.recording?.close()]);
    this.#record(watched).catch((error: unknown) => this.#options.on.defect(error));
    this.#tell(watched);
  }

  async #recordNow(watched: Watched): Promise<void> {
    const connecting = connectingOf(watched);
    if (watched.begunWith && isSame(watched.begunWith, connecting)) return;
    watched.begunWith = connecting;
    try {
      // Something else is wanted meanwhile, and has its turn: nobody is connected to for a moment who is private now.
      if (!(await this.#begin(watched, connecting))) watched.begunWith = null;
    } catch (error) {
      watched.begunWith = null;
      throw error;
    }
  }

  /** False when something else came to be wanted before it was done: then there is no connection. */
  async #begin(watched: Watched, connecting: Connecting): Promise<boolean> {
    const { camera, gate } = watched;
    const { connects, recordsSound } = connecting;
    const before = watched.recording;
    watched.recording = null;
    await watched.showing.makeWay();
    await before?.close();
    // It may have been taken off the list meanwhile, and nothing would end a connection that begins now.
    if (this.#watched.get(camera.id) !== watched || !isSame(connectingOf(watched), connecting)) return false;
    await watched.showing.hide(connecting.hidden);
    if (this.#watched.get(camera.id) !== watched || !isSame(connectingOf(watched), connecting)) return false;
    if (!connects) {
      watched.stream = { state: 'off' };
      watched.bitsPerSecond = null;
      watched.showing.recorded(null);
      this.#tell(watched);
      return true;
    }
    const recording = new Feed({
      ffmpeg: this.#options.ffmpeg,
      role: 'main',
      source: this.#options.sourceOf(camera.id, 'main'),
      way: watched.way,
      record: true,
      sound: recordsSound,
      convert: false,
      on: {
        state: (state) => {
          watched.stream = state;
          watched.showing.recordedState(state);
          this.#tell(watched);
        },
        run: (run) => gate.run(run),
        fragment: (fragment, arrivalMs) => gate.fragment(fragment, arrivalMs),
        runEnd: (cause, sinceMs) => gate.runEnd(cause, sinceMs),
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
    return true;
  }

  async #end(watched: Watched): Promise<void> {
    await watched.turn;
    try {
      await Promise.all([watched.recording?.close(), watched.showing.close()]);
    } finally {
      watched.gate.close();
      await watched.recorder.close();
    }
  }

  #tell(watched: Watched): void {
    if (this.#watched.has(watched.camera.id)) this.#options.on.status(this.#status(watched));
  }

  #status({ camera, stream, wanted, recordingState, bitsPerSecond, cameraClock }: Watched): CameraStatus {
    const asked = this.#options.clockOffsetMs(camera.id);
    // Some cameras count something else in their stream's reports than what they answer when asked for the time.
    const told = asked !== null && Math.abs((cameraClock?.offsetMs ?? 0) - asked) > sameClockMs ? null : cameraClock;
    return {
      ...{ cameraId: camera.id, stream, recording: recordingState, wanted, bitsPerSecond },
      clockOffsetMs: told ? told.offsetMs : asked,
      clockUncertaintyMs: told ? told.uncertaintyMs : null,
    };
  }
}

function isPrivate(wanted: Wanted): boolean {
  return !wanted.records && wanted.cause === 'privacy';
}

function connectingOf({ camera, wanted }: Watched): Connecting {
  const connects = wanted.records || !endsConnection(wanted.cause);
  return { connects, hidden: isPrivate(wanted), recordsSound: camera.recordsSound };
}

function isSame(one: Connecting, other: Connecting): boolean {
  return one.connects === other.connects && one.hidden === other.hidden && one.recordsSound === other.recordsSound;
}

function codecOf({ streams }: Camera, role: StreamRole): VideoCodec {
  return (streams.find((stream) => stream.role === role) ?? streams[0])?.video ?? 'unknown';
}
