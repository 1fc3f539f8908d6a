/**
 * One process of `bench:vault`: 16 real recorders take the same fragments at the pace of cameras, and what the process
 * needs of a core is measured. Sealed or, with plainHooks.ts imported first, not. Reads its task from the command line
 * (JSON) and prints the result as one JSON line.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { createVault } from '../../main/core/vault/folder.ts';
import { makeWords } from '../../main/core/vault/keys.ts';
import { SealedWriter } from '../../main/core/vault/sealedWriter.ts';
import type { Fragment } from '../../main/core/video/fmp4.ts';
import { readFootage } from './paceFootage.ts';

export interface PaceTask {
  folder: string;
  footage: string;
  cameras: number;
  settleMs: number;
  measuredMs: number;
}

export interface PaceResult {
  /** Percent of one core. */
  cpuPercent: number;
  bytesPerSecond: number;
  recordings: number;
  writer: string;
}

// The benchmark's own command line, in the form that this file exports.
const task = JSON.parse(process.argv[2] ?? '{}') as PaceTask;
const { init, fragments } = readFootage(task.footage);
const made = await createVault(path.join(task.folder, 'vault'), makeWords());
if (!made.ok) throw new Error('no vault');
const vault = made.value;
const library = new Library({ vault });
let recordings = 0;
let bytes = 0;
const recorders = Array.from({ length: task.cameras }, (_, nth) => {
  const cameraId = nth.toString(16).padStart(16, '0');
  const on = {
    state: () => undefined,
    finished: () => (recordings += 1),
    defect: (error: unknown) => {
      throw error;
    },
  };
  // Each ends one recording while it is measured: three times as often as in the app.
  return new Recorder({ cameraId, vault, library, limits: { recordingMs: task.measuredMs }, on });
});
const stop = new AbortController();

/** Endless: the fragments over and over, each at its moment, in media time that goes on. */
async function play(recorder: Recorder, nth: number): Promise<void> {
  const spreadMs = (nth * 500) / task.cameras;
  await pause(spreadMs);
  const startMs = Date.now();
  recorder.run({ init, startMs });
  const last = fragments.at(-1);
  const loopSeconds = last ? last.startSeconds + last.durationSeconds : 1;
  for (let at = 0; !stop.signal.aborted; at++) {
    const fragment = moved(fragments, at, loopSeconds);
    const endMs = startMs + (fragment.startSeconds + fragment.durationSeconds) * 1000;
    await pause(Math.max(0, endMs - Date.now()));
    bytes += fragment.bytes.byteLength;
    recorder.fragment(fragment, Date.now());
  }
}

/** Its bytes say another time than it has: nobody plays them. */
function moved(all: readonly Fragment[], at: number, loopSeconds: number): Fragment {
  const fragment = all[at % all.length];
  if (!fragment) throw new Error('no footage');
  return { ...fragment, startSeconds: fragment.startSeconds + Math.floor(at / all.length) * loopSeconds };
}

const playing = recorders.map((recorder, nth) => play(recorder, nth));
await pause(task.settleMs);
bytes = recordings = 0;
const [before, beganMs] = [process.cpuUsage(), performance.now()];
await pause(task.measuredMs);
const used = process.cpuUsage(before);
const seconds = (performance.now() - beganMs) / 1000;
const result: PaceResult = {
  cpuPercent: ((used.user + used.system) / 1e6 / seconds) * 100,
  bytesPerSecond: bytes / seconds,
  recordings,
  writer: 'isPlain' in SealedWriter.prototype ? 'plain' : 'sealed',
};
stop.abort();
await Promise.all(playing);
for (const recorder of recorders) await recorder.close();
await library.close();
await rm(task.folder, { recursive: true, force: true });
console.log(JSON.stringify(result));
