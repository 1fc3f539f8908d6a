/** For tests and benchmarks: cameras as the vault's list has them, and that list in a vault that no app has open. */
import assert from 'node:assert/strict';
import { firstPlan } from '../../../main/contract/recordingPlan.ts';
import {
  cameraDocumentSteps,
  cameraDocumentVersion,
  emptyCameraDocument,
  parseCameraDocument,
  type StoredCamera,
} from '../../../main/core/cameras/cameraDocument.ts';
import type { Vault } from '../../../main/core/vault/folder.ts';
import { openStore } from '../../../main/core/vault/sealedStore.ts';

/** One of RTSP alone, paused, so that nothing is looked for on the network. */
export function storedCamera(changes: Partial<StoredCamera> = {}): StoredCamera {
  return {
    ...{ id: '00112233445566aa', name: 'Front door', kind: 'rtsp', host: '127.0.0.1', port: 554, path: '/live' },
    ...{ scheme: 'rtsp', servicePath: '/live', knownStreams: [], streams: [], addedMs: 0 },
    ...{ maker: '', model: '', firmware: '', serial: '', moves: null, allowsClearPassword: false },
    ...{ recordsSound: false, keepDays: null, plan: firstPlan, paused: true },
    ...changes,
  };
}

/** Puts one list after the other into the vault; returns the document's path. */
export async function keepCameras(vault: Vault, ...lists: StoredCamera[][]): Promise<string> {
  const path = vault.path('cameras.json.age');
  const store = await openStore({
    ...{ path, vault, version: cameraDocumentVersion, migrate: cameraDocumentSteps },
    ...{ initial: emptyCameraDocument, parse: parseCameraDocument },
  });
  assert.ok(store.ok);
  for (const cameras of lists) assert.ok((await store.value.update((value) => ({ ...value, cameras }))).ok);
  return path;
}
