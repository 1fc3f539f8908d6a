/** Session descriptions and H.264 parameter sets, whole, lying and cut off. The sets are made by the real ffmpeg. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPictureSize } from '../../../main/core/cameras/pictureSize.ts';
import { readSdp } from '../../../main/core/cameras/sdp.ts';

const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 192.168.1.64',
  's=Media Presentation',
  'b=AS:9000',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'b=AS:4096',
  'a=control:trackID=1',
  'a=framerate:12.5',
  'a=rtpmap:96 H265/90000',
  'a=fmtp:96 sprop-vps=QAEMAf//',
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 MPEG4-GENERIC/16000/1',
  'm=application 0 RTP/AVP 107',
  'a=rtpmap:107 vnd.onvif.metadata/90000',
];

test('codecs, rates and sound are read off a description', () => {
  for (const newline of ['\r\n', '\n']) {
    assert.deepEqual(readSdp(sdp.join(newline)), {
      video: 'H.265',
      widthPixels: 0,
      heightPixels: 0,
      framesPerSecond: 12.5,
      bitsPerSecond: 4_096_000,
      audio: 'AAC',
    });
  }
});

test('codecs go by their names in RTP, and by number where they have one', () => {
  const video = (rtpmap: string) => readSdp(`m=video 0 RTP/AVP 96\na=rtpmap:96 ${rtpmap}/90000`)?.video;
  const audio = (media: string) => readSdp(`m=video 0 RTP/AVP 96\nm=audio 0 RTP/AVP ${media}`)?.audio;
  assert.deepEqual(['H264', 'h265', 'JPEG', 'MP4V-ES', 'VP8'].map(video), [
    'H.264',
    'H.265',
    'MJPEG',
    'MPEG-4',
    'unknown',
  ]);
  assert.equal(readSdp('m=video 0 RTP/AVP 26')?.video, 'MJPEG');
  assert.deepEqual(['0', '8', '2', '9'].map(audio), ['G.711', 'G.711', 'G.726', 'unknown']);
  assert.equal(audio('97\na=rtpmap:97 G726-32/8000'), 'G.726');
  assert.equal(audio('97\na=rtpmap:97 opus/48000/2'), 'Opus');
});

test('a size is taken from the description where the parameter set gives none', () => {
  const sized = readSdp('m=video 0 RTP/AVP 96\na=rtpmap:96 H265/90000\na=x-dimensions:2560,1440');
  assert.deepEqual([sized?.widthPixels, sized?.heightPixels], [2560, 1440]);
  const framed = readSdp('m=video 0 RTP/AVP 26\na=framesize:26 1280-720');
  assert.deepEqual([framed?.widthPixels, framed?.heightPixels], [1280, 720]);
});

test('without a video track there is no stream', () => {
  for (const text of ['', 'v=0', 'm=audio 0 RTP/AVP 0', 'm=video', 'm=video 0 RTP/AVP', '<html></html>', '\u0000']) {
    assert.equal(readSdp(text), null, text);
  }
});

test('a description cut off or made of anything is read without throwing', () => {
  const whole = sdp.join('\r\n');
  for (let length = 0; length < whole.length; length += 1) readSdp(whole.slice(0, length));
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...sdp),
    fc.string().map((text) => `a=fmtp:96 sprop-parameter-sets=${text}`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const stream = readSdp(lines.join('\n'));
      if (stream) assert.ok(stream.widthPixels <= 99_999 && (stream.framesPerSecond ?? 1) > 0);
    }),
    { seed: 3, numRuns: 1000 },
  );
  for (const piece of ['a=rtpmap:', '\n', 'm=video 0 RTP/AVP 96\n', 'a=fmtp:96 sprop-parameter-sets=']) {
    readSdp(piece.repeat(65_536 / piece.length));
  }
});

/** One picture in H.264; its sequence parameter set. */
function parameterSet(size: string, ...options: string[]): Uint8Array {
  const bytes = execFileSync(process.env['FFMPEG_BIN'] ?? 'ffmpeg', [
    ...['-loglevel', 'error', '-f', 'lavfi', '-i', `color=size=${size}`, '-frames:v', '1'],
    ...['-c:v', 'libx264', ...options, '-f', 'h264', 'pipe:1'],
  ]);
  const start = bytes.indexOf(Buffer.from([0, 0, 0, 1, 0x67])) + 4;
  return bytes.subarray(start, bytes.indexOf(Buffer.from([0, 0, 0, 1]), start));
}

test('the size is read off parameter sets of every profile, cropped and interlaced ones too', () => {
  const cases: [size: string, options: string[]][] = [
    ['1280x720', ['-profile:v', 'baseline', '-pix_fmt', 'yuv420p']],
    ['1920x1080', ['-profile:v', 'high', '-pix_fmt', 'yuv420p']],
    ['638x358', ['-profile:v', 'main', '-pix_fmt', 'yuv420p']],
    ['722x578', ['-profile:v', 'high422', '-pix_fmt', 'yuv422p']],
    ['642x362', ['-profile:v', 'high444', '-pix_fmt', 'yuv444p']],
    ['1920x1080', ['-pix_fmt', 'yuv420p', '-x264-params', 'interlaced=1:cqm=jvt']],
  ];
  for (const [size, options] of cases) {
    const set = parameterSet(size, ...options);
    const found = readPictureSize(set);
    assert.equal(`${found?.widthPixels ?? 0}x${found?.heightPixels ?? 0}`, size, options.join(' '));
    const coded = Buffer.from(set).toString('base64');
    const described = readSdp(
      `m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets=${coded},aO48gA==`,
    );
    assert.equal(described?.widthPixels, found?.widthPixels);
    // Cut off before the size is complete, it gives no size, and never a wrong one.
    for (let length = 0; length < 5; length += 1) assert.equal(readPictureSize(set.subarray(0, length)), null);
  }
});

test('no bytes make the parameter set reader throw or give an absurd size', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const size = readPictureSize(Uint8Array.from([0x67, ...bytes]));
      if (size) assert.ok(size.widthPixels >= 16 && size.widthPixels <= 16_384 && size.heightPixels <= 16_384);
    }),
    { seed: 3, numRuns: 3000 },
  );
  assert.equal(readPictureSize(new Uint8Array(5000).fill(0x67)), null);
  assert.equal(readPictureSize(Uint8Array.from([0x68, 1, 2, 3, 4, 5])), null);
});
