/** Our side of an RTSP conversation, against servers that answer in a way of their own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { readRtspPlace, RtspConversation } from '../../../main/core/wire/rtspConversation.ts';

const digest = 'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="n", qop="auth"\r\n\r\n';
const fine = 'RTSP/1.0 200 OK\r\n\r\n';

/** A server that answers each request with the next of these, and may end the connection after a challenge. */
async function conversation(t: TestContext, replies: string[], endsAfterChallenge = false) {
  const heard: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      // What comes over a connection that was ended is read by nobody.
      if (socket.writableEnded) return;
      heard.push(bytes.toString('utf8'));
      const reply = replies.shift() ?? '';
      if (endsAfterChallenge && reply === digest) socket.end(reply);
      else socket.write(reply);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // Safe: it listens on a port, so its address is no path.
  const { port } = server.address() as AddressInfo;
  const place = readRtspPlace(`rtsp://127.0.0.1:${port}/live`);
  assert.ok(place);
  const talk = new RtspConversation(place, { user: 'me', password: 'a secret' }, false, {
    media: () => undefined,
    ended: () => undefined,
  });
  t.after(() => {
    talk.close();
    server.close();
  });
  const ask = async (): Promise<number> => (await talk.ask('DESCRIBE', place.uri, {}, 5000)).status;
  return { ask, talk, counts: () => heard.map((said) => /nc=(\d+)/.exec(said)?.[1] ?? null), seen: () => connections };
}

test('the answers to a challenge are numbered from 1', async (t) => {
  const { ask, counts } = await conversation(t, [digest, fine, fine]);
  assert.deepEqual([await ask(), await ask()], [200, 200]);
  assert.deepEqual(counts(), [null, '00000001', '00000002']);
});

test('a camera that ends the connection after its challenge is answered on another', async (t) => {
  const { ask, counts, seen } = await conversation(t, [digest, fine], true);
  assert.equal(await ask(), 200);
  assert.deepEqual(counts(), [null, '00000001']);
  assert.equal(seen(), 2);
});

test('a question that is given up ends nothing, and its late answer is nobody’s', async (t) => {
  const late = 'RTSP/1.0 500 Late\r\nCSeq: 1\r\n\r\n';
  const { ask, talk } = await conversation(t, ['', late + fine]);
  await assert.rejects(talk.ask('OPTIONS', '*', {}, 50, 'givenUp'), { name: 'RtspTrouble', what: 'late' });
  assert.equal(await ask(), 200);
  const other = await conversation(t, ['', fine]);
  await assert.rejects(other.talk.ask('OPTIONS', '*', {}, 50), { name: 'RtspTrouble', what: 'late' });
  await assert.rejects(other.ask(), { name: 'RtspTrouble' });
});

test('a port that no computer has is no place', () => {
  assert.equal(readRtspPlace('rtsp://127.0.0.1:65536/live'), null);
  assert.equal(readRtspPlace('rtsp://127.0.0.1:0/live'), null);
  assert.equal(readRtspPlace('rtsp://127.0.0.1:65535/live')?.port, 65535);
});
