import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { ffmpegPath } from '../../yard/clips.ts';
import type { CameraPlan } from '../../yard/plans.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { hardPassword, smallPlan } from './smallCamera.ts';

const running: Yard[] = [];
after(async () => {
  for (const yard of running) await yard.stop();
});

async function cameraOf(plan: CameraPlan): Promise<YardCamera> {
  const yard = await startYard({ cameras: [plan], discovery: false, firstAddress: 51 });
  running.push(yard);
  const [camera] = yard.cameras;
  assert.ok(camera);
  return camera;
}

function run(
  program: string,
  options: string[],
  timeout = 30_000,
): Promise<{ code: number; output: string; words: string }> {
  return new Promise((resolve) => {
    execFile(program, options, { timeout }, (error, output, words) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, output, words });
    });
  });
}

/** The program takes the password in its address here; the product must not. */
function addressOf(camera: YardCamera): string {
  const credentials = `${encodeURIComponent(camera.user)}:${encodeURIComponent(camera.password).replaceAll("'", '%27')}`;
  return camera.streamUrl('main').replace('rtsp://', `rtsp://${credentials}@`);
}

const kinds: [string, Parameters<typeof smallPlan>[0], string[]][] = [
  ['H.264 baseline', { main: { profile: 'baseline' } }, ['h264']],
  ['H.264 in STAP-A packets with AAC', { main: { sound: 'AAC' }, rtsp: { aggregates: true } }, ['h264', 'aac']],
  ['H.264 main with G.711 A-law', { main: { profile: 'main', sound: 'PCMA' } }, ['h264', 'pcm_alaw']],
  ['H.264 with G.711 µ-law', { main: { sound: 'PCMU' }, rtsp: { auth: 'basic' } }, ['h264', 'pcm_mulaw']],
  ['H.264 with parameter sets in the stream alone', { rtsp: { parameterSets: 'streamOnly' } }, ['h264']],
  ['H.264 with parameter sets in the description alone', { rtsp: { parameterSets: 'sdpOnly' } }, ['h264']],
  ['H.265', { main: { video: 'H.265' }, rtsp: { qop: true } }, ['hevc']],
  ['H.265 with AAC', { main: { video: 'H.265', sound: 'AAC' } }, ['hevc', 'aac']],
  ['a path with a query', { main: { path: '/cam/stream?channel=1&kind=main' } }, ['h264']],
];

// They wait for frames most of the time.
describe('readers that nobody here wrote', { concurrency: 4 }, () => {
  for (const [name, changes, codecs] of kinds) {
    test(`ffmpeg reads ${name} with a hard password, and decodes it without a single error`, async () => {
      const camera = await cameraOf(smallPlan({ password: hardPassword, ...changes }));
      const input = ['-hide_banner', '-v', 'error', '-rtsp_transport', 'tcp', '-i', addressOf(camera)];
      const copied = ['-map', '0', '-frames:v', '20', '-t', '0.8', '-c', 'copy', '-f', 'framehash', '-'];
      const decoded = ['-map', '0', '-frames:v', '20', '-t', '0.8', '-f', 'null', '-'];
      const { code, output, words } = await run(ffmpegPath(), [...input, ...copied, ...decoded]);
      assert.equal(words, '');
      assert.equal(code, 0);
      assert.deepEqual(
        [...output.matchAll(/^#codec_id \d: (\w+)/gm)].map((match) => match[1]),
        codecs,
      );
      assert.ok(output.split('\n').filter((line) => line.startsWith('0,')).length >= 18);
    });
  }

  test('ffmpeg does report errors of a stream with random payloads: the check above can fail', async () => {
    const camera = await cameraOf(smallPlan());
    await camera.fault({ garbage: 'rtp' });
    const input = [
      '-hide_banner',
      '-v',
      'error',
      '-analyzeduration',
      '300000',
      '-rtsp_transport',
      'tcp',
      '-i',
      addressOf(camera),
    ];
    const { words } = await run(ffmpegPath(), [...input, '-t', '0.5', '-f', 'null', '-'], 4000);
    assert.notEqual(words, '');
  });

  test('ffmpeg is refused with a wrong password', async () => {
    const camera = await cameraOf(smallPlan());
    const address = addressOf(camera).replace(camera.plan.password, 'wrong');
    const { code, words } = await run(ffmpegPath(), [
      '-v',
      'error',
      '-rtsp_transport',
      'tcp',
      '-i',
      address,
      '-t',
      '1',
      '-f',
      'null',
      '-',
    ]);
    assert.notEqual(code, 0);
    assert.match(words, /401/);
  });

  for (const video of ['H.264', 'H.265'] as const) {
    const skip = hasGstreamer() ? false : 'gst-launch-1.0 is not installed';
    test(`GStreamer reads ${video} with AAC`, { skip }, async () => {
      const camera = await cameraOf(smallPlan({ password: hardPassword, main: { video, sound: 'AAC' } }));
      const codec = video === 'H.264' ? 'h264' : 'h265';
      const { code, output, words } = await run('gst-launch-1.0', [
        ...['-q', 'rtspsrc', `location=${camera.streamUrl('main')}`, 'protocols=tcp', 'latency=0', 'name=s'],
        ...[
          `user-id=${camera.user}`,
          `user-pw=${camera.password}`,
          's.',
          '!',
          `rtp${codec}depay`,
          '!',
          `${codec}parse`,
          '!',
        ],
        ...[
          'identity',
          'eos-after=20',
          '!',
          'fakesink',
          's.',
          '!',
          'rtpmp4gdepay',
          '!',
          'identity',
          'eos-after=10',
          '!',
          'fakesink',
        ],
      ]);
      assert.equal(code, 0, output + words);
      // GStreamer takes its own signal handlers off twice when it ends; that says nothing of the camera.
      const own = words.replaceAll(/^.*GLib-GObject-WARNING.*has no handler with id.*$/gm, '');
      assert.doesNotMatch(own, /ERROR|WARN/);
    });
  }
});

function hasGstreamer(): boolean {
  try {
    execFileSync('gst-launch-1.0', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
