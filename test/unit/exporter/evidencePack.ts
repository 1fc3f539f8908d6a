/**
 * Evidence packs for tests, of what the real recorder recorded: two cameras, one with a gap in the middle, the other
 * still being recorded. And what somebody may do to a pack.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeEvidence } from '../../../main/core/exporter/evidence/writeEvidence.ts';
import type { EvidenceJob } from '../../../main/core/exporter/evidenceJob.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { cameraId, makeFootage, makeVault, type Place, record, tenMs, until } from '../recorder/footage.ts';

export const otherCameraId = 'ffeeddccbbaa9988';
export const names = { [cameraId]: 'Front door', [otherCameraId]: 'Gärten: <Süd>' };

export interface Recorded {
  place: Place;
  library: Library;
  /** Of the camera that is still recorded. */
  recorder: Recorder;
}

/** 10:00:00 to 10:00:12 and, of the first camera, 10:00:20 to 10:00:32, in recordings of four seconds. */
export async function recordTwo({ sound = true } = {}): Promise<Recorded> {
  const place = await makeVault();
  const { vault } = place;
  const library = new Library({ vault, now: () => tenMs + 40_000 });
  const footage = makeFootage({ seconds: 12, size: '320x180', fragmentMs: 500, sound });
  const lastMs = 1000 * (footage.fragments.at(-1)?.startSeconds ?? 0) - 1;
  const limits = { queueMs: Infinity, recordingMs: 4000 };
  /** By the recorder's clock all of it has just come. */
  const recorderOf = (id: string, startMs: number): Recorder => {
    const now = (): number => startMs + 12_000;
    return new Recorder({ cameraId: id, vault, library, limits, now, on: { state: () => undefined } });
  };
  const written = (id: string, startMs: number): Promise<void> =>
    until('it is written', () => (library.openRecording(id)?.fragments.at(-1)?.startMs ?? 0) > startMs + lastMs);
  for (const startMs of [tenMs, tenMs + 20_000]) {
    const first = recorderOf(cameraId, startMs);
    record(first, footage, startMs);
    await written(cameraId, startMs);
    await first.close();
  }
  const recorder = recorderOf(otherCameraId, tenMs);
  record(recorder, footage, tenMs);
  await written(otherCameraId, tenMs);
  return { place, library, recorder };
}

export function jobOf({ place, library }: Recorded, folder: string, more: Partial<EvidenceJob> = {}): EvidenceJob {
  return {
    id: '00000000000000ab',
    library,
    vault: place.vault,
    cameras: Object.entries(names).map(([id, name]) => ({ id, name })),
    ...{ fromMs: tenMs + 2500, toMs: tenMs + 26_300, folder },
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onPlacing: () => Promise.resolve(),
    ...more,
  };
}

export const wishes: Parameters<typeof writeEvidence>[1] = {
  facts: () =>
    Promise.resolve({
      ...{ maker: 'Maker', model: 'M 1', serial: '0012', firmware: '1.0' },
      clock: { atExport: { offsetMs: -420, uncertaintyMs: 30 }, recorded: [] },
    }),
  page: () => Promise.resolve(Buffer.from('<!doctype html>')),
  app: 'Nightjar test',
  now: () => tenMs + 60_000,
};

/** The folder of a whole pack, in a new folder below the vault's. */
export async function makePack(
  recorded: Recorded,
  name: string,
  with_: Partial<typeof wishes> = {},
  more: Partial<EvidenceJob> = {},
): Promise<string> {
  const folder = path.join(recorded.place.folder, name);
  mkdirSync(folder);
  const written = await writeEvidence(jobOf(recorded, folder, more), { ...wishes, ...with_ });
  assert.ok(written.ok, JSON.stringify(written));
  return path.dirname(written.value.files[0] ?? '');
}
