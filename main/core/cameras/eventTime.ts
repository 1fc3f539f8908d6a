/**
 * When an event was, by this computer's clock. A camera's own time is a claim: clocks are set wrong, stand still, or run
 * in another zone. What is known here is that the camera had not told it at its answer before, and had at this one; an
 * answer that was waited for comes at once, so then its arrival is the best that there is, better than a camera's clock
 * of which the offset is known to half a second. Only what a camera kept for longer (the connection was lost, the
 * subscription was not) counts by the camera's time, and only where that lies between the two answers. An answer itself may
 * have waited to be read, while the computer slept: then it was given when the camera says so in it. Pure.
 */

/** As far as a camera's clock is known, when it is asked for the time: it answers in whole seconds. */
const uncertaintyMs = 1000;

export interface Heard {
  /** The camera's answer before this one. */
  sinceMs: number;
  arrivedMs: number;
}

/** `cameraMs`, `offsetMs` (camera's clock minus this computer's): null where they are not known. */
export function eventTimeMs(cameraMs: number | null, offsetMs: number | null, { sinceMs, arrivedMs }: Heard): number {
  if (cameraMs === null || offsetMs === null) return arrivedMs;
  const toldMs = cameraMs - offsetMs;
  const isLate = arrivedMs - toldMs > uncertaintyMs;
  return isLate && toldMs >= sinceMs - uncertaintyMs ? Math.max(toldMs, sinceMs) : arrivedMs;
}

/** How long ago an answer was given that was read just now. `givenMs`: by the camera's clock, as it says in it. */
export function answeredAgoMs(
  givenMs: number | null,
  offsetMs: number | null,
  { readMs, tookMs }: { readMs: number; tookMs: number },
): number {
  if (givenMs === null || offsetMs === null) return 0;
  const agoMs = readMs - (givenMs - offsetMs);
  return agoMs > uncertaintyMs ? Math.min(agoMs, tookMs) : 0;
}
