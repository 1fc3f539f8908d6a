/** What of one camera a span holds: recorded time, gaps and why all of it is one, and the size of the recordings as far as they lie inside it. */
import type { ExportShare } from '../../contract/exports.ts';
import type { CameraId, GapCause, Span } from '../../contract/model.ts';
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
    allFor: recorded > 0 ? null : longestCause(spans),
    gaps,
    sizeBytes: recorded > 0 ? touched.reduce((sum, one) => sum + one.sizeBytes * shareInside(one, span), 0) : 0,
  };
}

/** Why most of what is no recording is none; null where there is no gap. */
export function longestCause(spans: readonly Span[]): GapCause | null {
  const lengthsMs = new Map<GapCause, number>();
  for (const span of spans) {
    if (span.kind === 'gap')
      lengthsMs.set(span.cause, (lengthsMs.get(span.cause) ?? 0) + Math.max(0, span.toMs - span.fromMs));
  }
  const [longest] = [...lengthsMs].sort(([, one], [, other]) => other - one);
  return longest?.[0] ?? null;
}

/** Of a recording, how much of it lies inside the span: 0 to 1. */
export function shareInside(
  recording: { startMs: number; endMs: number },
  span: { fromMs: number; toMs: number },
): number {
  const insideMs = Math.min(recording.endMs, span.toMs) - Math.max(recording.startMs, span.fromMs);
  return Math.max(0, insideMs) / Math.max(1, recording.endMs - recording.startMs);
}
