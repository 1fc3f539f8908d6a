/**
 * The check of a vault: what is altered, cut off, exchanged, moved, missing or foreign is named, to the chunk and the
 * second; what is not is not. The vault is made by the real recorder.
 */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as v from 'valibot';
import { type Finding, lostOf, weightOf } from '../../../main/contract/check.ts';
import { Library } from '../../../main/core/library/library.ts';
import { openFinished } from '../../../main/core/library/recordingSource.ts';
import { type CheckReport, checkVault } from '../../../main/core/recorder/checkVault.ts';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { openStore } from '../../../main/core/vault/sealedStore.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import { VaultKeys } from '../../../main/core/vault/vaultKeys.ts';
import { fragmentMs } from '../../../main/core/video/intakeScript.ts';
import { cameraId, makeFootage, makeVault, type Place, recordRun, tenMs } from './footage.ts';

const day = '2026-11-20';
const names = v.object({ names: v.array(v.string()) });
const form = {
  version: 1,
  parse: (value: unknown) => {
    const parsed = v.safeParse(names, value);
    return parsed.success ? parsed.output : null;
  },
};
const documents = { 'settings.json.age': form, 'cameras.json.age': form };
const folderOfDay = path.join('recordings', cameraId, day);

let place: Place;
/** Three recordings of about four seconds each, in order; the bytes of each are several chunks. */
let recordings: string[] = [];
before(async () => {
  place = await makeVault();
  const { vault } = place;
  for (const name of Object.keys(documents)) {
    const options = { path: vault.path(name), vault, initial: { names: [] as string[] }, ...form };
    const store = await openStore(options);
    assert.ok(store.ok);
    for (const one of ['Garden', 'Door']) {
      assert.ok((await store.value.update((value) => ({ names: [...value.names, one] }))).ok);
    }
  }
  await sealToFile(vault.path('log.txt.age'), vault.recipients, Buffer.from('a line\n'));
  const library = new Library({ vault });
  // On the recordings' own day, whatever day it is.
  const now = (): number => tenMs + 12_000;
  const footage = makeFootage({ seconds: 12, size: '1280x720', fragmentMs });
  const recorder = await recordRun({ vault, library, limits: { recordingMs: 4000 }, now }, footage, tenMs);
  await recorder.close();
  await library.close();
  recordings = readdirSync(vault.path(folderOfDay))
    .filter((name) => name.endsWith('.mp4.age'))
    .map((name) => path.join(folderOfDay, name));
  assert.equal(recordings.length, 3);
});
after(() => place.remove());

let copies = 0;
/** A copy of the vault, to be damaged. */
function copyOfVault(): string {
  const folder = path.join(place.folder, `copy-${++copies}`);
  cpSync(place.vault.folder, folder, { recursive: true });
  return folder;
}

async function check(folder: string, repair = false): Promise<CheckReport> {
  assert.ok(place.vault.identity);
  const checked = await checkVault(folder, place.vault.identity, { documents, repair });
  assert.ok(checked.ok, JSON.stringify(checked));
  return checked.value;
}

function told(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, file }) => `${kind} ${file}`);
}

function flip(file: string, bit: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  writeFileSync(file, bytes);
}

test('nothing is found in a vault that nothing happened to', async () => {
  const report = await check(copyOfVault());
  assert.deepEqual(report.findings, []);
  assert.equal(report.files, readdirSync(place.vault.folder).length - 1 + 3 + 2);
});

test('a flipped bit in the middle of a recording is named with its chunk and its seconds, and no other is', async () => {
  const folder = copyOfVault();
  const [, second = ''] = recordings;
  const header = 168;
  flip(path.join(folder, second), (header + 16 + 65_552 + 30_000) * 8);
  const { findings } = await check(folder);
  const [finding] = findings;
  assert.deepEqual(told(findings), [`chunks ${second}`]);
  assert.ok(finding?.kind === 'chunks');
  const { firstChunk, fromByte, toByte } = finding.chunks;
  assert.deepEqual([firstChunk, fromByte, toByte], [1, header + 16 + 65_552, header + 16 + 2 * 65_552]);
  const lost = lostOf(finding);
  assert.ok(lost && lost.fromMs >= tenMs + 4000 && lost.toMs <= tenMs + 8000 && lost.toMs - lost.fromMs < 4000);
});

test('what is not damaged of a recording still opens', async () => {
  const folder = copyOfVault();
  const [first = ''] = recordings;
  flip(path.join(folder, first), (168 + 16 + 65_552 + 30_000) * 8);
  const [startMs = 0, endMs = 0] = (/(\d+)-(\d+)/.exec(path.basename(first)) ?? []).slice(1).map(Number);
  const { vault } = place;
  const opened = await openFinished(vault, { path: path.join(folder, first), startMs, endMs });
  assert.ok(opened.ok);
  const read = await Promise.all(opened.value.fragments.map(({ offset, length }) => opened.value.read(offset, length)));
  await opened.value.close();
  const touched = opened.value.fragments.map(({ offset, length }) => offset < 2 * 65_536 && offset + length > 65_536);
  assert.deepEqual(
    read.map((one) => one.ok),
    touched.map((one) => !one),
    'every fragment that the damaged chunk does not touch',
  );
  assert.ok(touched.includes(true) && touched.includes(false));
});

test('two recordings that changed places are both named, and so is one under another camera', async () => {
  const folder = copyOfVault();
  const [first = '', second = '', third = ''] = recordings;
  swap(path.join(folder, first), path.join(folder, second));
  assert.deepEqual(told((await check(folder)).findings), [`exchanged ${first}`, `exchanged ${second}`]);
  const other = copyOfVault();
  const otherCamera = path.join('recordings', 'ffeeddccbbaa9988', day);
  mkdirSync(path.join(other, otherCamera), { recursive: true });
  copyFileSync(path.join(other, third), path.join(other, otherCamera, path.basename(third)));
  const { findings } = await check(other);
  const copy = path.join(otherCamera, path.basename(third));
  assert.deepEqual(told(findings), [`forged ${copy}`, `noIndex ${path.join(otherCamera, 'index.json.age')}`]);
});

function swap(one: string, two: string): void {
  const bytes = readFileSync(one);
  copyFileSync(two, one);
  writeFileSync(two, bytes);
}

test('documents that changed places, and a version that took the place of a newer one, are named', async () => {
  const folder = copyOfVault();
  const [settings = '', cameras = ''] = Object.keys(documents);
  swap(path.join(folder, settings), path.join(folder, cameras));
  assert.deepEqual(told((await check(folder)).findings).sort(), [`misread ${cameras}`, `misread ${settings}`]);
  const older = copyOfVault();
  swap(path.join(older, settings), path.join(older, `${settings}.previous`));
  assert.deepEqual(told((await check(older)).findings), [`exchanged ${settings}`]);
  const copied = copyOfVault();
  copyFileSync(path.join(copied, `${settings}.previous`), path.join(copied, settings));
  assert.deepEqual(told((await check(copied)).findings), [`exchanged ${settings}`]);
});

test('a chunk that was moved, repeated or taken out is named', async () => {
  const [first = ''] = recordings;
  const chunk = (bytes: Buffer, nth: number): Buffer => bytes.subarray(184 + nth * 65_552, 184 + (nth + 1) * 65_552);
  const changes: [string, (bytes: Buffer) => Buffer][] = [
    [
      'moved',
      (bytes) =>
        Buffer.concat([bytes.subarray(0, 184), chunk(bytes, 1), chunk(bytes, 0), bytes.subarray(184 + 2 * 65_552)]),
    ],
    [
      'repeated',
      (bytes) => Buffer.concat([bytes.subarray(0, 184 + 65_552), chunk(bytes, 0), bytes.subarray(184 + 65_552)]),
    ],
    [
      'in the place of another',
      (bytes) => Buffer.concat([bytes.subarray(0, 184 + 65_552), chunk(bytes, 0), bytes.subarray(184 + 2 * 65_552)]),
    ],
    ['taken out', (bytes) => Buffer.concat([bytes.subarray(0, 184), bytes.subarray(184 + 65_552)])],
    [
      'its last behind it again',
      (bytes) => Buffer.concat([bytes, bytes.subarray(184 + 65_552 * Math.floor((bytes.length - 184) / 65_552))]),
    ],
  ];
  for (const [what, change] of changes) {
    const folder = copyOfVault();
    const file = path.join(folder, first);
    writeFileSync(file, change(readFileSync(file)));
    const { findings } = await check(folder);
    assert.ok(findings.length > 0 && findings.every((one) => one.file === first), `${what}: ${told(findings).join()}`);
    assert.ok(
      findings.some((one) => lostOf(one) !== null),
      what,
    );
  }
});

test('a recording cut off at any chunk, or one byte beside it, is named with what is lost of it', async () => {
  const folder = copyOfVault();
  const [, , third = ''] = recordings;
  const whole = readFileSync(path.join(folder, third));
  const chunks = Math.floor((whole.length - 184) / 65_552);
  assert.ok(chunks >= 3);
  for (let nth = 0; nth <= chunks; nth += 1) {
    for (const beside of [-1, 0, 1]) {
      const size = 184 + nth * 65_552 + beside;
      writeFileSync(path.join(folder, third), whole.subarray(0, size));
      const { findings } = await check(folder);
      assert.deepEqual(
        findings.map(({ file }) => file),
        [third],
        `cut off at ${size}`,
      );
      const [finding] = findings;
      assert.ok(finding && (finding.kind === 'cutOff' || finding.kind === 'closed') && finding.lost);
      const before = nth - (beside < 0 ? 1 : 0);
      if (finding.kind === 'cutOff') assert.equal(finding.atByte, 184 + Math.max(0, before) * 65_552);
    }
  }
});

test('what is missing, foreign, without an index or left over is told apart', async () => {
  const folder = copyOfVault();
  const [first = '', second = ''] = recordings;
  rmSync(path.join(folder, first));
  writeFileSync(path.join(folder, folderOfDay, 'holiday.jpg'), 'x');
  writeFileSync(path.join(folder, 'notes.txt'), 'x');
  writeFileSync(path.join(folder, 'settings.json.age.0123abcd.new'), 'x');
  mkdirSync(path.join(folder, 'recordings', 'somewhere'));
  const { findings } = await check(folder);
  assert.deepEqual(told(findings).sort(), [
    `leftover settings.json.age.0123abcd.new`,
    `missing ${first}`,
    'unexplained notes.txt',
    `unexplained ${path.join(folderOfDay, 'holiday.jpg')}`,
    `unexplained ${path.join('recordings', 'somewhere')}`,
  ]);
  const bare = copyOfVault();
  rmSync(path.join(bare, folderOfDay, 'index.json.age'));
  rmSync(path.join(bare, folderOfDay, 'index.json.age.previous'));
  rmSync(path.join(bare, 'recovery.age'));
  assert.deepEqual(told((await check(bare)).findings), [
    `noIndex ${path.join(folderOfDay, 'index.json.age')}`,
    'missing recovery.age',
  ]);
  const renamed = copyOfVault();
  const later = path.join(folderOfDay, `${tenMs + 4000}-${tenMs + 64_000}.mp4.age`);
  renameSync(path.join(renamed, second), path.join(renamed, later));
  const kinds = told((await check(renamed)).findings);
  assert.deepEqual(kinds, [`short ${later}`, `unindexed ${later}`, `missing ${second}`]);
});

test('repairing rebuilds an index and ends a cut-off recording; what cannot be explained stays', async () => {
  const folder = copyOfVault();
  const [, , third = ''] = recordings;
  const index = path.join(folderOfDay, 'index.json.age');
  flip(path.join(folder, index), 4000);
  flip(path.join(folder, `${index}.previous`), 4000);
  const startMs = /\d+/.exec(path.basename(third))?.[0] ?? '';
  const part = path.join(folderOfDay, `${startMs}.mp4.age.part`);
  renameSync(path.join(folder, third), path.join(folder, part));
  truncateSync(path.join(folder, part), 184 + 65_552 * 3 + 100);
  writeFileSync(path.join(folder, folderOfDay, 'holiday.jpg'), 'x');
  const found = told((await check(folder)).findings);
  assert.ok(found.includes(`unfinished ${part}`) && found.some((one) => one.endsWith(index)));
  assert.ok(existsSync(path.join(folder, part)), 'without being asked to, nothing is changed');
  const repaired = await check(folder, true);
  assert.deepEqual(told(repaired.findings), [`unexplained ${path.join(folderOfDay, 'holiday.jpg')}`]);
  assert.ok(told(repaired.repaired).includes(`unfinished ${part}`));
  assert.ok(existsSync(path.join(folder, folderOfDay, 'holiday.jpg')));
  assert.deepEqual(told((await check(folder)).findings), told(repaired.findings));
});

test('repairing an index does not make one believe that a missing recording was never there', async () => {
  const folder = copyOfVault();
  const [first = '', second = ''] = recordings;
  rmSync(path.join(folder, first));
  copyFileSync(path.join(folder, second), path.join(folder, folderOfDay, `${tenMs + 1}-${tenMs + 4001}.mp4.age`));
  const { findings } = await check(folder, true);
  assert.ok(told(findings).includes(`missing ${first}`));
});

test('somebody else’s vault and a vault that is none are problems, and a check can be stopped', async () => {
  const { identity } = makeIdentity();
  assert.deepEqual(await checkVault(place.vault.folder, identity, { documents }), {
    ok: false,
    problem: { code: 'keyWrong' },
  });
  assert.equal((await checkVault(path.join(place.folder, 'nowhere'), identity, { documents })).ok, false);
  assert.ok(place.vault.identity);
  const stopped = await checkVault(place.vault.folder, place.vault.identity, {
    documents,
    signal: AbortSignal.abort(),
  });
  assert.deepEqual(stopped, { ok: false, problem: { code: 'cancelled' } });
  const folder = copyOfVault();
  appendFileSync(path.join(folder, 'recovery.age'), 'x');
  assert.deepEqual(told((await check(folder)).findings), ['misread recovery.age']);
});

test('every changed bit of vault.json that changes what it says is named, where the vault has its list of keys', async (t) => {
  const small = await makeVault();
  t.after(small.remove);
  const { vault } = small;
  const { folder, identity } = vault;
  const keys = await VaultKeys.open(vault);
  assert.ok(identity && keys.ok && (await keys.value.add(makeIdentity().recipient, 'A safe')).ok);
  const untouched = await checkVault(folder, identity, { documents: {} });
  assert.ok(untouched.ok);
  assert.deepEqual(untouched.value.findings, []);
  const file = path.join(folder, 'vault.json');
  const whole = readFileSync(file);
  const means = (bytes: Uint8Array): string => {
    try {
      return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      return '';
    }
  };
  let changed = 0;
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    flip(file, bit);
    // White space and the order of names say nothing.
    if (means(readFileSync(file)) !== means(whole)) {
      changed += 1;
      const found = await checkVault(folder, identity, { documents: {} });
      const isNamed = found.ok && told(found.value.findings).includes('misread vault.json');
      assert.ok(!found.ok || isNamed, `bit ${bit}`);
    }
    writeFileSync(file, whole);
  }
  assert.ok(changed > 1000);
});

test('damage is damage, and what can be put right is told from it', () => {
  assert.equal(weightOf({ kind: 'closed', file: recordings[0] ?? '', lost: null }), 'damage');
  assert.equal(weightOf({ kind: 'closed', file: path.join(folderOfDay, 'index.json.age'), lost: null }), 'repairable');
  assert.equal(weightOf({ kind: 'leftover', file: 'x' }), 'note');
});
