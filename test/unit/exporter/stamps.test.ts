/** Names of exported files: safe on every system, and one name for one moment also in the night when clocks go back. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { folderNames, safeName } from '../../../main/core/exporter/stamps.ts';

const stamps = path.resolve(import.meta.dirname, '../../../main/core/exporter/stamps.ts');

/** What another time zone's computer answers. */
function inZone(zone: string, times: number[]): string[] {
  const code = `import { localStamp, localIso } from ${JSON.stringify(stamps)};
    import { json } from 'node:stream/consumers';
    console.log(JSON.stringify((await json(process.stdin)).flatMap((at) => [localStamp(at), localIso(at)])));`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, TZ: zone },
    input: JSON.stringify(times),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  assert.equal(ran.status, 0, ran.stderr);
  // Written by the line above.
  return JSON.parse(ran.stdout) as string[];
}

test('the hour that occurs twice has two names, and the hours around it have plain ones', () => {
  const times = [0, 1, 2, 3].map((hour) => Date.UTC(2026, 9, 24, 23 + hour, 30));
  assert.deepEqual(inZone('Europe/Berlin', times), [
    ...['2026-10-25 01.30.00', '2026-10-25T01:30:00.000+02:00'],
    ...['2026-10-25 02.30.00 UTC+2', '2026-10-25T02:30:00.000+02:00'],
    ...['2026-10-25 02.30.00 UTC+1', '2026-10-25T02:30:00.000+01:00'],
    ...['2026-10-25 03.30.00', '2026-10-25T03:30:00.000+01:00'],
  ]);
  // Lord Howe Island sets its clocks back by half an hour.
  const half = inZone('Australia/Lord_Howe', [Date.UTC(2026, 3, 4, 14, 45), Date.UTC(2026, 3, 4, 15, 15)]);
  assert.deepEqual([half[0], half[2]], ['2026-04-05 01.45.00 UTC+11', '2026-04-05 01.45.00 UTC+10.30']);
});

test('every half hour of two years has a name of its own, in every kind of zone', () => {
  const times = Array.from({ length: 2 * 365 * 48 }, (_, at) => Date.UTC(2026, 0, 1) + at * 1_800_000);
  for (const zone of ['Europe/Berlin', 'America/St_Johns', 'UTC']) {
    const names = inZone(zone, times).filter((_, at) => at % 2 === 0);
    assert.equal(new Set(names).size, names.length, zone);
  }
});

test('a camera’s name is safe on every system', () => {
  assert.equal(safeName('Front/door: "left" <1>?'), 'Front door left 1');
  assert.equal(safeName('..'), '');
  assert.equal(safeName('con'), '_con');
  assert.equal(safeName('LPT1.x'), '_LPT1.x');
  assert.equal(safeName(`${'ä'.repeat(80)}. `), 'ä'.repeat(60));
  assert.equal(safeName('a\u0000b\nc'), 'a b c');
});

test('two cameras never share a folder', () => {
  assert.deepEqual(folderNames(['Door', 'door', 'Door 2', '', '?'], 'Camera'), [
    'Door',
    'door 2',
    'Door 2 2',
    'Camera',
    'Camera 2',
  ]);
});
