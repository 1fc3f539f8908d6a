/**
 * How long a new export will take and how much it will come to, by what exports of its kind did on this computer since
 * Nightjar was started: for each byte of the recordings that they read, how long and how many bytes of result. Pictures of
 * large cameras have more bytes and take longer, so bytes say more than hours do. Nothing is said before the first of a
 * kind: nobody knows it. Pure.
 */
import type { ExportPicture, ExportRequest } from './exports.ts';

/** copied: also an exact cut, of which only the first pictures are made anew. */
export type ExportKind = 'copied' | 'pack' | 'anew' | 'lapse';

/** Of the recordings that were read, and of what came of them. */
export interface ExportPace {
  sourceBytes: number;
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

/** `sourceBytes`: of the recordings inside the span. */
export function estimateExport(kind: ExportKind, sourceBytes: number, paces: ExportPaces): ExportEstimate {
  const pace = paces[kind];
  const known = pace && pace.sourceBytes > 0 ? pace : null;
  const share = known && sourceBytes / known.sourceBytes;
  const tookMs = known && share !== null ? share * known.tookMs : null;
  if (kind === 'copied') return { sizeBytes: sourceBytes, tookMs };
  // The recordings as they are, and the videos.
  if (kind === 'pack') return { sizeBytes: 2 * sourceBytes, tookMs };
  // How long a time-lapse lasts is chosen, whatever it is of.
  const sizeBytes = kind === 'anew' && known && share !== null ? share * known.resultBytes : null;
  return { sizeBytes, tookMs };
}

/** The newer of two counts as much as all before it. */
export function learned(before: ExportPace | undefined, now: ExportPace): ExportPace {
  if (!before) return now;
  const scale = now.sourceBytes / Math.max(1, before.sourceBytes);
  return {
    sourceBytes: 2 * now.sourceBytes,
    tookMs: now.tookMs + before.tookMs * scale,
    resultBytes: now.resultBytes + before.resultBytes * scale,
  };
}
