/** A camera whose recordings are to go leaves nothing that was recorded. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Library } from '../../../main/core/library/library.ts';
import { dayOf, openName, resealName } from '../../../main/core/library/recordingName.ts';
import { cameraId, makeVault, tenMs } from '../recorder/footage.ts';

test('recordings that were cut off go with their camera, also on a day of which nothing was finished', async (t) => {
  const { vault, remove } = await makeVault();
  t.after(remove);
  const library = new Library({ vault });
  const row = { cameraId, startMs: tenMs, endMs: tenMs + 1000, sizeBytes: 1 };
  await library.add(row);
  const nextMs = tenMs + 86_400_000;
  for (const [atMs, name] of [
    [tenMs, openName(tenMs + 5000)],
    [nextMs, openName(nextMs)],
    [nextMs, resealName(nextMs)],
  ] as const) {
    const folder = vault.path('recordings', cameraId, dayOf(atMs));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, name), 'cut off');
  }
  await library.removal.removeCamera(cameraId);
  assert.ok(!existsSync(vault.path('recordings', cameraId)));
});
