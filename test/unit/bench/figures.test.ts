import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { toldOf } from '../../bench/freezeTold.ts';
import { slopePercent } from '../../bench/slope.ts';
import { firstPicturesOf, longestBlankMs } from '../../bench/screenChanges.ts';
import { overlapOf } from '../../bench/strips.ts';
import { CameraProxy } from '../../yard/cameraProxy.ts';
import { frameNumberOf } from '../../yard/frameNumber.ts';

test('a press waited for the first picture of another camera, and one that brought none before the next did not', () => {
  const shown = (camera: number, position: number): number => frameNumberOf(camera * 2, position);
  const changes = [
    [shown(3, 1), 900],
    [shown(3, 2), 1010],
    [null, 1020],
    [shown(4, 7), 1050],
    [shown(4, 8), 1090],
    [shown(5, 1), 3100],
  ] satisfies [number | null, number][];
  const presses = [
    { atMs: 1000, untilMs: 2000 },
    { atMs: 2000, untilMs: 3000 },
    { atMs: 3000, untilMs: 4000 },
  ];
  assert.deepEqual(firstPicturesOf(changes, presses), [
    { camera: 4, waitedMs: 50 },
    null,
    { camera: 5, waitedMs: 100 },
  ]);
});

test('the longest time without anything to be seen counts what lasts to the end', () => {
  const changes = [
    [false, 0],
    [true, 100],
    [false, 130],
    [true, 500],
  ] satisfies [boolean, number][];
  assert.equal(longestBlankMs(changes, 600), 100);
  assert.equal(longestBlankMs(changes.slice(0, 3), 600), 30);
  assert.equal(longestBlankMs([[false, 0]], 600), 0);
  assert.deepEqual(
    overlapOf(
      { x: 10, y: 10, widthPixels: 100, heightPixels: 50 },
      { x: 60, y: 0, widthPixels: 100, heightPixels: 30 },
    ),
    { x: 60, y: 10, widthPixels: 50, heightPixels: 20 },
  );
});

const freeze = { beganMs: 1000, endedMs: 4000, untilMs: 8000 };
const moving = (fromMs: number, toMs: number): [number, number][] =>
  Array.from({ length: Math.floor((toMs - fromMs) / 40) }, (_, at) => [at + fromMs, fromMs + at * 40]);

test('a freeze that is said and taken back is told by its times, and no picture was called live for longer', () => {
  const pictures = [...moving(0, 1000), ...moving(4040, 8000)];
  const words = [
    ['Garden, live, recording', 0],
    ['Garden, No picture for 1 s, recording', 1700],
    ['Garden, No picture for 2 s, recording', 2700],
    ['Garden, live, recording', 4100],
  ] satisfies [string, number][];
  const told = toldOf(words, pictures, [[false, 0]], freeze);
  assert.deepEqual(told.words, ['Garden, No picture for 1 s, recording', 'Garden, No picture for 2 s, recording']);
  assert.deepEqual([told.saidMs, told.greyedMs, told.goneMs, told.stillAsLiveMs], [740, null, 100, 740]);
  const early = toldOf([...words.slice(0, 3), ['Garden, live, recording', 4000]], pictures.slice(0, 25), [], freeze);
  assert.equal(early.stillAsLiveMs, 4000);
});

test('a picture that is greyed is not shown as live, whatever its tile is called', () => {
  const pictures = [...moving(0, 1000), ...moving(4040, 8000)];
  const greyed = [
    [false, 0],
    [true, 1560],
    [false, 4040],
  ] satisfies [boolean, number][];
  const told = toldOf([['Garden, live, recording', 0]], pictures, greyed, freeze);
  assert.deepEqual([told.saidMs, told.greyedMs, told.goneMs, told.stillAsLiveMs], [null, 600, 40, 600]);
});

test('a still that is called live all the time is found, and so is a tile that never comes back', () => {
  const pictures = [...moving(0, 1000), ...moving(4000, 8000)];
  const still = toldOf([['Garden, live, recording', 0]], pictures, [[false, 0]], freeze);
  assert.deepEqual([still.saidMs, still.goneMs], [null, null]);
  assert.ok(still.stillAsLiveMs >= 3000);
  const words = [
    ['Garden, live, recording', 0],
    ['Garden, lost', 1500],
  ] satisfies [string, number][];
  const gone = toldOf(words, moving(0, 1000), [[false, 0]], freeze);
  assert.deepEqual([gone.saidMs, gone.goneMs], [540, null]);
});

test('the slope is that of a straight line, whatever its height, and of noise about none', () => {
  assert.equal(Math.round((slopePercent([100, 101, 102, 103, 104]) ?? 0) * 100) / 100, 9.8);
  assert.equal(slopePercent([7, 7, 7]), 0);
  assert.ok(Math.abs(slopePercent([100, 101, 99, 100, 101, 99, 100]) ?? 9) < 2);
  assert.equal(slopePercent([1]), null);
});

test('a held network keeps its bytes, and gives all of them back in order', { timeout: 20_000 }, async () => {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Safe: it listens on an IP address.
  const proxy = await CameraProxy.start('127.0.0.1', (server.address() as AddressInfo).port);
  const socket = connect(proxy.port, '127.0.0.1');
  let got = '';
  socket.setEncoding('utf8').on('data', (text: string) => (got += text));
  const until = async (length: number): Promise<void> => {
    while (got.length < length) await once(socket, 'data');
  };
  socket.write('one');
  await until(3);
  proxy.hold(true);
  socket.write('two');
  // Nothing can come while it holds: what comes is looked at after a way to the server and back beside it.
  const beside = connect((server.address() as AddressInfo).port, '127.0.0.1');
  beside.write('beside');
  await once(beside, 'data');
  assert.equal(got, 'one');
  proxy.hold(false);
  await until(6);
  assert.equal(got, 'onetwo');
  beside.destroy();
  socket.destroy();
  await proxy.close();
  server.close();
});
