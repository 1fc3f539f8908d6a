/** RTSP over TLS, with a certificate that the camera signed itself; and what a stream tells of its camera's clock. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createServer, type Server } from 'node:tls';
import { CameraClockWatch, type CameraClock } from '../../../main/core/video/cameraClock.ts';
import { systemClock } from '../../../main/core/video/clock.ts';
import type { IntakeEnd } from '../../../main/core/video/intakeEnd.ts';
import { RtspIntake } from '../../../main/core/video/rtspIntake.ts';
import { startYard, type Yard, type YardCamera } from '../../yard/yard.ts';
import { planOf } from './watchedFeed.ts';

let yard: Yard;
let camera: YardCamera;
before(async () => {
  yard = await startYard({ cameras: [planOf({})], discovery: false, firstAddress: 177 });
  const [first] = yard.cameras;
  assert.ok(first);
  camera = first;
});
after(() => yard.stop());

interface Taken {
  clocks: CameraClock[];
  pictures: number;
  end: IntakeEnd;
}

/** Takes the stream in until `enough`, or until it ends by itself. */
async function take(url: string, enough: (taken: Omit<Taken, 'end'>) => boolean): Promise<Taken> {
  const taken = { clocks: [] as CameraClock[], pictures: 0 };
  const credentials = { user: camera.user, password: camera.password };
  const look = (): void => {
    if (enough(taken)) void intake.close();
  };
  const intake: RtspIntake = new RtspIntake(
    { source: { url, credentials, video: 'H.264', audio: null }, sound: false, clock: systemClock },
    {
      ...{ answered: () => undefined, video: () => undefined, audio: () => undefined, unreadable: () => undefined },
      ...{ init: () => undefined, fragment: () => undefined },
      frame: () => {
        taken.pictures += 1;
        look();
      },
      cameraClock: (clock) => {
        taken.clocks.push(clock);
        look();
      },
    },
  );
  return { ...taken, end: await intake.ended, clocks: taken.clocks, pictures: taken.pictures };
}

test('the camera’s clock is known with the first picture, to a few milliseconds', async () => {
  for (const clockOffMs of [0, 5_000_000, -86_400_000]) {
    await camera.fault({ clockOffMs });
    const { clocks } = await take(camera.streamUrl('main'), ({ clocks: told }) => told.length > 0);
    const [clock] = clocks;
    assert.ok(clock, 'it was told');
    assert.ok(Math.abs(clock.offsetMs - clockOffMs) <= clock.uncertaintyMs + 20, JSON.stringify(clock));
    assert.ok(clock.uncertaintyMs < 1000);
  }
  await camera.fault(null);
  // The negative control: a report of another clock is not taken for this one.
  const other = new CameraClockWatch().report({ cameraMs: Date.now() + 60_000, streamMs: 0, arrivalMs: Date.now() }, 1);
  assert.ok(other && Math.abs(other.offsetMs) > other.uncertaintyMs);
});

/** A door with TLS before the camera; null where no certificate can be made here. */
async function secureDoor(): Promise<Server | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-tls-'));
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=camera', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  const made = spawnSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate]);
  const files = made.status === 0 ? { key: readFileSync(key), cert: readFileSync(certificate) } : null;
  rmSync(folder, { recursive: true });
  if (files === null) return null;
  const server = createServer(files, (secure) => {
    const plain = connect({ host: camera.host, port: camera.rtspPort });
    for (const [from, to] of [[secure, plain] as const, [plain, secure] as const]) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

test('RTSP over TLS is taken in, and no TLS where it is expected is no camera', async (t) => {
  const server = await secureDoor();
  if (!server) {
    t.skip('openssl is not installed: no certificate can be made');
    return;
  }
  try {
    // Safe: it listens on a port.
    const { port } = server.address() as AddressInfo;
    const { pathname } = new URL(camera.streamUrl('main'));
    const { pictures } = await take(`rtsps://127.0.0.1:${port}${pathname}`, (taken) => taken.pictures >= 10);
    assert.ok(pictures >= 10);
    const plain = await take(`rtsp://127.0.0.1:${port}${pathname}`, () => false);
    assert.deepEqual([plain.pictures, plain.end.cause === 'closed' || plain.end.cause === 'garbage'], [0, true]);
    const wrong = await take(camera.streamUrl('main').replace('rtsp:', 'rtsps:'), () => false);
    assert.equal(wrong.pictures, 0);
  } finally {
    server.close();
  }
});
