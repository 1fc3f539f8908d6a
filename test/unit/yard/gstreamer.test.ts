import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { ffmpegPath } from '../../yard/clips.ts';
import { gstreamerMissing, startGstServer, type GstPlan } from '../../yard/gstreamer.ts';
import { RtspClient } from './rtspClient.ts';
import { hardPassword } from './smallCamera.ts';

const { signal } = new AbortController();
const credentials = { user: 'viewer', password: hardPassword };
const skip = gstreamerMissing() ?? false;

function ffmpeg(options: string[]): Promise<{ output: string; words: string }> {
  return new Promise((resolve) => {
    execFile(ffmpegPath(), options, { timeout: 30_000 }, (_error, output, words) => resolve({ output, words }));
  });
}

const plans: [string, GstPlan][] = [
  ['a clip of the yard, with digest and G.711', { host: '127.0.0.91', credentials, sound: 'PCMA', picture: 'clip' }],
  ['a clip of the yard with AAC', { host: '127.0.0.92', credentials, sound: 'AAC', picture: 'clip' }],
  ['its own picture, to anyone', { host: '127.0.0.93', credentials: null, sound: null, picture: 'test' }],
];

describe('GStreamer’s RTSP server', { skip, concurrency: 3 }, () => {
  for (const [name, plan] of plans) {
    test(`serves ${name}`, async () => {
      const server = await startGstServer(plan, signal);
      try {
        const secret = `${credentials.user}:${encodeURIComponent(credentials.password).replaceAll("'", '%27')}@`;
        const url = plan.credentials ? server.url.replace('rtsp://', `rtsp://${secret}`) : server.url;
        const input = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url, '-map', '0', '-t', '0.8'];
        const { output, words } = await ffmpeg([...input, '-c', 'copy', '-f', 'framehash', '-']);
        assert.equal(words, '');
        assert.match(output, /^#codec_id 0: h264/m);
        if (plan.sound) assert.match(output, /^#codec_id 1: (aac|pcm_alaw)/m);
        const frames = output.split('\n').filter((line) => line.startsWith('0,')).length;
        assert.ok(frames >= 15 && frames <= 30, `${frames} frames in 0.8 s: it sends at the picture's own pace`);
      } finally {
        await server.close();
        await server.close();
      }
    });
  }

  test('refuses a wrong password, and serves our own small client with the right one', async () => {
    const server = await startGstServer({ host: '127.0.0.94', credentials, sound: null, picture: 'clip' }, signal);
    const wrong = new RtspClient(server.host, server.port, { ...credentials, password: 'wrong' });
    const right = new RtspClient(server.host, server.port, credentials);
    try {
      assert.equal((await wrong.ask('DESCRIBE', server.url)).status, 401);
      const reply = await right.ask('DESCRIBE', server.url, { Accept: 'application/sdp' });
      assert.equal(reply.status, 200);
      assert.match(reply.body, /H264\/90000/);
    } finally {
      await wrong.close();
      await right.close();
      await server.close();
    }
  });
});
