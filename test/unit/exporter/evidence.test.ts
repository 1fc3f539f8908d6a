/**
 * Evidence packs: what is in one, that it passes, with the tools that every system has too, and that whatever is done to
 * it is named with its place. What the real recorder recorded, by the real ffmpeg.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  fingerprint,
  type Manifest,
  manifestBytes,
  type ManifestRecording,
  manifestVersion,
  readFingerprint,
  readManifest,
} from '../../../main/contract/evidence/manifest.ts';
import type { EvidenceCheck, ExportJob } from '../../../main/contract/exports.ts';
import { type PackFile, type PackFinding, plainHasher } from '../../../main/contract/evidence/pack.ts';
import { verifyOriginal } from '../../../main/contract/evidence/verifyOriginal.ts';
import { checkPack } from '../../../main/app/evidence.ts';
import type { PackReport } from '../../../main/contract/evidence/verifyPack.ts';
import { evidence } from '../../../main/contract/text/en/evidence.ts';
import { checkEvidence } from '../../../main/core/exporter/evidence/checkEvidence.ts';
import { removeLeftovers } from '../../../main/core/exporter/places.ts';
import { writeEvidence } from '../../../main/core/exporter/evidence/writeEvidence.ts';
import { Vault } from '../../../main/core/vault/folder.ts';
import { makeIdentity } from '../../../main/core/vault/keys.ts';
import { cameraId, decode, openWithAge, probe, tenMs } from '../recorder/footage.ts';
import { jobOf, makePack, names, otherCameraId, type Recorded, recordTwo, wishes } from './evidencePack.ts';

let recorded: Recorded;
let pack: string;
let manifest: Manifest;
before(async () => {
  recorded = await recordTwo();
  pack = await makePack(recorded, 'whole');
  const read = readManifest(readFileSync(path.join(pack, 'manifest.json')));
  assert.ok(read && read !== 'newer');
  manifest = read;
});
after(async () => {
  await recorded.recorder.close();
  await recorded.library.close();
  recorded.place.remove();
});

let copies = 0;
function copyOfPack(): string {
  const folder = path.join(recorded.place.folder, `copy-${++copies}`);
  cpSync(pack, folder, { recursive: true });
  return folder;
}

async function check(folder: string, wish = {}): Promise<PackReport> {
  const checked = await checkEvidence(folder, wish);
  assert.ok(checked.ok, JSON.stringify(checked));
  return checked.value;
}

async function findingsIn(folder: string): Promise<PackFinding[]> {
  const { findings, passed } = await check(folder);
  assert.equal(passed, findings.every(evidence.isNote));
  for (const finding of findings) assert.notEqual(evidence.say(finding).fact, '');
  return findings;
}

function edit(file: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(file, change(readFileSync(file)));
}

/** An original with several pieces, and where each begins in the file. */
function anOriginal(): { file: string; pieces: { at: number; length: number; startMs: number }[]; camera: string } {
  const [camera] = manifest.cameras;
  const recording = camera?.recordings[1];
  assert.ok(camera && recording);
  let at = 0;
  const pieces = recording.pieces.flatMap((piece) => {
    if (piece[3] === 0) return [];
    at += piece[2];
    const startMs = piece[0] === 'fragment' ? piece[4] : recording.startMs;
    return [{ at: at - piece[2], length: piece[2], startMs }];
  });
  return { file: recording.file, pieces, camera: camera.name };
}

test('a pack passes, and its originals are what age opens of the recordings, byte for byte', async () => {
  const report = await check(pack);
  assert.deepEqual(report.findings, []);
  assert.ok(report.passed);
  assert.equal(report.counts.files, manifest.files.length + 1);
  const { vault } = recorded.place;
  assert.equal(report.fingerprint, vault.signer && fingerprint(vault.signer.publicKey));
  const day = vault.path('recordings', cameraId, '2026-11-20');
  const originals = manifest.cameras[0]?.recordings ?? [];
  assert.equal(originals.length, 5, '10:00:02.5 to 10:00:26.3');
  for (const { file, startMs, pieces } of originals) {
    const name = readdirSync(day).find((one) => one.startsWith(`${startMs}-`)) ?? '';
    const plain = openWithAge(recorded.place, path.join(day, name));
    const bytes = readFileSync(path.join(pack, file));
    const isWhole = pieces.every((piece) => piece[3] === 1);
    if (isWhole) assert.ok(plain.equals(bytes));
    else assert.ok(bytes.length < plain.length && plain.includes(bytes.subarray(-1000)), 'an excerpt');
    assert.equal(decode(path.join(pack, file)).errors, '');
  }
  assert.equal(originals.filter(({ pieces }) => pieces.some((piece) => piece[3] === 0)).length, 2, 'only at the ends');
  // Every recording but the newest of each run is named by the one after it.
  assert.ok(report.counts.vouched >= 5, String(report.counts.vouched));
});

test('it says cameras, gaps with causes, clocks and times, and its videos are ordinary ones', () => {
  const [door, garden] = manifest.cameras;
  assert.deepEqual([door?.name, garden?.name], Object.values(names));
  const gapMs = { fromMs: tenMs + 12_000, toMs: tenMs + 20_000 };
  assert.deepEqual(
    door?.gaps.map(({ cause, ...gap }) => [cause, Math.abs(gap.fromMs - gapMs.fromMs) < 500, gap.toMs]),
    [['closed', true, gapMs.toMs]],
  );
  assert.deepEqual(door.clock, { atExport: { offsetMs: -420, uncertaintyMs: 30 }, recorded: [] });
  assert.equal(door.serial, '0012');
  assert.deepEqual(
    door.videos.map(({ file }) => file),
    ['video/Front door.mp4', 'video/Front door 2.mp4'],
  );
  assert.equal(garden?.recordings.at(-1)?.open, true, 'it is still being recorded');
  for (const { file, startMs, endMs, sound } of manifest.cameras.flatMap(({ videos }) => videos)) {
    const whole = path.join(pack, file);
    const probed = probe(whole);
    assert.ok(sound && probed.sound, 'as it was recorded');
    const seconds = (endMs - startMs) / 1000;
    assert.ok(Math.abs(probed.durationSeconds - seconds) < 0.2, `${probed.durationSeconds} ${seconds}`);
    assert.equal(decode(whole).errors, '');
  }
  // What players show is the span, though the file begins at the keyframe before it.
  const shown = door.videos.map(({ startMs, endMs }) => [startMs - manifest.fromMs, manifest.toMs - endMs]);
  assert.ok(Math.abs(shown[0]?.[0] ?? Infinity) < 100 && Math.abs(shown[1]?.[1] ?? Infinity) < 100, String(shown));
  for (const { name } of manifest.files) assert.doesNotMatch(name, /[<>:"\\|?*]/);
});

test('where nothing was heard nothing is said to be, and what the first version said of videos is still taken', async () => {
  const silent = await recordTwo({ sound: false });
  try {
    const folder = await makePack(silent, 'silent');
    const read = readManifest(readFileSync(path.join(folder, 'manifest.json')));
    assert.ok(read && read !== 'newer');
    for (const { file, sound } of read.cameras.flatMap(({ videos }) => videos)) {
      assert.equal(sound, false);
      assert.equal(probe(path.join(folder, file)).sound, false);
    }
  } finally {
    await silent.recorder.close();
    await silent.library.close();
    silent.place.remove();
  }
  const first = structuredClone(manifest);
  first.version = 1;
  for (const { videos } of first.cameras) for (const video of videos) delete video.sound;
  assert.deepEqual(readManifest(manifestBytes(first)), first);
});

test('a camera called as another one’s second video has a video of its own', async () => {
  const [one = '', other = ''] = Object.keys(names);
  const cameras = [
    { id: one, name: 'Gate' },
    { id: other, name: 'gate 2' },
  ];
  const folder = await makePack(recorded, 'alike', {}, { cameras });
  const read = readManifest(readFileSync(path.join(folder, 'manifest.json')));
  assert.ok(read && read !== 'newer');
  assert.deepEqual(
    read.cameras.map(({ videos }) => videos.map(({ file }) => file)),
    [['video/Gate.mp4', 'video/Gate 3.mp4'], ['video/gate 2.mp4']],
  );
  assert.ok((await check(folder)).passed);
});

test('it says in plain words what a passing check proves and what not, also without its page', () => {
  const said = readFileSync(path.join(pack, 'read-me.txt'), 'utf8');
  const [lead = '', proves = '', provesNot = ''] = said.split(
    new RegExp(`${evidence.provesHeading}|${evidence.provesNotHeading}`, 'i'),
  );
  for (const sentence of evidence.proves) assert.ok(proves.includes(sentence) && !lead.includes(sentence), sentence);
  for (const sentence of evidence.provesNot) assert.ok(provesNot.includes(sentence), sentence);
  const { signer } = recorded.place.vault;
  assert.ok(signer && said.includes(fingerprint(signer.publicKey)));
  assert.ok(
    manifest.files.some(({ name }) => name === 'read-me.txt'),
    'it is signed, too',
  );
});

test('sha256sum and openssl check it too', () => {
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'checksums.txt'], { cwd: pack });
  const verify = ['pkeyutl', '-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'manifest.json'];
  const said = execFileSync('openssl', [...verify, '-sigfile', 'manifest.sig'], { cwd: pack, encoding: 'utf8' });
  assert.match(said, /Signature Verified Successfully/);
  const broken = copyOfPack();
  edit(path.join(broken, 'manifest.json'), (bytes) =>
    Buffer.from(bytes.toString().replace('Front door', 'Front d00r')),
  );
  assert.throws(() => execFileSync('openssl', [...verify, '-sigfile', 'manifest.sig'], { cwd: broken, stdio: 'pipe' }));
});

test('any bit flipped in any file is named: the file, and of a recording the camera and the time', async () => {
  const files = [...manifest.files.map(({ name }) => name), 'manifest.json', 'manifest.sig', 'checksums.txt'];
  const folder = copyOfPack();
  const place = fc.record({
    nth: fc.nat(),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: fc.nat(7),
  });
  await fc.assert(
    fc.asyncProperty(place, async ({ nth, at, bit }) => {
      const name = files[nth % files.length] ?? '';
      const file = path.join(folder, name);
      const before = readFileSync(file);
      const flipped = Buffer.from(before);
      const byte = Math.floor(at * flipped.length);
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << bit);
      writeFileSync(file, flipped);
      const findings = await findingsIn(folder);
      writeFileSync(file, before);
      assert.ok(findings.length > 0 && !findings.every(evidence.isNote), `${name} ${byte}`);
      if (name.startsWith('manifest')) {
        assert.ok(findings.some(({ is }) => is === 'signature' || is === 'manifestUnread'));
        return;
      }
      assert.ok(
        findings.every((one) => 'file' in one && one.file === name),
        JSON.stringify(findings),
      );
      const recording = manifest.cameras.flatMap(({ recordings }) => recordings).find((one) => one.file === name);
      if (!recording) return;
      let end = 0;
      const here = recording.pieces.filter((piece) => piece[3] === 1);
      const hit = here.find((piece) => byte < (end += piece[2]));
      assert.ok(hit);
      const fromMs = hit[0] === 'fragment' ? hit[4] : recording.startMs;
      const told = findings.map((one) => ('fromMs' in one ? one.fromMs : null));
      assert.ok(told.includes(fromMs), `${JSON.stringify(findings)} ${fromMs}`);
    }),
    { numRuns: 80 },
  );
  assert.deepEqual(await findingsIn(folder), [], 'and passes again when it is put back');
});

test('a piece taken out, moved, moved in time, doubled or added is named as such', async () => {
  const { file, pieces, camera } = anOriginal();
  const [third, fourth] = [pieces[3], pieces[4]];
  assert.ok(third && fourth);
  const cut = (bytes: Buffer, { at, length }: { at: number; length: number }): Buffer =>
    bytes.subarray(at, at + length);
  const changed = async (change: (bytes: Buffer) => Buffer): Promise<PackFinding[]> => {
    const folder = copyOfPack();
    edit(path.join(folder, file), change);
    return await findingsIn(folder);
  };
  const [dropped, ...none] = await changed((bytes) => {
    return Buffer.concat([bytes.subarray(0, third.at), bytes.subarray(fourth.at)]);
  });
  assert.deepEqual(none, []);
  assert.ok(dropped?.is === 'dropped' && dropped.fromMs === third.startMs && dropped.camera === camera);
  const moved = await changed((bytes) => {
    const rest = bytes.subarray(fourth.at + fourth.length);
    return Buffer.concat([bytes.subarray(0, third.at), cut(bytes, fourth), cut(bytes, third), rest]);
  });
  assert.deepEqual(
    moved.map(({ is }) => is),
    ['moved'],
  );
  const [shifted, ...rest] = await changed((bytes) => {
    const at = bytes.indexOf('tfdt', third.at) + 4;
    // Version 1: 64 bits; two seconds on.
    const isLong = bytes[at] === 1;
    if (isLong) bytes.writeBigUInt64BE(bytes.readBigUInt64BE(at + 4) + 2n * 12800n, at + 4);
    else bytes.writeUInt32BE(bytes.readUInt32BE(at + 4) + 2 * 12800, at + 4);
    return bytes;
  });
  assert.deepEqual(rest, []);
  assert.ok(shifted?.is === 'shifted' && shifted.fromMs === third.startMs, JSON.stringify(shifted));
  assert.ok(Math.abs(shifted.byMs - 2000) < 30, String(shifted.byMs));
  const doubled = await changed((bytes) => {
    return Buffer.concat([bytes.subarray(0, fourth.at), cut(bytes, third), bytes.subarray(fourth.at)]);
  });
  assert.deepEqual(
    doubled.map(({ is }) => is),
    ['inserted'],
  );
  const longer = await changed((bytes) => Buffer.concat([bytes, Buffer.from('something')]));
  assert.deepEqual(
    longer.map(({ is }) => is),
    ['inserted'],
  );
  const shorter = await changed((bytes) => bytes.subarray(0, -5));
  assert.equal(shorter.length, 1);
  assert.ok(shorter[0]?.is === 'altered' || shorter[0]?.is === 'dropped');
  assert.deepEqual(
    (await changed(() => Buffer.alloc(0))).map(({ is }) => is).filter((is) => is !== 'dropped'),
    [],
  );
});

test('a file renamed, removed or exchanged is named, one put beside them is worth knowing', async () => {
  const { file } = anOriginal();
  const folder = copyOfPack();
  const elsewhere = path.posix.join(path.posix.dirname(file), 'other.mp4');
  renameSync(path.join(folder, file), path.join(folder, elsewhere));
  assert.deepEqual(await findingsIn(folder), [{ is: 'missing', file, as: elsewhere }]);
  rmSync(path.join(folder, elsewhere));
  assert.deepEqual(await findingsIn(folder), [{ is: 'missing', file, as: null }]);
  const swapped = copyOfPack();
  const [one = '', two = ''] = manifest.cameras[0]?.recordings.slice(1, 3).map((recording) => recording.file) ?? [];
  const bytes = readFileSync(path.join(swapped, one));
  cpSync(path.join(swapped, two), path.join(swapped, one));
  writeFileSync(path.join(swapped, two), bytes);
  const files = new Set((await findingsIn(swapped)).map((finding) => ('file' in finding ? finding.file : '')));
  assert.deepEqual([...files], [one, two]);
  const more = copyOfPack();
  writeFileSync(path.join(more, 'note.txt'), 'found on the floor');
  writeFileSync(path.join(more, 'Thumbs.db'), '');
  const report = await check(more);
  assert.deepEqual([report.findings, report.passed], [[{ is: 'extra', file: 'note.txt' }], true]);
});

test('moved, renamed as a whole, with accents written in another way: it passes, and a twin beside a file is told', async () => {
  const folder = path.join(recorded.place.folder, 'Fw_ Re_ evidence (1) für Zoë');
  cpSync(pack, folder, { recursive: true });
  // As HFS+ and programs that pack there write it.
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.normalize('NFD') !== name,
  );
  assert.ok(names.length >= 2, 'Gärten Süd');
  // What lies deeper first.
  for (const name of names.sort((a, b) => b.length - a.length)) {
    const [base, last] = [path.dirname(name), path.basename(name)];
    if (last !== last.normalize('NFD')) {
      renameSync(path.join(folder, name), path.join(folder, base, last.normalize('NFD')));
    }
  }
  const moved = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  assert.ok(moved.some((name) => name !== name.normalize('NFC')));
  const report = await check(folder);
  assert.deepEqual(report.findings, []);
  for (const { name } of manifest.files) assert.ok(report.sound.has(name), name);
  // Whichever of two comes first, the one that is spelt as it was is checked, and the other is told.
  const twin = 'video/Gärten Süd.mp4';
  writeFileSync(path.join(folder, twin), 'something else');
  assert.deepEqual(await findingsIn(folder), [
    { is: 'altered', fromByte: 0, toByte: 14, ...placeIn(twin) },
    { is: 'extra', file: twin.normalize('NFD') },
  ]);
});

function placeIn(file: string): { file: string; camera: string | null; fromMs: number | null; toMs: number | null } {
  for (const { name: camera, videos } of manifest.cameras) {
    const video = videos.find((one) => one.file === file);
    if (video) return { file, camera, fromMs: video.startMs, toMs: video.endMs };
  }
  return { file, camera: null, fromMs: null, toMs: null };
}

test('the list of exports is told what is wrong, not drowned by what is only worth knowing', async () => {
  const folder = copyOfPack();
  for (let nth = 0; nth < 120; nth++) writeFileSync(path.join(folder, `note ${nth}.txt`), '');
  const span = { fromMs: manifest.fromMs, toMs: manifest.toMs };
  const job: ExportJob = {
    ...{ id: '00000000000000ab', cameras: [], ...span, folder: path.dirname(folder), recordedMs: 0, gaps: 0 },
    ...{ cut: 'fast', burnsIn: false, sound: true, timeLapseMs: null, result: { is: 'evidence' }, madeAnew: [] },
    progress: { state: 'done', sizeBytes: 0, files: [path.join(folder, 'check.html')], finishedMs: 0 },
  };
  const told = async (): Promise<EvidenceCheck> => {
    const checked = await checkPack(recorded.place.vault, job);
    assert.ok(checked.ok, JSON.stringify(checked));
    return checked.value;
  };
  const whole = await told();
  assert.deepEqual([whole.passed, whole.count, whole.findings], [true, 0, []]);
  // The chain is looked at after everything else.
  forge(folder, (forged) => {
    const recording = forged.cameras[0]?.recordings[1];
    assert.ok(recording);
    recording.content = 'ab'.repeat(32);
  });
  const { passed, count, findings } = await told();
  assert.equal(passed, false);
  assert.equal(count, findings.length);
  assert.ok(findings.some(({ is }) => is === 'content') && !findings.some(evidence.isNote), JSON.stringify(findings));
});

/** The manifest changed and signed again, by whom it may. */
function forge(folder: string, change: (forged: Manifest) => void, key = recorded.place.vault.signer): void {
  const forged = structuredClone(manifest);
  change(forged);
  assert.ok(key);
  forged.key = Buffer.from(key.publicKey).toString('hex');
  const bytes = manifestBytes(forged);
  writeFileSync(path.join(folder, 'manifest.json'), bytes);
  writeFileSync(path.join(folder, 'manifest.sig'), key.sign(bytes));
}

test('an edited manifest does not fit its signature; signed by another key it shows by its fingerprint', async () => {
  const folder = copyOfPack();
  const text = readFileSync(path.join(folder, 'manifest.json'), 'utf8');
  writeFileSync(path.join(folder, 'manifest.json'), text.replace('"serial":"0012"', '"serial":"0013"'));
  const kinds = (await findingsIn(folder)).map(({ is }) => is);
  assert.ok(kinds.includes('signature'));
  writeFileSync(path.join(folder, 'manifest.json'), text.replace('{', '{ '));
  assert.deepEqual(await findingsIn(folder), [{ is: 'manifestUnread' }], 'it has one spelling');
  const other = copyOfPack();
  const key = makeIdentity().identity.signingKey();
  forge(other, () => undefined, key);
  const noted = readFingerprint((await check(pack)).fingerprint?.toUpperCase() ?? '');
  assert.ok(noted);
  const report = await check(other, { fingerprint: noted });
  assert.ok(report.findings.some(({ is }) => is === 'otherKey'));
  assert.equal(report.fingerprint, fingerprint(key.publicKey));
  assert.deepEqual((await check(pack, { fingerprint: noted })).findings, []);
});

test('a recording that is left out, or another in its place, breaks the chain, also where the key signs that', async () => {
  const folder = copyOfPack();
  forge(folder, (forged) => {
    const [camera] = forged.cameras;
    assert.ok(camera);
    const [gone] = camera.recordings.splice(1, 1);
    forged.files = forged.files.filter(({ name }) => name !== gone?.file);
    rmSync(path.join(folder, gone?.file ?? ''));
  });
  const kinds = (await findingsIn(folder)).map(({ is }) => is);
  assert.ok(kinds.includes('notHere'), kinds.join());
  const other = copyOfPack();
  forge(other, (forged) => {
    const recording = forged.cameras[0]?.recordings[1];
    const piece = recording?.pieces.find((one) => one[0] === 'fragment');
    assert.ok(recording && piece);
    recording.sealId = 'ab'.repeat(32);
  });
  const found = (await findingsIn(other)).map(({ is }) => is);
  assert.ok(found.includes('chain') && found.includes('link'), found.join());
});

test('pieces of any size that a manifest may say are compared with what is there, and no more is read', async () => {
  for (const sizeBytes of [9007199254740000, 2 ** 33, 0]) {
    const folder = copyOfPack();
    const { file } = anOriginal();
    forge(folder, (forged) => {
      const piece = forged.cameras[0]?.recordings[1]?.pieces[3];
      assert.ok(piece?.[0] === 'fragment');
      piece[2] = sizeBytes;
      // No time is so late that there are no words for it.
      piece[5] = Number.MAX_SAFE_INTEGER;
    });
    const findings = await findingsIn(folder);
    assert.ok(
      findings.some((one) => 'file' in one && one.file === file),
      JSON.stringify(findings),
    );
    rmSync(folder, { recursive: true });
  }
});

test('a file full of tiny boxes is one thing that was put in, and is not asked for each of them', async () => {
  const { file, pieces } = anOriginal();
  const recording = manifest.cameras[0]?.recordings[1];
  assert.ok(recording);
  const bytes = readFileSync(path.join(pack, file));
  for (const type of ['free', 'moof']) {
    const box = Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from(type)]);
    const filled = Buffer.concat([bytes, Buffer.alloc(2 ** 20, box)]);
    let reads = 0;
    const given: PackFile = {
      ...{ name: file, sizeBytes: filled.length },
      read: (from, to) => Promise.resolve(((reads += 1), filled.subarray(from, to))),
    };
    const wish = { camera: '', hasher: plainHasher, worked: () => undefined };
    const { findings } = await verifyOriginal({ file: given, recording, ...wish });
    assert.deepEqual(
      findings.map((one) => [one.is, 'fromByte' in one && one.fromByte, 'toByte' in one && one.toByte]),
      [['inserted', bytes.length, filled.length]],
    );
    assert.ok(reads < 50 * pieces.length + 5000, String(reads));
  }
});

test('of pieces in any order as few as can be were moved', async () => {
  const anyOrder = fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(anyOrder, async (order) => {
      // A head, and a box for each.
      const boxes = ['moov', ...order.map(String)].map((text) =>
        Buffer.from([0, 0, 0, 8, ...Buffer.from(text.padEnd(4))]),
      );
      const bytes = Buffer.concat(boxes);
      const expected = [boxes[0] ?? assert.fail(), ...boxes.slice(1).sort((one, two) => one.compare(two))];
      const made: ManifestRecording['pieces'] = expected.map((box, nth) => {
        return [nth === 0 ? 'head' : 'box', createHash('sha256').update(box).digest('hex'), 8, 1];
      });
      const recording = { ...(manifest.cameras[0]?.recordings[1] ?? assert.fail()), pieces: made };
      const given: PackFile = {
        ...{ name: 'a.mp4', sizeBytes: bytes.length },
        read: (from, to) => Promise.resolve(bytes.subarray(from, to)),
      };
      const wish = { camera: '', hasher: plainHasher, worked: () => undefined };
      const { findings } = await verifyOriginal({ file: given, recording, ...wish });
      assert.ok(findings.every(({ is }) => is === 'moved'));
      // By trying all choices of pieces that could stay.
      const rising = Array.from({ length: 2 ** order.length }, (_, choice) =>
        order.filter((_one, nth) => choice & (1 << nth)),
      )
        .filter((some) => some.every((one, nth) => nth === 0 || (some[nth - 1] ?? 0) < one))
        .map((some) => some.length);
      assert.equal(findings.length, order.length - Math.max(...rising), order.join());
    }),
    { numRuns: 60 },
  );
});

test('cancelled, locked, without a recording or without its folder it leaves nothing behind', async () => {
  const folder = path.join(recorded.place.folder, 'cancelled');
  mkdirSync(folder);
  const cancel = new AbortController();
  let told = 0;
  const onProgress = (): void => {
    if (++told === 5) cancel.abort();
  };
  const written = await writeEvidence(jobOf(recorded, folder, { signal: cancel.signal, onProgress }), wishes);
  assert.ok(!written.ok && written.problem.code === 'cancelled', JSON.stringify(written));
  assert.ok(told >= 5);
  const { vault } = recorded.place;
  const locked = new Vault(vault.folder, { version: 1, id: vault.id, recipients: [...vault.recipients] }, null);
  const closed = await writeEvidence(jobOf(recorded, folder, { vault: locked }), wishes);
  assert.ok(!closed.ok && closed.problem.code === 'keyMissing', 'nothing signs before the vault was unlocked');
  const nothing = await writeEvidence(jobOf(recorded, folder, { fromMs: 1000, toMs: 2000 }), wishes);
  assert.ok(!nothing.ok && nothing.problem.code === 'notRecorded');
  const gone = await writeEvidence(jobOf(recorded, path.join(folder, 'gone')), wishes);
  assert.ok(!gone.ok && gone.problem.code === 'vaultMissing', JSON.stringify(gone));
  assert.deepEqual(readdirSync(folder), []);
});

test('what a kill leaves of a pack is gone when its job is taken up again', async () => {
  const folder = path.join(recorded.place.folder, 'killed');
  const { id } = jobOf(recorded, folder);
  mkdirSync(path.join(folder, `.nightjar-${id}-1.part`, 'original', 'Front door'), { recursive: true });
  writeFileSync(path.join(folder, `.nightjar-${id}-1.part`, 'original', 'Front door', 'one.mp4'), 'half');
  writeFileSync(path.join(folder, 'other.mp4'), 'not ours');
  await removeLeftovers(folder, id);
  assert.deepEqual(readdirSync(folder), ['other.mp4']);
});

test('the same span twice lies beside the first, and nothing of a camera without recordings is in it', async () => {
  const folder = path.join(recorded.place.folder, 'twice');
  mkdirSync(folder);
  const cameras = [
    { id: otherCameraId, name: names[otherCameraId] },
    { id: '0123456789abcdef', name: 'None' },
  ];
  for (let nth = 0; nth < 2; nth++) {
    const written = await writeEvidence(jobOf(recorded, folder, { cameras }), wishes);
    assert.ok(written.ok, JSON.stringify(written));
    const made = path.dirname(written.value.files[0] ?? '');
    assert.deepEqual(await findingsIn(made), []);
    assert.ok(existsSync(path.join(made, 'check.html')));
    assert.deepEqual(readdirSync(path.join(made, 'original')).length, 1);
  }
  assert.equal(readdirSync(folder).length, 2);
});

test('whatever a manifest is, reading it takes it or refuses it, and never steps out of the folder', () => {
  assert.deepEqual(readManifest(manifestBytes(manifest)), manifest);
  for (const name of ['../a', 'a/../b', '/a', 'a//b', 'a/', '.', 'a\\b', 'c:a', 'a\nb', '']) {
    const bad = structuredClone(manifest);
    const [file] = bad.files;
    assert.ok(file);
    file.name = name;
    assert.equal(readManifest(manifestBytes(bad)), null, name);
  }
  const twice = structuredClone(manifest);
  const [camera, other] = twice.cameras;
  assert.ok(camera && other);
  other.id = camera.id;
  assert.equal(readManifest(manifestBytes(twice)), null, 'a camera twice');
  const long = structuredClone(manifest);
  const day = { fromMs: 0, toMs: 0, leastMs: 0, mostMs: 0 };
  long.cameras[0]?.clock.recorded.push(...Array.from({ length: 100_000 }, () => day));
  assert.equal(readManifest(manifestBytes(long)), null, 'more days than there were');
  const later = { ...manifest, version: manifestVersion + 1 };
  assert.equal(readManifest(manifestBytes(later)), 'newer');
  const bytes = manifestBytes(manifest);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const changed = bytes.slice();
      changed[at] = byte;
      const read = readManifest(changed);
      if (read && read !== 'newer') assert.deepEqual(manifestBytes(read), changed);
    }),
    { numRuns: 200 },
  );
});
