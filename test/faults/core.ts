/**
 * The app without its window, as a process to be killed: composes the core as main/index.ts does, with nothing between.
 * The first line of standard input says where (JSON, see `CoreOptions`); each further line is a call of the contract,
 * `{"id":1,"call":"cameras.list","argument":null}`, or `{"close":true}`. Prints a JSON line for each answer, each change
 * of the app's and of a camera's state, and what the log says. Ends with its standard input, as after `close`.
 *
 * `dieAfterChanges` (or the line `{"dieAfterChanges":20}` later) has it end itself by SIGKILL before or after a change
 * on the disk, which no clock of another process hits; `writeLog` has every change written down.
 */
import { fileURLToPath } from 'node:url';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createApp } from '../../main/app.ts';
import { callArguments, type CallName } from '../../main/contract/calls.ts';
import { openLog } from '../../main/core/log.ts';
import type { RecorderLimits } from '../../main/core/recorder/recorder.ts';
import { type Phase, watchSystemCalls } from './systemCalls.ts';
import { logTo, nowMs } from './writeLog.ts';

export interface CoreOptions {
  folder: string;
  videosFolder: string;
  limits: Partial<RecorderLimits>;
  /** Beginnings and ends of changes on the disk until it dies; 0: none that were not asked for later. */
  dieAfterChanges?: number;
  /** The file to write every change into. */
  writeLog?: string;
}

/** What it prints. */
export type CoreLine =
  /** When the call came in, and when it was answered: by the clock of the log of writes. */
  | { id: number; result: unknown; cameMs: number; answeredMs: number }
  | { state: string; problem: string | null }
  | { cameraId: string; recordsSinceMs: number | null; live: boolean }
  | { log: string }
  | { diesAtMs: number };

interface Order {
  id?: number;
  call?: string;
  argument?: unknown;
  close?: boolean;
  dieAfterChanges?: number;
}

// A clock that the test sets is this process's: what it starts keeps the computer's.
delete process.env['LD_PRELOAD'];

function say(line: CoreLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function isCall(name: string): name is CallName {
  return name in callArguments;
}

const lines = createInterface({ input: process.stdin });
const given = lines[Symbol.asyncIterator]();
const first = await given.next();
// The test's own line, in the form that this file exports.
const options = JSON.parse(first.done ? '{}' : first.value) as CoreOptions;
const { folder, videosFolder, limits, writeLog } = options;

let changesLeft = options.dieAfterChanges ?? 0;
function countDown(phase: Phase): void {
  if (phase === 'fail' || --changesLeft !== 0) return;
  writeSync(1, `${JSON.stringify({ diesAtMs: nowMs() } satisfies CoreLine)}\n`);
  process.kill(process.pid, 'SIGKILL');
}
if (options.dieAfterChanges !== undefined) await watchSystemCalls((_call, phase) => countDown(phase));
if (writeLog !== undefined) await watchSystemCalls(logTo(writeLog));

const app = await createApp({
  ...{ folder, videosFolder, limits },
  portable: true,
  about: { version: 'test', runtime: 'Node' },
  // As it is before it is built: nobody opens it here.
  evidencePage: fileURLToPath(import.meta.resolve('../../renderer/evidence/index.html')),
  desk: { chooseFolder: async () => videosFolder, chooseSaveFile: async () => null, showFile: () => undefined },
  log: openLog((line) => say({ log: line })),
  tell: (name, value) => {
    if (name === 'app.changed' && 'phase' in value)
      say({ state: value.phase, problem: value.phase === 'closed' ? value.problem.code : null });
    if (name === 'status.changed' && 'stream' in value) {
      const { cameraId, recording, stream } = value;
      const recordsSinceMs = recording.recording ? recording.sinceMs : null;
      say({ cameraId, recordsSinceMs, live: stream.state === 'live' });
    }
  },
});
void app.start();

for (let line = await given.next(); !line.done; line = await given.next()) {
  const { id = 0, call = '', argument, close = false, dieAfterChanges } = JSON.parse(line.value) as Order;
  if (close) break;
  if (dieAfterChanges !== undefined) {
    changesLeft = dieAfterChanges;
    continue;
  }
  if (!isCall(call)) throw new Error(`no such call: ${call}`);
  // Safe: the argument is the test's own, of the call's type; the shell checks those of a page.
  const handler = app.handlers[call] as (given: unknown) => Promise<unknown>;
  const cameMs = nowMs();
  void handler(argument).then((result) => say({ id, result, cameMs, answeredMs: nowMs() }));
}
await app.close();
lines.close();
