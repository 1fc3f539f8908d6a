import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endOf, withoutSecrets } from '../../../main/core/video/intakeEnd.ts';
import type { StreamSource } from '../../../main/core/video/intakeScript.ts';

test('tells from what ffmpeg says why an intake ended', () => {
  const table = [
    ['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', 'refused'],
    ['pipe:0: Server returned 403 Forbidden (access denied)', 'refused'],
    ['[tcp @ 0x1] Failed to resolve hostname camera.lan: Name or service not known', 'noSuchHost'],
    ['[tcp @ 0x1] Connection to tcp://127.0.0.1:1 failed: Connection refused', 'noAnswer'],
    ['pipe:0: No route to host', 'noAnswer'],
    ['pipe:0: Network is unreachable', 'network'],
    ['pipe:0: Connection timed out', 'noAnswer'],
    ['pipe:0: Operation timed out', 'noAnswer'],
    ['pipe:0: Invalid data found when processing input', 'garbage'],
    ["Stream map '0:v:0' matches no streams.", 'garbage'],
    ["Unknown encoder 'libx264'", 'codec'],
    ['[flv @ 0x1] Video codec hevc not compatible with flv', 'codec'],
    [
      '[mp4 @ 0x1] Could not find tag for codec pcm_alaw in stream #1, codec not currently supported in container',
      'codec',
    ],
    ['av_interleaved_write_frame(): Broken pipe', 'closed'],
    ['pipe:0: Server returned 404 Not Found', 'closed'],
    ['pipe:0: Server returned 5XX Server Error reply: 503 Service Unavailable', 'closed'],
    ['something never heard of', 'failed'],
    ['', 'failed'],
  ] as const;
  for (const [words, cause] of table) assert.equal(endOf(words, 1), cause, words);
});

test('an end without a word and without an error is the camera closing', () => {
  assert.equal(endOf('', 0), 'closed');
});

const source: StreamSource = {
  url: 'rtsp://192.168.1.20:554/user=admin_password=secret2',
  credentials: { user: 'admin', password: 's3cr3t!' },
  video: 'H.264',
  audio: null,
};

test('addresses, hosts, user names and passwords are gone from what is kept', () => {
  const said = [
    "[concat @ 0x1] Impossible to open 'rtsp://admin:s3cr3t!@192.168.1.20:554/user=admin_password=secret2'",
    '[tcp @ 0x2] Connection to tcp://192.168.1.20:554?timeout=5000000 failed: Connection refused',
    'Failed to resolve hostname 192.168.1.20: admin says s3cr3t!',
  ].join('\n');
  const text = withoutSecrets(said, source);
  for (const secret of ['admin', 's3cr3t!', '192.168.1.20', 'secret2', 'rtsp://']) {
    assert.ok(said.includes(secret), 'the checker would find it');
    assert.ok(!text.includes(secret), `${secret} in ${text}`);
  }
  assert.match(text, /Connection refused/);
});

test('only the end of a long story is kept', () => {
  const text = withoutSecrets(`${'x'.repeat(5000)} the end`, null);
  assert.ok(text.length <= 1000 && text.endsWith('the end'));
});
