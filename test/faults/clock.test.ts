/**
 * The computer's clock is set while a camera is recorded: by hours and by seconds, back and forth, for real (a process
 * whose clock libfaketime sets). Every moment is recorded or a gap because of the clock, none is there twice, and what
 * was recorded of the same time twice is kept twice.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import type { Span } from '../../main/contract/model.ts';
import { ClipFeed } from '../../main/core/exporter/clipFeed.ts';
import { Library } from '../../main/core/library/library.ts';
import { Playback } from '../../main/core/library/playback.ts';
import { openWithWords, type Vault } from '../../main/core/vault/folder.ts';
import { makeWords } from '../../main/core/vault/keys.ts';
import { decode } from '../unit/recorder/footage.ts';
import { smallPlan } from '../unit/yard/smallCamera.ts';
import { startYard } from '../yard/yard.ts';
import type { Said, Task } from './recordUnderClock.ts';
import { assertUnbroken, told } from './station.ts';

const [faketime] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const skip = faketime === undefined ? 'libfaketime is not here' : false;
const cameraId = '00112233445566aa';
const hourMs = 3_600_000;

interface Recorded {
  vault: Vault;
  library: Library;
  /** What the camera gave to the recorder. */
  seconds: number;
  firstMs: number;
  lastMs: number;
}

/** Records while the clock is set by each of these, in turn, for a few recordings each. '' is no change. */
async function recordWith(t: TestContext, offsets: readonly string[], firstAddress: number): Promise<Recorded> {
  const above = mkdtempSync(path.join(tmpdir(), 'nightjar-clock-'));
  const yard = await startYard({ cameras: [smallPlan({ onvif: null })], discovery: false, firstAddress });
  const clock = path.join(above, 'clock');
  writeFileSync(clock, '+0\n');
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'recordUnderClock.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ LD_PRELOAD: faketime, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1' },
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
    },
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await yard.stop();
    rmSync(above, { recursive: true, force: true });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function next(): Promise<Said> {
    const line = await lines.next();
    assert.ok(!line.done, 'the recording process ended');
    // The child's own line, in the form that it exports.
    return JSON.parse(line.value) as Said;
  }
  async function moreRecordings(count: number): Promise<void> {
    let from: number | null = null;
    for (;;) {
      const said = await next();
      assert.ok('state' in said);
      from ??= said.finished;
      if (said.finished >= from + count) return;
    }
  }
  const camera = yard.cameras[0];
  assert.ok(camera);
  const words = makeWords();
  const folder = path.join(above, 'vault');
  const { user, password } = camera;
  const task: Task = { folder, words, cameraId, url: camera.streamUrl('main'), user, password };
  child.stdin.write(`${JSON.stringify(task)}\n`);
  await moreRecordings(2);
  for (const offset of offsets) {
    // Replaced in one write: a reader sees the old line or the new one.
    writeFileSync(clock, `${offset}\n`);
    await moreRecordings(4);
  }
  child.stdin.end();
  let said = await next();
  while (!('done' in said)) said = await next();
  const opened = await openWithWords(folder, words);
  assert.ok(opened.ok);
  const { firstMs, lastMs } = said.done;
  const library = new Library({ vault: opened.value, now: () => lastMs });
  return { vault: opened.value, library, ...said.done, firstMs };
}

/** All that is in the recordings, as an export hands it out; the parts in which it does. */
async function exported({ library, vault }: Recorded): Promise<{ parts: number; pictures: number }> {
  const clip = await ClipFeed.open({ library, vault, cameraId, fromMs: 0, toMs: 8e15 });
  let [parts, pictures] = [0, 0];
  while (await clip.more()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of clip.part()) pieces.push(piece);
    const decoded = decode(Buffer.concat(pieces));
    assert.equal(decoded.errors, '');
    parts++;
    pictures += decoded.pictures;
  }
  await clip.close();
  return { parts, pictures };
}

/** The times of the groups of pictures that are played from this moment on, as the page asks for them. */
async function played({ library, vault }: Recorded, fromMs: number): Promise<number[]> {
  const times: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<null>();
  let [ticket, askedMs] = [0, 0];
  const playback = new Playback({
    ...{ library, vault, cameraId },
    send: () => playback.credit(1),
    notice: (notice) => {
      if (notice.is === 'failed') reject(new Error(notice.code));
      else if (notice.is === 'group') {
        if (notice.endMs <= askedMs) reject(new Error('it gets no further'));
        times.push(notice.startMs);
        ask(notice.endMs);
      } else if (notice.is === 'gap') {
        if (notice.toMs === null) resolve(null);
        else ask(notice.toMs);
      }
    },
  });
  function ask(atMs: number): void {
    ticket = (ticket % 65_535) + 1;
    askedMs = atMs;
    playback.ask({ is: 'ask', ticket, atMs, want: 'group', have: 0 });
  }
  playback.credit(5);
  ask(fromMs);
  await promise;
  await playback.close();
  return times;
}

function assertForward(times: readonly number[]): void {
  for (const [index, timeMs] of times.entries()) {
    // At a seam the picture begins with the keyframe before it: one a second here.
    assert.ok(timeMs > (times[index - 1] ?? 0) - 1100, `${timeMs} comes after ${times[index - 1]}`);
  }
}

function overlaps(rows: readonly { startMs: number; endMs: number }[]): number {
  return rows.filter(({ startMs, endMs }) =>
    rows.some((other) => other.startMs < startMs && other.endMs > startMs + 200 && endMs > startMs),
  ).length;
}

async function check(recorded: Recorded, { parts }: { parts: number }): Promise<Span[]> {
  const { library, seconds, firstMs, lastMs } = recorded;
  const fromMs = firstMs - 12 * hourMs;
  const spans = await library.spans(cameraId, fromMs, firstMs + 12 * hourMs);
  // The last fragment ends a little before everything is closed.
  const isEnd = ({ fromMs: beginsMs, toMs }: Span): boolean => toMs === lastMs && toMs - beginsMs < 2000;
  const gaps = told(spans.filter((span) => !isEnd(span))).filter((what) => what !== 'recorded' && what !== 'clock');
  assert.deepEqual(gaps, [], 'no other gap than the clock’s');
  for (const [index, { fromMs: beginsMs }] of spans.entries()) {
    assert.ok(beginsMs >= (spans[index - 1]?.toMs ?? 0), 'no moment is there twice');
  }
  const out = await exported(recorded);
  assert.equal(out.parts, parts);
  assert.ok(Math.abs(out.pictures - seconds * 25) <= 2, `${out.pictures} pictures of ${seconds} s`);
  assertForward(await played(recorded, fromMs));
  return spans;
}

test('a check of order notices what goes back', () => {
  assertForward([1000, 2000, 1500]);
  assert.throws(() => assertForward([1000, 9000, 2000]));
});

test(
  'a clock set forward by two hours and back again: a gap, then the right time, and nothing is lost',
  {
    skip,
  },
  async (t) => {
    const recorded = await recordWith(t, ['+2h', '+0'], 131);
    const spans = await check(recorded, { parts: 1 });
    // What was recorded at the wrong time lies ahead of the clock, and is there all the same.
    assert.ok((spans.at(-1)?.fromMs ?? 0) > recorded.lastMs);
    const { lastMs } = recorded;
    assertUnbroken(spans.filter(({ fromMs }) => fromMs < lastMs));
    assert.ok(told(spans).includes('clock'));
  },
);

test('a clock set back by an hour: the same time twice, shown once and exported twice', { skip }, async (t) => {
  const recorded = await recordWith(t, ['-1h'], 132);
  await check(recorded, { parts: 1 });
  // An hour earlier nothing was recorded yet: the overlap comes when the clock is put right a little.
  const twice = await recordWith(t, ['-6s'], 133);
  const spans = await check(twice, { parts: 2 });
  const rows = await twice.library.covering(cameraId, { fromMs: 0, toMs: 8e15 });
  assert.ok(overlaps(rows) > 0, 'the same time twice');
  assertUnbroken(spans);
});

test(
  'a clock set forward by ten seconds and back: a gap of ten seconds, filled by what follows',
  { skip },
  async (t) => {
    const recorded = await recordWith(t, ['+10s', '+0'], 134);
    const spans = await check(recorded, { parts: 2 });
    assertUnbroken(spans);
  },
);
