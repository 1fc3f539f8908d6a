import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Library } from '../../../main/core/library/library.ts';
import { readFinishedName } from '../../../main/core/library/recordingName.ts';
import { Recorder } from '../../../main/core/recorder/recorder.ts';
import { checkVault } from '../../../main/core/recorder/checkVault.ts';
import { recover } from '../../../main/core/recorder/recovery.ts';
import { openVault, type Vault } from '../../../main/core/vault/folder.ts';
import { sealedChunkBytes } from '../../../main/core/vault/stream.ts';
import {
  cameraId,
  decode,
  type Footage,
  makeFootage,
  makeVault,
  openWithAge,
  type Place,
  record,
  recordRun,
  tenMs,
  until,
} from './footage.ts';

let place: Place;
let footage: Footage;
before(async () => {
  place = await makeVault();
  footage = makeFootage({ seconds: 12, size: '640x360' });
});
after(() => place.remove());

const day = '2026-11-20';
let crashes = 0;

interface Crashed {
  vault: Vault;
  library: Library;
  /** The day's folder. */
  folder: string;
  names: () => string[];
}

/** The folder as a `kill -9` would leave it: copied while the recording is open. Nothing in memory survives. */
async function crash(given: Footage, limits = {}): Promise<Crashed> {
  const library = new Library({ vault: place.vault });
  const recorder = await recordRun({ vault: place.vault, library, limits }, given, tenMs);
  const copy = path.join(place.folder, `crash-${++crashes}`);
  cpSync(place.vault.folder, copy, { recursive: true });
  await recorder.close();
  await library.removal.removeCamera(cameraId);
  const identity = place.vault.identity;
  assert.ok(identity);
  const opened = await openVault(copy, identity);
  assert.ok(opened.ok);
  const vault = opened.value;
  const folder = vault.path('recordings', cameraId, day);
  const names = (): string[] => readdirSync(folder).filter((name) => !name.startsWith('index'));
  return { vault, library: new Library({ vault, now: () => tenMs + 20_000 }), folder, names };
}

test('a recording that was cut off by a crash is whole again, but for its last moment', async () => {
  const { vault, library, names, folder } = await crash(footage);
  assert.deepEqual(names(), [`${tenMs}.mp4.age.part`]);
  const report = await recover(vault, library);
  assert.deepEqual(report, { finished: 1, indexed: 0, waiting: 0, unexplained: [] });
  const [name = ''] = names();
  const span = readFinishedName(name);
  assert.ok(span && names().length === 1);
  assert.ok(span.endMs > tenMs + 10_000, 'no more than the last two seconds are lost');
  const decoded = decode(openWithAge({ ...place, vault }, path.join(folder, name)));
  assert.equal(decoded.errors, '');
  assert.equal(decoded.pictures, ((span.endMs - span.startMs) / 1000) * 25);
  assert.deepEqual(await library.spans(cameraId, tenMs, tenMs + 20_000), [
    { fromMs: tenMs, toMs: span.endMs, kind: 'recorded' },
    { fromMs: span.endMs, toMs: tenMs + 20_000, kind: 'gap', cause: 'closed' },
  ]);
});

test('the cut-off recording without recovery is what the stock tool refuses', async () => {
  const { vault, folder } = await crash(footage);
  assert.throws(() => openWithAge({ ...place, vault }, path.join(folder, `${tenMs}.mp4.age.part`)));
});

test('a beginning that a power cut took before it was on the disk is removed; anything more is a riddle', async () => {
  const { vault, library, folder, names } = await crash(footage);
  const header = readFileSync(path.join(folder, `${tenMs}.mp4.age.part`)).subarray(0, 184);
  const left: [startMs: number, bytes: Buffer][] = [
    [1, Buffer.alloc(0)],
    [2, Buffer.alloc(184)],
    [3, header.subarray(0, 10)],
    [4, header.subarray(0, 120)],
    [5, header.subarray(0, 183)],
    [6, header],
    [7, Buffer.concat([header, Buffer.alloc(sealedChunkBytes)])],
    [8, Buffer.concat([header, Buffer.alloc(2 * sealedChunkBytes)])],
    [9, Buffer.alloc(70_000)],
    [10, Buffer.from('age-encryption.org/v2')],
  ];
  for (const [startMs, bytes] of left) writeFileSync(path.join(folder, `${tenMs + startMs}.mp4.age.part`), bytes);
  const { identity } = vault;
  assert.ok(identity);
  const checked = await checkVault(vault.folder, identity, { documents: {} });
  assert.ok(checked.ok);
  const kinds = checked.value.findings.map(({ kind, file }) => `${path.basename(file).slice(0, 13)} ${kind}`);
  const told = left.map(([startMs]) => `${tenMs + startMs} ${startMs < 8 ? 'unfinished' : 'closed'}`);
  assert.deepEqual(
    kinds.filter((kind) => !kind.startsWith(`${tenMs} `)),
    told,
  );
  const report = await recover(vault, library);
  const riddles = [8, 9, 10].map((startMs) =>
    path.join('recordings', cameraId, day, `${tenMs + startMs}.mp4.age.part`),
  );
  assert.deepEqual(report, { finished: 1, indexed: 0, waiting: 0, unexplained: riddles });
  assert.equal(names().length, 4);
});

test('a second recovery finds nothing to do', async () => {
  const { vault, library, names } = await crash(footage);
  await recover(vault, library);
  const before = names();
  const again = new Library({ vault, now: () => tenMs + 20_000 });
  assert.deepEqual(await recover(vault, again), { finished: 0, indexed: 0, waiting: 0, unexplained: [] });
  assert.deepEqual(names(), before);
});

test('wherever a file was cut, its whole fragments survive and nothing else is lost', async () => {
  const { vault, folder, names } = await crash(footage);
  const part = path.join(folder, `${tenMs}.mp4.age.part`);
  const original = path.join(place.folder, 'original');
  renameSync(part, original);
  const { size } = statSync(original);
  let endMs = 0;
  for (const share of [0.1, 0.33, 0.5, 0.77, 0.99]) {
    for (const name of names()) renameSync(path.join(folder, name), path.join(place.folder, 'away'));
    copyFileSync(original, part);
    truncateSync(part, Math.floor(size * share));
    const library = new Library({ vault, now: () => tenMs + 20_000 });
    const report = await recover(vault, library);
    assert.deepEqual([report.finished, report.unexplained], [1, []]);
    const [name = ''] = names();
    const span = readFinishedName(name);
    assert.ok(span && span.endMs >= endMs);
    endMs = span.endMs;
    assert.equal(decode(openWithAge({ ...place, vault }, path.join(folder, name))).errors, '');
  }
});

test('a crash between finishing and renaming leaves a whole file: it only gets its name', async () => {
  const { vault, library, folder, names } = await crash(footage);
  await recover(vault, library);
  const [name = ''] = names();
  const { ino } = statSync(path.join(folder, name));
  renameSync(path.join(folder, name), path.join(folder, `${tenMs}.mp4.age.part`));
  const again = new Library({ vault, now: () => tenMs + 20_000 });
  assert.equal((await recover(vault, again)).finished, 1);
  assert.deepEqual(names(), [name]);
  assert.equal(statSync(path.join(folder, name)).ino, ino);
});

test('a crash between renaming and the index is indexed', async () => {
  const { vault, library, folder } = await crash(footage, { recordingMs: 3000 });
  await recover(vault, library);
  for (const name of ['index.json.age', 'index.json.age.previous']) rmSync(path.join(folder, name), { force: true });
  const again = new Library({ vault, now: () => tenMs + 20_000 });
  const report = await recover(vault, again);
  assert.equal(report.indexed, readdirSync(folder).filter((name) => readFinishedName(name)).length);
  assert.ok(existsSync(path.join(folder, 'index.json.age')));
});

test('a crash in the middle of recovery is recovered from', async () => {
  const { vault, library, folder, names } = await crash(footage);
  writeFileSync(path.join(folder, `${tenMs}.again.mp4.age.part`), 'half a copy');
  assert.deepEqual(await recover(vault, library), { finished: 1, indexed: 0, waiting: 0, unexplained: [] });
  assert.equal(names().length, 1);
});

test('what cannot be explained is named and left where it is', async () => {
  const { vault, library, folder } = await crash(footage);
  const strange = [
    path.join(folder, 'holiday.jpg'),
    path.join(folder, `${tenMs + 5}.mp4.age.part`),
    path.join(folder, '100-200.mp4.age'),
    vault.path('recordings', 'notes.txt'),
  ];
  for (const file of strange) writeFileSync(file, 'not a recording of ours at all, and longer than a header would be');
  mkdirSync(vault.path('recordings', cameraId, '2026-99-99'));
  const report = await recover(vault, library);
  assert.equal(report.finished, 1);
  assert.deepEqual(
    report.unexplained.sort(),
    [...strange, vault.path('recordings', cameraId, '2026-99-99')]
      .map((file) => path.relative(vault.folder, file))
      .sort(),
  );
  for (const file of strange) assert.ok(existsSync(file));
});

test('a file that was only begun, and holds nothing, is removed', async () => {
  const { vault, library, folder, names } = await crash(footage);
  const part = path.join(folder, `${tenMs}.mp4.age.part`);
  truncateSync(part, 3000);
  writeFileSync(path.join(folder, `${tenMs + 1}.mp4.age.part`), '');
  assert.deepEqual(await recover(vault, library), { finished: 0, indexed: 0, waiting: 0, unexplained: [] });
  assert.deepEqual(names(), []);
});

test('while the vault is locked a cut-off recording waits', async () => {
  const { vault, library, names } = await crash(footage);
  const identity = vault.identity;
  assert.ok(identity);
  const reopened = await openVault(vault.folder, identity);
  assert.ok(reopened.ok);
  // The same folder as another process would have it, locked; `lock` would wipe the identity that the test needs.
  const locked = Object.create(reopened.value, { identity: { value: null } }) as Vault;
  assert.equal((await recover(locked, new Library({ vault: locked }))).waiting, 1);
  assert.deepEqual(names(), [`${tenMs}.mp4.age.part`]);
  assert.equal((await recover(vault, library)).finished, 1);
});

test('recovery leaves the recording alone that is open right now', async () => {
  const library = new Library({ vault: place.vault, now: () => tenMs + 20_000 });
  const recorder = new Recorder({ cameraId, vault: place.vault, library, on: { state: () => undefined } });
  record(recorder, footage, tenMs);
  await until('it records', () => library.openRecording(cameraId) !== null);
  assert.deepEqual(await recover(place.vault, library), { finished: 0, indexed: 0, waiting: 0, unexplained: [] });
  await recorder.close();
  assert.equal((await library.covering(cameraId, { fromMs: 0, toMs: Infinity })).length, 1);
  await library.removal.removeCamera(cameraId);
});

test('a recording that had begun, and of which nothing reached the disk, ends what was told before it', async (t) => {
  for (const [cause, told] of [
    ['deleted', ['deleted', 'closed']],
    ['lost', ['lost', 'closed']],
    ['diskFull', ['diskFull']],
  ] as const) {
    const { vault, remove } = await makeVault();
    t.after(remove);
    const library = new Library({ vault, now: () => tenMs + 30_000 });
    await library.add({ cameraId, startMs: tenMs, endMs: tenMs + 10_000, sizeBytes: 1 });
    await library.note(cameraId, { atMs: tenMs + 10_000, cause });
    const folder = vault.path('recordings', cameraId, day);
    writeFileSync(path.join(folder, `${tenMs}-${tenMs + 10_000}.mp4.age`), '');
    writeFileSync(path.join(folder, `${tenMs + 15_000}.mp4.age.part`), '');
    await recover(vault, library);
    const spans = await library.spans(cameraId, tenMs + 10_000, tenMs + 30_000);
    assert.deepEqual(
      spans.map((span) => (span.kind === 'gap' ? span.cause : span.kind)),
      told,
    );
    assert.equal(spans.at(-1)?.fromMs, tenMs + (told.length === 2 ? 15_000 : 10_000));
  }
});
