/**
 * How long a new export will take and how much it will come to, by what exports of its kind did on this computer since
 * Nightjar was started: for each byte of the recordings that they read, how long and how many bytes of result. Pictures of
 * large cameras have more bytes and take longer, so bytes say more than hours do. Of a time-lapse it counts for the size how
 * long it lasts: its pictures are encoded to one quality, and from 8 times faster on a second of it has about the same
 * bytes however fast it is. Nothing is said before the first of a kind: nobody knows it. Pure.
 */
import type { ExportPicture, ExportRequest, ExportShare } from './exports.ts';

/** copied: also an exact cut, of which only the first pictures are made anew. */
export type ExportKind = 'copied' | 'pack' | 'anew' | 'lapse';

/** Of the recordings inside a span. */
export interface ExportSource {
  sourceBytes: number;
  /** As much of them as lasts as long as what comes of them: less than all for a time-lapse. */
  lastingBytes: number;
}

/** Of the recordings that were read, and of what came of them. */
export interface ExportPace extends ExportSource {
  tookMs: number;
  resultBytes: number;
}

/** Of each kind, as far as it was measured. */
export type ExportPaces = Partial<Record<ExportKind, ExportPace>>;

export interface ExportEstimate {
  /** null: not known. */
  sizeBytes: number | null;
  tookMs: number | null;
}

export function kindOfExport(
  { burnsIn, timeLapseMs }: Pick<ExportPicture, 'burnsIn' | 'timeLapseMs'>,
  result: ExportRequest['result']['is'],
): ExportKind {
  if (result === 'evidence') return 'pack';
  return timeLapseMs !== null ? 'lapse' : burnsIn ? 'anew' : 'copied';
}

export function sourceOf(
  shares: readonly Pick<ExportShare, 'recordedMs' | 'sizeBytes'>[],
  timeLapseMs: number | null,
): ExportSource {
  const sum = { sourceBytes: 0, lastingBytes: 0 };
  for (const { recordedMs, sizeBytes } of shares) {
    sum.sourceBytes += sizeBytes;
    sum.lastingBytes +=
      timeLapseMs === null ? sizeBytes : sizeBytes * Math.min(1, timeLapseMs / Math.max(1, recordedMs));
  }
  return sum;
}

export function estimateExport(
  kind: ExportKind,
  { sourceBytes, lastingBytes }: ExportSource,
  paces: ExportPaces,
): ExportEstimate {
  const pace = paces[kind];
  const known = pace && pace.sourceBytes > 0 && pace.lastingBytes > 0 ? pace : null;
  const tookMs = known && (sourceBytes / known.sourceBytes) * known.tookMs;
  if (kind === 'copied') return { sizeBytes: sourceBytes, tookMs };
  // The recordings as they are, and the videos.
  if (kind === 'pack') return { sizeBytes: 2 * sourceBytes, tookMs };
  return { sizeBytes: known && (lastingBytes / known.lastingBytes) * known.resultBytes, tookMs };
}

/** The newer of two counts as much as all before it. */
export function learned(before: ExportPace | undefined, now: ExportPace): ExportPace {
  if (!before) return now;
  const scale = now.sourceBytes / Math.max(1, before.sourceBytes);
  const lastingScale = now.lastingBytes / Math.max(1, before.lastingBytes);
  return {
    sourceBytes: 2 * now.sourceBytes,
    lastingBytes: 2 * now.lastingBytes,
    tookMs: now.tookMs + before.tookMs * scale,
    resultBytes: now.resultBytes + before.resultBytes * lastingScale,
  };
}
