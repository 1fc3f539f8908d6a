/** When a camera is asked where its streams are, and when what it said a while ago is believed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredCamera } from '../../../main/core/cameras/cameraDocument.ts';
import { storedCamera } from '../../../main/core/cameras/cameraRecord.ts';
import { reachOnvif } from '../../../main/core/cameras/reach.ts';
import { StreamAddresses } from '../../../main/core/cameras/streamAddresses.ts';
import { defaultPlans, startYard, type YardCamera } from '../../yard/yard.ts';

const never = new AbortController().signal;

async function stored({ host, onvifPort: port, user, password }: YardCamera): Promise<StoredCamera> {
  const place = { scheme: 'http' as const, host, port, path: '/onvif/device_service' };
  const reached = await reachOnvif(place, false, { credentials: { user, password } }, never);
  assert.ok(reached.ok, JSON.stringify(reached));
  return storedCamera(reached.value, { name: 'Front', records: true, recordsSound: true, keepDays: null }, false);
}

test('a first connection goes where the camera was minutes ago; after a failure, and later, it is asked', async () => {
  const yard = await startYard({ cameras: defaultPlans(1), discovery: false, firstAddress: 188 });
  try {
    const [yardCamera] = yard.cameras;
    assert.ok(yardCamera);
    const camera = await stored(yardCamera);
    let nowMs = 0;
    let asked = 0;
    const found = (): Promise<void> => {
      asked += 1;
      return Promise.resolve();
    };
    const addresses = new StreamAddresses(found, never, () => nowMs);
    const { user, password } = yardCamera;
    const secret = { credentials: { user, password }, path: null };
    const ask = async (afterFailure: boolean): Promise<number> => {
      const before = asked;
      const source = await addresses.source(camera, 'main', secret, never, afterFailure);
      assert.ok(source.ok && source.value.url === yardCamera.streamUrl('main'), JSON.stringify(source));
      return asked - before;
    };
    assert.equal(await ask(false), 1, 'nothing is known yet');
    nowMs += 300_000;
    assert.equal(await ask(false), 0, 'five minutes later');
    assert.equal(await ask(true), 1, 'after a failure');
    assert.equal(await ask(true), 0, 'somebody else asked a moment ago');
    nowMs += 700_000;
    assert.equal(await ask(false), 1, 'too long ago');
    addresses.forget(camera.id);
    assert.equal(await ask(false), 1, 'forgotten');
  } finally {
    await yard.stop();
  }
});
