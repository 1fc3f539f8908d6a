/** What of one camera a span holds: recorded time, gaps, and the size of the recordings as far as they lie inside it. */
import type { ExportShare } from '../../contract/exports.ts';
import type { CameraId } from '../../contract/model.ts';
import type { Library } from '../library/library.ts';
import { recordedMs } from '../library/spans.ts';

export async function shareOf(
  library: Library,
  cameraId: CameraId,
  span: { fromMs: number; toMs: number },
): Promise<ExportShare> {
  const { fromMs, toMs } = span;
  const spans = await library.spans(cameraId, fromMs, toMs);
  const rows = await library.covering(cameraId, span);
  const open = library.openRecording(cameraId);
  const touched = [...rows, ...(open && open.endMs > fromMs && open.startMs < toMs ? [open] : [])];
  const recorded = recordedMs(spans);
  // Neighbouring gaps of different causes are one gap in what is exported.
  let gaps = (spans[0]?.fromMs ?? toMs) > fromMs ? 1 : 0;
  for (const [at, { kind }] of spans.entries()) {
    const before = at === 0 ? (gaps > 0 ? 'gap' : 'recorded') : spans[at - 1]?.kind;
    if (kind === 'gap' && before !== 'gap') gaps += 1;
  }
  return {
    cameraId,
    recordedMs: recorded,
    gaps,
    sizeBytes: recorded > 0 ? touched.reduce((sum, one) => sum + one.sizeBytes * shareInside(one, span), 0) : 0,
  };
}

/** Of a recording, how much of it lies inside the span: 0 to 1. */
export function shareInside(
  recording: { startMs: number; endMs: number },
  span: { fromMs: number; toMs: number },
): number {
  const insideMs = Math.min(recording.endMs, span.toMs) - Math.max(recording.startMs, span.fromMs);
  return Math.max(0, insideMs) / Math.max(1, recording.endMs - recording.startMs);
}
