/**
 * The whole app without its window, in this process, on a vault of its own and one simulated camera: for the tests of
 * what happens to a vault from outside. What it asks of the app are the page's own calls and streams.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createApp, type App } from '../../main/app.ts';
import type { AppState, CameraStatus, RecordingState, Span, VaultStatus } from '../../main/contract/model.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import type { PageMessage } from '../../main/contract/stream.ts';
import { dayOf, readFinishedName } from '../../main/core/library/recordingName.ts';
import { openLog } from '../../main/core/log.ts';
import type { RecorderLimits } from '../../main/core/recorder/recorder.ts';
import { openWithWords } from '../../main/core/vault/folder.ts';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { decode } from '../unit/recorder/footage.ts';
import { smallPlan } from '../unit/yard/smallCamera.ts';
import { startYard, type YardCamera } from '../yard/yard.ts';

const service = `Nightjar faults ${randomBytes(4).toString('hex')}`;
process.env['NIGHTJAR_KEYCHAIN_SERVICE'] = service;
const waitMs = 60_000;

/** Why tests with the whole app are skipped: it keeps its key in a keychain. */
export const keychainRefused = ((await new Keychain(service).read('test')).ok ? false : 'no keychain here') satisfies
  string | false;

/** Recordings of two seconds, and a look at the disk every half second. */
const shortLimits: Partial<RecorderLimits> = { recordingMs: 2000, retryMs: 500 };

export interface Station {
  readonly vault: string;
  readonly cameraId: string;
  readonly lines: string[];
  start(): Promise<AppState>;
  stop(): Promise<void>;
  app(): App;
  recording(): RecordingState;
  status(): Promise<VaultStatus>;
  /** From the first recording on. */
  spans(): Promise<Span[]>;
  /** Names of the finished recordings on the disk, in order. */
  finished(): string[];
  /** Every file of the vault that a recording could be part of. */
  unfinished(): string[];
  /** How many fragments are played from this moment on; `whole`: up to the end of what is recorded. */
  plays(fromMs: number): Promise<{ fragments: number; whole: boolean }>;
  /** Decodes every finished recording, opened by the age tool. Throws for what does not decode whole. */
  decodeAll(): Promise<void>;
  until(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
}

/** The app with a vault in `vault`, and a camera that is being recorded. Gone after the test. */
export async function makeStation(t: TestContext, vault: string, firstAddress: number): Promise<Station> {
  const home = mkdtempSync(path.join(tmpdir(), 'nightjar-station-'));
  const lines: string[] = [];
  const statuses = new Map<string, CameraStatus>();
  let running: App | null = null;
  let cameraId = '';
  const yard = await startYard({ cameras: [smallPlan({ onvif: null })], discovery: false, firstAddress });
  const app = (): App => {
    assert.ok(running, 'the app runs');
    return running;
  };
  const stop = async (): Promise<void> => {
    await running?.close();
    running = null;
  };
  t.after(async () => {
    await stop();
    await yard.stop();
    rmSync(home, { recursive: true, force: true });
  });
  async function start(): Promise<AppState> {
    running = await createApp({
      ...{ folder: path.join(home, 'app'), videosFolder: home, limits: shortLimits, portable: true },
      about: { version: 'test', runtime: 'Node' },
      desk: { chooseFolder: async () => vault, chooseSaveFile: async () => null, showFile: () => undefined },
      log: openLog((line) => lines.push(line)),
      tell: (name, value) => {
        if (name === 'status.changed' && 'cameraId' in value && 'recording' in value)
          statuses.set(value.cameraId, value);
      },
    });
    await running.start();
    return app().handlers['app.state'](undefined);
  }
  await start();
  const words = await makeVault(app());
  cameraId = await addCamera(app(), yard.cameras[0]);
  const spans = async (): Promise<Span[]> => {
    const toMs = Date.now();
    return value(await app().handlers['library.spans']({ cameraId, fromMs: toMs - 3_600_000, toMs }));
  };
  const files = (): string[] => filesOf(vault, cameraId);
  return {
    ...{ vault, cameraId, lines, start, stop, app, spans },
    recording: () => {
      const status = statuses.get(cameraId);
      assert.ok(status, 'the camera has a status');
      return status.recording;
    },
    status: async () => value(await app().handlers['vault.status'](undefined)),
    finished: () => files().filter((name) => readFinishedName(name) !== null),
    unfinished: () => files().filter((name) => readFinishedName(name) === null && !name.startsWith('index.json.age')),
    plays: (fromMs) => plays(app(), cameraId, fromMs),
    async decodeAll() {
      const opened = value(await openWithWords(vault, words));
      const key = path.join(home, 'key.txt');
      writeFileSync(key, opened.identity?.toSecretString() ?? '');
      for (const name of files()) {
        const span = readFinishedName(name);
        if (!span) continue;
        const file = path.join(vault, 'recordings', cameraId, dayOf(span.startMs), name);
        const decoded = decode(execFileSync('age', ['-d', '-i', key, file], { maxBuffer: 2 ** 28 }));
        assert.equal(decoded.errors, '', name);
        const expected = ((span.endMs - span.startMs) / 1000) * 25;
        assert.ok(Math.abs(decoded.pictures - expected) <= 3, `${name}: ${decoded.pictures} of ${expected} pictures`);
      }
      opened.lock();
    },
    async until(what, holds) {
      const deadline = performance.now() + waitMs;
      while (!(await holds())) {
        if (performance.now() > deadline) assert.fail(`${what} did not come; ${lines.slice(-8).join(' | ')}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Spans follow each other without a hole and without an overlap; throws else. */
export function assertUnbroken(spans: readonly Span[]): void {
  for (const [index, { fromMs, toMs }] of spans.entries()) {
    assert.ok(toMs > fromMs, 'a span has a length');
    const next = spans[index + 1];
    if (next) assert.equal(next.fromMs, toMs, 'the next span begins where this one ends');
  }
}

/** 'recorded' and causes, in order. */
export function told(spans: readonly Span[]): string[] {
  return spans.map((span) => (span.kind === 'gap' ? span.cause : span.kind));
}

/** Everything that was recorded before is recorded still; throws else. */
export function assertKept(before: readonly Span[], after: readonly Span[]): void {
  for (const { fromMs, toMs } of before.filter(({ kind }) => kind === 'recorded')) {
    const covered = after
      .filter((span) => span.kind === 'recorded')
      .reduce((sum, span) => sum + Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs)), 0);
    assert.ok(covered >= toMs - fromMs, `of ${toMs - fromMs} ms from ${fromMs} on, ${covered} ms are recorded still`);
  }
}

function value<Value>(outcome: Outcome<Value>): Value {
  assert.ok(outcome.ok, outcome.ok ? '' : JSON.stringify(outcome.problem));
  return outcome.value;
}

async function makeVault(app: App): Promise<string[]> {
  const place = value(await app.handlers['vault.choosePlace'](undefined));
  assert.ok(place);
  // The app forgets the words once they are proved, in the same memory here.
  const words = [...value(await app.handlers['vault.create']({ placeId: place.placeId, passphrase: null })).words];
  const state = await app.handlers['app.state'](undefined);
  assert.ok(state.phase === 'proving');
  const asked = state.askedWords.map((number) => words[number - 1] ?? '');
  value(await app.handlers['vault.prove']({ words: asked }));
  return words;
}

async function addCamera(app: App, camera: YardCamera | undefined): Promise<string> {
  assert.ok(camera);
  const { user, password } = camera;
  const target = { by: 'address', text: camera.streamUrl('main') } as const;
  const tried = value(await app.handlers['cameras.try']({ target, user, password }));
  const choice = { tryId: tried.tryId, name: 'Yard', records: true, recordsSound: false, keepDays: null };
  return value(await app.handlers['cameras.add'](choice)).id;
}

function filesOf(vault: string, cameraId: string): string[] {
  const folder = path.join(vault, 'recordings', cameraId);
  try {
    return readdirSync(folder).flatMap((day) => readdirSync(path.join(folder, day)).sort());
  } catch {
    return [];
  }
}

/** Playback keeps recordings open until it has ended, which it does behind the call. */
async function letGo(): Promise<void> {
  const isRecording = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith('.mp4.age');
    } catch {
      return false; // closed meanwhile
    }
  };
  const untilMs = Date.now() + 10_000;
  while (readdirSync('/proc/self/fd').some(isRecording)) {
    if (Date.now() > untilMs) throw new Error('a recording stays open');
    await pause(20);
  }
}

/** Plays as the page does; ends when what is recorded has been played, or a recording did not open. */
function plays(app: App, cameraId: string, fromMs: number): Promise<{ fragments: number; whole: boolean }> {
  return new Promise((resolve, reject) => {
    let [fragments, ticket] = [0, 0];
    let hear: (message: PageMessage) => void = () => undefined;
    let leave: () => void = () => undefined;
    const ask = (atMs: number): void => hear({ is: 'ask', ticket: ++ticket, atMs, want: 'group', have: 0 });
    app.openStream({
      request: { kind: 'playback', cameraId },
      send: () => {
        fragments++;
        hear({ is: 'credit', messages: 1 });
      },
      notice: (notice) => {
        if (notice.is === 'group' && !notice.open) ask(notice.endMs);
        else if (notice.is === 'gap' && notice.toMs !== null) ask(notice.toMs);
        else if (notice.is === 'gap' || notice.is === 'group' || notice.is === 'failed') {
          leave();
          const whole = notice.is !== 'failed';
          void letGo().then(() => resolve({ fragments, whole }), reject);
        }
      },
      onMessage: (listener) => (hear = listener),
      onClose: (listener) => (leave = listener),
      close: () => reject(new Error('nothing can be played')),
    });
    hear({ is: 'credit', messages: 10 });
    ask(fromMs);
  });
}
