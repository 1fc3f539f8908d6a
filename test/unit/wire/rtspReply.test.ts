/** RTSP replies, whole, cut off and hostile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRtspReply } from '../../../main/core/wire/rtspReply.ts';
import { anyText } from '../cameras/anyText.ts';

const reply = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4\r\nContent-Length : 9\r\nbad line\r\n\r\nbody';

test('a reply is whole or not yet whole at every byte, and what follows it is left', () => {
  for (let length = 0; length < reply.length; length += 1) {
    assert.equal(readRtspReply(Buffer.from(reply.slice(0, length))), null, String(length));
  }
  const read = readRtspReply(Buffer.from(`${reply}$more`));
  assert.ok(read !== null && read !== 'bad');
  assert.deepEqual([read.status, read.body, read.sizeBytes], [200, 'body', reply.length]);
  assert.deepEqual(read.headers.get('content-length'), ['4', '9']);
});

test('no bytes make the reply reader throw', () => {
  const text = fc.oneof(
    fc.string(),
    anyText.map((one) => `RTSP/1.0 200 OK\r\n${one}\r\n\r\n`),
  );
  fc.assert(
    fc.property(text, (one) => void readRtspReply(Buffer.from(one))),
    { seed: 19, numRuns: 2000 },
  );
});
