/** Trouble with the vault's disk is told as long as it lasts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiskWarnings } from '../../../main/app/diskWarnings.ts';
import type { CameraStatus, RecordingState } from '../../../main/contract/model.ts';

const front = '00112233445566aa';
const back = '00112233445566bb';

function statusOf(cameraId: string, recording: RecordingState): CameraStatus {
  return {
    cameraId,
    stream: { state: 'live', sinceMs: 0 },
    recording,
    wanted: { records: true, because: 'always', untilMs: null },
    clockOffsetMs: null,
    clockUncertaintyMs: null,
    bitsPerSecond: null,
  };
}

function warningsOf(): { warnings: DiskWarnings; changes: () => number } {
  let changes = 0;
  return { warnings: new DiskWarnings('/media/disk/vault', () => changes++), changes: () => changes };
}

test('a disk that is gone is told by the folder that the user knows, until the camera is recorded again', () => {
  const { warnings, changes } = warningsOf();
  assert.equal(warnings.current, null);
  warnings.trouble(front, { code: 'vaultMissing', folder: '/media/disk/vault/recordings/day' }, 5000);
  assert.deepEqual(warnings.current, { code: 'vaultMissing', folder: '/media/disk/vault' });
  // What was recorded before still stands in a status that is on its way.
  warnings.status(statusOf(front, { recording: true, sinceMs: 4000 }));
  warnings.status(statusOf(front, { recording: false, cause: 'unknown', sinceMs: 5000 }));
  warnings.status(statusOf(back, { recording: true, sinceMs: 9000 }));
  assert.equal(changes(), 1);
  warnings.status(statusOf(front, { recording: true, sinceMs: 15_000 }));
  assert.equal(warnings.current, null);
  assert.equal(changes(), 2);
});

test('the trouble of a camera that is paused or removed is no trouble any more', () => {
  const { warnings } = warningsOf();
  warnings.trouble(front, { code: 'diskFull', folder: '', freeBytes: 0 }, 1);
  warnings.trouble(back, { code: 'folderNotWritable', folder: '' }, 2);
  assert.deepEqual(warnings.current, { code: 'folderNotWritable', folder: '/media/disk/vault' });
  warnings.forget(back);
  assert.deepEqual(warnings.current, { code: 'diskFull', folder: '/media/disk/vault', freeBytes: 0 });
  warnings.status(statusOf(front, { recording: false, cause: 'paused', sinceMs: 3 }));
  assert.equal(warnings.current, null);
});

test('a defect is nothing that the user could put right at the disk', () => {
  const { warnings, changes } = warningsOf();
  warnings.trouble(front, { code: 'defect', id: '' });
  assert.equal(warnings.current, null);
  assert.equal(changes(), 0);
});
