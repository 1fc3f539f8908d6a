import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'node:test';
import { Goings } from './goings.ts';

const cameraId = '0011223344556677';

test('a recording that goes as soon as it has its name is told of, also in a day folder that went and came again', async () => {
  const vault = mkdtempSync(path.join(tmpdir(), 'nightjar-goings-'));
  const day = path.join(vault, 'recordings', cameraId, '2026-11-21');
  writeFileSync(path.join(vault, 'vault.json'), '');
  const goings = new Goings(vault);
  let startMs = Date.UTC(2026, 10, 21, 12);
  /** Until one is told of: the folder is watched from some moment on. */
  const isTold = async (): Promise<boolean> => {
    const sinceMs = startMs;
    const late = AbortSignal.timeout(5000);
    while (!late.aborted) {
      const file = path.join(day, `${startMs}-${startMs + 4000}.mp4.age`);
      startMs += 4000;
      writeFileSync(`${file}.new`, '');
      renameSync(`${file}.new`, file);
      rmSync(file);
      // What the system says of a folder comes later.
      await pause(20);
      if (goings.of(cameraId).some(({ fromMs }) => fromMs >= sinceMs)) return true;
    }
    return false;
  };
  try {
    mkdirSync(day, { recursive: true });
    assert.ok(await isTold());
    rmdirSync(day);
    mkdirSync(day);
    assert.ok(await isTold(), 'in the folder that came again');
  } finally {
    goings.close();
    rmSync(vault, { recursive: true });
  }
});
