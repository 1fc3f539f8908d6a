/** What is told of quiet hours and of privacy that were over while nothing ran. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { noteAbsence } from '../../../main/app/noteAbsence.ts';
import type { Camera, GapCause } from '../../../main/contract/model.ts';
import type { KeptPrivacy } from '../../../main/contract/privacy.ts';
import { firstPlan, type WeekHours } from '../../../main/contract/recordingPlan.ts';
import { Library } from '../../../main/core/library/library.ts';
import { cameraId, makeVault } from '../recorder/footage.ts';

process.env['TZ'] = 'Europe/Berlin';

/** A Friday, midnight in Berlin: hours below are counted from here. */
const midnightMs = Date.UTC(2026, 10, 19, 23);
const hourMs = 3_600_000;
/** 8:00 to 20:00 on each day. */
const byDay: WeekHours = Array.from({ length: 7 }, () => 0x0fff00);

function cameraOf(hours: WeekHours | null): Camera {
  return {
    ...{ id: cameraId, name: 'Front door', kind: 'onvif', host: '127.0.0.1', port: 80, path: '' },
    ...{ maker: '', model: '', firmware: '', serial: '', streams: [], addedMs: 0 },
    ...{ moves: null, allowsClearPassword: false, recordsSound: false, keepDays: null, paused: false },
    plan: { ...firstPlan, hours },
  };
}

interface Told {
  hours?: WeekHours | null;
  privacy?: KeptPrivacy | null;
  diedHour?: number;
  /** Said when the recording ended. */
  note: GapCause;
  endHour: number;
  startedHour: number;
}

/** Two hours were recorded up to `endHour`. What is told up to the start: [from hour, what]. */
async function told(t: TestContext, { hours = byDay, privacy = null, note, ...at }: Told): Promise<[number, string][]> {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const ms = (hour: number): number => midnightMs + hour * hourMs;
  const startedMs = ms(at.startedHour);
  const library = new Library({ vault, now: () => startedMs });
  const endMs = ms(at.endHour);
  await library.add({ cameraId, startMs: endMs - 2 * hourMs, endMs: endMs - 400, sizeBytes: 1 });
  await library.note(cameraId, { atMs: endMs, cause: note });
  const diedMs = at.diedHour === undefined ? null : ms(at.diedHour);
  await noteAbsence({ library, cameras: [cameraOf(hours)], privacy, diedMs, startedMs });
  const spans = await library.spans(cameraId, endMs - 1000, startedMs);
  await library.close();
  return spans
    .filter((span) => span.kind === 'gap')
    .map((span) => [Math.round(((span.fromMs - midnightMs) / hourMs) * 1000) / 1000, span.cause]);
}

test('hours that came while the program was closed were not recorded because it was', async (t) => {
  assert.deepEqual(await told(t, { note: 'schedule', endHour: 20, startedHour: 34 }), [
    [20, 'schedule'],
    [32, 'closed'],
  ]);
});

test('and the quiet hours after them were quiet again', async (t) => {
  assert.deepEqual(await told(t, { note: 'schedule', endHour: 20, startedHour: 81 }), [
    [20, 'schedule'],
    [32, 'closed'],
    [44, 'schedule'],
    [56, 'closed'],
    [68, 'schedule'],
    [80, 'closed'],
  ]);
});

test('a start in the same quiet hours changes nothing', async (t) => {
  assert.deepEqual(await told(t, { note: 'schedule', endHour: 20, startedHour: 31 }), [[20, 'schedule']]);
});

test('privacy ended at its time, and what followed was the program’s; or the hours’', async (t) => {
  const privacy = (fromHour: number): KeptPrivacy => ({
    sinceMs: midnightMs + fromHour * hourMs,
    untilMs: midnightMs + (fromHour + 1) * hourMs,
    lastsMs: hourMs,
  });
  const always = { hours: null, privacy: privacy(21), note: 'privacy', endHour: 21, startedHour: 31 } as const;
  assert.deepEqual(await told(t, always), [
    [21, 'privacy'],
    [22, 'closed'],
  ]);
  assert.deepEqual(await told(t, { privacy: privacy(19.5), note: 'privacy', endHour: 19.5, startedHour: 33 }), [
    [19.5, 'privacy'],
    [20.5, 'schedule'],
    [32, 'closed'],
  ]);
});

test('privacy without an end lasts over the start', async (t) => {
  const privacy = { sinceMs: midnightMs, untilMs: null, lastsMs: null };
  assert.deepEqual(await told(t, { privacy, note: 'privacy', endHour: 19, startedHour: 80 }), [[19, 'privacy']]);
});

test('a program that lived through an hour that was wanted said so itself: nothing is told of before it died', async (t) => {
  const died = { note: 'schedule', endHour: 20, diedHour: 45, startedHour: 57 } as const;
  assert.deepEqual(await told(t, died), [
    [20, 'schedule'],
    [56, 'closed'],
  ]);
});

test('a pause lasts until it is ended', async (t) => {
  assert.deepEqual(await told(t, { note: 'paused', endHour: 12, startedHour: 80 }), [[12, 'paused']]);
});
