/**
 * Knows of each camera whether it is to be recorded now, and tells when that changes: puts together what
 * `core/recorder/decide.ts` decides from. Looks again with every event and every second, so that neither a clock that is
 * set nor the computer's sleep makes it miss an hour. What a camera tells while its connection for events is being made
 * is waited for; when it is not heard after that, everything is recorded.
 */
import type { Camera, CameraId } from '../contract/model.ts';
import type { Privacy } from '../contract/privacy.ts';
import type { Wanted } from '../contract/recordingPlan.ts';
import { type Facts, wantedAt } from '../core/recorder/decide.ts';

/** Something that a camera tells, when it begins and again when it ends. */
export interface HeardEvent {
  cameraId: CameraId;
  kind: string;
  fromMs: number;
  /** null: it goes on. */
  toMs: number | null;
}

/** What it uses of the cameras' events. */
export interface Ear {
  active(cameraId: CameraId, kinds: readonly RecordedKind[]): boolean;
  heard(cameraId: CameraId): 'connecting' | 'heard' | 'lost' | 'none';
  watch(listener: (event: HeardEvent) => void): () => void;
}

/** A camera's own alarms of unknown meaning may be about its disk, and last for weeks. */
export const recordedKinds = [
  ...(['motion', 'person', 'vehicle', 'animal', 'face', 'package', 'line'] as const),
  ...(['sound', 'doorBell', 'input', 'tamper'] as const),
];
type RecordedKind = (typeof recordedKinds)[number];
const recorded: ReadonlySet<string> = new Set(recordedKinds);

/** Hears nothing. */
export const deafEar: Ear = { active: () => false, heard: () => 'none', watch: () => () => undefined };

export interface WantingOptions {
  ear: Ear;
  now?: () => number;
  /** A clock that is never set. */
  steadyMs?: () => number;
  on: {
    /** `fromMs` (UTC ms): when what made it so began. */
    changed: (cameraId: CameraId, wanted: Wanted, fromMs: number) => void;
  };
}

interface Asked {
  camera: Camera;
  wanted: Wanted | null;
  /** When the newest event began, and when the last was over. */
  beganMs: number | null;
  lastMs: number | null;
  /** Since when its events may be on their way, by the clock that is never set. */
  connectingSinceMs: number;
}

const lookEveryMs = 1000;
/** From the first word to a camera to its first event. */
const connectsWithinMs = 20_000;
/** An event that a camera tells so late is not of now: nothing of before it is kept any more. */
const lateMs = 60_000;

export class Wanting {
  readonly #options: WantingOptions;
  readonly #now: () => number;
  readonly #steadyMs: () => number;
  readonly #asked = new Map<CameraId, Asked>();
  readonly #stop: () => void;
  #privacy: Privacy | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: WantingOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#steadyMs = options.steadyMs ?? (() => performance.now());
    this.#stop = options.ear.watch((event) => this.#heard(event));
    this.#later();
  }

  /** A camera that is to be decided about, or what changed about it. Answers at once. */
  set(camera: Camera): Wanted {
    const nowMs = this.#now();
    const fresh = { wanted: null, beganMs: null, lastMs: null, connectingSinceMs: this.#steadyMs() };
    const asked = { ...(this.#asked.get(camera.id) ?? fresh), camera };
    this.#asked.set(camera.id, asked);
    return this.#decide(asked, nowMs);
  }

  forget(cameraId: CameraId): void {
    this.#asked.delete(cameraId);
  }

  /** null: there is none. */
  setPrivacy(privacy: Privacy | null): void {
    this.#privacy = privacy;
    this.look();
  }

  /** Decides about every camera anew. Called every second, and when something is near. */
  look(): void {
    const nowMs = this.#now();
    for (const asked of this.#asked.values()) this.#decide(asked, nowMs);
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#stop();
  }

  #heard({ cameraId, kind, fromMs, toMs }: HeardEvent): void {
    const asked = this.#asked.get(cameraId);
    if (!asked || !recorded.has(kind)) return;
    const nowMs = this.#now();
    // By a clock that is not ours it may be of any time.
    const near = (atMs: number): number => Math.max(Math.min(atMs, nowMs), nowMs - lateMs);
    if (asked.wanted?.records !== true || asked.wanted.because !== 'event') asked.beganMs = near(fromMs);
    // One that is to come is of before the clock was set back, and hides none of now.
    if (toMs !== null) asked.lastMs = Math.max(near(toMs), Math.min(asked.lastMs ?? 0, nowMs));
    this.#decide(asked, nowMs);
  }

  #decide(asked: Asked, nowMs: number): Wanted {
    const { camera, wanted: before } = asked;
    const wanted = wantedAt(this.#factsOf(asked), nowMs);
    asked.wanted = wanted;
    if (before === null || JSON.stringify(before) !== JSON.stringify(wanted)) {
      this.#options.on.changed(camera.id, wanted, this.#since(asked, before, nowMs));
    }
    return wanted;
  }

  #factsOf({ camera, lastMs, connectingSinceMs }: Asked): Facts {
    const { ear } = this.#options;
    const state = ear.heard(camera.id);
    const waits = state === 'connecting' && this.#steadyMs() - connectingSinceMs < connectsWithinMs;
    const events = { heard: state === 'heard' || waits, active: ear.active(camera.id, recordedKinds), lastMs };
    return { plan: camera.plan, paused: camera.paused, privacy: this.#privacy, events };
  }

  /** The event's own beginning, while an event was wanted; the hour that has struck, be it during sleep; else now. */
  #since({ wanted, beganMs }: Asked, before: Wanted | null, nowMs: number): number {
    const edgeMs = before?.untilMs ?? null;
    const turnedMs = edgeMs !== null && edgeMs <= nowMs ? edgeMs : nowMs;
    if (wanted?.records !== true || wanted.because !== 'event') return turnedMs;
    // One that went on when the hours began, or a pause ended: before that nothing was wanted.
    const isFirstWanted = before !== null && !before.records && before.cause !== 'noEvent';
    return isFirstWanted ? Math.max(turnedMs, beganMs ?? 0) : (beganMs ?? nowMs);
  }

  /** To the moment at which an event's time is over, at most a second. */
  #later(): void {
    if (this.#closed) return;
    const nowMs = this.#now();
    // Privacy that should be over is ended by others.
    const waits = [...this.#asked.values()].map(({ wanted }) => (wanted?.untilMs ?? Infinity) - nowMs);
    const next = Math.min(...waits.filter((ms) => ms > 0));
    this.#timer = setTimeout(
      () => {
        this.look();
        this.#later();
      },
      Math.max(10, Math.min(lookEveryMs, next)),
    );
    this.#timer.unref();
  }
}
