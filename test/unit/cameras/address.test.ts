/** Addresses as people paste them, and as cameras report them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { onvifPath, readAddress, safeStreamAddress, shownPath, streamUrl } from '../../../main/core/cameras/address.ts';
import type { AddressParts } from '../../../main/contract/model.ts';
import { anyText } from './anyText.ts';

const onvif: AddressParts = {
  kind: 'onvif',
  scheme: 'http',
  host: '192.168.1.64',
  port: 80,
  path: onvifPath,
  user: '',
  password: '',
};
const rtsp: AddressParts = { ...onvif, kind: 'rtsp', scheme: 'rtsp', port: 554, path: '/' };

const readable: [text: string, parts: Partial<AddressParts> & Pick<AddressParts, 'kind'>][] = [
  ['192.168.1.64', onvif],
  ['  192.168.1.64\n', onvif],
  ['"192.168.1.64"', onvif],
  ['cam.local:8080', { ...onvif, host: 'cam.local', port: 8080 }],
  ['CAM.Local.', { ...onvif, host: 'cam.local' }],
  ['cam:443', { ...onvif, host: 'cam', scheme: 'https', port: 443 }],
  ['http://192.168.1.64/onvif/device_service', onvif],
  ['http://192.168.1.64:8000/onvif/services', { ...onvif, port: 8000, path: '/onvif/services' }],
  ['http://192.168.1.64/doc/page/login.asp?_1', onvif],
  ['https://192.168.1.64', { ...onvif, scheme: 'https', port: 443 }],
  ['onvif://192.168.1.64', onvif],
  ['rtsp://192.168.1.64/h264/ch1/main', { ...rtsp, path: '/h264/ch1/main' }],
  ['RTSP://192.168.1.64:8554', { ...rtsp, port: 8554 }],
  ['rtsps://[::1]/live', { ...rtsp, scheme: 'rtsps', host: '::1', port: 322, path: '/live' }],
  ['rtsp://192.168.1.64?channel=1', { ...rtsp, path: '/?channel=1' }],
  ['rtsp://192.168.1.64/live#t=1', { ...rtsp, path: '/live' }],
  ['rtsp://192.168.1.64/türkamera/é', { ...rtsp, path: '/t%C3%BCrkamera/%C3%A9' }],
  ['192.168.1.64:554', rtsp],
  ['192.168.1.64/live/main', { ...rtsp, path: '/live/main' }],
  ['192.168.1.64:8000/onvif/device_service', { ...onvif, port: 8000 }],
  ['2001:db8::1', { ...onvif, host: '2001:db8::1' }],
  ['[fe80::1%25eth0]:8554', { ...rtsp, host: 'fe80::1%eth0', port: 8554 }],
  ['http://kamera-tür.example', { ...onvif, host: 'xn--kamera-tr-x9a.example' }],
  ['the garden one is 192.168.1.64, I think', onvif],
  ['ffmpeg -rtsp_transport tcp -i "rtsp://192.168.1.64/live" -c copy "out.mp4"', { ...rtsp, path: '/live' }],
  ["vlc 'rtsp://192.168.1.64/live'", { ...rtsp, path: '/live' }],
  ['mpv --profile=low-latency rtsp://192.168.1.64/live --mute', { ...rtsp, path: '/live' }],
  ['Main stream: <rtsp://192.168.1.64/live>', { ...rtsp, path: '/live' }],
  ['\u201crtsp://192.168.1.64/live\u201d', { ...rtsp, path: '/live' }],
  ['\u200brtsp://192.168.1.64/live\u00a0', { ...rtsp, path: '/live' }],
];

test('an address of any usual form is taken apart', () => {
  for (const [text, parts] of readable) assert.deepEqual(readAddress(text), { ok: true, value: parts }, text);
});

const withCredentials: [text: string, user: string, password: string, rest?: Partial<AddressParts>][] = [
  ['rtsp://admin:secret@192.168.1.64/', 'admin', 'secret'],
  ['rtsp://admin@192.168.1.64/', 'admin', ''],
  ['rtsp://:secret@192.168.1.64/', '', 'secret'],
  ['admin:secret@192.168.1.64:554', 'admin', 'secret'],
  ['rtsp://user:p@ss:w/rd@host:554/path?x=1', 'user', 'p@ss:w/rd', { host: 'host', path: '/path?x=1' }],
  ['rtsp://user:p@ss/word@192.168.1.64/', 'user', 'p@ss/word'],
  ['rtsp://user:a?b#c@192.168.1.64/', 'user', 'a?b#c'],
  ['rtsp://user:a:b:c@192.168.1.64/', 'user', 'a:b:c'],
  ['rtsp://user:two words@192.168.1.64/', 'user', 'two words'],
  ['"rtsp://user:a"b@192.168.1.64/"', 'user', 'a"b'],
  ['rtsp://user:%70%40%C3%A9@192.168.1.64/', 'user', 'p@é'],
  ['rtsp://us%40er:x@192.168.1.64/', 'us@er', 'x'],
  // No valid encoding, so it is meant as it stands.
  ['rtsp://user:100%@192.168.1.64/', 'user', '100%'],
  ['rtsp://user:%FF%zz@192.168.1.64/', 'user', '%FF%zz'],
  ['rtsp://user:%ff@192.168.1.64/', 'user', '%ff'],
  // Decoded it would be a line break in a request.
  ['rtsp://user:a%0d%0ab@192.168.1.64/', 'user', 'a%0d%0ab'],
];

test('credentials in the paste are told apart, however raw the password stands there', () => {
  for (const [text, user, password, rest] of withCredentials) {
    assert.deepEqual(readAddress(text), { ok: true, value: { ...rtsp, ...rest, user, password } }, text);
  }
});

test('an @ in the path is not taken for the end of a password', () => {
  for (const address of ['192.168.1.64:554', 'u:p@192.168.1.64']) {
    const outcome = readAddress(`rtsp://${address}/live/me@example.com/x?mail=a@b.example`);
    assert.ok(outcome.ok);
    assert.equal(outcome.value.host, '192.168.1.64');
    assert.equal(outcome.value.path, '/live/me@example.com/x?mail=a@b.example');
  }
  const inside = readAddress('rtsp://192.168.1.64/user=admin&password=p@ss&channel=1');
  assert.ok(inside.ok);
  assert.deepEqual([inside.value.host, inside.value.user], ['192.168.1.64', '']);
});

const wrong: [text: string, part: string][] = [
  ['', 'empty'],
  [' \t\n\u200b', 'empty'],
  ['""', 'form'],
  ['ftp://192.168.1.64/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['concat:rtsp|//x', 'port'],
  ['rtsp://', 'host'],
  ['rtsp:///live', 'host'],
  ['rtsp://user:pass@', 'host'],
  ['rtsp://[::1', 'host'],
  ['rtsp://[zz]/', 'host'],
  ['rtsp://-a/', 'host'],
  ['rtsp://a..b/', 'host'],
  // The system's resolver would make addresses of these.
  ['127.1', 'host'],
  ['0x7f000001', 'host'],
  ['192.168.1.640', 'host'],
  ['rtsp://2130706433/', 'host'],
  ['host:0', 'port'],
  ['host:65536', 'port'],
  ['host:80a', 'port'],
  ['where is my camera', 'form'],
  ['rtsp://192.168.1.64/\u0000', 'form'],
  [`rtsp://192.168.1.64/${'a'.repeat(2000)}`, 'form'],
];

test('what is no address says which part is wrong', () => {
  for (const [text, part] of wrong) {
    assert.deepEqual(readAddress(text), { ok: false, problem: { code: 'badAddress', part } }, JSON.stringify(text));
  }
});

const seed = 20_261_120;

test('no text at all makes it throw, and what it reads can be written and read again', () => {
  const pieces = fc.constantFrom(
    'rtsp://',
    'http://',
    '@',
    ':',
    '/',
    '?',
    '#',
    '[',
    ']',
    '%',
    '%40',
    '"',
    ' ',
    '.',
    '1',
    'a',
  );
  const texts = fc.oneof(
    anyText,
    fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }).map((one) => one.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const outcome = readAddress(text);
      if (!outcome.ok) return;
      const again = readAddress(streamUrl(outcome.value));
      assert.deepEqual(again, { ok: true, value: { ...outcome.value, user: '', password: '' } });
      assert.doesNotMatch(Object.values(outcome.value).join(''), /\p{Cc}/u);
      assert.match(outcome.value.path, /^\/[\x21-\x7e]*$/);
    }),
    { seed, numRuns: 1000 },
  );
});

test('any printable password in front of a numeric host is read back whole', () => {
  const password = anyText.map((text) => text.replace(/[\p{C}\p{Z}\s]/gu, ''));
  fc.assert(
    fc.property(password, fc.boolean(), (text, encoded) => {
      // A percent sign that reads as encoding is decoded; an address inside the password cannot be told apart.
      fc.pre(!text.includes('%') && !/@\d+\.\d+\.\d+\.\d+/.test(text));
      const written = encoded ? encodeURIComponent(text) : text;
      const outcome = readAddress(`rtsp://us:${written}@192.168.1.64:554/live`);
      assert.ok(outcome.ok, written);
      assert.deepEqual(outcome.value, { ...rtsp, path: '/live', user: 'us', password: text });
    }),
    { seed, numRuns: 3000 },
  );
});

test('a long run of one character is read in linear time', () => {
  for (const character of ['@', ':', '/', '"', ' ', '[', '%', 'a:@', '\u200b']) {
    readAddress(`rtsp://${character.repeat(2000 / character.length - 10)}`);
    shownPath(`/${character.repeat(2000)}`);
  }
});

test('a stream address leads to the camera itself, whatever inner address the camera names', () => {
  const cases: [fromCamera: string, host: string, url: string][] = [
    ['rtsp://192.168.1.64:554/live', '192.168.1.64', 'rtsp://192.168.1.64:554/live'],
    ['rtsp://192.168.1.64/live', '192.168.1.64', 'rtsp://192.168.1.64:554/live'],
    ['\n    rtsp://192.168.1.64/live?a=1&b=2\n  ', '192.168.1.64', 'rtsp://192.168.1.64:554/live?a=1&b=2'],
    ['rtsp://192.168.1.64:80', '192.168.1.64', 'rtsp://192.168.1.64:80/'],
    ['RTSPS://192.168.1.64/x', '192.168.1.64', 'rtsps://192.168.1.64:322/x'],
    ['rtsp://10.0.0.9:8554/live', '192.168.1.64', 'rtsp://192.168.1.64:8554/live'],
    ['rtsp://127.0.0.1/live', 'cam.local', 'rtsp://cam.local:554/live'],
    ['rtsp://0.0.0.0/live', 'cam.local', 'rtsp://cam.local:554/live'],
    ['rtsp://[fe80::2]/live', 'fe80::2', 'rtsp://[fe80::2]:554/live'],
    ['rtsp://CAM.local/live', 'cam.local', 'rtsp://cam.local:554/live'],
    ['rtsp://admin:secret@192.168.1.64/live', '192.168.1.64', 'rtsp://192.168.1.64:554/live'],
  ];
  for (const [fromCamera, host, url] of cases) {
    assert.deepEqual(safeStreamAddress(fromCamera, host), { ok: true, value: { url } }, fromCamera);
  }
});

test('a stream address that leads elsewhere, or is no RTSP, is refused', () => {
  const cases: [fromCamera: string, host: string][] = [
    ['rtsp://203.0.113.7/live', '203.0.113.7'],
    ['rtsp://evil.example/live', 'evil.example'],
    ['rtsp://admin:secret@evil.example/live', 'evil.example'],
    ['http://192.168.1.64/live', '192.168.1.64'],
    ['file:///etc/passwd', ''],
    ['concat:rtsp://192.168.1.64/a|/etc/passwd', ''],
    ['rtsp://192.168.1.64/a\r\nEvil: yes', '192.168.1.64'],
    ['rtsp://192.168.1.64/a b', '192.168.1.64'],
    ['rtsp://2130706433/', ''],
    [`rtsp://192.168.1.64/${'a'.repeat(3000)}`, '192.168.1.64'],
    ['', ''],
  ];
  for (const [fromCamera, host] of cases) {
    const expected = { ok: false, problem: { code: 'foreignStream', host } };
    assert.deepEqual(safeStreamAddress(fromCamera, '192.168.1.64'), expected, fromCamera.slice(0, 60));
  }
});

test('no stream address, however odd, leads to another host', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), anyText), anyText, (one, other) => {
      for (const text of [one, `rtsp://${one}`, `rtsp://${other}@${one}`, `rtsp://192.168.1.64${other}`]) {
        const outcome = safeStreamAddress(text, '192.168.1.64');
        if (outcome.ok) assert.match(outcome.value.url, /^rtsps?:\/\/192\.168\.1\.64:\d+\/[\x21-\x7e]*$/);
      }
    }),
    { seed, numRuns: 2000 },
  );
});

test('a password inside a stream path is not shown', () => {
  assert.equal(
    shownPath('/user=admin_password=tlJw6x_channel=1_stream=0.sdp?real_stream'),
    '/user=admin_password=\u2026_channel=1_stream=0.sdp?real_stream',
  );
  assert.equal(shownPath('/live?user=admin&pwd=a_b&channel=1'), '/live?user=admin&pwd=\u2026&channel=1');
  assert.equal(shownPath('/live?token=abc'), '/live?token=\u2026');
  assert.equal(
    shownPath('/Streaming/Channels/101?transportmode=unicast'),
    '/Streaming/Channels/101?transportmode=unicast',
  );
});
