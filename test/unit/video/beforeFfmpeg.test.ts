/** What is learned of a camera before ffmpeg is given its address, from servers that answer in every way. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { askBeforeFfmpeg, type Asked } from '../../../main/core/video/beforeFfmpeg.ts';
import type { StreamSource } from '../../../main/core/video/intakeScript.ts';

const credentials = { user: 'me', password: 'a secret' };
const never = new AbortController().signal;
const digest = 'Digest realm="x", nonce="n"';
const basic = 'Basic realm="x"';
const fine = 'RTSP/1.0 200 OK\r\n\r\n';
const moved = 'RTSP/1.0 302 Moved\r\nLocation: rtsp://127.0.0.2/x\r\n\r\n';

function challenge(...lines: string[]): string {
  return `RTSP/1.0 401 Unauthorized\r\n${lines.map((line) => `WWW-Authenticate: ${line}\r\n`).join('')}\r\n`;
}

interface Replies {
  options?: string;
  described: string;
  setUp?: string;
  signedIn?: string;
}

/** Asks a server that answers like this. */
async function asked(replies: Replies, change: Partial<StreamSource> = {}): Promise<{ asked: Asked; heard: string }> {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      const said = bytes.toString('utf8');
      heard += said;
      const { options = fine, described, setUp = fine, signedIn = fine } = replies;
      const answer = said.startsWith('SETUP') ? setUp : described;
      socket.write(said.startsWith('OPTIONS') ? options : said.includes('Authorization') ? signedIn : answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // Safe: it listens on a port, so its address is no path.
  const { port } = server.address() as AddressInfo;
  const source = { url: `rtsp://127.0.0.1:${port}/live`, credentials, video: 'H.264', audio: null } as const;
  try {
    return { asked: await askBeforeFfmpeg({ ...source, ...change }, never), heard };
  } finally {
    server.close();
  }
}

/** In short: what ffmpeg is given, or how it ends. */
function short(answer: Asked): string {
  if (answer.ok) return answer.source.credentials === null ? 'without a password' : 'with the password';
  return `${answer.end.cause}${answer.end.inClear === true ? ' in the clear' : ''}`;
}

test('ffmpeg gets the password only where it would answer a digest', async () => {
  const cases: [Replies, string][] = [
    [{ described: challenge(digest) }, 'with the password'],
    [{ described: challenge(basic, digest) }, 'with the password'],
    [{ described: challenge(`${digest}, ${basic}`) }, 'with the password'],
    [{ described: challenge(basic) }, 'refused in the clear'],
    // ffmpeg looks at how the line begins.
    [{ described: challenge(`${basic}, ${digest}`) }, 'refused in the clear'],
    [{ described: challenge(`${basic}, ${digest}`), options: challenge(basic) }, 'refused in the clear'],
    [{ described: fine.replace('\r\n\r\n', `\r\nWWW-Authenticate: ${basic}\r\n\r\n`) }, 'refused in the clear'],
    [{ described: challenge('Bearer') }, 'refused'],
    // It may ask later, and nobody knows how.
    [{ described: fine }, 'without a password'],
    [{ described: challenge(digest), signedIn: challenge(digest) }, 'refused'],
    [{ described: 'RTSP/1.0 453 Not Enough Bandwidth\r\n\r\n' }, 'closed'],
    [{ described: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, 'garbage'],
  ];
  for (const [replies, expected] of cases) {
    const { asked: answer, heard } = await asked(replies);
    assert.equal(short(answer), expected, JSON.stringify(replies));
    assert.ok(!heard.includes('Authorization: Basic'));
  }
});

test('a camera that describes its stream to everybody is asked to set it up, and gets the password where that is safe', async () => {
  const sdp = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n';
  const described = `RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`;
  const opened = 'RTSP/1.0 200 OK\r\nSession: 1234;timeout=60\r\n\r\n';
  const cases: [Replies, string][] = [
    [{ described, setUp: challenge(digest), signedIn: opened }, 'with the password'],
    [{ described, setUp: challenge(digest), signedIn: challenge(digest) }, 'refused'],
    [{ described, setUp: challenge(basic) }, 'refused in the clear'],
    [{ described, setUp: moved }, 'failed'],
    [{ described, setUp: opened }, 'without a password'],
    // What else it says there is for ffmpeg.
    [{ described, setUp: 'RTSP/1.0 461 Unsupported Transport\r\n\r\n' }, 'without a password'],
  ];
  for (const [replies, expected] of cases) {
    const { asked: answer, heard } = await asked(replies);
    assert.equal(short(answer), expected, JSON.stringify(replies));
    assert.ok(heard.includes('/live/trackID=1 RTSP/1.0'));
    assert.ok(!heard.includes('Authorization: Basic'));
    assert.equal(heard.includes('TEARDOWN'), replies.setUp === opened || replies.signedIn === opened, 'given back');
  }
  const known = await asked({ described: challenge(digest), signedIn: described });
  assert.ok(!known.heard.includes('SETUP'), 'not asked where it is known how to sign in');
});

test('where the user allows it the password goes as the camera wants it', async () => {
  const { asked: answer, heard } = await asked({ described: challenge(basic) }, { allowsClearPassword: true });
  assert.equal(short(answer), 'with the password');
  assert.ok(heard.includes('Authorization: Basic'), 'the search above can find it');
  const open = await asked({ described: fine }, { allowsClearPassword: true });
  assert.equal(short(open.asked), 'with the password');
});

test('a camera that sends to another address is not left to ffmpeg, before or after signing in', async () => {
  const cases: Replies[] = [
    { described: moved },
    { options: moved, described: fine },
    { described: challenge(digest), signedIn: moved },
  ];
  for (const replies of cases) {
    assert.equal(short((await asked(replies)).asked), 'failed', JSON.stringify(replies));
    assert.equal(short((await asked(replies, { credentials: null })).asked) === 'failed', !replies.signedIn);
  }
  const allowed = await asked({ described: challenge(basic), signedIn: moved }, { allowsClearPassword: true });
  assert.equal(short(allowed.asked), 'failed');
});

test('where nothing answers, or nobody waits any more, ffmpeg is not started', async () => {
  const source = { url: 'rtsp://127.0.0.1:1/live', credentials, video: 'H.264', audio: null } as const;
  assert.equal(short(await askBeforeFfmpeg(source, never)), 'noAnswer');
  assert.equal(short(await askBeforeFfmpeg(source, AbortSignal.abort())), 'closed');
  assert.equal(short(await askBeforeFfmpeg({ ...source, url: 'rtsp://me@127.0.0.1/live' }, never)), 'failed');
});
