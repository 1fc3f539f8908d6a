/**
 * Follows the chain of one day's recordings of one camera: each names the one before it, which must be there and be the
 * same sealed file, and says of itself what it is. What is missing is no finding where the day's index says that it was
 * deleted, nor where nothing older is left (retention takes the oldest first). Reads only; the recordings themselves were
 * opened before. What the chain proves and what not: vault/README.md.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../contract/check.ts';
import { type Before, linkMessage, resealedMessage } from '../../contract/evidence/link.ts';
import { readSealId } from '../vault/fileMark.ts';
import { SealedReader } from '../vault/sealedReader.ts';
import { readDocument } from '../vault/sealedStore.ts';
import type { SigningKey } from '../vault/signingKey.ts';
import type { CheckedDay } from './checkDay.ts';
import { dayDocumentVersion, readDayDocument } from './dayDocument.ts';
import { isLaterName, laterForm } from './dayLater.ts';
import { type ChainMarks, readChainMarks } from './recordingLink.ts';
import { dayOf, indexName, isDay, readFinishedName, readOpenName, recordingsFolder } from './recordingName.ts';
import { readRecordingTable } from './recordingTable.ts';

export interface LinkedRecording extends ChainMarks {
  /** From the vault's folder on. */
  file: string;
  startMs: number;
  sealId: Uint8Array;
}

type Place = Pick<CheckedDay, 'folder' | 'cameraId' | 'identity' | 'inUse'>;

/** `recordings`: of one day, sound, in order. */
export async function checkLinks(place: Place, recordings: readonly LinkedRecording[]): Promise<Finding[]> {
  const key = place.identity.signingKey();
  const known = new Map(recordings.map((one) => [one.startMs, one]));
  const findings: Finding[] = [];
  try {
    let chained = false;
    for (const one of recordings) {
      const { file, link } = one;
      if (!link && chained) findings.push({ kind: 'unchained', file });
      if (!link) continue;
      chained = true;
      if (!isItself(place.cameraId, one, key)) findings.push({ kind: 'forged', file });
      else if (link.before) {
        const wrong = await checkBefore(place, { ...one, before: link.before }, { known, key });
        if (wrong) findings.push(wrong);
      }
    }
  } finally {
    key.wipe();
  }
  return findings;
}

/** Whether the recording is the one that its link says, and the vault's key signed that where it could. */
function isItself(cameraId: string, one: LinkedRecording, key: SigningKey): boolean {
  const { link, resealed, startMs, sealId } = one;
  if (!link) return true;
  if (link.cameraId !== cameraId || link.startMs !== startMs) return false;
  if (link.signature && !key.isMine(link.signature, linkMessage(link))) return false;
  if (same(link.sealId, sealId)) return true;
  return tookThePlace(one, link.sealId, resealed, { key, unsignedToo: link.signature === null });
}

/** Whether this sealed file is the one that was made of the other, which was cut off. */
function tookThePlace(
  { startMs, sealId }: Pick<LinkedRecording, 'startMs' | 'sealId'>,
  was: Uint8Array,
  resealed: ChainMarks['resealed'],
  { key, unsignedToo }: { key: SigningKey; unsignedToo: boolean },
): boolean {
  if (!resealed || resealed.startMs !== startMs) return false;
  if (!same(resealed.was, was) || !same(resealed.sealId, sealId)) return false;
  return resealed.signature ? key.isMine(resealed.signature, resealedMessage(resealed)) : unsignedToo;
}

interface Following {
  known: ReadonlyMap<number, LinkedRecording>;
  key: SigningKey;
}

async function checkBefore(
  place: Place,
  after: { file: string; startMs: number; before: Before },
  { known, key }: Following,
): Promise<Finding | null> {
  const { file, startMs, before } = after;
  const beforeMs = before.startMs;
  const found = known.get(beforeMs) ?? (await find(place, beforeMs));
  const lost = beforeMs < startMs ? { fromMs: beforeMs, toMs: startMs } : null;
  if (found === 'unread') return null;
  if (found) {
    const isSame = same(found.sealId, before.sealId);
    const isResealed = (): boolean => {
      return tookThePlace(found, before.sealId, found.resealed, { key, unsignedToo: false });
    };
    return isSame || isResealed() ? null : { kind: 'replaced', file, beforeMs, lost };
  }
  const day = dayOf(beforeMs);
  const look = (): Promise<'fine' | 'cut' | 'missing'> => whyMissing(place, beforeMs);
  const why = place.inUse ? await place.inUse.inTurn(place.cameraId, day, look) : await look();
  if (why === 'fine') return null;
  return why === 'cut' ? { kind: 'chainCut', file, beforeMs } : { kind: 'unlinked', file, beforeMs, lost };
}

/** The recording that begins then, finished or not; null when there is none. `unread`: it cannot be compared. */
async function find(
  { folder, cameraId, identity }: Place,
  startMs: number,
): Promise<Pick<LinkedRecording, 'startMs' | 'sealId' | 'resealed'> | 'unread' | null> {
  const day = path.join(folder, recordingsFolder, cameraId, dayOf(startMs));
  const names = (await namesIn(day)).filter((name) => startOf(name) === startMs);
  const [name] = names;
  if (name === undefined) return null;
  const file = path.join(day, name);
  const sealId = await readSealId(file);
  if (!sealId) return 'unread';
  const opened = await SealedReader.open(file, identity);
  // What does not open is a finding of its own.
  if (!opened.ok) return 'unread';
  try {
    const table = await readRecordingTable(opened.value, startMs);
    const marks = table.ok && table.value ? await readChainMarks(opened.value, table.value) : null;
    return { startMs, sealId, resealed: marks?.ok ? marks.value.resealed : null };
  } finally {
    await opened.value.close();
  }
}

/** 'cut': its whole day is gone though older ones are there; who deleted it cannot be told. */
async function whyMissing(place: Place, startMs: number): Promise<'fine' | 'cut' | 'missing'> {
  const { folder, cameraId } = place;
  const camera = path.join(folder, recordingsFolder, cameraId);
  const day = dayOf(startMs);
  const names = await namesIn(path.join(camera, day));
  // It came, or was put right, since it was looked for.
  if (names.some((name) => startOf(name) === startMs)) return 'fine';
  if (!(await isOlderThere(camera, startMs))) return 'fine';
  if (names.length === 0) return 'cut';
  return (await isDeleted(place, day, names, startMs)) ? 'fine' : 'missing';
}

async function isOlderThere(camera: string, startMs: number): Promise<boolean> {
  const last = dayOf(startMs);
  for (const day of (await namesIn(camera)).filter((name) => isDay(name) && name <= last).sort()) {
    const starts = (await namesIn(path.join(camera, day))).map(startOf).filter((ms) => ms !== null);
    if (starts.some((ms) => ms < startMs)) return true;
  }
  return false;
}

/** Whether the day's index says that what began then was deleted, or what was noted while the vault was locked. */
async function isDeleted(
  { folder, cameraId, identity }: Place,
  day: string,
  names: readonly string[],
  startMs: number,
): Promise<boolean> {
  const of = `${cameraId}/${day}`;
  const place = (name: string): string => path.join(folder, recordingsFolder, cameraId, day, name);
  for (const name of names.filter(isLaterName)) {
    const later = await readDocument({ ...laterForm(of), path: place(name) }, identity, place(name));
    if (later.ok && later.value.value.removed.some((row) => row.startMs === startMs)) return true;
  }
  const form = { version: dayDocumentVersion, of, parse: readDayDocument, path: place(indexName) };
  const index = await readDocument(form, identity, place(indexName));
  if (!index.ok) return false;
  const { rows, notes } = index.value.value;
  // Of recordings that overlapped one that was deleted the note is the other's, which began before it.
  const last = notes.findLast(({ atMs }) => atMs <= startMs);
  return last?.cause === 'deleted' && !rows.some((row) => row.startMs > last.atMs && row.startMs <= startMs);
}

function startOf(name: string): number | null {
  return (readFinishedName(name) ?? readOpenName(name))?.startMs ?? null;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
