/**
 * Makes a vault as it is after a long time: `cameras` × `days` × 1440 recordings of a minute, under their real names in
 * their real folders, with sealed indexes, a list of cameras and settings. The recordings are real ones, sealed one by
 * one by the program's own writer; there are some 150 of them, and every other name is a hard link to one (ext4 allows
 * 65 000 links a file), because a year of sixteen cameras is 8.4 million files. Nothing is flushed to the disk on the
 * way. A run that was cut off is carried on by the next: a day is done when its index is there.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDocuments } from '../../main/app/documents.ts';
import type { GapCause } from '../../main/contract/model.ts';
import type { DayDocument, MarkedRow } from '../../main/core/library/dayDocument.ts';
import { dayMs, dayOf, finishedName, indexName } from '../../main/core/library/recordingName.ts';
import type { GapNote } from '../../main/core/library/spans.ts';
import { readMark } from '../../main/core/vault/fileMark.ts';
import { createVault, openWithWords, type Vault } from '../../main/core/vault/folder.ts';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { makeHeader } from '../../main/core/vault/header.ts';
import { makeWords } from '../../main/core/vault/keys.ts';
import { previousOf } from '../../main/core/vault/sealedStore.ts';
import { SealedWriter } from '../../main/core/vault/sealedWriter.ts';
import { chunkBytes, payloadNonceBytes, StreamKey } from '../../main/core/vault/stream.ts';
import { storedCamera } from '../unit/cameras/storedCamera.ts';
import { makeFootage } from '../unit/recorder/footage.ts';

export interface YearPlan {
  /** The vault comes into `vault` below it, what it is made of and its words beside it. */
  folder: string;
  cameras: number;
  days: number;
  /** The last day: 2026-11-19. */
  until: string;
}

const recordingsADay = 1440;
const recordingMs = 60_000;
/** Below ext4's 65 000, and away from it. */
const linksPerOriginal = 60_000;
/** Of a day's recordings these end early, and the cause is noted. */
const cutShort = new Map<number, GapCause>([
  [197, 'lost'],
  [640, 'notKeptUp'],
  [1201, 'lost'],
]);
const shortByMs = 20_000;

interface Original {
  path: string;
  sizeBytes: number;
  mark: number | null;
}

/** Returns how many days had to be made. */
export async function makeYear(plan: YearPlan, said: (text: string) => void): Promise<number> {
  const vault = await vaultIn(plan.folder);
  const originals = await makeOriginals(plan, vault);
  await listCameras(
    Array.from({ length: plan.cameras }, (_, camera) => `Camera ${camera + 1}`),
    vault,
  );
  const lastMs = Date.parse(`${plan.until}T00:00:00.000Z`);
  let made = 0;
  for (let back = plan.days - 1; back >= 0; back--) {
    const dayStartMs = lastMs - back * dayMs;
    for (let camera = 0; camera < plan.cameras; camera++) {
      const folder = vault.path('recordings', cameraIdOf(camera), dayOf(dayStartMs));
      if (hasIndex(folder)) continue;
      await makeDay({ folder, dayStartMs, camera, vault, originals, nth: made });
      made++;
    }
    if (made > 0 && back % 10 === 0) said(`${dayOf(dayStartMs)}, ${back} days to go`);
  }
  vault.lock();
  return made;
}

/** The words stand beside the vault: it holds nothing but test pictures. */
export function wordsOf(folder: string): string {
  return readFileSync(path.join(folder, 'words.txt'), 'utf8');
}

export function cameraIdOf(camera: number): string {
  return camera.toString(16).padStart(16, '0');
}

async function vaultIn(folder: string): Promise<Vault> {
  const inside = path.join(folder, 'vault');
  if (readdirIfThere(folder).includes('words.txt')) {
    const known = await openWithWords(inside, wordsOf(folder));
    if (known.ok) return known.value;
  }
  mkdirSync(folder, { recursive: true });
  const words = makeWords();
  writeFileSync(path.join(folder, 'words.txt'), words.join(' '));
  const made = await createVault(inside, words);
  if (!made.ok) throw new Error(`no vault can be made in ${inside}: ${made.problem.code}`);
  return made.value;
}

async function makeOriginals({ folder, cameras, days }: YearPlan, vault: Vault): Promise<Original[]> {
  const { init, fragments } = makeFootage({ seconds: 60, framesPerSecond: 5, bare: true });
  const bytes = Buffer.concat([init.bytes, ...fragments.map((fragment) => fragment.bytes)]);
  const above = path.join(folder, 'originals');
  mkdirSync(above, { recursive: true });
  const originals: Original[] = [];
  for (let nth = 0; nth * linksPerOriginal < cameras * days * recordingsADay; nth++) {
    const file = path.join(above, `${nth}.mp4.age`);
    if (!readdirIfThere(above).includes(`${nth}.mp4.age`)) {
      const writer = await SealedWriter.create(
        path.join(above, `${randomBytes(4).toString('hex')}.new`),
        vault.recipients,
      );
      await writer.append(bytes);
      await writer.finish(file);
      await writer.close();
    }
    originals.push({ path: file, sizeBytes: statSync(file).size, mark: await readMark(file) });
  }
  return originals;
}

interface DayPlan {
  folder: string;
  dayStartMs: number;
  camera: number;
  vault: Vault;
  originals: readonly Original[];
  nth: number;
}

async function makeDay({ folder, dayStartMs, camera, vault, originals, nth }: DayPlan): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const rows: MarkedRow[] = [];
  const notes: GapNote[] = [];
  // Each camera began at another second, so the last recording of a day reaches into the next.
  const offsetMs = camera * 3217;
  for (let at = 0; at < recordingsADay; at++) {
    const startMs = dayStartMs + offsetMs + at * recordingMs;
    const cause = cutShort.get(at);
    const endMs = startMs + recordingMs - (cause ? shortByMs : 0);
    if (cause) notes.push({ atMs: endMs, cause });
    const original = linkTo(path.join(folder, finishedName({ startMs, endMs })), originals, nth);
    rows.push({ startMs, endMs, sizeBytes: original.sizeBytes, mark: original.mark });
  }
  const document: DayDocument = { rows, notes };
  const of = `${cameraIdOf(camera)}/${dayOf(dayStartMs)}`;
  const text = JSON.stringify({ version: 1, of, serial: recordingsADay, value: document });
  const file = path.join(folder, indexName);
  writeFileSync(`${file}.00000000.new`, await sealed(Buffer.from(text), vault.recipients), { mode: 0o600 });
  renameSync(`${file}.00000000.new`, file);
}

/** One that takes another link; which one it is begins with the day, so that neighbours differ. */
function linkTo(file: string, originals: readonly Original[], nth: number): Original {
  for (let tried = 0; tried < originals.length; tried++) {
    const original = originals[(nth + tried) % originals.length];
    if (!original) break;
    try {
      linkSync(original.path, file);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code === 'EMLINK') continue;
      if (code !== 'EEXIST') throw error;
      const inode = statSync(file).ino;
      return originals.find((one) => statSync(one.path).ino === inode) ?? original;
    }
    return original;
  }
  throw new Error('every original has as many links as it can have');
}

/** As the program seals a document, without waiting for the disk. */
async function sealed(plain: Uint8Array, recipients: readonly string[]): Promise<Buffer> {
  const { bytes: header, fileKey } = await makeHeader(recipients);
  const nonce = randomBytes(payloadNonceBytes);
  const key = new StreamKey(fileKey, nonce);
  const parts: Uint8Array[] = [header, nonce];
  for (let at = 0, index = 0; at < plain.byteLength; at += chunkBytes, index++) {
    const chunk = plain.subarray(at, at + chunkBytes);
    const part = Buffer.alloc(chunk.byteLength + 16);
    key.seal(index, at + chunkBytes >= plain.byteLength, chunk, part);
    parts.push(part);
  }
  key.wipe();
  return Buffer.concat(parts);
}

/** Cameras that are paused: they are on the list, and nothing is looked for on the network. */
export async function listCameras(names: readonly string[], vault: Vault): Promise<void> {
  const list = names.map((name, camera) => storedCamera({ id: cameraIdOf(camera), name }));
  // Made anew, so that a vault made by an earlier version of this opens too.
  for (const name of ['cameras.json.age', 'settings.json.age']) {
    for (const file of [name, previousOf(name)]) rmSync(vault.path(file), { force: true });
  }
  const keychain = new Keychain('Nightjar bench', 1000);
  const opened = await openDocuments({ vault, keychain, recorder: null, sealedCredentials: false });
  if (!opened.ok) throw new Error(`the documents of the vault do not open: ${opened.problem.code}`);
  await opened.value.cameras.update((value) => ({ ...value, cameras: list }));
  // Nothing of it is to be deleted while it is measured.
  await opened.value.settings.update((value) => ({ ...value, keepBytes: Number.MAX_SAFE_INTEGER }));
}

function hasIndex(folder: string): boolean {
  return readdirIfThere(folder).includes(indexName);
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
