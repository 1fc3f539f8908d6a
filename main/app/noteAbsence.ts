/**
 * What the user wants (no recording outside a camera's hours, privacy) holds only for its time, and a program that does
 * not run cannot say when that was over: the last cause it noted would be told of all the time until the next start. So
 * the next start says it: from the first moment at which the camera would have been recorded the program was closed, and
 * in quiet hours that came later it was quiet again. It goes by the plan that holds now, and by privacy as it was kept.
 */
import type { Camera, CameraId, GapCause, Span } from '../contract/model.ts';
import type { KeptPrivacy } from '../contract/privacy.ts';
import type { Library } from '../core/library/library.ts';
import type { GapNote } from '../core/library/spans.ts';
import { noEvents, wantedAt } from '../core/recorder/decide.ts';

/** Causes that end by themselves. */
const passing: ReadonlySet<GapCause> = new Set(['schedule', 'privacy']);

/** The last recording ends a little before the hour that ended it. */
const nearEdgeMs = 5000;
/** How far back it looks for the beginning of a gap; of a longer one only so much is told anew. */
const reachDays = [2, 16, 60];
const dayMs = 86_400_000;

export interface Absence {
  library: Library;
  cameras: readonly Camera[];
  /** As it was kept when the program started, be it over or not. */
  privacy: KeptPrivacy | null;
  /** UTC ms: when the program before died, where it did and that is known. */
  diedMs: number | null;
  /** UTC ms: when the program started, before anything was recorded. */
  startedMs: number;
}

/**
 * To be called with the identity, for without it nobody can read what was noted last; after what was cut off is put
 * right. May be called beside the recording: it tells only of the time before the start.
 */
export async function noteAbsence({ library, cameras, privacy, diedMs, startedMs }: Absence): Promise<void> {
  for (const camera of cameras) {
    const gap = await lastGap(library, camera.id, startedMs);
    if (gap === null || !passing.has(gap.cause)) continue;
    const fromMs = Math.max(gap.fromMs + nearEdgeMs, diedMs ?? 0);
    for (const note of notesBetween(camera, privacy, { fromMs, toMs: startedMs, cause: gap.cause })) {
      await library.note(camera.id, note);
    }
  }
}

/** Where the cause becomes another one than `cause`, and again after that. */
function notesBetween(
  { plan, paused }: Camera,
  kept: KeptPrivacy | null,
  { fromMs, toMs, cause }: { fromMs: number; toMs: number; cause: GapCause },
): GapNote[] {
  const notes: GapNote[] = [];
  let before = cause;
  for (let atMs: number | null = Math.round(fromMs); atMs !== null && atMs < toMs;) {
    const privacy = kept && (kept.untilMs === null || kept.untilMs > atMs) ? kept : null;
    const wanted = wantedAt({ plan, paused, privacy, events: noEvents }, atMs);
    const now: GapCause = wanted.records ? 'closed' : wanted.cause;
    if (now !== before) notes.push({ atMs, cause: now });
    before = now;
    atMs = wanted.untilMs;
  }
  return notes;
}

/** The gap up to `toMs`; null where there is none. */
async function lastGap(library: Library, cameraId: CameraId, toMs: number): Promise<(Span & { kind: 'gap' }) | null> {
  const last = async (fromMs: number): Promise<Span | undefined> =>
    (await library.spans(cameraId, fromMs, toMs)).at(-1);
  // Most cameras were recorded, or closed, last: that is told by the newest day alone.
  let gap = await last(toMs - 1);
  for (const days of reachDays) {
    if (gap?.kind !== 'gap' || !passing.has(gap.cause)) break;
    const fromMs = toMs - days * dayMs;
    gap = await last(fromMs);
    if (gap && gap.fromMs > fromMs) break;
  }
  return gap?.kind === 'gap' ? gap : null;
}
