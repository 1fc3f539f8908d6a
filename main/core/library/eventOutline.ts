/**
 * When the events of a camera's days began, in steps of ten minutes, a month in one sealed file
 * (`events/<camera id>/<YYYY-MM>.outline.json.age`): so that a month of many cameras is drawn without opening each day.
 * A cache of what the days' files say: a day in it counts only while its files are those that it was made of, and it goes
 * with any of its month's events. Pure but for reading and sealing one file.
 */
import * as v from 'valibot';
import { eventKinds, type EventKind } from '../../contract/cameraEvents.ts';
import type { CameraId } from '../../contract/model.ts';
import type { Identity } from '../vault/keys.ts';
import { sealToFile } from '../vault/sealedFile.ts';
import { type DocumentForm, readDocument } from '../vault/sealedStore.ts';
import { eventsFolder, type StoredEvent } from './eventDocument.ts';
import { isDay } from './recordingName.ts';

const outlineVersion = 1;
export const outlineStepMs = 600_000;

/** How many events of that kind began in the step, counted from the UTC day's midnight. */
type Step = [step: number, kind: EventKind, events: number];

export interface DayTicks {
  /** Names of the files that it was made of, in order. */
  files: string[];
  steps: Step[];
}

/** By UTC day. */
export type MonthTicks = Map<string, DayTicks>;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const dayTicks = v.object({
  files: v.pipe(v.array(v.pipe(v.string(), v.maxLength(60))), v.maxLength(2000)),
  steps: v.pipe(v.array(v.tuple([whole, v.picklist(eventKinds), whole])), v.maxLength(10_000)),
});
const monthTicks = v.object({ days: v.record(v.string(), dayTicks) });

export function outlineName(month: string): string {
  return `${month}.outline.json.age`;
}

/** The month of a file of that name; null for a name that is not ours. */
export function monthOfOutline(name: string): string | null {
  const month = /^(\d{4}-\d{2})\.outline\.json\.age$/.exec(name)?.[1];
  return month !== undefined && isDay(`${month}-01`) ? month : null;
}

export function outlineForm(cameraId: CameraId, month: string): Omit<DocumentForm<MonthTicks>, 'path'> {
  return { version: outlineVersion, of: `${eventsFolder}/${cameraId}/${month}/outline`, parse: readOutline };
}

export function readOutline(json: unknown): MonthTicks | null {
  const parsed = v.safeParse(monthTicks, json);
  return parsed.success ? new Map(Object.entries(parsed.output.days)) : null;
}

/** Empty where there is none, or it does not open. */
export async function readMonth(
  path: string,
  identity: Identity,
  { cameraId, month }: { cameraId: CameraId; month: string },
): Promise<MonthTicks> {
  const read = await readDocument({ ...outlineForm(cameraId, month), path }, identity, path);
  return read.ok ? read.value.value : new Map<string, DayTicks>();
}

/** Throws a VaultError. */
export async function writeMonth(
  path: string,
  recipients: readonly string[],
  { cameraId, month }: { cameraId: CameraId; month: string },
  ticks: MonthTicks,
): Promise<void> {
  const { version, of } = outlineForm(cameraId, month);
  const value = { days: Object.fromEntries(ticks) };
  await sealToFile(path, recipients, Buffer.from(JSON.stringify({ version, of, serial: 1, value })));
}

export function ticksOfDay(day: string, events: readonly StoredEvent[], files: string[]): DayTicks {
  const startMs = Date.parse(`${day}T00:00:00.000Z`);
  const counts = new Map<string, Step>();
  for (const { fromMs, kind } of events) {
    const at = Math.floor((fromMs - startMs) / outlineStepMs);
    const step = counts.get(`${at} ${kind}`) ?? ([at, kind, 0] satisfies Step);
    step[2] += 1;
    counts.set(`${at} ${kind}`, step);
  }
  return { files, steps: [...counts.values()] };
}
