/** What the graphics card is taken to do: only what Chromium says is enabled, once it has said anything. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { App } from 'electron';
import { watchGraphics } from '../../../main/shell/graphics.ts';

type Status = ReturnType<App['getGPUFeatureStatus']>;

/** As much of Electron's app as is asked. */
class Chromium extends EventEmitter {
  status: Partial<Status> = {};

  getGPUFeatureStatus(): Status {
    return this.status as Status; // a Chromium that leaves out a feature is one of the cases
  }
}

test('a card draws where Chromium composes and paints with it, and decodes where it says so', async () => {
  for (const [status, draws, decodes] of [
    [{ gpu_compositing: 'enabled', '2d_canvas': 'enabled', video_decode: 'enabled' }, true, true],
    [{ gpu_compositing: 'enabled_on', '2d_canvas': 'enabled', video_decode: 'disabled_software' }, true, false],
    [{ gpu_compositing: 'enabled', '2d_canvas': 'disabled_software', video_decode: 'enabled' }, false, true],
    [{ gpu_compositing: 'disabled_software', '2d_canvas': 'enabled' }, false, false],
    [
      { gpu_compositing: 'unavailable_off', '2d_canvas': 'unavailable_off', video_decode: 'unavailable_off' },
      false,
      false,
    ],
    [{}, false, false],
  ] as const) {
    const chromium = new Chromium();
    chromium.status = status;
    // Safe: only these two of its members are used.
    const graphics = watchGraphics(chromium as unknown as App);
    chromium.emit('gpu-info-update');
    assert.deepEqual(await graphics(), { draws, decodes }, JSON.stringify(status));
  }
});

test('what Chromium says later is what holds, and a Chromium that says nothing keeps nobody waiting', async () => {
  const chromium = new Chromium();
  const graphics = watchGraphics(chromium as unknown as App);
  const early = graphics();
  chromium.status = { gpu_compositing: 'enabled', '2d_canvas': 'enabled', video_decode: 'enabled' };
  assert.deepEqual(await early, { draws: true, decodes: true });
  chromium.status = { gpu_compositing: 'disabled_off', '2d_canvas': 'enabled', video_decode: 'enabled' };
  assert.deepEqual(await graphics(), { draws: false, decodes: true });
});
