/**
 * Records one simulated camera in this process, whose clock somebody else sets (libfaketime reads a file): the real
 * feed, recorder and library, with a vault of its own. The first line of standard input says where (see `Task`); it
 * ends with its standard input. Prints a JSON line whenever recording begins or stops, and at the end what there was.
 */
import { createInterface } from 'node:readline';
import type { RecordingState } from '../../main/contract/model.ts';
import { good } from '../../main/contract/problems.ts';
import { Library } from '../../main/core/library/library.ts';
import { Recorder } from '../../main/core/recorder/recorder.ts';
import { createVault } from '../../main/core/vault/folder.ts';
import { Feed } from '../../main/core/video/feed.ts';
import { findFfmpeg } from '../../main/core/video/ffmpeg.ts';

export interface Task {
  folder: string;
  words: string[];
  cameraId: string;
  url: string;
  user: string;
  password: string;
}

export type Said =
  { state: RecordingState; finished: number } | { done: { seconds: number; firstMs: number; lastMs: number } };

// ffmpeg is the camera's side here: its clock stays.
delete process.env['LD_PRELOAD'];

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const first = await lines.next();
// The test's own line, in the form that this file exports.
const { folder, words, cameraId, url, user, password } = JSON.parse(first.done ? '{}' : first.value) as Task;
const [ffmpeg, vault] = [await findFfmpeg(), await createVault(folder, words)];
if (!ffmpeg.ok || !vault.ok) throw new Error('no ffmpeg, or no vault');

const library = new Library({ vault: vault.value });
let finished = 0;
let seconds = 0;
const recorder = new Recorder({
  ...{ cameraId, vault: vault.value, library, limits: { recordingMs: 2000 } },
  on: {
    state: (state) => say({ state, finished }),
    finished: () => {
      finished++;
      say({ state: recorder.state, finished });
    },
  },
});
const firstMs = Date.now();
const feed = new Feed({
  ...{ ffmpeg: ffmpeg.value, role: 'main', record: true, sound: false, convert: false },
  source: () => Promise.resolve(good({ url, credentials: { user, password }, video: 'H.264', audio: null })),
  on: {
    run: (run) => recorder.run(run),
    fragment: (fragment, arrivalMs) => {
      seconds += fragment.durationSeconds;
      recorder.fragment(fragment, arrivalMs);
    },
    runEnd: (cause, sinceMs) => recorder.runEnd(cause, sinceMs),
  },
});
await lines.next();
await feed.close();
await recorder.close();
await library.close();
say({ done: { seconds, firstMs, lastMs: Date.now() } });
