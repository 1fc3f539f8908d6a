/** The timeline over all cameras: what is recorded of each, merged to what can be seen, and the bookmarks on it. */
import type { CameraId, GapCause, Span } from './model.ts';

export interface CameraSpans {
  cameraId: CameraId;
  /** In order; they cover the time from the camera's first recording on. Empty where nothing is recorded before its end. */
  spans: Span[];
}

/** A moment of one camera with a name, to be found again. It protects nothing. */
export interface Bookmark {
  id: string;
  cameraId: CameraId;
  atMs: number;
  /** As the user calls it; '' where it has no name. */
  name: string;
  createdMs: number;
}

export const mostBookmarks = 10_000;

/**
 * The spans of several cameras as they cross: by number, one camera's after another's. A month of sixteen cameras has
 * thousands, and as many objects would cost ten times as much on their way.
 */
export interface PackedSpans {
  cameraIds: CameraId[];
  /** How many spans each of them has. */
  counts: number[];
  fromMs: Float64Array<ArrayBuffer>;
  toMs: Float64Array<ArrayBuffer>;
  /** 0: recorded; else one more than the cause's place in `packedCauses`. */
  causes: Uint8Array<ArrayBuffer>;
}

/** In the order of their numbers in `PackedSpans`. */
const packedCauses = Object.keys({
  lost: true,
  network: true,
  refused: true,
  notKeptUp: true,
  diskFull: true,
  diskGone: true,
  closed: true,
  asleep: true,
  paused: true,
  privacy: true,
  off: true,
  schedule: true,
  noEvent: true,
  deleted: true,
  clock: true,
  codec: true,
  unknown: true,
  // Safe: the keys of a record of all causes.
} satisfies Record<GapCause, true>) as GapCause[];

export function packSpans(cameras: readonly CameraSpans[]): PackedSpans {
  const all = cameras.flatMap(({ spans }) => spans);
  return {
    cameraIds: cameras.map(({ cameraId }) => cameraId),
    counts: cameras.map(({ spans }) => spans.length),
    fromMs: Float64Array.from(all, ({ fromMs }) => fromMs),
    toMs: Float64Array.from(all, ({ toMs }) => toMs),
    causes: Uint8Array.from(all, (span) => (span.kind === 'gap' ? packedCauses.indexOf(span.cause) + 1 : 0)),
  };
}

export function unpackSpans({ cameraIds, counts, fromMs, toMs, causes }: PackedSpans): CameraSpans[] {
  let next = 0;
  return cameraIds.map((cameraId, nth) => {
    const first = next;
    next += counts[nth] ?? 0;
    const spans: Span[] = [];
    for (let at = first; at < next; at++) {
      const within = { fromMs: fromMs[at] ?? 0, toMs: toMs[at] ?? 0 };
      const cause = packedCauses[(causes[at] ?? 0) - 1];
      spans.push(cause === undefined ? { ...within, kind: 'recorded' } : { ...within, kind: 'gap', cause });
    }
    return { cameraId, spans };
  });
}
