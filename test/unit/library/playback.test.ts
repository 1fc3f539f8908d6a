import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { decodePacket, type Packet, type PlaybackNotice } from '../../../main/contract/stream.ts';
import { Library } from '../../../main/core/library/library.ts';
import { Playback } from '../../../main/core/library/playback.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import type { Fragment } from '../../../main/core/video/fmp4.ts';
import { decode, type Footage, makeFootage, makeVault, type Place, record, tenMs, until } from '../recorder/footage.ts';

let place: Place;
let footage: Footage;
before(async () => {
  place = await makeVault();
  footage = makeFootage({ seconds: 12, keyframeEvery: 2 });
});
after(() => place.remove());

let cameras = 0;

interface Viewer {
  playback: Playback;
  notices: PlaybackNotice[];
  packets: Packet[];
  /** Notices and packets in the order they came, in short. */
  story: string[];
}

function watch(library: Library, cameraId: string, credit = 1000): Viewer {
  const viewer: Omit<Viewer, 'playback'> = { notices: [], packets: [], story: [] };
  const playback = new Playback({
    library,
    vault: place.vault,
    cameraId,
    send: (bytes) => {
      assert.equal(bytes.byteLength, bytes.buffer.byteLength, 'the packet owns its buffer');
      const packet = decodePacket(bytes);
      assert.ok(packet);
      viewer.packets.push(packet);
      viewer.story.push(packet.kind === 'init' ? 'init' : String(Math.round((packet.timeMs - tenMs) / 100) / 10));
    },
    notice: (notice) => {
      viewer.notices.push(notice);
      viewer.story.push(notice.is);
    },
  });
  if (credit > 0) playback.credit(credit);
  return { playback, ...viewer };
}

interface Camera {
  id: string;
  library: Library;
  recorder: Recorder;
}

function newCamera(recordingMs = 4000): Camera {
  const id = (++cameras).toString(16).padStart(16, 'b');
  const library = new Library({ vault: place.vault, now: () => tenMs + 3_600_000 });
  const limits = { recordingMs, queueMs: Infinity };
  const recorder = new Recorder({ cameraId: id, vault: place.vault, library, limits, on: { state: () => undefined } });
  return { id, library, recorder };
}

/** Three recordings of 4 s. */
async function recorded(): Promise<Camera> {
  const camera = newCamera();
  record(camera.recorder, footage, tenMs);
  await camera.recorder.close();
  return camera;
}

function hasEdge({ notices }: Viewer): boolean {
  return notices.some(({ is }) => is === 'edge');
}

function joined(packets: readonly Packet[]): Buffer {
  return Buffer.concat(packets.map(({ data }) => data));
}

test('a seek begins with the keyframe at or before the moment, and goes on over recordings up to the edge', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs + 3500, 7);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story, [
    ...['recording', 'init', '2', '3'],
    ...['recording', 'init', '4', '5', '6', '7'],
    ...['recording', 'init', '8', '9', '10', '11'],
    'edge',
  ]);
  assert.ok(viewer.packets.every(({ ticket }) => ticket === 7));
  assert.ok(viewer.notices.every(({ ticket }) => ticket === 7));
  assert.deepEqual(viewer.notices.at(-1), { is: 'edge', ticket: 7, atMs: tenMs + 12_000 });
  const [first] = viewer.notices;
  assert.ok(first?.is === 'recording' && first.startMs === tenMs);
  assert.match(first.mime, /^video\/mp4; codecs="avc1\.[0-9a-f]{6}"$/i);
  assert.deepEqual(
    viewer.packets.filter(({ kind }) => kind === 'fragment').map(({ keyframe }) => keyframe),
    [true, false, true, false, true, false, true, false, true, false],
  );
  await viewer.playback.close();
});

test('what was sent decodes in ffmpeg, every picture of it', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs + 4000, 1);
  await until('the edge', () => hasEdge(viewer));
  const second = viewer.packets.findIndex(({ kind }, index) => kind === 'init' && index > 0);
  for (const part of [viewer.packets.slice(0, second), viewer.packets.slice(second)]) {
    assert.deepEqual(decode(joined(part)), { errors: '', pictures: 100 });
  }
  await viewer.playback.close();
});

test('nothing is sent without credit, and notices need none', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id, 0);
  viewer.playback.seek(tenMs, 1);
  await until('the first notice', () => viewer.notices.length > 0);
  assert.deepEqual(viewer.story, ['recording']);
  viewer.playback.credit(2);
  await until('two messages', () => viewer.packets.length === 2);
  viewer.playback.credit(1);
  await until('the third message', () => viewer.packets.length === 3);
  assert.deepEqual(viewer.story, ['recording', 'init', '0', '1']);
  await viewer.playback.close();
});

test('a new seek drops what was pending', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id, 3);
  viewer.playback.seek(tenMs, 1);
  await until('credit is used up', () => viewer.packets.length === 3);
  viewer.playback.seek(tenMs + 9000, 2);
  viewer.playback.credit(1000);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story, ['recording', 'init', '0', '1', 'recording', 'init', '8', '9', '10', '11', 'edge']);
  assert.deepEqual(
    viewer.packets.map(({ ticket }) => ticket),
    [1, 1, 1, 2, 2, 2, 2, 2],
  );
  await viewer.playback.close();
});

test('many seeks in a row answer only the last', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id);
  for (let ticket = 1; ticket <= 50; ticket++) viewer.playback.seek(tenMs + ticket * 200, ticket);
  await until('the edge', () => hasEdge(viewer));
  assert.ok(viewer.packets.every(({ ticket }) => ticket === 50));
  await viewer.playback.close();
});

test('a seek into a gap tells the gap, with its cause, and goes on behind it', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  recorder.runEnd('refused');
  record(recorder, footage, tenMs + 60_000);
  await recorder.close();
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs + 30_000, 3);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story.slice(0, 4), ['gap', 'recording', 'init', '60']);
  assert.deepEqual(viewer.notices[0], {
    is: 'gap',
    ticket: 3,
    fromMs: tenMs + 30_000,
    toMs: tenMs + 60_000,
    cause: 'refused',
  });
  viewer.story.length = 0;
  viewer.playback.seek(tenMs + 11_000, 4);
  await until('the edge again', () => viewer.story.includes('edge'));
  assert.deepEqual(viewer.story.slice(0, 7), ['recording', 'init', '10', '11', 'gap', 'recording', 'init']);
  await viewer.playback.close();
});

test('before the first recording there is a gap, and behind the last one the edge', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs - 60_000, 1);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story.slice(0, 4), ['gap', 'recording', 'init', '0']);
  viewer.story.length = 0;
  viewer.playback.seek(tenMs + 100_000, 2);
  await until('the edge again', () => viewer.story.includes('edge'));
  assert.deepEqual(viewer.story, ['edge']);
  assert.deepEqual(viewer.notices.at(-1), { is: 'edge', ticket: 2, atMs: tenMs + 12_000 });
  await viewer.playback.close();
});

test('a camera without recordings is at its edge at once', async () => {
  const { id, library, recorder } = newCamera();
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs, 1);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story, ['edge']);
  record(recorder, footage, tenMs + 5000);
  await until('what is recorded then', () => viewer.packets.length === 3 + 12);
  assert.deepEqual(viewer.story.slice(0, 5), ['edge', 'gap', 'recording', 'init', '5']);
  await viewer.playback.close();
  await recorder.close();
});

test('the open recording plays, footage of three seconds ago too, and is followed into the next', async () => {
  const { id, library, recorder } = newCamera(6000);
  const give = (fragment: Fragment): void =>
    recorder.fragment(fragment, tenMs + (fragment.startSeconds + fragment.durationSeconds) * 1000);
  recorder.run({ init: footage.init, startMs: tenMs });
  footage.fragments.slice(0, 5).forEach(give);
  await until('five fragments', () => library.openRecording(id)?.fragments.length === 5);
  assert.ok(library.openRecording(id)?.endMs === tenMs + 5000);
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs + 2000, 1);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story, ['recording', 'init', '2', '3', '4', 'edge']);
  assert.deepEqual(viewer.notices.at(-1), { is: 'edge', ticket: 1, atMs: tenMs + 5000 });
  for (const fragment of footage.fragments.slice(5)) {
    const before = viewer.packets.filter(({ kind }) => kind === 'fragment').length;
    give(fragment);
    await until('it is followed', () => viewer.packets.filter(({ kind }) => kind === 'fragment').length === before + 1);
  }
  assert.deepEqual(viewer.story, [
    ...['recording', 'init', '2', '3', '4', 'edge', '5'],
    ...['recording', 'init', '6', '7', '8', '9', '10', '11'],
  ]);
  assert.deepEqual(decode(joined(viewer.packets.slice(-7))), { errors: '', pictures: 150 });
  await viewer.playback.close();
  await recorder.close();
});

test('a viewer who is slower than the recording goes on in the finished file', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  await until('it is open', () => library.openRecording(id)?.fragments.length === 12);
  const viewer = watch(library, id, 4);
  viewer.playback.seek(tenMs, 1);
  await until('four messages', () => viewer.packets.length === 4);
  await recorder.close();
  viewer.playback.credit(1000);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story, [
    'recording',
    'init',
    ...Array.from({ length: 12 }, (_, second) => `${second}`),
    'edge',
  ]);
  assert.deepEqual(decode(joined(viewer.packets)), { errors: '', pictures: 300 });
  await viewer.playback.close();
});

test('a seek beyond now shows the newest keyframe', async () => {
  const { id, library, recorder } = newCamera(60_000);
  record(recorder, footage, tenMs);
  await until('it is open', () => library.openRecording(id)?.fragments.length === 12);
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs + 3_600_000, 1);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story, ['recording', 'init', '10', '11', 'edge']);
  await viewer.playback.close();
  await recorder.close();
});

function filesOf(id: string): string[] {
  const folder = place.vault.path('recordings', id, '2026-11-20');
  const names = readdirSync(folder).filter((name) => name.endsWith('.mp4.age'));
  return names.sort().map((name) => path.join(folder, name));
}

test('a recording that does not open is told, and passed over', async () => {
  for (const damage of ['rubbish', 'gone', 'another key'] as const) {
    const { id, library } = await recorded();
    const [, file = ''] = filesOf(id);
    if (damage === 'gone') rmSync(file);
    else if (damage === 'rubbish') writeFileSync(file, new Uint8Array(5000));
    else {
      const other = await makeVault();
      const stranger = new Library({ vault: other.vault });
      const recorder = new Recorder({
        cameraId: id,
        vault: other.vault,
        library: stranger,
        on: { state: () => undefined },
      });
      record(recorder, footage, tenMs);
      await recorder.close();
      const [row] = await stranger.covering(id, { fromMs: tenMs, toMs: tenMs + 1 });
      renameSync(row?.path ?? '', file);
      other.remove();
    }
    const viewer = watch(library, id);
    viewer.playback.seek(tenMs, 1);
    await until('the edge', () => hasEdge(viewer));
    assert.deepEqual(
      viewer.notices.map((notice) => (notice.is === 'failed' ? notice.code : notice.is)),
      ['recording', damage === 'gone' ? 'gone' : 'vaultDamaged', 'recording', 'edge'],
    );
    await viewer.playback.close();
  }
});

test('a recording that is damaged in its middle plays up to there, and the next one follows', async () => {
  const large = makeFootage({ seconds: 8, size: '640x360', keyframeEvery: 2 });
  const { id, library, recorder } = newCamera();
  record(recorder, large, tenMs);
  await recorder.close();
  const [file = ''] = filesOf(id);
  assert.ok(statSync(file).size > 300_000, 'more than a few chunks');
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs, 1);
  await until('the edge', () => hasEdge(viewer));
  const whole = viewer.packets.length;
  await viewer.playback.close();
  truncateSync(file, statSync(file).size - 70_000);
  const again = watch(library, id);
  again.playback.seek(tenMs, 1);
  await until('the edge', () => hasEdge(again));
  assert.ok(again.packets.length < whole && again.packets.length > whole - 4);
  const restMs = again.packets.filter(({ timeMs }) => timeMs >= tenMs + 4000).length;
  assert.ok(restMs >= 4, 'the second recording came whole');
  await again.playback.close();
});

test('one altered byte costs the rest of one recording at most', async () => {
  const large = makeFootage({ seconds: 8, size: '640x360', keyframeEvery: 2 });
  const { id, library, recorder } = newCamera();
  record(recorder, large, tenMs);
  await recorder.close();
  const [file = ''] = filesOf(id);
  const whole = readFileSync(file);
  for (const share of [0.3, 0.5, 0.7, 0.95]) {
    const altered = Buffer.from(whole);
    const offset = Math.floor(whole.length * share);
    altered[offset] = (altered[offset] ?? 0) ^ 1;
    writeFileSync(file, altered);
    const viewer = watch(library, id);
    viewer.playback.seek(tenMs, 1);
    await until('the edge', () => hasEdge(viewer));
    assert.deepEqual(
      viewer.notices.map((notice) => (notice.is === 'failed' ? notice.code : notice.is)),
      ['recording', 'vaultDamaged', 'recording', 'edge'],
    );
    assert.ok(viewer.packets.length >= 2 + 4 && viewer.packets.length < 2 + 8);
    const first = viewer.packets.slice(0, viewer.story.indexOf('failed') - 1);
    assert.equal(decode(joined(first)).errors, '');
    await viewer.playback.close();
  }
});

test('after three recordings in a row that do not open it waits for the next seek', async () => {
  const { id, library, recorder } = newCamera(2000);
  record(recorder, footage, tenMs);
  await recorder.close();
  const files = filesOf(id);
  for (const file of files.slice(0, 5)) writeFileSync(file, new Uint8Array(1000));
  const viewer = watch(library, id);
  viewer.playback.seek(tenMs, 1);
  await until('three failures', () => viewer.notices.length === 3);
  assert.deepEqual(viewer.story, ['failed', 'failed', 'failed']);
  viewer.playback.seek(tenMs + 10_000, 2);
  await until('the edge', () => hasEdge(viewer));
  assert.deepEqual(viewer.story.slice(3), ['recording', 'init', '10', '11', 'edge']);
  await viewer.playback.close();
});

test('closing ends everything at once, twice too, and a seek after it does nothing', async () => {
  const { id, library } = await recorded();
  const viewer = watch(library, id, 1);
  viewer.playback.seek(tenMs, 1);
  await until('credit is used up', () => viewer.packets.length === 1);
  await Promise.all([viewer.playback.close(), viewer.playback.close()]);
  viewer.playback.credit(100);
  viewer.playback.seek(tenMs, 2);
  await viewer.playback.close();
  assert.equal(viewer.packets.length, 1);
});
