/** The bound of DESIGN P5 for cameras of every rate, and what keeping it costs. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readRecordingTable } from '../../../main/core/library/recordingTable.ts';
import { Library } from '../../../main/core/library/library.ts';
import type { FragmentPlace } from '../../../main/core/library/openRecording.ts';
import { freeBox, paddingBytes } from '../../../main/core/recorder/padding.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { checkRecording } from '../../../main/core/library/checkRecording.ts';
import { readFinishedName } from '../../../main/core/library/recordingName.ts';
import { SealedReader } from '../../../main/core/vault/sealedReader.ts';
import { fragmentMs } from '../../../main/core/video/intakeScript.ts';
import { chunkBytes } from '../../../main/core/vault/stream.ts';
import { cameraId, decode, makeFootage, makeVault, mediaMs, openWithAge, record, tenMs } from './footage.ts';

interface Simulated {
  /** Moments at which more than 2 s and more than 64 KiB waited, a fragment in ffmpeg included. */
  breaches: number;
  paddedBytes: number;
  mediaBytes: number;
}

/** Two minutes of a camera with a keyframe every 2 s that is four times as large as the rest. */
function simulate(bitsPerSecond: number, { pads = true, convertsSound = false } = {}): Simulated {
  const durationMs = 520;
  // With sound that is converted, ffmpeg holds a picture for up to 1 s (measured).
  const heldMs = Array.from({ length: 230 }, () => (convertsSound ? 1000 : 560));
  const meanBytes = ((bitsPerSecond / 8) * durationMs) / 1000;
  const otherBytes = (meanBytes * 4) / 7;
  const sizeOf = (nth: number): { keyframe: boolean; length: number } => {
    const keyframe = nth % 4 === 0;
    return { keyframe, length: Math.round(keyframe ? 4 * otherBytes : otherBytes) };
  };
  /** The keyframe comes at once, the rest evenly. */
  const cameBy = (nth: number, ms: number): number => {
    return sizeOf(nth).length - otherBytes * Math.max(0, 1 - ms / durationMs);
  };
  const fragments: FragmentPlace[] = [];
  let sizeBytes = 700;
  let padded = 0;
  let breaches = 0;
  const writtenBytes = (): number => (Math.ceil(sizeBytes / chunkBytes) - 1) * chunkBytes;
  for (let nth = 0; nth < 230; nth++) {
    const { keyframe, length } = sizeOf(nth);
    // Just before it arrives, ffmpeg holds all of it, and of those behind it what came meanwhile.
    const oldest = fragments.find(({ offset, length: bytes }) => offset + bytes > writtenBytes());
    const beganMs = oldest?.startMs ?? nth * durationMs;
    const nowMs = nth * durationMs + (heldMs[nth] ?? 0);
    let held = 0;
    for (let later = nth; later * durationMs < nowMs; later++) held += cameBy(later, nowMs - later * durationMs);
    const waits = { ms: nowMs - beganMs, bytes: sizeBytes - writtenBytes() + held };
    // Of the first seconds nobody knows yet how large its keyframes are.
    if (nth > 4 && waits.ms > 2000 && waits.bytes > chunkBytes) breaches++;
    fragments.push({ offset: sizeBytes, length, startMs: nth * durationMs, durationMs, keyframe });
    sizeBytes += length;
    const bytes = pads ? paddingBytes({ fragments, sizeBytes, writtenBytes: writtenBytes(), heldMs }) : 0;
    padded += bytes;
    sizeBytes += bytes;
  }
  return { breaches, paddedBytes: padded, mediaBytes: sizeBytes - padded };
}

const rates = [30, 60, 100, 150, 200, 250, 300, 350, 400, 512, 800, 1200, 2000, 4000, 8000];

test('whatever the rate, no more than 2 s or 64 KiB wait at any moment', () => {
  for (const rate of rates)
    for (const convertsSound of [false, true])
      assert.equal(simulate(rate * 1000, { convertsSound }).breaches, 0, `${rate} kbit/s, ${convertsSound}`);
});

test('without filling up chunks, slow cameras would lose more', () => {
  const breached = rates.filter((rate) => simulate(rate * 1000, { pads: false }).breaches > 0);
  assert.ok(breached.includes(100) && breached.includes(300), breached.join());
});

test('from 1200 kbit/s on nothing is filled up, and never more than 600 kbit/s, or a tenth more than it would be', () => {
  for (const rate of rates) {
    const { paddedBytes, mediaBytes } = simulate(rate * 1000);
    if (rate >= 1200) assert.equal(paddedBytes, 0, `${rate} kbit/s`);
    else {
      const kilobits = (bytes: number): number => (bytes * 8) / (230 * 520);
      assert.ok(kilobits(mediaBytes + paddedBytes) < Math.max(600, 1.1 * kilobits(mediaBytes)), `${rate} kbit/s`);
    }
  }
});

test('at the beginning of a run a fragment is expected as late as the worst, and later as the last ones were', () => {
  const place = (nth: number) => ({
    offset: nth * 17_000,
    length: 17_000,
    startMs: nth * 500,
    durationMs: 500,
    keyframe: nth % 4 === 0,
  });
  const after = (toldMs: number[]): number => {
    const fragments = [0, 1, 2].map(place);
    return paddingBytes({ fragments, sizeBytes: 51_000, writtenBytes: 0, heldMs: toldMs });
  };
  assert.equal(after(Array.from({ length: 20 }, () => 100)), 0);
  assert.ok(after([100, 100, 100]) > 0);
});

test('a filled chunk is sealed at once, also when hardly a byte of it is left', () => {
  for (const waiting of [chunkBytes - 20_000, chunkBytes - 3, chunkBytes]) {
    const place = { startMs: 0, durationMs: 1900, keyframe: true };
    const fragments = [{ ...place, offset: 0, length: waiting }];
    const bytes = paddingBytes({ fragments, sizeBytes: waiting, writtenBytes: 0, heldMs: [560] });
    assert.ok(waiting + bytes > chunkBytes && waiting + bytes <= chunkBytes + 8);
    assert.equal(freeBox(bytes).length, bytes);
  }
});

test('a recording with filled chunks is whole for the library, for ffmpeg and for the check', async (t) => {
  const place = await makeVault();
  t.after(() => place.remove());
  const { vault } = place;
  const library = new Library({ vault });
  const recorder = new Recorder({
    ...{ cameraId, vault, library, limits: { queueMs: Infinity } },
    on: { state: () => undefined },
  });
  const footage = makeFootage({ seconds: 20, size: '320x180', keyframeEvery: 2, fragmentMs });
  record(recorder, footage, tenMs, 900);
  await recorder.close();
  await library.close();
  const folder = vault.path('recordings', cameraId, '2026-11-20');
  const [name = ''] = readdirSync(folder).filter((one) => readFinishedName(one));
  const span = readFinishedName(name);
  assert.ok(vault.identity && span);
  const opened = await SealedReader.open(path.join(folder, name), vault.identity);
  assert.ok(opened.ok);
  const table = await readRecordingTable(opened.value, tenMs);
  assert.ok(table.ok && table.value);
  assert.equal(table.value.fragments.length, footage.fragments.length);
  assert.equal(table.value.wholeBytes, opened.value.sizeBytes);
  const media = footage.init.bytes.length + footage.fragments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  assert.ok(opened.value.sizeBytes > media, 'nothing was filled up');
  await opened.value.close();
  const file = path.join('recordings', cameraId, '2026-11-20', name);
  const signal = new AbortController().signal;
  const found = await checkRecording({ folder: vault.folder, file, identity: vault.identity, signal }, span);
  assert.deepEqual(found.ok && found.value, []);
  assert.deepEqual(decode(openWithAge(place, path.join(folder, name))), {
    errors: '',
    pictures: Math.round(mediaMs(footage) / 40),
  });
});
