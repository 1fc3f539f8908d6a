import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  intakeArguments,
  intakeScript,
  longestCredentialsBytes,
  outputsFor,
  type StreamSource,
} from '../../../main/core/video/intakeScript.ts';

const url = 'rtsp://192.168.1.20:554/live/main?channel=1';

function scriptFor(user: string, password: string, change: Partial<StreamSource> = {}): string | null {
  const source: StreamSource = { url, credentials: { user, password }, video: 'H.264', audio: null, ...change };
  return intakeScript(source, 'short', false);
}

/** What ffmpeg makes of the script's `file` line: quoting taken off as ffconcat does. */
function addressIn(script: string | null): string {
  const quoted = /^file (.*)$/m.exec(script ?? '')?.[1] ?? '';
  return quoted.replace(/'([^']*)'|\\(.)/g, '$1$2');
}

test('credentials stand before the host, and what would end them early is encoded', () => {
  assert.equal(
    addressIn(scriptFor('admin', 'p@ss:w/rd?#%&"\'<>é')),
    'rtsp://admin:p%40ss%3Aw%2Frd%3F%23%25&%22%27<>é@192.168.1.20:554/live/main?channel=1',
  );
});

test('whatever the password, the script keeps its lines, and ffmpeg decodes the password that was given', () => {
  const credential = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(credential, credential, (user, password) => {
      const script = scriptFor(user, password);
      if (script === null) return;
      assert.equal(script.split('\n').filter((line) => line.startsWith('file ')).length, 1);
      assert.equal(script.split('\n').length, scriptFor('u', 'p')?.split('\n').length);
      const authority = /^rtsp:\/\/([^/?#]*)@192\.168\.1\.20:554\//.exec(addressIn(script))?.[1] ?? '';
      const colon = authority.indexOf(':');
      assert.equal(decoded(authority.slice(0, colon)), user);
      assert.equal(decoded(authority.slice(colon + 1)), password);
    }),
    { numRuns: 500, seed: 20_261_120 },
  );
});

/** As ffmpeg does: bytes, not characters. */
function decoded(text: string): string {
  const bytes = Buffer.from(text.replace(/%([0-9A-F]{2})/g, (_all, hex: string) => `\u0000${hex}`));
  const out: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] !== 0) out.push(bytes[index] ?? 0);
    else {
      out.push(Number.parseInt(bytes.subarray(index + 1, index + 3).toString(), 16));
      index += 2;
    }
  }
  return Buffer.from(out).toString();
}

test('credentials longer than ffmpeg takes are told, not cut off', () => {
  const longest = 'x'.repeat(longestCredentialsBytes - 'user:'.length);
  assert.notEqual(scriptFor('user', longest), null);
  assert.equal(scriptFor('user', `${longest}x`), null);
});

test('an address of anything but a stream never reaches ffmpeg', () => {
  const hostile = [
    'file:///etc/passwd',
    'concat:a|b',
    'http://192.168.1.20/live',
    'rtsp://',
    'rtsp:///path',
    'rtsp://user:password@192.168.1.20/live',
    "rtsp://host/a\nfile 'other'",
    'rtsp://host/a\u0000b',
    'rtsp://ho st/a',
  ];
  for (const address of hostile) {
    assert.throws(() => scriptFor('u', 'p', { url: address }), TypeError, JSON.stringify(address));
  }
  assert.notEqual(scriptFor('u', 'p', { url: 'rtsps://[fe80::1]:322/live' }), null);
});

test('blanks and quotes in a path are encoded, so that an address is one word in what ffmpeg says', () => {
  assert.match(addressIn(scriptFor('u', 'p', { url: "rtsp://host/a b'c" })), /@host\/a%20b%27c$/);
});

test('the arguments hold nothing of the camera', () => {
  const outputs = outputsFor({ video: 'H.264', audio: 'AAC' }, { record: true, sound: true, convert: false }, false);
  const all = intakeArguments(outputs, 'H.264', 'short').join(' ');
  assert.ok(!/rtsp:\/\/|192\.168/.test(all));
  assert.ok(all.endsWith('pipe:3'));
});

test('only wanted tracks are asked for', () => {
  const source: StreamSource = { url, credentials: null, video: 'H.264', audio: 'AAC' };
  assert.match(intakeScript(source, 'short', false) ?? '', /^option allowed_media_types video$/m);
  assert.match(intakeScript(source, 'short', true) ?? '', /^option allowed_media_types video\+audio$/m);
});

test('what FLV cannot carry is converted when that is wanted, and else not shown', () => {
  const view = { record: false, sound: false, convert: false };
  const table = [
    ['H.264', false, 'copy'],
    ['unknown', false, 'copy'],
    ['H.265', false, null],
    ['H.265', true, 'copy'],
    ['MJPEG', true, null],
    ['MPEG-4', true, null],
  ] as const;
  for (const [video, carriesHevc, live] of table) {
    assert.equal(outputsFor({ video, audio: null }, view, carriesHevc).live, live, video);
    assert.equal(outputsFor({ video, audio: null }, { ...view, convert: true }, carriesHevc).live, 'convert');
  }
});

test('sound that MP4 does not hold becomes AAC', () => {
  const record = { record: true, sound: true, convert: false };
  const table = [
    ['AAC', 'copy'],
    ['G.711', 'aac'],
    ['G.726', 'aac'],
    ['Opus', 'aac'],
    ['unknown', 'aac'],
    [null, null],
  ] as const;
  for (const [audio, sound] of table) {
    assert.deepEqual(outputsFor({ video: 'H.264', audio }, record, false).disk, { sound });
    assert.deepEqual(outputsFor({ video: 'H.264', audio }, { ...record, sound: false }, false).disk, { sound: null });
    assert.equal(outputsFor({ video: 'H.264', audio }, { ...record, record: false }, false).disk, null);
  }
});
