/**
 * What a camera's outlines of one month are as a sealed document, `months/<cameraId>-<YYYY-MM>.json.age`, and its name.
 * Pure. It carries a proof by the vault's identity, because to seal needs the recipient only, and what it says is shown
 * without a look at the folder. Whatever is not of this form, or not proved, is null: it is a cache.
 */
import * as v from 'valibot';
import type { CameraId } from '../../contract/model.ts';
import { type DayOutline, readOutline, writeOutline } from './dayOutline.ts';
import { isCameraId, isDay } from './recordingName.ts';

export const monthsFolder = 'months';
export const monthVersion = 1;

export interface KnownOutline {
  /** Of the day's folder, when the outline was made. */
  changedMs: number;
  outline: DayOutline;
}

/** By day. */
export type MonthOutline = Map<string, KnownOutline>;

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

export function monthFile(cameraId: CameraId, month: string): string {
  return `${cameraId}-${month}.json.age`;
}

export function readMonthFile(name: string): { cameraId: CameraId; month: string } | null {
  const [, cameraId = '', month = ''] = /^([0-9a-f]{16})-(\d{4}-\d{2})\.json\.age$/.exec(name) ?? [];
  return isCameraId(cameraId) && isDay(`${month}-01`) ? { cameraId, month } : null;
}

export interface SaidMonth {
  said: string;
  proof: string;
}

const form = v.object({ said: v.string(), proof: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

export function parseSaidMonth(json: unknown): SaidMonth | null {
  const read = v.safeParse(form, json);
  return read.success ? read.output : null;
}

/** `{"2026-11-17": [changedMs, [[…], […]]], …}` */
export function textOfMonth(month: MonthOutline): string {
  const days = [...month].map(([day, { changedMs, outline }]) => [day, [changedMs, writeOutline(outline)]] as const);
  return JSON.stringify(Object.fromEntries(days));
}

/** Days that are none, or of another month, are left out. */
export function readMonthText(text: string, month: string): MonthOutline | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null) return null;
  const found: MonthOutline = new Map();
  for (const [day, entry] of Object.entries(json as Record<string, unknown>)) {
    if (!isDay(day) || monthOf(day) !== month || !Array.isArray(entry)) continue;
    const [changedMs, written] = entry as unknown[];
    const outline = readOutline(written);
    if (typeof changedMs === 'number' && outline) found.set(day, { changedMs, outline });
  }
  return found;
}
