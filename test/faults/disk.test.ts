/**
 * What happens to the vault's disk while cameras are recorded, and before: filled by somebody else, pulled out, made
 * read-only. Each is a gap with its cause, a notice with a remedy, and recording that goes on by itself; nothing older
 * is lost, and nothing is written where the disk is not.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Span } from '../../main/contract/model.ts';
import { dayOf, openName, readFinishedName } from '../../main/core/library/recordingName.ts';
import { Disk, mountsRefused } from './disks.ts';
import { assertKept, assertUnbroken, keychainRefused, makeStation, type Station, told } from './station.ts';

const skip = mountsRefused || keychainRefused;
const megabyte = 1_000_000;

async function stationOn(t: TestContext, disk: Disk, address: number): Promise<Station> {
  // Removed last: the app closes before its disk goes.
  const station = await makeStation(t, path.join(disk.place), address);
  t.after(() => disk.remove());
  return station;
}

async function untilFinished(station: Station, more: number): Promise<void> {
  // For each that comes an old one may go.
  const before = new Set(station.finished());
  const isNew = (name: string): boolean => !before.has(name);
  await station.until(`${more} recordings`, () => station.finished().filter(isNew).length >= more);
}

/** What follows what, up to the last recording: behind it lies the moment in which the next one begins. */
function storyOf(spans: readonly Span[]): string[] {
  const last = spans.findLastIndex(({ kind }) => kind === 'recorded');
  return told(spans.slice(0, last + 1)).filter((what, index, all) => what !== all[index - 1]);
}

/** The oldest went and nothing else: what is left begins later, and goes on as before. */
function assertOldestWent(before: readonly Span[], after: readonly Span[]): void {
  const firstMs = after[0]?.fromMs ?? Infinity;
  assert.ok(firstMs > (before[0]?.fromMs ?? 0), 'something went');
  const left = before.filter(({ toMs }) => toMs > firstMs);
  assertKept(
    left.map((span) => ({ ...span, fromMs: Math.max(span.fromMs, firstMs) })),
    after,
  );
}

test('the checks notice a hole, an overlap and a recording that is gone', () => {
  const recorded: Span = { fromMs: 0, toMs: 10, kind: 'recorded' };
  const gap: Span = { fromMs: 10, toMs: 20, kind: 'gap', cause: 'lost' };
  const more: Span = { fromMs: 20, toMs: 30, kind: 'recorded' };
  assertUnbroken([recorded, gap]);
  assertKept([recorded, gap], [recorded, gap]);
  assertOldestWent([recorded, gap, more], [more]);
  assert.throws(() => assertUnbroken([recorded, { ...gap, fromMs: 11 }]));
  assert.throws(() => assertUnbroken([recorded, { ...gap, fromMs: 9 }]));
  assert.throws(() => assertKept([recorded, gap], [gap]));
  assert.throws(() => assertKept([recorded], [{ ...recorded, toMs: 9 }]));
  assert.throws(() => assertOldestWent([recorded, more], [recorded]));
  assert.throws(() => assertOldestWent([recorded, more, { ...recorded, fromMs: 40, toMs: 50 }], [more]));
});

test(
  'a disk that is pulled out is a gap of its own, nothing is written beneath it, and recording goes on when it is back',
  {
    skip,
  },
  async (t) => {
    const disk = Disk.tmpfs(64 * megabyte);
    const station = await stationOn(t, disk, 121);
    await untilFinished(station, 3);
    const before = await station.spans();
    disk.unplug();
    assert.deepEqual(readdirSync(disk.place), [], 'the empty place of a disk');
    const beneath: (string | null)[] = [];
    const watcher = watch(disk.place, (_event, name) => beneath.push(name));
    t.after(() => watcher.close());
    await station.until('the gap', () => !station.recording().recording);
    assert.deepEqual({ ...station.recording(), sinceMs: 0 }, { recording: false, cause: 'diskGone', sinceMs: 0 });
    assert.deepEqual((await station.status()).warning, { code: 'vaultMissing', folder: station.vault });
    assert.equal((await station.status()).freeBytes, 0);
    const refused = await station.app().handlers['settings.set']({ theme: 'light' });
    assert.deepEqual(refused, { ok: false, problem: { code: 'vaultMissing', folder: station.vault } });
    assertKept(before, await station.spans());
    // Meanwhile the recorder has tried many times, the lock three times, the log once.
    const lines = station.lines.length;
    await pause(6500);
    assert.deepEqual(beneath, [], 'nothing was written beneath the disk, not even for a moment');
    assert.equal(station.lines.length, lines, 'said once, and not at every try');
    writeFileSync(path.join(disk.place, 'control'), '');
    await station.until('the watch notices a file', () => beneath.length > 0);
    rmSync(path.join(disk.place, 'control'));
    watcher.close();
    disk.plugIn();
    await station.until('the recording', () => station.recording().recording);
    await untilFinished(station, 2);
    assert.equal((await station.status()).warning, null);
    const after = await station.spans();
    assertUnbroken(after);
    assertKept(before, after);
    assert.deepEqual(storyOf(after), ['recorded', 'diskGone', 'recorded']);
    await station.stop();
    assert.deepEqual(station.unfinished(), []);
    await station.decodeAll();
    await station.start();
    assert.deepEqual(
      storyOf(await station.spans()).slice(0, 3),
      ['recorded', 'diskGone', 'recorded'],
      'as in the index',
    );
  },
);

test(
  'a disk that the system makes read-only while it is written is a gap; what is recorded plays meanwhile',
  {
    skip,
  },
  async (t) => {
    const disk = Disk.ext4(64 * megabyte);
    if (!disk) {
      t.skip('no loop device here');
      return;
    }
    rmSync(path.join(disk.place, 'lost+found'), { recursive: true });
    const station = await stationOn(t, disk, 122);
    await untilFinished(station, 3);
    disk.abort();
    const before = await station.spans();
    await station.until('the gap', () => !station.recording().recording);
    assert.equal((await station.status()).warning?.code, 'diskReadOnly');
    const [first] = station.finished().map((name) => readFinishedName(name)?.startMs ?? 0);
    // The last of what was being written may not have reached the disk.
    assert.ok((await station.plays(first ?? 0)).fragments > 4);
    // A disk with an error is taken out and checked; put back it can be written again.
    disk.unplug();
    disk.plugIn();
    await station.until('the recording', () => station.recording().recording);
    await untilFinished(station, 2);
    await station.stop();
    await station.decodeAll();
    await station.start();
    const after = await station.spans();
    assertUnbroken(after);
    assert.deepEqual(storyOf(after).slice(0, 3), ['recorded', 'diskGone', 'recorded']);
    // What had not reached the disk when it failed is gone with it: at most 2 s before the failure.
    const failedMs = Math.max(...before.map(({ toMs }) => toMs));
    const older = before.map((span) => ({ ...span, toMs: Math.min(span.toMs, failedMs - 2000) }));
    assertKept(
      older.filter(({ fromMs, toMs }) => toMs > fromMs),
      after,
    );
  },
);

test(
  'on a disk that can only be read the vault opens for looking, and records as soon as it can be written',
  {
    skip,
  },
  async (t) => {
    const disk = Disk.tmpfs(64 * megabyte);
    const station = await stationOn(t, disk, 123);
    await untilFinished(station, 3);
    const before = await station.spans();
    await station.stop();
    const firstMs = readFinishedName(station.finished()[0] ?? '')?.startMs ?? 0;
    cutOffOne(station);
    assert.ok(disk.readOnly());
    const state = await station.start();
    assert.equal(state.phase, 'open');
    assert.equal((await station.status()).warning?.code, 'diskReadOnly');
    const played = await station.plays(firstMs);
    assert.ok(played.whole && played.fragments > 4);
    await station.until('the gap', () => {
      const now = station.recording();
      return !now.recording && now.cause === 'diskGone';
    });
    disk.writable();
    await station.until('the recording', () => station.recording().recording);
    await station.until('no notice any more', async () => (await station.status()).warning === null);
    await untilFinished(station, 2);
    assert.equal(
      station.unfinished().filter((name) => name.startsWith('1000000')).length,
      0,
      'the cut-off one is whole',
    );
    const after = await station.spans();
    assertKept(before, after);
    assert.deepEqual(storyOf(after).slice(-2), ['diskGone', 'recorded']);
    await station.stop();
    await station.decodeAll();
    assert.deepEqual(
      readdirSync(station.vault).filter((name) => name.startsWith('lock')),
      [],
    );
  },
);

/** As a crash leaves it: the first recording once more, under another time, without its end. */
function cutOffOne(station: Station): void {
  const [name] = station.finished();
  const span = readFinishedName(name ?? '');
  assert.ok(name !== undefined && span);
  const folder = path.join(station.vault, 'recordings', station.cameraId, dayOf(span.startMs));
  const bytes = readFileSync(path.join(folder, name));
  const day = path.join(station.vault, 'recordings', station.cameraId, dayOf(1_000_000_000_000));
  mkdirSync(day, { recursive: true });
  writeFileSync(path.join(day, openName(1_000_000_000_000)), bytes.subarray(0, bytes.length - 1));
}

test(
  'on a disk that somebody else fills the oldest go by the rule, then recording stops, and goes on when there is room',
  {
    skip,
  },
  async (t) => {
    const disk = Disk.tmpfs(8 * megabyte);
    const station = await stationOn(t, disk, 124);
    await untilFinished(station, 6);
    const before = await station.spans();
    const [oldest] = station.finished();
    disk.fill(600_000);
    await station.until('room by the rule', () => !station.finished().includes(oldest ?? ''));
    await untilFinished(station, 1);
    assert.ok(station.recording().recording, 'it records on in the room that was made');
    // Whatever room the rule makes, somebody takes.
    await station.until('the gap', () => {
      disk.fill();
      return !station.recording().recording;
    });
    assert.deepEqual({ ...station.recording(), sinceMs: 0 }, { recording: false, cause: 'diskFull', sinceMs: 0 });
    const { warning } = await station.status();
    assert.equal(warning?.code, 'diskFull');
    disk.empty();
    await station.until('the recording', () => station.recording().recording);
    await untilFinished(station, 2);
    const after = await station.spans();
    assertUnbroken(after);
    // Recording stops when there is nothing left to delete; what it was about may have held nothing whole.
    const story = storyOf(after);
    assert.deepEqual(story, ['recorded', 'diskFull', 'recorded'].slice(-story.length));
    assertOldestWent(before, after);
    await station.stop();
    assert.deepEqual(station.unfinished(), []);
    await station.decodeAll();
  },
);

test(
  'a disk that is full to the last byte at the start: the vault opens, the oldest go, and it records',
  {
    skip,
  },
  async (t) => {
    const disk = Disk.tmpfs(8 * megabyte);
    const station = await stationOn(t, disk, 125);
    await untilFinished(station, 8);
    const before = await station.spans();
    await station.stop();
    const count = station.finished().length;
    disk.fill();
    assert.equal(disk.freeBytes, 0);
    const state = await station.start();
    assert.equal(state.phase, 'open');
    await station.until('the recording', () => station.recording().recording);
    assert.ok(station.finished().length < count, 'the oldest went');
    disk.empty();
    await untilFinished(station, 2);
    await station.until('no notice any more', async () => (await station.status()).warning === null);
    const after = await station.spans();
    assertUnbroken(after);
    assertOldestWent(before, after);
    await station.stop();
    await station.decodeAll();
  },
);
