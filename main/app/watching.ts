/**
 * Every camera's connections: one for what is recorded (and shown, where that stream is wanted), one for the sub
 * stream while a tile shows it, one for a converted picture while a tile needs that. Decides which connection serves
 * a tile, and keeps the recorder fed; a camera that allows only few connections is never asked for a stream twice.
 *
 * Nothing here throws after start: trouble is a state, told by `on.status`.
 */
import type { Camera, CameraId, CameraStatus, RecordingState, StreamRole, StreamState } from '../contract/model.ts';
import type { Outcome, Problem } from '../contract/problems.ts';
import type { Library } from '../core/library/library.ts';
import { Recorder, type RecorderLimits } from '../core/recorder/recorder.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { Viewer } from '../core/video/fanOut.ts';
import { Feed } from '../core/video/feed.ts';
import { flvCarriesHevc, type Ffmpeg, type StreamSource } from '../core/video/ffmpeg.ts';
import { isCarried } from '../core/video/intakeScript.ts';

/** A stream without viewers is kept for this long: switching between one and four tiles then costs nothing. */
const lingerMs = 4000;

export type SourceOf = (
  cameraId: CameraId,
  role: StreamRole,
) => (signal: AbortSignal) => Promise<Outcome<StreamSource>>;

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
  /** Connections for viewing only, by what they show. */
  viewing: Map<ViewingKey, { feed: Feed; viewers: Map<Viewer, () => void>; linger: NodeJS.Timeout | null }>;
  /** Viewers of the recorded connection, so that they can be moved when it ends. */
  viewers: Map<Viewer, () => void>;
  stream: StreamState;
  recordingState: RecordingState;
  bitsPerSecond: number | null;
  /** What the recording was begun with, or that it was paused; null before the first time. */
  begunWith: { paused: boolean; recordsSound: boolean } | null;
  /** Beginnings and endings of the recording, one after the other. */
  turn: Promise<void>;
}

type ViewingKey = 'main' | 'sub' | 'main converted' | 'sub converted';

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
      viewing: new Map(),
      viewers: new Map(),
      stream: { state: 'off' },
      recordingState: { recording: false, cause: camera.paused ? 'paused' : 'closed', sinceMs },
      bitsPerSecond: null,
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
      for (const { feed } of watched.viewing.values()) feed.retryNow();
    }
  }

  /** False for a codec that reaches the screen only converted. */
  isCarried(cameraId: CameraId, role: StreamRole): boolean {
    const streams = this.#watched.get(cameraId)?.camera.streams ?? [];
    const video = (streams.find((stream) => stream.role === role) ?? streams[0])?.video ?? 'unknown';
    return isCarried(video, flvCarriesHevc(this.#options.ffmpeg));
  }

  /**
   * Shows a stream to a viewer until the returned function is called. null when the camera is not on the list.
   * A camera with one stream shows that one, whatever was asked for.
   */
  show(cameraId: CameraId, role: StreamRole, converted: boolean, viewer: Viewer): (() => void) | null {
    const watched = this.#watched.get(cameraId);
    if (!watched) return null;
    const has = watched.camera.streams.some((stream) => stream.role === role);
    const shown = has ? role : 'main';
    if (shown === 'main' && !converted && watched.recording) {
      watched.viewers.set(viewer, watched.recording.watch(viewer));
      return () => {
        watched.viewers.get(viewer)?.();
        watched.viewers.delete(viewer);
        this.#leave(watched, 'main', viewer);
      };
    }
    const key: ViewingKey = converted ? `${shown} converted` : shown;
    const leave = this.#join(watched, key, viewer);
    return () => {
      leave();
      watched.viewers.get(viewer)?.();
      watched.viewers.delete(viewer);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#watched.values()];
    this.#watched.clear();
    await Promise.all(all.map((watched) => this.#end(watched)));
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
    if (before) {
      for (const stop of watched.viewers.values()) stop();
      await before.close();
    }
    // It may have been taken off the list meanwhile, and nothing would end a connection that begins now.
    if (this.#watched.get(camera.id) !== watched) return;
    if (paused) {
      recorder.pause('paused');
      watched.stream = { state: 'off' };
      watched.bitsPerSecond = null;
      for (const viewer of watched.viewers.keys()) this.#join(watched, 'main', viewer);
      watched.viewers.clear();
      this.#tell(watched);
      return;
    }
    recorder.resume();
    watched.recording = new Feed({
      ffmpeg: this.#options.ffmpeg,
      role: 'main',
      source: this.#options.sourceOf(camera.id, 'main'),
      record: true,
      sound: recordsSound,
      convert: false,
      on: {
        state: (state) => {
          watched.stream = state;
          this.#tell(watched);
        },
        run: (run) => recorder.run(run),
        fragment: (fragment, arrivalMs) => recorder.fragment(fragment, arrivalMs),
        runEnd: (cause) => recorder.runEnd(cause),
        bitRate: (bitsPerSecond) => {
          watched.bitsPerSecond = bitsPerSecond;
          this.#tell(watched);
        },
        note: (what) => this.#options.on.note(what, { camera: camera.id }),
        defect: (error) => this.#options.on.defect(error),
      },
    });
    for (const viewer of watched.viewers.keys()) watched.viewers.set(viewer, watched.recording.watch(viewer));
    // Who watched a connection of its own while the recording was paused comes over to the one connection.
    const own = watched.viewing.get('main');
    if (own) {
      for (const viewer of own.viewers.keys()) watched.viewers.set(viewer, watched.recording.watch(viewer));
      await this.#drop(watched, 'main');
    }
  }

  #join(watched: Watched, key: ViewingKey, viewer: Viewer): () => void {
    let viewing = watched.viewing.get(key);
    if (!viewing) {
      const role = key.startsWith('main') ? 'main' : 'sub';
      const feed = new Feed({
        ffmpeg: this.#options.ffmpeg,
        role,
        source: this.#options.sourceOf(watched.camera.id, role),
        record: false,
        // Always taken in: to add it when somebody wants to listen would take another connection.
        sound: true,
        convert: key.endsWith('converted'),
        on: { defect: (error) => this.#options.on.defect(error) },
      });
      viewing = { feed, viewers: new Map(), linger: null };
      watched.viewing.set(key, viewing);
    }
    if (viewing.linger) clearTimeout(viewing.linger);
    viewing.linger = null;
    viewing.viewers.set(viewer, viewing.feed.watch(viewer));
    return () => this.#leave(watched, key, viewer);
  }

  #leave(watched: Watched, key: ViewingKey, viewer: Viewer): void {
    const viewing = watched.viewing.get(key);
    viewing?.viewers.get(viewer)?.();
    if (!viewing?.viewers.delete(viewer) || viewing.viewers.size > 0 || viewing.linger) return;
    viewing.linger = setTimeout(() => void this.#drop(watched, key), lingerMs).unref();
  }

  async #drop(watched: Watched, key: ViewingKey): Promise<void> {
    const viewing = watched.viewing.get(key);
    watched.viewing.delete(key);
    if (viewing?.linger) clearTimeout(viewing.linger);
    await viewing?.feed.close();
  }

  async #end(watched: Watched): Promise<void> {
    for (const stop of watched.viewers.values()) stop();
    await watched.turn;
    const feeds = [...watched.viewing.keys()].map((key) => this.#drop(watched, key));
    await Promise.all([watched.recording?.close(), ...feeds]);
    await watched.recorder.close();
  }

  #tell(watched: Watched): void {
    if (this.#watched.has(watched.camera.id)) this.#options.on.status(this.#status(watched));
  }

  #status({ camera, stream, recordingState, bitsPerSecond }: Watched): CameraStatus {
    const clockOffsetMs = this.#options.clockOffsetMs(camera.id);
    return { cameraId: camera.id, stream, recording: recordingState, clockOffsetMs, bitsPerSecond };
  }
}
