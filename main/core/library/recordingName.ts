/**
 * The names of recordings on disk: recordings/<cameraId>/<UTC day>/<startMs>-<endMs>.mp4.age, and <startMs>.mp4.age.part
 * while one is open. Pure: reads and writes names, touches no disk. Names come from the disk and are hostile: whatever
 * is not exactly of this form is null, so that it is left alone and reported.
 */
import type { CameraId } from '../../contract/model.ts';

export const recordingsFolder = 'recordings';
export const indexName = 'index.json.age';
export const dayMs = 86_400_000;
/** The end of the year 9999: from then on a day's name would not be ten characters. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export interface RecordingSpan {
  startMs: number;
  endMs: number;
}

/** 'YYYY-MM-DD' in UTC; times before 1970 and after 9999 fall on the first and the last day. Throws for NaN. */
export function dayOf(atMs: number): string {
  return new Date(Math.min(Math.max(atMs, 0), lastMs)).toISOString().slice(0, 10);
}

export function isDay(name: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(name)) return false;
  const [year, month, date] = [Number(name.slice(0, 4)), Number(name.slice(5, 7)), Number(name.slice(8))];
  if (year < 1970 || month < 1 || month > 12 || date < 1) return false;
  // A start asks for thousands: only at a month's end is it worth asking the calendar.
  return date <= 28 || new Date(Date.UTC(year, month - 1, date)).getUTCDate() === date;
}

export function isCameraId(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

export function finishedName(span: RecordingSpan): string {
  return `${span.startMs}-${span.endMs}.mp4.age`;
}

export function openName(startMs: number): string {
  return `${startMs}.mp4.age.part`;
}

/** A copy that recovery makes of a cut-off recording, until it is whole and takes the finished name. */
export function resealName(startMs: number): string {
  return `${startMs}.again.mp4.age.part`;
}

export function readFinishedName(name: string): RecordingSpan | null {
  const found = /^(\d{1,16})-(\d{1,16})\.mp4\.age$/.exec(name);
  if (!found) return null;
  const span = { startMs: Number(found[1]), endMs: Number(found[2]) };
  // Only the one spelling that we write: no leading zeros, so that name and span stand for each other.
  if (span.endMs <= span.startMs || span.endMs > lastMs || finishedName(span) !== name) return null;
  return span;
}

/** `again`: the copy that recovery makes. */
export function readOpenName(name: string): { startMs: number; again: boolean } | null {
  const found = /^(\d{1,16})(\.again)?\.mp4\.age\.part$/.exec(name);
  if (!found) return null;
  const startMs = Number(found[1]);
  const again = found[2] !== undefined;
  if (startMs > lastMs || (again ? resealName(startMs) : openName(startMs)) !== name) return null;
  return { startMs, again };
}

/** Path of a recording below the vault's folder, in parts. */
export function recordingPath(cameraId: CameraId, span: RecordingSpan): [string, string, string, string] {
  return [recordingsFolder, cameraId, dayOf(span.startMs), finishedName(span)];
}
