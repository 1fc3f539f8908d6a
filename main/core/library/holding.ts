/** Sums of recordings: how many, how large, how long, from when to when. Pure but for the reading of a camera's days. */
import type { CameraId, Holding } from '../../contract/model.ts';
import type { Library, RecordingRow } from './library.ts';

export function noHolding(): Holding {
  return { recordings: 0, sizeBytes: 0, recordedMs: 0, fromMs: 0, toMs: 0 };
}

/** Counts the rows in. */
export function count(holding: Holding, rows: readonly RecordingRow[]): void {
  for (const { startMs, endMs, sizeBytes } of rows) {
    holding.fromMs = holding.recordings === 0 ? startMs : Math.min(holding.fromMs, startMs);
    holding.toMs = Math.max(holding.toMs, endMs);
    holding.recordings += 1;
    holding.sizeBytes += sizeBytes;
    holding.recordedMs += endMs - startMs;
  }
}

/** Every finished recording of a camera, and those of them that are protected. */
export async function holdingsOf(
  library: Library,
  cameraId: CameraId,
  isProtected: (row: RecordingRow) => boolean,
): Promise<{ all: Holding; kept: Holding }> {
  const [all, kept] = [noHolding(), noHolding()];
  for (const day of await library.days(cameraId)) {
    const rows = await library.rowsOf(cameraId, day);
    count(all, rows);
    count(kept, rows.filter(isProtected));
  }
  return { all, kept };
}
