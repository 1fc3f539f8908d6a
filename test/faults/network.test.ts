/**
 * This computer's own network goes while cameras are recorded: for real, a link between it and them is taken down, and
 * loses its address. That is the network's gap and not the camera's, for all cameras on it at once; a camera that goes
 * while the network is there is lost.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { YardProcess } from '../yard/yardProcess.ts';
import { valueOf } from './coreProcess.ts';
import { Link, linkRefused } from './link.ts';
import { TestPlace } from './place.ts';
import { keychainRefused } from './station.ts';
import { storyCameras } from './storyYard.ts';

const skip = linkRefused || keychainRefused;
const cameras = 2;
/** Long enough for the silence to be noticed, and for a try to fail. */
const awayMs = 9000;

test(
  'a link that is taken down, and an address that is lost, are gaps of the network; a camera that goes is lost',
  { skip },
  async (t) => {
    const link = await Link.make(cameras);
    t.after(() => link.remove());
    const changes = storyCameras()
      .slice(0, cameras)
      .map((plan, camera) => ({ ...plan, host: link.host(camera) }));
    const yard = await YardProcess.start(cameras, changes, ['--no-discovery'], link.through);
    t.after(() => yard.stop());
    const base = mkdtempSync(path.join(tmpdir(), 'nightjar-network-'));
    t.after(() => rmSync(base, { recursive: true, force: true }));
    const place = new TestPlace(path.join(base, 'user'));
    const core = place.start({ recordingMs: 4000 });
    t.after(async () => {
      await core.end();
      await place.remove();
    });
    await place.settle(core, yard.cameras);
    await core.recording(cameras);
    const away = async (go: () => unknown, comeBack: () => unknown): Promise<void> => {
      await go();
      await core.until('nothing is recorded', () => core.recordsSinceMs.size === 0);
      await pause(awayMs);
      await comeBack();
      await core.recording(cameras);
    };
    const faults = (fault: object | null) => async (): Promise<void> => {
      for (let camera = 0; camera < cameras; camera++) await yard.command({ camera, fault });
    };
    await pause(2000);
    await away(
      () => link.down(),
      () => link.up(),
    );
    await pause(2000);
    await away(
      () => link.loseAddress(),
      () => link.giveAddress(),
    );
    await pause(2000);
    const tryNow = async (): Promise<void> => {
      await faults(null)();
      for (const cameraId of place.cameraIds) await core.call('cameras.tryNow', { cameraId });
    };
    await away(faults({ drop: true }), tryNow);
    for (const cameraId of place.cameraIds) {
      const span = { cameraId, fromMs: 0, toMs: Date.now() };
      const spans = valueOf(await core.call('library.spans', span), 'library.spans');
      const causes = spans.flatMap((one) => (one.kind === 'gap' && one.toMs - one.fromMs > 2500 ? [one.cause] : []));
      assert.deepEqual(causes, ['network', 'network', 'lost'], JSON.stringify(spans));
      const sumMs = spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      assert.equal(sumMs, (spans.at(-1)?.toMs ?? 0) - (spans[0]?.fromMs ?? 0));
    }
    await core.close();
  },
);
