/**
 * How far a camera's clock is from this computer's, by the sender reports of its stream (RFC 3550 §6.4.1): each says
 * what time it is for the camera when it is sent. It reaches us later by the way through the network, which is not
 * known, but is never negative: of the last reports the one that came soonest says most. Pure; nothing here waits.
 */

export interface CameraClock {
  /** The camera's clock minus this computer's. */
  offsetMs: number;
  /** It may be off by so much either way. */
  uncertaintyMs: number;
  /** A frame's `timeMs` plus this is when the camera took it, UTC by the camera's own clock. */
  zeroMs: number;
}

/** One report: the camera's UTC time, the stream's own time that belongs to it, and when it arrived here (UTC). */
export interface ClockReport {
  cameraMs: number;
  streamMs: number;
  arrivalMs: number;
}

const mostReports = 12;
/** Reports count from the start of NTP or of the camera where it has no time: no camera of today was set before. */
const noTimeBeforeMs = Date.UTC(2000, 0);
/** The camera's clock was set, or ours: what came before says nothing any more. */
const setMs = 2000;
/** No clock is read and written more exactly than that. */
const leastMs = 1;

export class CameraClockWatch {
  #offsets: number[] = [];

  /**
   * Takes a report; null where it holds no time. `roundTripMs`: the shortest that a question and its answer took on the
   * same connection, which bounds the way.
   */
  report({ cameraMs, streamMs, arrivalMs }: ClockReport, roundTripMs: number): CameraClock | null {
    if (!(cameraMs > noTimeBeforeMs)) return null;
    const offset = cameraMs - arrivalMs;
    const best = Math.max(...this.#offsets);
    if (this.#offsets.length > 0 && Math.abs(offset - best) > setMs) this.#offsets = [];
    this.#offsets.push(offset);
    if (this.#offsets.length > mostReports) this.#offsets.shift();
    const wayMs = roundTripMs / 2;
    const spreadMs = Math.max(...this.#offsets) - Math.min(...this.#offsets);
    // One report alone may have waited for as long as any other could.
    const seenMs = this.#offsets.length === 1 ? roundTripMs : spreadMs / 2;
    return {
      offsetMs: Math.max(...this.#offsets) + wayMs,
      uncertaintyMs: leastMs + wayMs + seenMs,
      zeroMs: cameraMs - streamMs,
    };
  }
}
