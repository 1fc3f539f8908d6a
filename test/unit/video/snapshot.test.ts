import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { StreamSource } from '../../../main/core/video/ffmpeg.ts';
import { firstPicture } from '../../../main/core/video/snapshot.ts';
import { startYard, type Yard } from '../../yard/yard.ts';
import { ffmpeg } from './makeMedia.ts';
import { planOf, sourceOf } from './watchedFeed.ts';

let yard: Yard;
let source: StreamSource;
before(async () => {
  const late = planOf({ rtsp: { startsWithKeyframe: false } });
  yard = await startYard({ cameras: [late], discovery: false, firstAddress: 81 });
  const [camera] = yard.cameras;
  assert.ok(camera);
  const outcome = sourceOf(camera);
  assert.ok(outcome.ok);
  source = outcome.value;
});
after(() => yard.stop());

const until = (): AbortSignal => AbortSignal.timeout(30_000);

test('the first keyframe comes back as a JPEG of at most 640 pixels', async () => {
  const taken = await firstPicture(ffmpeg, source, until());
  assert.ok(taken.ok, JSON.stringify(taken));
  const jpeg = Buffer.from(taken.value);
  assert.equal(jpeg.readUInt16BE(0), 0xffd8);
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  assert.deepEqual([jpeg.readUInt16BE(frame + 7), jpeg.readUInt16BE(frame + 5)], [640, 360]);
  assert.equal(taken.value.byteLength, taken.value.buffer.byteLength);
});

test('a picture that cannot be had is a problem with its cause', async () => {
  const refused = { ...source, credentials: { user: 'nightjar', password: 'wrong' } };
  assert.deepEqual(await firstPicture(ffmpeg, refused, until()), { ok: false, problem: { code: 'passwordRefused' } });
  const silent = await firstPicture(ffmpeg, { ...source, url: 'rtsp://127.0.0.81:1/' }, until());
  assert.deepEqual(silent, { ok: false, problem: { code: 'noAnswer', host: '127.0.0.81', port: 1 } });
  const cancelled = await firstPicture(ffmpeg, source, AbortSignal.abort());
  assert.deepEqual(cancelled, { ok: false, problem: { code: 'cancelled' } });
});
