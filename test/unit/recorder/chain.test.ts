/**
 * The chain of recordings: made by the real recorder, followed by the real check. What was removed, replaced, moved or
 * forged is named; what Nightjar deleted itself, a crash, a restart and a locked vault are no breach.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../../main/contract/check.ts';
import {
  contentHash,
  type Link,
  linkBox,
  linkMessage,
  readLinkBox,
  readResealedBox,
  resealedBox,
} from '../../../main/contract/evidence/link.ts';
import { Library } from '../../../main/core/library/library.ts';
import { readFinishedName } from '../../../main/core/library/recordingName.ts';
import { readChainMarks } from '../../../main/core/library/recordingLink.ts';
import { readRecordingTable, type RecordingTable } from '../../../main/core/library/recordingTable.ts';
import { checkVault } from '../../../main/core/recorder/checkVault.ts';
import { recover } from '../../../main/core/recorder/recovery.ts';
import { readVaultFile, Vault } from '../../../main/core/vault/folder.ts';
import { identityFromSecret, makeIdentity } from '../../../main/core/vault/keys.ts';
import { SealedReader } from '../../../main/core/vault/sealedReader.ts';
import { sealToFile } from '../../../main/core/vault/sealedFile.ts';
import {
  cameraId,
  decode,
  type Footage,
  makeFootage,
  makeVault,
  openWithAge,
  type Place,
  recordRun,
  tenMs,
} from './footage.ts';

const day = '2026-11-20';
const ofDay = path.join('recordings', cameraId, day);

let footage: Footage;
before(() => {
  footage = makeFootage({ seconds: 12, size: '320x180', sound: true });
});

/** Records twelve seconds from `startMs` on in recordings of four; `stops` leaves the last one open, as a crash does. */
async function recordThree(vault: Vault, startMs = tenMs, stops = true): Promise<Library> {
  const library = new Library({ vault, now: () => startMs + 20_000 });
  const recorder = await recordRun({ vault, library, limits: { recordingMs: 4000 } }, footage, startMs);
  if (stops) await recorder.close();
  return library;
}

async function made(t: TestContext): Promise<Place> {
  const place = await makeVault();
  t.after(() => place.remove());
  return place;
}

function recordingsIn(vault: Vault, folder = ofDay): string[] {
  return readdirSync(vault.path(folder))
    .filter((name) => readFinishedName(name))
    .sort();
}

/** Without the index: what is checked is what the chain alone says. */
async function check(vault: Vault, withIndex = true): Promise<Finding[]> {
  assert.ok(vault.identity);
  if (!withIndex) rmSync(vault.path(ofDay, 'index.json.age'), { force: true });
  const checked = await checkVault(vault.folder, vault.identity, { documents: {} });
  assert.ok(checked.ok);
  return checked.value.findings.filter(({ kind }) => kind !== 'noIndex');
}

interface Read {
  table: RecordingTable;
  link: Link | null;
  sealId: Uint8Array;
  plain: Uint8Array;
}

async function read(vault: Vault, name: string): Promise<Read> {
  assert.ok(vault.identity);
  const opened = await SealedReader.open(vault.path(ofDay, name), vault.identity);
  assert.ok(opened.ok);
  const table = await readRecordingTable(opened.value, readFinishedName(name)?.startMs ?? 0);
  assert.ok(table.ok && table.value);
  const marks = await readChainMarks(opened.value, table.value);
  assert.ok(marks.ok);
  const plain = await opened.value.read(0, opened.value.sizeBytes);
  assert.ok(plain.ok);
  await opened.value.close();
  return { table: table.value, link: marks.value.link, sealId: opened.value.sealId, plain: plain.value };
}

/** As somebody without Nightjar would: the hash of the hashes of init, boxes and fragments. */
function contentOf({ table, plain }: Read): Uint8Array {
  const ends = [
    table.init.bytes.length,
    ...[...table.fragments, ...table.others].map((one) => one.offset + one.length),
  ];
  let from = 0;
  const hashes = ends
    .sort((a, b) => a - b)
    .map((end) => {
      const hash = new Uint8Array(createHash('sha256').update(plain.subarray(from, end)).digest());
      from = end;
      return hash;
    });
  return contentHash(hashes);
}

test('each recording names the one before it and what that held, signed, and plays with age and ffmpeg', async (t) => {
  const place = await made(t);
  const library = await recordThree(place.vault);
  const names = recordingsIn(place.vault);
  assert.equal(names.length, 3);
  const all: Read[] = [];
  for (const name of names) all.push(await read(place.vault, name));
  assert.equal(all[0]?.link?.before, null);
  for (const [nth, one] of all.entries()) {
    assert.ok(one.link?.signature);
    assert.ok(place.vault.signer?.isMine(one.link.signature, linkMessage(one.link)));
    assert.deepEqual(one.link.sealId, one.sealId);
    const earlier = all[nth - 1];
    if (!earlier) continue;
    assert.equal(one.link.before?.startMs, readFinishedName(names[nth - 1] ?? '')?.startMs);
    assert.deepEqual(one.link.before?.sealId, earlier.sealId);
    assert.deepEqual(one.link.before.content, contentOf(earlier));
  }
  const plain = openWithAge(place, place.vault.path(ofDay, names[1] ?? ''));
  assert.deepEqual(decode(plain), { errors: '', pictures: 100 });
  assert.deepEqual(await check(place.vault), []);
  await library.close();
});

test('a recording that was removed, with the index made anew since, is named by its time', async (t) => {
  const place = await made(t);
  await (await recordThree(place.vault)).close();
  const [, second = '', third = ''] = recordingsIn(place.vault);
  rmSync(place.vault.path(ofDay, second));
  const library = new Library({ vault: place.vault });
  await library.rebuildDay(cameraId, day);
  await library.close();
  const secondMs = readFinishedName(second)?.startMs ?? 0;
  const lost = { fromMs: secondMs, toMs: readFinishedName(third)?.startMs ?? 0 };
  const found = { kind: 'unlinked', file: path.join(ofDay, third), beforeMs: secondMs, lost };
  assert.deepEqual(await check(place.vault), [found]);
  assert.deepEqual(await check(place.vault, false), [found], 'also without an index');
});

test('a recording that somebody sealed anew, which needs only the recipient, is named as replaced', async (t) => {
  const place = await made(t);
  await (await recordThree(place.vault)).close();
  const [, second = '', third = ''] = recordingsIn(place.vault);
  const { plain } = await read(place.vault, second);
  await sealToFile(place.vault.path(ofDay, second), place.vault.recipients, plain);
  const found = await check(place.vault, false);
  assert.deepEqual(
    found.map(({ kind, file }) => [kind, path.basename(file)]),
    [
      ['forged', second],
      ['replaced', third],
    ],
  );
});

test('a recording that was copied to another time, or signed by another key, is named as forged', async (t) => {
  const place = await made(t);
  await (await recordThree(place.vault)).close();
  const { vault } = place;
  const [first = '', , third = ''] = recordingsIn(vault);
  const late = readFinishedName(third);
  assert.ok(late);
  const elsewhere = `${late.endMs + 1000}-${late.endMs + 5000}.mp4.age`;
  cpSync(vault.path(ofDay, first), vault.path(ofDay, elsewhere));
  const { identity } = makeIdentity();
  const { plain, link, table } = await read(vault, third);
  assert.ok(link);
  const key = identity.signingKey();
  const forged = linkBox({ ...link, signature: key.sign(linkMessage(link)) });
  plain.set(forged, table.init.bytes.length);
  await sealToFile(vault.path(ofDay, third), vault.recipients, plain);
  const found = await check(vault, false);
  assert.deepEqual(
    found.map(({ kind, file }) => [kind, path.basename(file)]),
    [
      ['forged', third],
      ['forged', elsewhere],
    ],
  );
});

test('what Nightjar deleted itself is no breach: the oldest, one in the middle, and while it is locked', async (t) => {
  const place = await made(t);
  const { vault } = place;
  const secret = vault.identity?.toSecretString() ?? '';
  await (await recordThree(vault)).close();
  await (await recordThree(vault, tenMs + 60_000)).close();
  const library = new Library({ vault });
  const rows = await library.rowsOf(cameraId, day);
  assert.equal(rows.length, 6);
  await library.removal.remove(rows.slice(0, 1));
  await library.removal.remove(rows.slice(2, 3));
  assert.deepEqual(await check(vault), []);
  await library.close();
  vault.lock();
  const locked = new Library({ vault });
  await locked.removal.remove(rows.slice(3, 5));
  await locked.close();
  const identity = identityFromSecret(secret);
  assert.ok(identity && vault.unlock(identity));
  assert.deepEqual(await check(vault), [], 'before the index takes it up');
  const again = new Library({ vault });
  await again.unlocked();
  await again.rowsOf(cameraId, day);
  await again.close();
  assert.deepEqual(await check(vault), [], 'and after');
  assert.equal(recordingsIn(vault).length, 2);
});

test('the chain goes on over a restart, a clock set back, and a day that is gone is worth knowing only', async (t) => {
  const place = await made(t);
  const { vault } = place;
  const nextDayMs = tenMs + 86_400_000;
  await (await recordThree(vault, tenMs - 86_400_000)).close();
  await (await recordThree(vault)).close();
  await (await recordThree(vault, tenMs - 30_000)).close();
  await (await recordThree(vault, nextDayMs)).close();
  assert.deepEqual(await check(vault), []);
  const [first = ''] = recordingsIn(vault, path.join('recordings', cameraId, '2026-11-21'));
  rmSync(vault.path(ofDay), { recursive: true });
  const found = await check(vault);
  assert.deepEqual(
    found.map(({ kind, file }) => [kind, path.basename(file)]),
    [['chainCut', first]],
  );
  rmSync(vault.path('recordings', cameraId, '2026-11-19'), { recursive: true });
  assert.deepEqual(await check(vault), [], 'nothing older is there: the chain begins here');
});

test('a recording cut off by a crash keeps its place in the chain when it is sealed anew, locked meanwhile or not', async (t) => {
  const place = await made(t);
  const { vault } = place;
  const library = await recordThree(vault, tenMs, false);
  const folder = path.join(place.folder, 'crashed');
  cpSync(vault.folder, folder, { recursive: true });
  await library.close();
  const file = await readVaultFile(folder);
  const identity = identityFromSecret(vault.identity?.toSecretString() ?? '');
  assert.ok(file.ok && identity);
  // Started locked: it records on, and what was cut off waits.
  const crashed = new Vault(folder, file.value, null);
  await (await recordThree(crashed, tenMs + 60_000)).close();
  const unsigned = recordingsIn(crashed).at(-3) ?? '';
  assert.ok(crashed.unlock(identity));
  const first = await read(crashed, unsigned);
  assert.equal(first.link?.signature, null, 'nothing signs before the first unlocking');
  const cutOff = readdirSync(crashed.path(ofDay)).find((name) => name.endsWith('.part')) ?? '';
  const finished = recordingsIn(crashed).at(-4) ?? '';
  assert.equal(
    first.link.before?.startMs,
    readFinishedName(finished)?.startMs,
    'of the other nobody knows what it holds',
  );
  const recovering = new Library({ vault: crashed });
  assert.equal((await recover(crashed, recovering)).finished, 1);
  await recovering.close();
  assert.deepEqual(await check(crashed), []);
  const resealed = recordingsIn(crashed).find((name) => name.startsWith(`${cutOff.split('.')[0] ?? ''}-`)) ?? '';
  // Plays as before; and sealed once more by somebody, it is not what it says of itself.
  assert.equal(decode(openWithAge({ ...place, vault: crashed }, crashed.path(ofDay, resealed))).errors, '');
  const { plain } = await read(crashed, resealed);
  await sealToFile(crashed.path(ofDay, resealed), crashed.recipients, plain);
  const kinds = (await check(crashed, false)).map(({ kind }) => kind);
  assert.deepEqual(kinds, ['forged']);
});

test('a finished recording that lies under another time is found, whichever way it was renamed', async (t) => {
  const place = await made(t);
  const { vault } = place;
  await (await recordThree(vault)).close();
  const [, second = ''] = recordingsIn(vault);
  const span = readFinishedName(second);
  assert.ok(span);
  renameSync(vault.path(ofDay, second), vault.path(ofDay, `${span.startMs + 1}-${span.endMs}.mp4.age`));
  const kinds = (await check(vault, false)).map(({ kind }) => kind).sort();
  assert.deepEqual(kinds, ['forged', 'unlinked']);
});

test('links read back what was written, and are refused with any bit of them changed', () => {
  const { identity } = makeIdentity();
  const key = identity.signingKey();
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const timeMs = fc.integer({ min: 0, max: 8.64e15 });
  const beforeOf = fc.record({ startMs: timeMs, sealId: hash, content: fc.option(hash) }, { noNullPrototype: true });
  fc.assert(
    fc.property(timeMs, hash, fc.option(beforeOf), fc.nat(), (startMs, sealId, earlier, place) => {
      const link = { cameraId, startMs, sealId, before: earlier };
      const whole = { ...link, signature: key.sign(linkMessage(link)) };
      const box = linkBox(whole);
      assert.deepEqual(readLinkBox(box), whole);
      const at = place % (box.length * 8);
      box[at >> 3] = (box[at >> 3] ?? 0) ^ (1 << (at & 7));
      const changed = readLinkBox(box);
      const holds = changed?.signature && key.isMine(changed.signature, linkMessage(changed));
      assert.notEqual(holds, true);
    }),
    { numRuns: 300 },
  );
  const resealed = { cameraId, startMs: 5, was: new Uint8Array(32), sealId: new Uint8Array(32), signature: null };
  assert.deepEqual(readResealedBox(resealedBox(resealed)), resealed);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.equal(readLinkBox(bytes), null);
      assert.equal(readResealedBox(bytes), null);
    }),
  );
});
