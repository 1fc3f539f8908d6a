/** The lock of a vault whose disk fails right after it was taken. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { lockVault } from '../../main/core/vault/lock.ts';
import { Disk, mountsRefused } from './disks.ts';

test(
  'a lock is whole on the disk as soon as it is taken: whoever starts after a failure need not watch it',
  {
    skip: mountsRefused,
  },
  async (t) => {
    const disk = Disk.ext4(32_000_000);
    if (!disk) {
      t.skip('there are no loop devices here');
      return;
    }
    t.after(() => disk.remove());
    const folder = path.join(disk.place, 'vault');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'vault.json'), '{}');
    execFileSync('sync', ['-f', folder]);
    const taken = await lockVault(folder, { touchEveryMs: 60_000 });
    assert.ok(taken.ok);
    disk.abort();
    disk.unplug();
    disk.plugIn();
    const content: unknown = JSON.parse(readFileSync(path.join(folder, 'lock'), 'utf8'));
    assert.ok(typeof content === 'object' && content && 'nonce' in content);
    await taken.value.release();
  },
);
