/** What a tile is sent: no more than its page takes, and always enough for a first picture. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveStream } from '../../../main/app/liveStream.ts';
import { decodePacket, packetKinds, type LiveNotice } from '../../../main/contract/stream.ts';

const data = new Uint8Array(4);
const arrivalMs = 1_800_000_000_123;

function streamOf(pictures?: boolean): { stream: LiveStream; sent: Uint8Array[]; dropped: () => number } {
  const sent: Uint8Array[] = [];
  const notices: LiveNotice[] = [];
  const stream = new LiveStream(
    { send: (packet) => sent.push(packet), notice: (notice) => notices.push(notice) },
    'main',
    false,
    pictures,
  );
  const dropped = (): number => {
    const last = notices.findLast((notice) => notice.is === 'dropped');
    return last?.frames ?? 0;
  };
  return { stream, sent, dropped };
}

function sound(stream: LiveStream, times = 1): void {
  for (let time = 0; time < times; time++)
    stream.frame({ track: 'audio', keyframe: true, timeMs: time * 20, data }, arrivalMs);
}

function give(stream: LiveStream, keyframe: boolean, times = 1): void {
  for (let time = 0; time < times; time++)
    stream.frame({ track: 'video', keyframe, timeMs: time * 40, data }, arrivalMs);
}

test('the frames since the last keyframe go out before the page has granted anything', () => {
  const { stream, sent } = streamOf();
  give(stream, true);
  give(stream, false, 249);
  assert.equal(sent.length, 250);
});

test('without credit frames are left out up to a keyframe, and counted', () => {
  const { stream, sent, dropped } = streamOf();
  stream.heard({ is: 'credit', messages: 12 });
  give(stream, true);
  give(stream, false, 9);
  give(stream, true);
  give(stream, false, 9);
  assert.equal(sent.length, 12);
  stream.heard({ is: 'credit', messages: 5 });
  give(stream, false, 5);
  assert.equal(sent.length, 12);
  give(stream, true);
  assert.equal(sent.length, 13);
  assert.equal(dropped(), 13);
});

test('a page that stands still is not sent more and more of a camera without a second keyframe', () => {
  const { stream, sent } = streamOf();
  give(stream, true);
  give(stream, false, 10_000);
  assert.equal(sent.length, 2500);
});

test('sound goes out only while it is wanted', () => {
  const { stream, sent } = streamOf();
  stream.heard({ is: 'credit', messages: 100 });
  sound(stream, 3);
  assert.equal(sent.length, 0);
  stream.heard({ is: 'sound', on: true });
  sound(stream, 3);
  assert.deepEqual(
    sent.map(([kind]) => kind),
    [packetKinds.audio, packetKinds.audio, packetKinds.audio],
  );
  stream.heard({ is: 'sound', on: false });
  sound(stream, 3);
  assert.equal(sent.length, 3);
});

test('sound never takes the credit that pictures need', () => {
  const { stream, sent, dropped } = streamOf();
  stream.heard({ is: 'sound', on: true });
  stream.heard({ is: 'credit', messages: 52 });
  give(stream, true, 2);
  sound(stream, 1000);
  const heard = sent.length - 2;
  assert.ok(heard > 0 && heard < 50, `${heard} packets of sound`);
  give(stream, false, 20);
  assert.equal(sent.length, heard + 22);
  assert.equal(dropped(), 0);
});

test('a stream of sound alone is sent no picture, and counts none as left out', () => {
  const { stream, sent, dropped } = streamOf(false);
  stream.heard({ is: 'sound', on: true });
  stream.heard({ is: 'credit', messages: 100 });
  give(stream, true, 3);
  sound(stream, 4);
  give(stream, false, 300);
  assert.deepEqual(
    sent.map(([kind]) => kind),
    Array.from({ length: 4 }, () => packetKinds.audio),
  );
  assert.equal(dropped(), 0);
});

test('another connection to the same camera is a beginning too, whatever is owed to the one before', () => {
  const { stream, sent, dropped } = streamOf();
  const video = { codec: 'avc1.64001f', widthPixels: 0, heightPixels: 0, description: data };
  stream.config(video, null, { role: 'main', intake: 'ffmpeg' });
  give(stream, true);
  give(stream, false, 40);
  stream.config({ ...video }, null, { role: 'main', intake: 'rtsp' });
  give(stream, true);
  give(stream, false, 49);
  assert.equal(sent.length, 91);
  assert.equal(dropped(), 0);
});

test('a packet says when it came, not when it was sent on', () => {
  const { stream, sent } = streamOf();
  give(stream, true);
  const [packet = new Uint8Array()] = sent;
  assert.equal(decodePacket(new Uint8Array(packet))?.arrivedMs, arrivalMs);
});

test('sound that is known a moment later does not begin the pictures anew', () => {
  const told: LiveNotice['is'][] = [];
  const outlet = { send: () => undefined, notice: (notice: LiveNotice) => void told.push(notice.is) };
  const stream = new LiveStream(outlet, 'main', false);
  const video = { codec: 'avc1.64001f', widthPixels: 0, heightPixels: 0, description: data };
  const audio = { codec: 'alaw', sampleRate: 8000, channels: 1, description: new Uint8Array(0) };
  const origin = { role: 'main', intake: 'rtsp' } as const;
  stream.config(video, null, origin);
  stream.config(video, audio, origin);
  stream.config(video, audio, origin);
  assert.deepEqual(told, ['video', 'audio', 'audio']);
  stream.config({ ...video }, audio, origin);
  assert.deepEqual(told, ['video', 'audio', 'audio', 'video']);
});
