/**
 * What the sealed list of protected clips holds. Pure: the form and its check. What does not have the form is null, so
 * that the version before it is used and never fewer clips than there were.
 */
import * as v from 'valibot';
import type { CameraId } from '../../contract/model.ts';

export const clipsFile = 'clips.json.age';
export const clipDocumentVersion = 1;

export interface StoredClip {
  id: string;
  cameraId: CameraId;
  /** '' where it has none. */
  name: string;
  fromMs: number;
  toMs: number;
  createdMs: number;
}

export interface ClipDocument {
  clips: StoredClip[];
}

export const mostClips = 10_000;

const timeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const clip = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  cameraId: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  name: v.pipe(v.string(), v.maxLength(300)),
  fromMs: timeMs,
  toMs: timeMs,
  createdMs: timeMs,
});
const form = v.object({ clips: v.pipe(v.array(clip), v.maxLength(mostClips)) });

export function parseClipDocument(value: unknown): ClipDocument | null {
  const parsed = v.safeParse(form, value);
  if (!parsed.success || parsed.output.clips.some(({ fromMs, toMs }) => toMs <= fromMs)) return null;
  return new Set(parsed.output.clips.map(({ id }) => id)).size === parsed.output.clips.length ? parsed.output : null;
}
