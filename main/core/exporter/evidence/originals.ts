/**
 * Writes the recordings of one camera as they are into a folder of an evidence pack: the head, and of what follows the
 * pieces from the keyframe at or before the span to its end, byte for byte; and says of every piece of the recording what
 * its hash is, of those that are left out too, so that an excerpt can be compared with the recording that it is from.
 * Throws a VaultError for what does not open: nothing may be missing without a word.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { contentHash } from '../../../contract/evidence/link.ts';
import type { ManifestPiece, ManifestRecording } from '../../../contract/evidence/manifest.ts';
import type { CameraId } from '../../../contract/model.ts';
import type { Library, RecordingRow } from '../../library/library.ts';
import { type FragmentPlace, keyframeAtOrBefore, type OpenRecording } from '../../library/openRecording.ts';
import { readChainMarks } from '../../library/recordingLink.ts';
import { readRecordingTable, type SealedBytes } from '../../library/recordingTable.ts';
import type { Vault } from '../../vault/folder.ts';
import { readSealId } from '../../vault/fileMark.ts';
import { SealedReader } from '../../vault/sealedReader.ts';
import { VaultError } from '../../vault/vaultError.ts';
import { openName, recordingPath } from '../../library/recordingName.ts';

export interface OriginalsJob {
  library: Library;
  vault: Vault;
  cameraId: CameraId;
  fromMs: number;
  toMs: number;
  /** The pack's folder, and the folder in it for these files (with slashes; it is there). */
  root: string;
  folder: string;
  signal: AbortSignal;
  worked: (bytes: number) => void;
}

export interface WrittenFile {
  name: string;
  sizeBytes: number;
  sha256: string;
}

/** In order of time; those of which the span holds no fragment are left out. */
export async function writeOriginals(
  job: OriginalsJob,
): Promise<{ recordings: ManifestRecording[]; files: WrittenFile[] }> {
  const { library, cameraId } = job;
  const rows = await library.covering(cameraId, job);
  const recordings: ManifestRecording[] = [];
  const files: WrittenFile[] = [];
  const take = async (source: Source): Promise<void> => {
    const written = await writeOne(job, source);
    if (!written) return;
    recordings.push(written.recording);
    files.push(written.file);
  };
  for (const row of rows) await withFinished(job, row, take);
  const growing = library.openRecording(cameraId);
  if (growing && growing.endMs > job.fromMs && growing.startMs < job.toMs) await withOpen(job, growing, take);
  return { recordings, files };
}

/** The link of the recording that was begun after this one, which names it; null where there is none yet. */
export async function linkBehind(
  { library, vault, cameraId }: Pick<OriginalsJob, 'library' | 'vault' | 'cameraId'>,
  last: ManifestRecording,
): Promise<string | null> {
  if (last.open || vault.identity === null) return null;
  const names = async (bytes: SealedBytes, startMs: number): Promise<string | null> => {
    const table = await readRecordingTable(bytes, startMs);
    if (!table.ok || !table.value) return null;
    const marks = await readChainMarks(bytes, table.value);
    if (!marks.ok || marks.value.link?.before?.startMs !== last.startMs) return null;
    const box = table.value.others.find(({ offset }) => offset === table.value?.init.bytes.length);
    const read = box ? await bytes.read(box.offset, box.length) : null;
    return read?.ok ? Buffer.from(read.value).toString('hex') : null;
  };
  const row = await library.at(cameraId, last.endMs + 1);
  if (row) {
    const opened = await SealedReader.open(row.path, vault.identity);
    if (!opened.ok) return null;
    try {
      return await names(opened.value, row.startMs);
    } finally {
      await opened.value.close();
    }
  }
  const growing = library.openRecording(cameraId);
  return growing ? await names(bytesOf(growing), growing.startMs) : null;
}

interface Source {
  bytes: SealedBytes;
  startMs: number;
  endMs: number;
  sealId: Uint8Array;
  open: boolean;
}

async function withFinished(
  { vault }: OriginalsJob,
  row: RecordingRow,
  take: (source: Source) => Promise<void>,
): Promise<void> {
  if (vault.identity === null) throw new VaultError({ code: 'keyMissing' });
  const opened = await SealedReader.open(row.path, vault.identity);
  if (!opened.ok) throw new VaultError(opened.problem);
  const { startMs, endMs } = row;
  try {
    if (!opened.value.complete) throw damaged(row.path);
    await take({ bytes: opened.value, startMs, endMs, sealId: opened.value.sealId, open: false });
  } finally {
    await opened.value.close();
  }
}

async function withOpen(
  job: OriginalsJob,
  growing: OpenRecording,
  take: (source: Source) => Promise<void>,
): Promise<void> {
  const { vault, cameraId, library } = job;
  const { startMs, endMs } = growing;
  const parts = recordingPath(cameraId, { startMs, endMs: startMs + 1 }).slice(0, -1);
  const sealId = await readSealId(vault.path(...parts, openName(startMs)));
  if (sealId && library.openRecording(cameraId) === growing) {
    await take({ bytes: bytesOf(growing), startMs, endMs, sealId, open: true });
    return;
  }
  // It was finished meanwhile.
  const row = await library.at(cameraId, startMs);
  if (row?.startMs === startMs) await withFinished(job, row, take);
}

/** What is in it now; what comes later does not count. */
function bytesOf(growing: OpenRecording): SealedBytes {
  const last = growing.fragments.at(-1);
  return {
    sizeBytes: last ? last.offset + last.length : growing.initLength,
    async read(offset, length) {
      const inside = Math.max(0, Math.min(length, this.sizeBytes - offset));
      return { ok: true, value: await growing.read(offset, inside) };
    },
  };
}

interface Part {
  kind: 'head' | 'link' | 'box' | 'fragment';
  offset: number;
  length: number;
  fragment: FragmentPlace | null;
}

async function writeOne(
  job: OriginalsJob,
  source: Source,
): Promise<{ recording: ManifestRecording; file: WrittenFile } | null> {
  const { bytes, startMs } = source;
  const read = await readRecordingTable(bytes, startMs);
  if (!read.ok) throw new VaultError(read.problem);
  const table = read.value;
  if (!table || table.damaged) throw damaged(String(startMs));
  const parts = partsOf(table);
  const first = startMs < job.fromMs ? keyframeAtOrBefore(table.fragments, job.fromMs) : 0;
  const inside = table.fragments.slice(first).filter((one) => one.startMs < job.toMs);
  const [begin, end] = [inside[0], inside.at(-1)];
  if (!begin || !end) return null;
  // Boxes between its fragments belong to it, and what is at its ends where nothing is left out there.
  const fromByte = first === 0 ? 0 : begin.offset;
  const toByte = end === table.fragments.at(-1) ? bytes.sizeBytes : end.offset + end.length;
  const isHere = ({ kind, offset }: Part): boolean => {
    return kind === 'head' || kind === 'link' || (offset >= fromByte && offset < toByte);
  };
  const name = `${job.folder}/${new Date(startMs).toISOString().replaceAll(':', '.')}.mp4`;
  const written = await copyParts(job, bytes, { parts, isHere, name });
  const last = inside.at(-1) ?? end;
  const recording: ManifestRecording = {
    file: name,
    startMs,
    endMs: source.open ? Math.max(startMs + 1, Math.round(last.startMs + last.durationMs)) : source.endMs,
    open: source.open,
    sealId: Buffer.from(source.sealId).toString('hex'),
    content: Buffer.from(contentHash(written.hashes)).toString('hex'),
    pieces: parts.map((part, nth) => pieceOf(part, written.hashes[nth] ?? new Uint8Array(0), isHere(part))),
  };
  return { recording, file: written.file };
}

function partsOf(
  table: NonNullable<Extract<Awaited<ReturnType<typeof readRecordingTable>>, { ok: true }>['value']>,
): Part[] {
  const headBytes = table.init.bytes.length;
  const boxes = table.others.map(({ type, offset, length }): Part => {
    return { kind: type === 'uuid' && offset === headBytes ? 'link' : 'box', offset, length, fragment: null };
  });
  const fragments = table.fragments.map((fragment): Part => {
    return { kind: 'fragment', offset: fragment.offset, length: fragment.length, fragment };
  });
  const head: Part = { kind: 'head', offset: 0, length: headBytes, fragment: null };
  return [head, ...[...boxes, ...fragments].sort((a, b) => a.offset - b.offset)];
}

async function copyParts(
  { root, signal, worked }: OriginalsJob,
  bytes: SealedBytes,
  { parts, isHere, name }: { parts: readonly Part[]; isHere: (part: Part) => boolean; name: string },
): Promise<{ hashes: Uint8Array[]; file: WrittenFile }> {
  const hashes: Uint8Array[] = [];
  const whole = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path.join(root, ...name.split('/')), 'wx');
  try {
    for (const part of parts) {
      signal.throwIfAborted();
      const read = await bytes.read(part.offset, part.length);
      if (!read.ok) throw new VaultError(read.problem);
      if (read.value.length !== part.length) throw damaged(name);
      hashes.push(new Uint8Array(createHash('sha256').update(read.value).digest()));
      if (!isHere(part)) continue;
      whole.update(read.value);
      await file.writeFile(read.value);
      sizeBytes += part.length;
      worked(part.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { hashes, file: { name, sizeBytes, sha256: whole.digest('hex') } };
}

function pieceOf({ kind, length, fragment }: Part, hash: Uint8Array, isHere: boolean): ManifestPiece {
  const said = Buffer.from(hash).toString('hex');
  const here = isHere ? 1 : 0;
  if (kind !== 'fragment' || !fragment) return [kind === 'fragment' ? 'box' : kind, said, length, here];
  const [startMs, durationMs] = [
    Math.max(0, Math.round(fragment.startMs)),
    Math.max(0, Math.round(fragment.durationMs)),
  ];
  return ['fragment', said, length, here, startMs, durationMs, fragment.keyframe ? 1 : 0];
}

function damaged(file: string): VaultError {
  return new VaultError({ code: 'vaultDamaged', file: path.basename(file) });
}
