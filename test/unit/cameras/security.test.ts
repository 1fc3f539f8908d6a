/** A camera is looked at from outside: what is open, how it asks, what it offers; and it alone, without a password. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { lookAtSecurity } from '../../../main/core/cameras/security.ts';
import { triedPorts } from '../../../main/contract/security.ts';
import { findingsOf } from '../../../renderer/state/securityFindings.ts';

const never = new AbortController().signal;
/** Nobody else in these tests listens there; its doors have the numbers that cameras' have. */
const host = '127.0.0.173';

interface Door {
  port: number;
  /** What came in. */
  heard: string[];
}

/** `says`: what it answers to whatever comes; null: it hangs up. */
async function door(t: TestContext, says: string | null, wanted = 0): Promise<Door> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard.push(bytes.toString());
      if (says === null) socket.destroy();
      else socket.write(says.replace('CSEQ', /CSeq: (\d+)/i.exec(bytes.toString())?.[1] ?? '1'));
    });
  }).listen(wanted, host);
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A TCP server's address is of this form.
  return { port: (server.address() as AddressInfo).port, heard };
}

const unauthorized = (challenge: string): string =>
  `RTSP/1.0 401 Unauthorized\r\nCSeq: CSEQ\r\nWWW-Authenticate: ${challenge}\r\n\r\n`;

for (const [way, says] of [
  ['digest', unauthorized('Digest realm="c", nonce="n"')],
  ['basic', unauthorized('Basic realm="c"')],
  ['nobody', 'RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\nContent-Length: 0\r\n\r\n'],
  ['unknown', 'RTSP/1.0 404 Not Found\r\nCSeq: CSEQ\r\n\r\n'],
  ['unknown', unauthorized('Bearer realm="c"')],
  ['unknown', 'HTTP/1.0 200 OK\r\n\r\n<html>'],
  ['unknown', null],
] as const) {
  test(`a stream that says ${JSON.stringify(says).slice(0, 60)} asks by: ${way}`, async (t) => {
    const { port, heard } = await door(t, says);
    const question = { host, ports: [], streamUrl: `rtsp://${host}:${port}/live` };
    const looked = await lookAtSecurity(question, never);
    assert.ok(looked.ok);
    assert.equal(looked.value.signIn, way);
    assert.deepEqual(looked.value.openPorts, [port]);
    assert.equal(looked.value.tried, triedPorts.length + 1);
    assert.equal(looked.value.encrypted, false);
    assert.ok(!/authorization/i.test(heard.join('')), 'no password, not even an empty one');
  });
}

test('a camera of which nothing is open is not there, and one that names another host is not asked there', async (t) => {
  const { port, heard } = await door(t, unauthorized('Basic realm="c"'));
  const none = await lookAtSecurity({ host: '127.0.0.174', ports: [port], streamUrl: null }, never);
  assert.deepEqual(none, { ok: false, problem: { code: 'noAnswer', host: '127.0.0.174', port } });
  const other = await door(t, unauthorized('Digest realm="c", nonce="n"'));
  const streamUrl = `rtsp://localhost:${port}/live`;
  const looked = await lookAtSecurity({ host, ports: [other.port], streamUrl }, never);
  assert.ok(looked.ok && looked.value.signIn === 'unknown');
  assert.deepEqual(heard, []);
});

test('who gives up is answered at once', async (t) => {
  const { port } = await door(t, null);
  const question = { host, ports: [port], streamUrl: `rtsp://${host}:${port}/live` };
  assert.deepEqual(await lookAtSecurity(question, AbortSignal.abort()), { ok: false, problem: { code: 'cancelled' } });
});

test('the report puts first what is to be fixed, and names each door', () => {
  const facts = { cameraId: 'a', checkedMs: 0, tried: 11, encrypted: false, offersEncrypted: true } as const;
  const status = { clockOffsetMs: -86_400_000, stream: { state: 'live', sinceMs: 0 } } as const;
  const found = findingsOf({ ...facts, signIn: 'basic', openPorts: [22, 23, 80, 554] }, { firmware: '5.4.1' }, status);
  assert.deepEqual(
    found.map(({ weight, fact }) => `${weight}: ${fact}`),
    [
      'bad: The password crosses the network as text',
      'bad: Telnet is open, port 23',
      'bad: Video travels unencrypted',
      'bad: Clock 1 day behind',
      'note: SSH is open, port 22',
      'note: Firmware 5.4.1',
      'note: Its internet traffic cannot be seen from here',
      'good: Other open ports: 80, 554',
    ],
  );
  const fine = { ...facts, encrypted: true, signIn: 'basic' as const, openPorts: [443] };
  assert.deepEqual(
    findingsOf(fine, { firmware: '' }, null).map(({ weight, fact }) => `${weight}: ${fact}`),
    [
      'note: Its internet traffic cannot be seen from here',
      'good: Sign-in is encrypted',
      'good: No Telnet, FTP or SSH',
      'good: Video travels encrypted',
      'good: Other open ports: 443',
    ],
  );
});
