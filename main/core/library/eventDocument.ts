/**
 * The sealed files in which a camera's events lie: `events/<camera id>/<UTC day>.<8 hexadecimal digits>.json.age`, several
 * a day, because a program that is locked can seal a new file but not read an old one. An event lies in files of the day
 * it began; where it lies in several, the one with the highest revision counts, so that files may be merged, and what a
 * crash left of that harms nothing. Pure but for reading and sealing one file.
 */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { eventKinds, type CameraEvent } from '../../contract/cameraEvents.ts';
import type { CameraId } from '../../contract/model.ts';
import type { Outcome } from '../../contract/problems.ts';
import type { Identity } from '../vault/keys.ts';
import { sealToFile } from '../vault/sealedFile.ts';
import { type DocumentForm, readDocument } from '../vault/sealedStore.ts';
import { isDay } from './recordingName.ts';

export const eventsFolder = 'events';
const eventsVersion = 1;
/** More than a camera's day can have; a file that holds more is not ours. */
const mostInFile = 100_000;

/** An event as it lies in a file: whose it is, the folder says. */
export interface StoredEvent extends Omit<CameraEvent, 'cameraId'> {
  /** Counts up with every change of it, from 1. */
  revision: number;
}

export interface EventFile {
  /** When it was written: what goes on in it went on until then at least. */
  savedMs: number;
  events: StoredEvent[];
}

/** As it was read. */
export interface ReadEventFile extends EventFile {
  /** False where a newer Nightjar wrote more into it than is understood here: written anew, it would be lost. */
  isUnderstood: boolean;
}

const timeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const words = v.pipe(v.string(), v.maxLength(400));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const kind = v.picklist(eventKinds);
const entries = {
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  // What a newer Nightjar knows apart is at least an event.
  kind: v.fallback(kind, 'other'),
  source: words,
  topic: words,
  fromMs: timeMs,
  toMs: v.nullable(timeMs),
  endUnknown: v.boolean(),
  count,
  revision: count,
};
const storedEvent = v.pipe(
  v.object(entries),
  v.check(({ fromMs, toMs }) => toMs === null || toMs >= fromMs),
);
/** Of what was read by the form below: nothing more than that is in it. */
const understood = v.strictObject({ savedMs: timeMs, events: v.array(v.strictObject({ ...entries, kind })) });
const eventFile = v.object({ savedMs: timeMs, events: v.pipe(v.array(storedEvent), v.maxLength(mostInFile)) });

/** null for what is not of this form. */
export function readEventFile(json: unknown): ReadEventFile | null {
  const parsed = v.safeParse(eventFile, json);
  return parsed.success ? { ...parsed.output, isUnderstood: v.is(understood, json) } : null;
}

export function newEventsName(day: string): string {
  return `${day}.${randomBytes(4).toString('hex')}.json.age`;
}

/** The day of a file of that name; null for a name that is not ours. */
export function dayOfEventsName(name: string): string | null {
  const day = /^(\d{4}-\d{2}-\d{2})\.[0-9a-f]{8}\.json\.age$/.exec(name)?.[1];
  return day !== undefined && isDay(day) ? day : null;
}

export function eventsForm(cameraId: CameraId, day: string): Omit<DocumentForm<ReadEventFile>, 'path'> {
  return { version: eventsVersion, of: `${eventsFolder}/${cameraId}/${day}`, parse: readEventFile };
}

/** Replaces the file whole. Throws a VaultError; then the one before is as it was. */
export async function writeEvents(
  path: string,
  recipients: readonly string[],
  { cameraId, day }: { cameraId: CameraId; day: string },
  value: EventFile,
): Promise<void> {
  const { version, of } = eventsForm(cameraId, day);
  await sealToFile(path, recipients, Buffer.from(JSON.stringify({ version, of, serial: 1, value })));
}

/** Problems: as `readDocument`. */
export async function readEvents(
  path: string,
  identity: Identity,
  { cameraId, day }: { cameraId: CameraId; day: string },
): Promise<Outcome<ReadEventFile>> {
  const read = await readDocument({ ...eventsForm(cameraId, day), path }, identity, path);
  return read.ok ? { ok: true, value: read.value.value } : read;
}

/**
 * The events of several files of a day, each once, in order. What nobody told the end of went on until its file was
 * written at least; `goesOn` names those of which it is still awaited.
 */
export function mergeEvents(files: readonly EventFile[], goesOn: (id: string) => boolean): StoredEvent[] {
  const newest = new Map<string, { event: StoredEvent; savedMs: number }>();
  for (const { events, savedMs } of files) {
    for (const event of events) {
      const before = newest.get(event.id);
      const isNewer =
        !before ||
        event.revision > before.event.revision ||
        (event.revision === before.event.revision && savedMs > before.savedMs);
      if (isNewer) newest.set(event.id, { event, savedMs });
    }
  }
  return [...newest.values()]
    .map(({ event, savedMs }) =>
      event.toMs !== null || goesOn(event.id)
        ? event
        : { ...event, toMs: Math.max(event.fromMs, savedMs), endUnknown: true },
    )
    .sort((a, b) => a.fromMs - b.fromMs || (a.id < b.id ? -1 : 1));
}
