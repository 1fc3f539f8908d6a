/**
 * A disk that runs full, for real: a small file system in memory. Mounting one takes rights that not every machine
 * gives; the tests say so and are skipped there.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { RecordingState } from '../../../main/contract/model.ts';
import type { Problem } from '../../../main/contract/problems.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { recover } from '../../../main/core/recorder/recovery.ts';
import { createVault, type Vault } from '../../../main/core/vault/folder.ts';
import { makeWords } from '../../../main/core/vault/keys.ts';
import { cameraId, decode, makeFootage, openWithAge, tenMs } from './footage.ts';

const above = mkdtempSync(path.join(tmpdir(), 'nightjar-test-'));
const disk = path.join(above, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;
const skip = mounted ? false : 'mounting a small file system is not allowed here';
after(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(above, { recursive: true, force: true });
});

const ballast = path.join(disk, 'ballast');

interface Setup {
  vault: Vault;
  library: Library;
  recorder: Recorder;
  states: RecordingState[];
  troubles: Problem[];
  /** The next second of the camera. */
  give: () => void;
  files: () => string[];
}

let vaults = 0;
async function setUp(): Promise<Setup> {
  const made = await createVault(path.join(disk, `vault-${++vaults}`), makeWords());
  assert.ok(made.ok);
  const vault = made.value;
  const { init, fragments } = makeFootage({ seconds: 60, size: '640x360', keyframeEvery: 2 });
  let given = 0;
  const now = (): number => tenMs + (given + 1) * 1000;
  const library = new Library({ vault, now });
  const states: RecordingState[] = [];
  const troubles: Problem[] = [];
  const recorder = new Recorder({
    cameraId,
    vault,
    library,
    now,
    limits: { queueMs: Infinity, retryMs: 20, roomBytes: 500_000 },
    on: { state: (state) => states.push(state), trouble: (problem) => troubles.push(problem) },
  });
  recorder.run({ init, startMs: tenMs });
  return {
    ...{ vault, library, recorder, states, troubles },
    give: () => {
      const fragment = fragments[given++];
      assert.ok(fragment, 'enough footage');
      recorder.fragment(fragment, tenMs + given * 1000);
    },
    files: () =>
      readdirSync(vault.path('recordings', cameraId, '2026-11-20')).filter((name) => name.includes('.mp4.age')),
  };
}

async function giveUntil({ give }: Setup, what: string, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    give();
    for (let turn = 0; turn < 40 && !isSo(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.ok(isSo(), what);
}

test('a full disk is a state with a cause, and recording goes on when there is room', { skip }, async () => {
  const setup = await setUp();
  const { library, recorder, states, troubles, vault } = setup;
  await giveUntil(setup, 'it records', () => (library.openRecording(cameraId)?.fragments.length ?? 0) >= 4);
  writeFileSync(ballast, new Uint8Array(2_000_000));
  await giveUntil(setup, 'the disk is full', () => states.at(-1)?.recording === false);
  assert.deepEqual(
    states.map((state) => (state.recording ? 'recording' : state.cause)),
    ['recording', 'diskFull'],
  );
  assert.equal(troubles[0]?.code, 'diskFull');
  const kept = library.openRecording(cameraId);
  assert.ok(kept?.ended, 'what was written can still be watched');
  rmSync(ballast);
  await giveUntil(setup, 'it records again', () => states.at(-1)?.recording === true);
  await recorder.close();
  const spans = await library.spans(cameraId, tenMs, tenMs + 60_000);
  assert.deepEqual(
    spans.map((span) => (span.kind === 'gap' ? span.cause : span.kind)),
    ['recorded', 'diskFull', 'recorded'].concat(spans.length > 3 ? ['closed'] : []),
  );
  assert.equal(setup.files().length, 2);
  assert.ok(setup.files().every((name) => !name.endsWith('.part')));
  for (const row of await library.covering(cameraId, { fromMs: tenMs, toMs: tenMs + 60_000 })) {
    const decoded = decode(openWithAge({ vault, folder: above, remove: () => undefined }, row.path));
    assert.equal(decoded.errors, '');
    assert.ok(Math.abs(decoded.pictures - ((row.endMs - row.startMs) / 1000) * 25) <= 1);
  }
  rmSync(vault.folder, { recursive: true });
});

test('a camera that is lost while the disk is full is the reason only when there is room again', { skip }, async () => {
  const setup = await setUp();
  const { library, recorder, states, vault } = setup;
  await giveUntil(setup, 'it records', () => (library.openRecording(cameraId)?.fragments.length ?? 0) >= 4);
  writeFileSync(ballast, new Uint8Array(2_000_000));
  await giveUntil(setup, 'the disk is full', () => states.at(-1)?.recording === false);
  recorder.runEnd('lost');
  rmSync(ballast);
  const isLost = (): boolean => states.some((state) => !state.recording && state.cause === 'lost');
  for (let turn = 0; turn < 1000 && !isLost(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
  await recorder.close();
  assert.deepEqual(
    states.map((state) => (state.recording ? 'recording' : state.cause)),
    ['recording', 'diskFull', 'lost', 'closed'],
  );
  rmSync(vault.folder, { recursive: true });
});

test('closing while the disk is full loses nothing that recovery does not find', { skip }, async () => {
  const setup = await setUp();
  const { library, recorder, states, vault } = setup;
  await giveUntil(setup, 'it records', () => (library.openRecording(cameraId)?.fragments.length ?? 0) >= 4);
  writeFileSync(ballast, new Uint8Array(2_000_000));
  await giveUntil(setup, 'the disk is full', () => states.at(-1)?.recording === false);
  const keptMs = library.openRecording(cameraId)?.endMs;
  await recorder.close();
  assert.deepEqual(setup.files(), [`${tenMs}.mp4.age.part`]);
  rmSync(ballast);
  const again = new Library({ vault, now: () => tenMs + 60_000 });
  assert.equal((await recover(vault, again)).finished, 1);
  const [row] = await again.covering(cameraId, { fromMs: tenMs, toMs: tenMs + 60_000 });
  assert.equal(row?.endMs, keptMs);
  rmSync(vault.folder, { recursive: true });
});

test('a disk that is full from the start leaves no file behind, and is tried again', { skip }, async () => {
  const setup = await setUp();
  const { library, recorder, states } = setup;
  writeFileSync(ballast, '');
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'], { stdio: 'ignore' });
  await giveUntil(setup, 'the disk is full', () => states.at(-1)?.recording === false);
  assert.equal(library.openRecording(cameraId), null);
  rmSync(ballast);
  await giveUntil(setup, 'it records', () => states.at(-1)?.recording === true);
  await recorder.close();
  assert.equal(setup.files().length, 1);
});
