/**
 * Writes an evidence pack: of every camera its video (ordinary MP4 files, one for each unbroken stretch) and the
 * untouched originals, and a manifest of all that with its signature, checksums, the public key, and the page that checks
 * it. It is written under a hidden name, checked there, and gets its own when it passed: trouble and cancelling leave
 * nothing behind, and a kill leaves what the queue removes at the next start.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  checksums,
  checksumsName,
  fingerprint,
  keyName,
  keyPem,
  type Manifest,
  manifestBytes,
  type ManifestCamera,
  manifestName,
  manifestVersion,
  pageName,
  readMeName,
  signatureName,
} from '../../../contract/evidence/manifest.ts';
import type { CameraId } from '../../../contract/model.ts';
import { bad, good, type Outcome } from '../../../contract/problems.ts';
import { en } from '../../../contract/text/en.ts';
import { syncFolder } from '../../vault/durable.ts';
import { problemOf, VaultError } from '../../vault/vaultError.ts';
import type { EvidenceJob } from '../evidenceJob.ts';
import { freeNames } from '../exportNames.ts';
import { shareOf } from '../exportShare.ts';
import { causeOf } from '../failure.ts';
import { refusalOf } from '../places.ts';
import { folderNames } from '../stamps.ts';
import type { WrittenExport } from '../writeExport.ts';
import { problemOfVideo } from '../writeVideo.ts';
import { checkEvidence } from './checkEvidence.ts';
import { linkBehind, writeOriginals, type WrittenFile } from './originals.ts';
import { videoNames, writeVideos } from './packVideos.ts';

/** What a pack says of a camera beside its recordings; '' and null where it is not known. */
export type CameraFacts = Pick<ManifestCamera, 'maker' | 'model' | 'serial' | 'firmware' | 'clock'>;

export interface EvidenceWishes {
  facts: (cameraId: CameraId, span: { fromMs: number; toMs: number }) => Promise<CameraFacts>;
  /** The page that checks a pack, as it was built. */
  page: () => Promise<Uint8Array>;
  /** 'Nightjar 1.2.0' */
  app: string;
  now?: () => number;
}

const videoFolder = 'video';
const originalFolder = 'original';

/** Problems: `notRecorded`, `recordingGone`, `cancelled`, `keyMissing` while the vault is locked, those of vault, ffmpeg and the target. */
export async function writeEvidence(job: EvidenceJob, wishes: EvidenceWishes): Promise<Outcome<WrittenExport>> {
  const key = job.vault.signer;
  if (!key || job.vault.identity === null) return bad({ code: 'keyMissing' });
  const temporary = path.join(job.folder, `.nightjar-${job.id}-1.part`);
  const failed = { folder: job.folder, vaultFolder: job.vault.folder, expectedBytes: 0, writtenBytes: 0 };
  try {
    let expectedBytes = 0;
    for (const { id } of job.cameras) expectedBytes += 2 * (await shareOf(job.library, id, job)).sizeBytes;
    failed.expectedBytes = expectedBytes;
    const refusal = await refusalOf(job.folder, expectedBytes);
    if (refusal) return bad(refusal);
    await rm(temporary, { recursive: true, force: true });
    // Each folder by itself: one that is not there any more, for its disk was pulled out, is not made again.
    for (const part of ['', originalFolder, videoFolder]) await mkdir(path.join(temporary, part));
    const names = folderNames(
      job.cameras.map(({ name }) => name),
      en.exports.nameless,
    );
    const wrote = (bytes: number): void => void (failed.writtenBytes = bytes);
    const writing = new Writing(job, temporary, { expectedBytes, names, wrote });
    const cameras: ManifestCamera[] = [];
    for (const [nth, camera] of job.cameras.entries()) {
      const written = await writing.camera(camera, names[nth] ?? camera.id, await wishes.facts(camera.id, job));
      if (written) cameras.push(written);
    }
    if (cameras.length === 0) return bad({ code: 'notRecorded' });
    await writing.file(pageName, await wishes.page());
    await writing.file(readMeName, Buffer.from(en.evidence.readMe(fingerprint(key.publicKey))));
    await writing.file(keyName, Buffer.from(keyPem(key.publicKey)));
    const manifest: Manifest = {
      format: 'nightjar evidence',
      version: manifestVersion,
      app: wishes.app,
      madeMs: (wishes.now ?? Date.now)(),
      fromMs: job.fromMs,
      toMs: job.toMs,
      key: Buffer.from(key.publicKey).toString('hex'),
      cameras,
      files: writing.files,
    };
    const bytes = manifestBytes(manifest);
    await writing.file(manifestName, bytes);
    await writing.file(signatureName, key.sign(bytes));
    await writing.file(checksumsName, Buffer.from(checksums(manifest, sumOf(bytes))));
    // Read back from the disk, as whoever gets it will.
    const checked = await checkEvidence(temporary, { signal: job.signal });
    if (!checked.ok) return bad(await causeOf(checked.problem, failed));
    if (!checked.value.passed)
      throw new Error(`a new pack does not pass: ${JSON.stringify(checked.value.findings[0])}`);
    return await place(job, temporary);
  } catch (error) {
    if (job.signal.aborted) return bad({ code: 'cancelled' });
    const problem = problemOfVideo(error) ?? (await problemOf(error, path.join(job.folder, 'pack')));
    if (!problem) throw error;
    return bad(await causeOf(problem, failed));
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}

class Writing {
  readonly #job: EvidenceJob;
  readonly #root: string;
  readonly #expectedBytes: number;
  readonly #videoNames: Set<string>;
  readonly #wrote: (bytes: number) => void;
  readonly files: WrittenFile[] = [];
  #writtenBytes = 0;

  /** `expectedBytes`: of originals and video. `names`: of the cameras' folders. */
  constructor(
    job: EvidenceJob,
    root: string,
    { expectedBytes, names, wrote }: { expectedBytes: number; names: string[]; wrote: (bytes: number) => void },
  ) {
    this.#job = job;
    this.#wrote = wrote;
    this.#root = root;
    this.#expectedBytes = Math.max(1, expectedBytes);
    this.#videoNames = new Set(names.map((name) => name.toLowerCase()));
  }

  /** null where nothing of it is in the span. */
  async camera(
    { id, name }: EvidenceJob['cameras'][number],
    folderName: string,
    facts: CameraFacts,
  ): Promise<ManifestCamera | null> {
    const { library, vault, fromMs, toMs, signal } = this.#job;
    const folder = `${originalFolder}/${folderName}`;
    await mkdir(path.join(this.#root, originalFolder, folderName));
    const before = await library.covering(id, { fromMs, toMs });
    const { recordings, files } = await writeOriginals({
      ...{ library, vault, cameraId: id, fromMs, toMs, root: this.#root, folder, signal },
      worked: (bytes) => this.#worked(bytes),
    });
    const last = recordings.at(-1);
    if (!last) {
      await rmdir(path.join(this.#root, originalFolder, folderName));
      return null;
    }
    this.files.push(...files);
    const spans = await library.spans(id, fromMs, toMs);
    const written = await writeVideos({
      ...{ library, vault, cameraId: id, spans, root: this.#root, signal },
      nextName: videoNames(videoFolder, folderName, this.#videoNames),
      worked: (bytes) => this.#worked(bytes),
    });
    this.files.push(...written.files);
    // Else the originals would hold what the videos leave out, and what is said to be a gap.
    const after = new Set((await library.covering(id, { fromMs, toMs })).map((row) => row.path));
    if (before.some((row) => !after.has(row.path))) throw new VaultError({ code: 'recordingGone' });
    const firstMs = spans[0]?.fromMs ?? toMs;
    const gaps = spans.flatMap((span) => {
      return span.kind === 'gap' ? [{ fromMs: span.fromMs, toMs: span.toMs, cause: span.cause }] : [];
    });
    if (firstMs > fromMs) gaps.unshift({ fromMs, toMs: firstMs, cause: 'unknown' });
    return {
      ...{ id, name: name.toWellFormed(), ...facts },
      gaps: gaps.map((gap) => ({ ...gap, fromMs: Math.round(gap.fromMs), toMs: Math.round(gap.toMs) })),
      videos: written.videos,
      recordings,
      next: await linkBehind({ library, vault, cameraId: id }, last),
    };
  }

  async file(name: string, bytes: Uint8Array): Promise<void> {
    const handle = await open(path.join(this.#root, name), 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const listed = ![manifestName, signatureName, checksumsName].includes(name);
    if (!listed) return;
    this.files.push({ name, sizeBytes: bytes.length, sha256: sumOf(bytes) });
  }

  #worked(bytes: number): void {
    this.#writtenBytes += bytes;
    this.#wrote(this.#writtenBytes);
    const doneFraction = Math.min(0.99, this.#writtenBytes / this.#expectedBytes);
    this.#job.onProgress({ doneFraction, bytesWritten: this.#writtenBytes });
  }
}

async function place(job: EvidenceJob, temporary: string): Promise<Outcome<WrittenExport>> {
  const files = await filesIn(temporary);
  const sizeBytes = files.reduce((sum, one) => sum + one.sizeBytes, 0);
  for (const folder of new Set(files.map(({ file }) => path.dirname(file)))) await syncFolder(folder);
  const cameraName = [...new Set(job.cameras.map(({ name }) => name))].slice(0, 2).join(', ');
  const [folder = ''] = await freeNames(job.folder, [{ cameraName, startMs: job.fromMs }], ` ${en.evidence.pack}`);
  const page = path.join(folder, pageName);
  await job.onPlacing([{ file: page, sizeBytes: (await stat(path.join(temporary, pageName))).size }]);
  if (job.signal.aborted) return bad({ code: 'cancelled' });
  // Nobody else's: a folder that has the name by now keeps the pack from taking it, where it holds anything.
  await rename(temporary, folder);
  await syncFolder(job.folder);
  return good({ files: [page], sizeBytes });
}

async function filesIn(folder: string): Promise<{ file: string; sizeBytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: { file: string; sizeBytes: number }[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    files.push({ file, sizeBytes: (await stat(file)).size });
  }
  return files;
}

function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The built page. */
export async function readPage(file: string): Promise<Uint8Array> {
  return await readFile(file);
}
