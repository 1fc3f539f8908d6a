/**
 * One camera on the list: its recorder, the connection that feeds it while anything is to be recorded or waited for, and
 * what of it is shown beside that. What is wanted of it is said from outside; it makes and ends the connection
 * accordingly, one beginning or ending after the other, and tells its status whenever that changes. Nothing is told, and
 * nothing begins, after `close`.
 */
import { InTurn } from '../contract/inTurn.ts';
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
import type { Wanted } from '../contract/recordingPlan.ts';
import type { Library } from '../core/library/library.ts';
import { endsConnection, Gate } from '../core/recorder/gate.ts';
import type { PreRollMemory } from '../core/recorder/preRoll.ts';
import { Recorder, type RecorderLimits } from '../core/recorder/recorder.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { CameraClock } from '../core/video/cameraClock.ts';
import { Feed } from '../core/video/feed.ts';
import type { Ffmpeg, StreamSource } from '../core/video/ffmpeg.ts';
import { Way } from '../core/video/way.ts';
import { type Onlooker, Showing, type ViewingKey } from './showing.ts';

/** What a camera answers when it is asked for the time is a whole second, and late by the question's own time. */
const sameClockMs = 5000;

export type SourceOf = (
  cameraId: CameraId,
  role: StreamRole,
) => (signal: AbortSignal, afterFailure: boolean) => Promise<Outcome<StreamSource>>;

export interface WatchedCameraOptions {
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

interface Connecting {
  connects: boolean;
  hidden: boolean;
  recordsSound: boolean;
}

export class WatchedCamera {
  /** As it is on the list now. */
  camera: Camera;
  readonly #options: WatchedCameraOptions;
  readonly #recorder: Recorder;
  readonly #gate: Gate;
  /** Whether this computer has a way to it. */
  readonly #way: Way;
  readonly #showing: Showing;
  #wanted: Wanted = { records: true, because: 'always', untilMs: null };
  /** The connection that is recorded; null while the user wants none. */
  #recording: Feed | null = null;
  #stream: StreamState = { state: 'off' };
  #recordingState: RecordingState = { recording: false, cause: 'closed', sinceMs: Date.now() };
  #bitsPerSecond: number | null = null;
  /** The camera's clock, as its stream told it last; null where it never did. */
  #cameraClock: CameraClock | null = null;
  /** What the connection was begun with, or that there is to be none; null before the first time. */
  #begunWith: Connecting | null = null;
  /** Beginnings and endings of the recording, one after the other. */
  readonly #turns = new InTurn();
  #closed = false;

  constructor(camera: Camera, memory: PreRollMemory, options: WatchedCameraOptions) {
    this.camera = camera;
    this.#options = options;
    const way = new Way(() => this.camera.host);
    this.#way = way;
    this.#recorder = new Recorder({
      cameraId: camera.id,
      vault: options.vault,
      library: options.library,
      ...(options.limits && { limits: options.limits }),
      silent: () => (way.isGone() ? 'network' : 'lost'),
      on: {
        state: (state) => {
          this.#recordingState = state;
          this.#tell();
        },
        finished: () => options.on.finished(),
        trouble: (problem) => options.on.trouble(camera.id, problem),
        defect: (error) => options.on.defect(error),
      },
    });
    this.#gate = new Gate(this.#recorder, memory);
    this.#showing = new Showing({
      way,
      ffmpeg: options.ffmpeg,
      source: (role) => options.sourceOf(camera.id, role),
      codec: (role) => codecOf(this.camera, role),
      on: {
        note: (what) => options.on.note(what, { camera: camera.id }),
        cameraClock: (clock) => {
          this.#cameraClock = clock;
          this.#tell();
        },
        defect: (error) => options.on.defect(error),
      },
    });
  }

  get status(): CameraStatus {
    const cameraClock = this.#cameraClock;
    const asked = this.#options.clockOffsetMs(this.camera.id);
    // Some cameras count something else in their stream's reports than what they answer when asked for the time.
    const told = asked !== null && Math.abs((cameraClock?.offsetMs ?? 0) - asked) > sameClockMs ? null : cameraClock;
    return {
      ...{ cameraId: this.camera.id, stream: this.#stream, recording: this.#recordingState },
      ...{ wanted: this.#wanted, bitsPerSecond: this.#bitsPerSecond },
      clockOffsetMs: told ? told.offsetMs : asked,
      clockUncertaintyMs: told ? told.uncertaintyMs : null,
    };
  }

  /** `fromMs` (UTC ms): when what made it so began. */
  want(wanted: Wanted, fromMs: number): void {
    this.#wanted = wanted;
    this.#recording?.lookAtClock();
    this.#gate.want(wanted, this.camera.plan.preRollSeconds, fromMs);
    // Whatever its turn waits for, nobody is watched any more.
    if (isPrivate(wanted)) void Promise.all([this.#showing.hide(true), this.#recording?.close()]);
    this.record().catch((error: unknown) => this.#options.on.defect(error));
    this.#tell();
  }

  /** Takes over how long the pre-roll of `camera` is. */
  planChanged(): void {
    this.#gate.want(this.#wanted, this.camera.plan.preRollSeconds, Date.now());
  }

  /**
   * Makes or ends the connection, as is wanted of `camera` now. In its turn: one that is paused and taken up again at once
   * must not be left with the first of the two.
   */
  record(): Promise<void> {
    return this.#turns.run(() => this.#recordNow());
  }

  /** Ends the open recording, so that all that is recorded up to now is finished; what waits in memory goes. */
  async cut(): Promise<void> {
    await this.#gate.cut();
  }

  /** Tries it now, where it is lost, without waiting for its turn. */
  tryNow(): void {
    this.#recording?.retryNow();
    this.#showing.retryNow();
  }

  /** Shows a stream to a viewer until the returned function is called; where there is no such stream, the main one. */
  show(role: StreamRole, converted: boolean, viewer: Onlooker): () => void {
    const shown = this.camera.streams.some((stream) => stream.role === role) ? role : 'main';
    const key: ViewingKey = converted ? `${shown} converted` : shown;
    return this.#showing.show(key, viewer);
  }

  /** Ends everything of it, its open recording included. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turns.over();
    try {
      await Promise.all([this.#recording?.close(), this.#showing.close()]);
    } finally {
      this.#gate.close();
      await this.#recorder.close();
    }
  }

  async #recordNow(): Promise<void> {
    const connecting = this.#connecting();
    if (this.#begunWith && isSame(this.#begunWith, connecting)) return;
    this.#begunWith = connecting;
    try {
      // Something else is wanted meanwhile, and has its turn: nobody is connected to for a moment who is private now.
      if (!(await this.#begin(connecting))) this.#begunWith = null;
    } catch (error) {
      this.#begunWith = null;
      throw error;
    }
  }

  /** False when something else came to be wanted before it was done: then there is no connection. */
  async #begin(connecting: Connecting): Promise<boolean> {
    const { connects, recordsSound } = connecting;
    const before = this.#recording;
    this.#recording = null;
    await this.#showing.makeWay();
    await before?.close();
    // It may have been taken off the list meanwhile, and nothing would end a connection that begins now.
    if (!this.#isStillWanted(connecting)) return false;
    await this.#showing.hide(connecting.hidden);
    if (!this.#isStillWanted(connecting)) return false;
    if (!connects) {
      this.#stream = { state: 'off' };
      this.#bitsPerSecond = null;
      this.#showing.recorded(null);
      this.#tell();
      return true;
    }
    this.#recording = this.#connect(recordsSound);
    this.#showing.recorded(this.#recording);
    return true;
  }

  #isStillWanted(connecting: Connecting): boolean {
    return !this.#closed && isSame(this.#connecting(), connecting);
  }

  #connect(recordsSound: boolean): Feed {
    const { camera } = this;
    const gate = this.#gate;
    return new Feed({
      ffmpeg: this.#options.ffmpeg,
      role: 'main',
      source: this.#options.sourceOf(camera.id, 'main'),
      way: this.#way,
      record: true,
      sound: recordsSound,
      convert: false,
      on: {
        state: (state) => {
          this.#stream = state;
          this.#showing.recordedState(state);
          this.#tell();
        },
        run: (run) => gate.run(run),
        fragment: (fragment, arrivalMs) => gate.fragment(fragment, arrivalMs),
        runEnd: (cause, sinceMs) => gate.runEnd(cause, sinceMs),
        bitRate: (bitsPerSecond) => {
          this.#bitsPerSecond = bitsPerSecond;
          this.#tell();
        },
        ended: (end) => this.#showing.recordedEnded(end),
        note: (what) => this.#options.on.note(what, { camera: camera.id }),
        defect: (error) => this.#options.on.defect(error),
      },
    });
  }

  #connecting(): Connecting {
    const wanted = this.#wanted;
    const connects = wanted.records || !endsConnection(wanted.cause);
    return { connects, hidden: isPrivate(wanted), recordsSound: this.camera.recordsSound };
  }

  #tell(): void {
    if (!this.#closed) this.#options.on.status(this.status);
  }
}

function isPrivate(wanted: Wanted): boolean {
  return !wanted.records && wanted.cause === 'privacy';
}

function isSame(one: Connecting, other: Connecting): boolean {
  return one.connects === other.connects && one.hidden === other.hidden && one.recordsSound === other.recordsSound;
}

function codecOf({ streams }: Camera, role: StreamRole): VideoCodec {
  return (streams.find((stream) => stream.role === role) ?? streams[0])?.video ?? 'unknown';
}
