import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { CameraState } from '../../yard/cameraState.ts';
import { clipFrames } from '../../yard/clips.ts';
import { Pushes, type Film, type Track } from '../../yard/film.ts';
import { listen } from '../../yard/listen.ts';
import { frameOfPayloads } from '../../yard/packets.ts';
import { Viewer } from '../../yard/viewer.ts';
import { smallPlan } from './smallCamera.ts';

const ends: (() => void)[] = [];
after(() => {
  for (const end of ends) end();
});

/** A film of huge frames, a keyframe every fifth; the payload's first byte says which kind it is. */
function hugeFilm(frameBytes: number): Film {
  const plan = smallPlan().main;
  const frames = Array.from({ length: clipFrames }, (_, index) => {
    const payloads = Array.from({ length: frameBytes / 40_000 }, () => Buffer.alloc(40_000, index % 5 === 0 ? 5 : 1));
    return frameOfPayloads(payloads, 96, index % 5 === 0);
  });
  const track: Track = { kind: 'video', frames, ticksPerSecond: 90_000, ticksPerFrame: 3600, description: [] };
  const pushes = new Pushes(0);
  return { role: 'main', plan: { ...plan, keyframeEvery: 5 }, clipMark: 0, tracks: [track], units: [], pushes };
}

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer();
  const port = await listen(server, '127.0.0.1', 0);
  const far = connect(port, '127.0.0.1');
  // The server's one event has the socket.
  const [near] = (await once(server, 'connection')) as [Socket];
  ends.push(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  near.on('error', () => undefined);
  far.on('error', () => undefined);
  return { near, far };
}

test('a viewer that does not read loses frames up to a later keyframe, and what waits for it stays bounded', async () => {
  const film = hugeFilm(1_000_000);
  const { near, far } = await pair();
  const channels = new Map(film.tracks.map((track) => [track, 0] as const));
  const viewer = new Viewer(near, film, new CameraState(smallPlan(), '127.0.0.1'), channels, 0);
  ends.push(() => viewer.close());
  viewer.start();
  let highest = 0;
  // Ten frames of a megabyte that are not kept.
  while (viewer.framesLeftOut < 10) {
    highest = Math.max(highest, near.writableLength);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(highest < 4 * 1024 * 1024, `${highest} bytes waited`);

  const marks: { keyframe: boolean; time: number }[] = [];
  let waiting = Buffer.alloc(0);
  const keyframeAgain = new Promise<boolean>((resolve) => {
    far.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= 17 && waiting.length >= 4 + waiting.readUInt16BE(2)) {
        const time = waiting.readUInt32BE(8);
        const before = marks.at(-1);
        if (waiting[1] === 0 && before?.time !== time) {
          const keyframe = waiting[16] === 5;
          marks.push({ keyframe, time });
          if (before && (time - before.time) >>> 0 > 3600) resolve(keyframe);
        }
        waiting = waiting.subarray(4 + waiting.readUInt16BE(2));
      }
    });
  });
  assert.equal(await keyframeAgain, true, 'the first frame after the hole is a keyframe');
  assert.equal(marks[0]?.keyframe, true);
});

test('frames come on an absolute schedule: a late one does not delay those after it', async () => {
  const film = hugeFilm(40_000);
  const { near, far } = await pair();
  far.resume();
  const channels = new Map(film.tracks.map((track) => [track, 0] as const));
  const viewer = new Viewer(near, film, new CameraState(smallPlan(), '127.0.0.1'), channels, 0);
  ends.push(() => viewer.close());
  const startMs = performance.timeOrigin + performance.now();
  viewer.start();
  const until = performance.now() + 210;
  while (performance.now() < until);
  while (film.pushes.since(0).length < 8) await new Promise((resolve) => setImmediate(resolve));
  const times = film.pushes.since(0).map(([, timeMs]) => timeMs - startMs);
  // Five frames were due while nothing could run: they come at once, not one after another.
  assert.ok((times[1] ?? 0) >= 200);
  assert.ok((times[5] ?? 0) - (times[1] ?? 0) < 100);
  assert.ok((times[7] ?? 0) >= 275, 'and the eighth no sooner than ever');
  viewer.close();
  viewer.close();
});
