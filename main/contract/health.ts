/**
 * How the cameras were recorded over the last day or the last 30 days: what became of each stretch of time, in sums. A
 * second is recorded, or it is a gap with its cause; which gaps count as missing is decided here, the same for the
 * figures, the bars and the notices. The page says where its local days begin; nothing here knows local time.
 */
import * as v from 'valibot';
import type { CameraId, CameraStatus, GapCause, RecordingState } from './model.ts';
import { isQuiet } from './recordingPlan.ts';

/**
 * Whether a gap of that cause counts against a camera: somebody wanted that time recorded, and it was not. What the user
 * paused, left out of a camera's plan or deleted was not wanted, nor what went as the oldest.
 */
export function countsAsMissing(cause: GapCause): boolean {
  return cause !== 'deleted' && !isQuiet(cause);
}

/** Not recorded at this moment, though it should be. */
export function isMissing(recording: RecordingState): boolean {
  return !recording.recording && countsAsMissing(recording.cause);
}

/**
 * A camera that needs looking after: it is not recorded though it should be, or nothing comes from one that is recorded
 * around its events.
 */
export function isTroubled({ recording, stream, wanted }: CameraStatus): boolean {
  const awaitsEvents = !wanted.records && wanted.cause === 'noEvent';
  return isMissing(recording) || (awaitsEvents && (stream.state === 'lost' || stream.state === 'refused'));
}

/** Beyond this a camera's clock is told as wrong: ONVIF refuses signed questions a few seconds off. */
export const clockToleranceMs = 5000;

export interface HealthGap {
  cause: GapCause;
  /** Gaps that are in the stretch, also those that began before it. */
  count: number;
  durationMs: number;
}

/** What became of one camera's time between two bounds, as far as time has come and since its first recording. */
export interface HealthCell {
  recordedMs: number;
  /** Of the recordings that began in it and are finished. */
  sizeBytes: number;
  /** The longest first. */
  gaps: HealthGap[];
}

/** A camera's clock minus this computer's, as it was measured over the span of the report. */
export interface HealthClock {
  leastMs: number;
  mostMs: number;
  lastMs: number;
  /** Of the last one; null where the camera tells whole seconds alone. */
  uncertaintyMs: number | null;
  lastAtMs: number;
}

export interface CameraHealth {
  cameraId: CameraId;
  /** One for each stretch between two bounds; null while it is not looked at yet. */
  cells: (HealthCell | null)[];
  /** null where it told no time. */
  clock: HealthClock | null;
}

export interface GapTotal {
  cause: GapCause;
  /** A gap that lasts over several stretches counts once. */
  count: number;
  durationMs: number;
  /** Who had how much of it, the most first. */
  cameras: { cameraId: CameraId; durationMs: number }[];
}

/** When the vault is full, and the oldest recordings make room for new ones. */
export type Fullness =
  /** Nothing was recorded yet that could tell. */
  | { state: 'unknown' }
  | { state: 'in'; leftMs: number }
  /** It is: so much time is kept at the rate of the report's span. */
  | { state: 'now'; keepsMs: number }
  /** The days to keep are over before the size is reached. */
  | { state: 'days' };

export interface HealthReport {
  cameras: CameraHealth[];
  /** The longest first. */
  gaps: GapTotal[];
  vault: {
    usedBytes: number;
    keepBytes: number;
    /** Recorded a day over the span, of all cameras; null where nothing was. */
    aDayBytes: number | null;
    fullness: Fullness;
  };
  /** Every cell is there; else `health.changed` tells of more. */
  complete: boolean;
}

/** Enough for 30 days and for 24 hours. */
export const mostHealthCells = 32;

const boundMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));

/** The edges of the stretches, each later than the one before, over 40 days at most. */
export const healthBounds = v.pipe(
  v.array(boundMs),
  v.minLength(2),
  v.maxLength(mostHealthCells + 1),
  v.check((bounds) => bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] ?? 0))),
  v.check((bounds) => (bounds.at(-1) ?? 0) - (bounds[0] ?? 0) <= 40 * 86_400_000),
);
