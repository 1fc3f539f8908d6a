/** The disk of the power cuts, and the bound: both judge the program, so both are tried on what is known. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Disk, type Losing } from '../../faults/crashedDisk.ts';
import { Chance } from '../../faults/random.ts';
import type { Change } from '../../faults/systemCalls.ts';
import { breaksBound, lossOf, type Push } from '../../faults/truth.ts';

const root = '/vault';
const old = Buffer.alloc(10_000, 1);

/** One call after the other, each ended before the next begins. */
function diskOf(changes: readonly Change[], options = {}): Disk {
  const disk = new Disk(root, options);
  for (const [call, change] of changes.entries())
    for (const phase of ['begin', 'end'] as const) disk.take({ call, phase, change, atMs: call });
  return disk;
}

/** Name and bytes of each file, for many seeds. */
function laid(t: TestContext, disk: Disk, losing: Losing): Map<string, Buffer>[] {
  const base = mkdtempSync(path.join(tmpdir(), 'nightjar-disk-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  return Array.from({ length: 60 }, (_, seed) => {
    const folder = path.join(base, String(seed));
    disk.lay(folder, losing, new Chance(seed));
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))]));
  });
}

const made: Change[] = [
  { op: 'open', path: `${root}/a`, handle: 1, creates: true, empties: false },
  { op: 'write', handle: 1, position: 0, data: old },
];
const synced: Change[] = [
  { op: 'sync', handle: 1 },
  { op: 'open', path: root, handle: 2, creates: false, empties: false },
  { op: 'sync', handle: 2 },
];

test('what was synced is there, whatever is lost', (t) => {
  for (const losing of ['nothing', 'everything', 'anything'] as const)
    for (const files of laid(t, diskOf([...made, ...synced]), losing)) assert.deepEqual([...files], [['a', old]]);
});

test('what was not synced may be there, gone, torn, or zeros', (t) => {
  const all = laid(t, diskOf(made), 'anything');
  const kinds = new Set(
    all.map((files) => {
      const bytes = files.get('a');
      if (!bytes) return 'gone';
      if (bytes.length === 0) return 'empty';
      if (bytes.equals(old)) return 'whole';
      return bytes.every((byte) => byte === 0) ? 'zeros' : 'torn';
    }),
  );
  assert.deepEqual([...kinds].sort(), ['empty', 'gone', 'torn', 'whole', 'zeros']);
});

test('a file that was synced and whose folder was not may have no name', (t) => {
  const all = laid(t, diskOf([...made, { op: 'sync', handle: 1 }]), 'anything');
  assert.deepEqual(new Set(all.map((files) => files.size)), new Set([0, 1]));
  for (const files of all) for (const bytes of files.values()) assert.deepEqual(bytes, old);
});

test('a name changes from one file to the other, and is never both nor neither', (t) => {
  const other = Buffer.alloc(100, 2);
  const replaced: Change[] = [
    { op: 'open', path: `${root}/b`, handle: 3, creates: true, empties: false },
    { op: 'write', handle: 3, position: 0, data: other },
    { op: 'sync', handle: 3 },
    { op: 'rename', from: `${root}/b`, to: `${root}/a` },
  ];
  const all = laid(t, diskOf([...made, ...synced, ...replaced]), 'anything');
  const found = new Set(all.map((files) => files.get('a')?.[0]));
  assert.deepEqual(found, new Set([1, 2]));
});

test('a disk that counts no syncs loses all that was synced', (t) => {
  const all = laid(t, diskOf([...made, ...synced], { countSyncs: false }), 'everything');
  for (const files of all) assert.equal(files.size, 0);
});

test('a write that had not ended is never sure', (t) => {
  const disk = diskOf([...made, ...synced]);
  disk.take({ call: 90, phase: 'begin', change: { op: 'write', handle: 1, position: 10_000, data: old }, atMs: 90 });
  disk.take({ call: 91, phase: 'begin', change: { op: 'sync', handle: 1 }, atMs: 91 });
  disk.take({ call: 91, phase: 'end', change: { op: 'sync', handle: 1 }, atMs: 92 });
  for (const files of laid(t, disk, 'everything')) assert.deepEqual(files.get('a'), old);
});

const sent: Push[] = Array.from({ length: 100 }, (_, nth) => ({ position: (nth + 480) % 500, atMs: 1000 + nth * 40 }));
const places = sent.map(({ position }) => position);
const judged = (recorded: (number | null)[], sizeOf = 10_000): ReturnType<typeof lossOf> =>
  lossOf(sent, recorded, { sinceMs: 1000, endMs: 5000, sizeOf: () => sizeOf });

test('the loss is counted from the first picture that is missing', () => {
  assert.deepEqual(judged(places), { lostMs: 0, lostBytes: 0, holes: 0, lateMs: 0, kept: 100 });
  assert.deepEqual(judged(places.slice(0, 90)), { lostMs: 400, lostBytes: 100_000, holes: 0, lateMs: 0, kept: 90 });
  assert.equal(judged([]).lostMs, 4000);
});

test('pictures that are missing in the middle, at the beginning, or were never sent are told', () => {
  assert.equal(judged([...places.slice(0, 20), ...places.slice(23)]).holes, 3);
  assert.equal(judged(places.slice(30)).lateMs, 1200);
  assert.equal(judged([...places.slice(0, 20), null]).holes, 1);
});

test('the bound is broken only beyond 2 s and beyond 64 KiB', () => {
  assert.ok(breaksBound(judged(places.slice(0, 40))));
  assert.ok(!breaksBound(judged(places.slice(0, 60))));
  assert.ok(!breaksBound(judged(places.slice(0, 40), 1000)));
});
