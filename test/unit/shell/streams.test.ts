/** Streams: what opens one, what ends one, what crosses. The ports are the understudy's, which end as Electron's do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StandInChannel, type StandInPort } from '../../../build/understudy/ports.ts';
import type { WindowName } from '../../../main/contract/model.ts';
import { Streams, type StreamPort } from '../../../main/shell/streams.ts';

const live = { kind: 'live', cameraId: '0123456789abcdef', role: 'main', converted: false };

interface Ends {
  /** The page's end. */
  page: StandInPort;
  received: unknown[];
  closed: Promise<void>;
}

function accept(streams: Streams, request: unknown, from?: WindowName): Ends {
  const { port1, port2 } = new StandInChannel();
  const received: unknown[] = [];
  const closed = new Promise<void>((resolve) => port1.on('close', () => resolve()));
  port1.on('message', ({ data }: { data: unknown }) => received.push(data));
  port1.start();
  streams.accept(port2, request, from);
  return { page: port1, received, closed };
}

function open(): { streams: Streams; opened: StreamPort[]; defects: string[] } {
  const opened: StreamPort[] = [];
  const defects: string[] = [];
  const streams = new Streams({
    open: Promise.resolve((stream: StreamPort) => {
      if (stream.request.kind === 'playback') throw new Error('no playback here');
      opened.push(stream);
    }),
    defect: (_error, where) => {
      defects.push(where);
      return 'd1';
    },
  });
  return { streams, opened, defects };
}

/** Ports deliver with setImmediate. */
async function delivered(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('a good request opens a stream, and packets cross in buffers of their own', async () => {
  const { streams, opened } = open();
  const { received } = accept(streams, live);
  await delivered();
  const slab = new Uint8Array(1000).fill(9);
  opened[0]?.send(slab.subarray(10, 14));
  opened[0]?.send(new Uint8Array([1, 2]));
  opened[0]?.notice({ is: 'dropped', frames: 3 });
  await delivered();
  assert.deepEqual(received, [new Uint8Array([9, 9, 9, 9]), new Uint8Array([1, 2]), { is: 'dropped', frames: 3 }]);
  assert.equal((received[0] as Uint8Array).buffer.byteLength, 4);
});

test('requests that the contract does not know end at once', async () => {
  const { streams, opened } = open();
  for (const request of [
    undefined,
    null,
    'live',
    {},
    { ...live, kind: 'keys' },
    { ...live, cameraId: '../../../etc' },
    { ...live, extra: 1 },
    { ...live, converted: 'yes' },
    { ...live, role: 'x'.repeat(100_000) },
  ]) {
    await accept(streams, request).closed;
  }
  assert.equal(opened.length, 0);
  assert.equal(streams.count, 0);
});

test('messages of the page are checked, and one that breaks the contract ends the stream', async () => {
  for (const message of [
    null,
    'credit',
    { is: 'credit', messages: 0 },
    { is: 'credit', messages: 1e9 },
    { is: 'credit', messages: 1, more: 1 },
    { is: 'ask', atMs: Infinity, ticket: 1, want: 'group', have: 0 },
    { is: 'ask', atMs: 1, ticket: 70_000, want: 'group', have: 0 },
    { is: 'close' },
    new Uint8Array(10),
  ]) {
    const { streams, opened } = open();
    const { page, closed } = accept(streams, live);
    await delivered();
    const heard: unknown[] = [];
    opened[0]?.onMessage((each) => heard.push(each));
    page.postMessage({ is: 'credit', messages: 5 });
    page.postMessage(message);
    await closed;
    assert.deepEqual(heard, [{ is: 'credit', messages: 5 }]);
    assert.equal(streams.count, 0);
  }
});

test('messages that came before anybody listened are delivered', async () => {
  const { streams, opened } = open();
  const { page } = accept(streams, live);
  page.postMessage({ is: 'credit', messages: 5 });
  await delivered();
  const heard: unknown[] = [];
  opened[0]?.onMessage((each) => heard.push(each));
  assert.deepEqual(heard, [{ is: 'credit', messages: 5 }]);
});

test('a stream ends once, from either side, and what is sent after that is lost without harm', async () => {
  const { streams, opened } = open();
  const { page } = accept(streams, live);
  await delivered();
  let ends = 0;
  opened[0]?.onClose(() => (ends += 1));
  page.close();
  await delivered();
  opened[0]?.close();
  opened[0]?.send(new Uint8Array(1));
  opened[0]?.notice({ is: 'dropped', frames: 1 });
  assert.equal(ends, 1);
  let late = 0;
  opened[0]?.onClose(() => (late += 1));
  assert.equal(late, 1);
});

test('when the page is gone, all of its streams end', async () => {
  const { streams, opened } = open();
  const ends = [accept(streams, live), accept(streams, live), accept(streams, live)];
  await delivered();
  assert.equal(streams.count, 3);
  streams.closeAll();
  streams.closeAll();
  await Promise.all(ends.map((each) => each.closed));
  assert.equal(opened.length, 3);
  assert.equal(streams.count, 0);
});

test('a page cannot open streams without end', async () => {
  const { streams } = open();
  for (let count = 0; count < 128; count += 1) accept(streams, live);
  await accept(streams, live).closed;
  assert.equal(streams.count, 128);
  streams.closeAll();
});

test('a program that cannot take a stream is a defect, and the stream ends', async () => {
  const { streams, defects } = open();
  await accept(streams, { kind: 'playback', cameraId: '0123456789abcdef' }).closed;
  assert.deepEqual(defects, ['stream playback']);
});

test('the streams of a window that is gone end, those of the other go on', async () => {
  const { streams, opened } = open();
  const first = accept(streams, live, 'main');
  const second = accept(streams, live, 'second');
  await delivered();
  streams.closeAll('second');
  await second.closed;
  assert.equal(streams.count, 1);
  opened[0]?.send(new Uint8Array([7]));
  await delivered();
  assert.deepEqual(first.received, [new Uint8Array([7])]);
  streams.closeAll();
  await first.closed;
  assert.equal(streams.count, 0);
});

test('one window’s streams leave room for the other’s', async () => {
  const { streams } = open();
  for (let at = 0; at < 200; at += 1) accept(streams, live, 'main');
  await delivered();
  const most = streams.count;
  accept(streams, live, 'second');
  assert.equal(streams.count, most + 1);
  streams.closeAll();
});
