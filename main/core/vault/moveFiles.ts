/**
 * Copies a vault's folder to another disk, file by file, while the vault is in use: each copy is read back and compared
 * by hash before it gets its name, and keeps its time. What is there already and is the same is not copied again, so a
 * copy that was interrupted goes on where it was. vault.json comes last: without it the copy is no vault.
 *
 * Knows a vault's files by their names alone; whatever else lies in the folder is named and left. The folders are the
 * caller's to choose, and to lock. Throws VaultErrors.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileMode, folderMode, isTemporary, syncFolder, temporaryPath } from './durable.ts';
import { isEmpty, vaultFileName } from './folder.ts';
import { readWhole } from './openSpan.ts';
import { sealedChunkBytes } from './stream.ts';
import { systemCode, VaultError, vaultErrorOf } from './vaultError.ts';

/** In a folder that a vault is being copied to, until the copy is a vault. */
export const movingMarkName = 'moving.json';
/** What vault.json is called in a folder that was left: it is no vault any more, and its files may go. */
export const leftMarkName = 'vault.moved.json';

const pieceBytes = 2 ** 20;
const sealedName = /^[0-9A-Za-z][0-9A-Za-z.-]*\.age(\.part|\.previous|\.damaged)?$/;
/** Written once, under a name that tells what it is: with the same beginning and end it is the same. */
const finishedName = /^\d+-\d+\.mp4\.age$/;
const folderName = /^[0-9a-z-]{1,64}$/;
const deepest = 4;

export interface Stamp {
  sizeBytes: number;
  changedMs: number;
}

export interface Listing {
  /** By their paths from the folder on: what belongs to a vault, vault.json aside. */
  files: Map<string, Stamp>;
  folders: string[];
  /** The lock, and what an interrupted replacement left: not copied, and nobody's loss. */
  leftovers: string[];
  /** Nothing of a vault's. */
  foreign: string[];
}

export async function listVaultFolder(folder: string): Promise<Listing> {
  const listing: Listing = { files: new Map(), folders: [], leftovers: [], foreign: [] };
  await listInto(listing, folder, '', 0);
  return listing;
}

async function listInto(listing: Listing, root: string, below: string, depth: number): Promise<void> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const file = join(below, entry.name);
    const atTop = depth === 0;
    if (entry.isDirectory() && folderName.test(entry.name) && depth < deepest) {
      listing.folders.push(file);
      await listInto(listing, root, file, depth + 1);
    } else if (!entry.isFile()) listing.foreign.push(file);
    else if (isTemporary(entry.name) || (atTop && ['lock', 'lock.taking'].includes(entry.name)))
      listing.leftovers.push(file);
    else if (sealedName.test(entry.name)) {
      const stamp = await stampOf(join(root, file));
      if (stamp) listing.files.set(file, stamp);
    } else if (!(atTop && [vaultFileName, movingMarkName, leftMarkName].includes(entry.name)) && !isEmpty([entry.name]))
      listing.foreign.push(file);
  }
}

/** null when it is gone: retention deletes while a vault is being copied. */
async function stampOf(path: string): Promise<Stamp | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { sizeBytes: size, changedMs: mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

export interface CopyProgress {
  doneBytes: number;
  totalBytes: number;
}

export class VaultCopy {
  readonly from: string;
  readonly to: string;
  /** What was copied or compared, as it was then. */
  readonly #copied = new Map<string, Stamp>();
  readonly #touched = new Set<string>();

  /** `to` exists, and holds nothing but an earlier copy of the same vault. */
  constructor(from: string, to: string) {
    this.from = from;
    this.to = to;
  }

  /** Paths from the folder on, of everything that was copied; vault.json aside. */
  get copied(): ReadonlySet<string> {
    return new Set(this.#copied.keys());
  }

  /** Bytes that are not copied yet, and of all. */
  async survey(): Promise<{ leftBytes: number; totalBytes: number }> {
    const { files } = await listVaultFolder(this.from);
    let leftBytes = 0;
    let totalBytes = 0;
    for (const [file, stamp] of files) {
      totalBytes += stamp.sizeBytes;
      if (!(await this.#isCopied(file, stamp))) leftBytes += stamp.sizeBytes;
    }
    return { leftBytes, totalBytes };
  }

  /** Copies what is not copied yet; what changes meanwhile is the next pass's. Ends early when the signal says so. */
  async pass(signal: AbortSignal, progress: (now: CopyProgress) => void = () => undefined): Promise<void> {
    const { files } = await this.#trouble(this.from, () => listVaultFolder(this.from));
    const totalBytes = [...files.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let doneBytes = 0;
    for (const [file, stamp] of files) {
      if (signal.aborted) return;
      // The one that is being written is finished before the last pass.
      if (!file.endsWith('.part') && !(await this.#isCopied(file, stamp))) await this.#copy(file, signal);
      doneBytes += stamp.sizeBytes;
      progress({ doneBytes, totalBytes });
    }
  }

  /**
   * The last pass, while nobody writes into the folder: afterwards the copy holds the same files with the same bytes,
   * vault.json among them, all on the disk for good. Throws; then the copy is no vault.
   */
  async finish(): Promise<void> {
    const never = new AbortController().signal;
    const { files, folders } = await this.#trouble(this.from, () => listVaultFolder(this.from));
    for (const [file, stamp] of files) if (!(await this.#isCopied(file, stamp))) await this.#copy(file, never);
    await this.#trouble(this.to, async () => {
      const there = await listVaultFolder(this.to);
      // Deleted in the vault since they were copied.
      for (const file of [...there.files.keys(), ...there.leftovers])
        if (!files.has(file)) await rm(join(this.to, file), { force: true });
      for (const [file, { sizeBytes }] of files) {
        const copy = await stampOf(join(this.to, file));
        if (copy?.sizeBytes !== sizeBytes) throw new VaultError({ code: 'vaultDamaged', file });
      }
      for (const folder of folders) await mkdir(join(this.to, folder), { recursive: true, mode: folderMode });
      for (const folder of new Set([...folders, ...this.#touched, ''])) await syncFolder(join(this.to, folder));
    });
    await this.#copy(vaultFileName, never);
    await this.#trouble(this.to, () => syncFolder(this.to));
  }

  /** The same as its copy: copied or compared since, and not changed. */
  async #isCopied(file: string, stamp: Stamp): Promise<boolean> {
    const known = this.#copied.get(file);
    if (known) return known.sizeBytes === stamp.sizeBytes && known.changedMs === stamp.changedMs;
    if (!finishedName.test(basename(file)) || !(await haveSameEnds(join(this.from, file), join(this.to, file))))
      return false;
    this.#copied.set(file, stamp);
    this.#touched.add(dirname(file));
    return true;
  }

  async #copy(file: string, signal: AbortSignal): Promise<void> {
    const from = join(this.from, file);
    const to = join(this.to, file);
    const aside = temporaryPath(to);
    const stamp = await this.#trouble(from, () => stampOf(from));
    if (!stamp) return;
    try {
      await this.#trouble(to, () => mkdir(dirname(to), { recursive: true, mode: folderMode }));
      const hash = await this.#pour(from, to, aside, signal);
      if (hash === null) return;
      const copy = await this.#trouble(to, () => hashOf(aside));
      if (copy !== hash) throw new VaultError({ code: 'vaultDamaged', file });
      await this.#trouble(to, async () => {
        await utimes(aside, new Date(), new Date(stamp.changedMs));
        await rename(aside, to);
      });
      this.#touched.add(dirname(file));
      if (file !== vaultFileName) this.#copied.set(file, stamp);
    } finally {
      await rm(aside, { force: true }).catch(() => undefined);
    }
  }

  /** The hash of what was read; null when it was deleted meanwhile, or the copying is to end. */
  async #pour(from: string, to: string, aside: string, signal: AbortSignal): Promise<string | null> {
    const source = await this.#trouble(from, () => openThere(from));
    if (!source) return null;
    try {
      const target = await this.#trouble(to, () => open(aside, 'wx', fileMode));
      try {
        const hash = createHash('sha256');
        const piece = Buffer.allocUnsafe(pieceBytes);
        for (let at = 0; ;) {
          if (signal.aborted) return null;
          const { bytesRead } = await this.#trouble(from, () => source.read(piece, 0, pieceBytes, at));
          if (bytesRead === 0) break;
          hash.update(piece.subarray(0, bytesRead));
          await this.#trouble(to, () => target.writeFile(piece.subarray(0, bytesRead)));
          at += bytesRead;
        }
        await this.#trouble(to, () => target.sync());
        return hash.digest('hex');
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  }

  async #trouble<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      throw await vaultErrorOf(error, path === this.to || path === this.from ? join(path, vaultFileName) : path);
    }
  }
}

/** null when it is gone. */
async function openThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function hashOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, at);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/**
 * Of one size, with the same beginning (header and nonce, which no other file has) and the same last chunk (which no cut
 * or half-written file has).
 */
async function haveSameEnds(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([endsOf(one), endsOf(other)]);
  return first !== null && second !== null && first.equals(second);
}

async function endsOf(path: string): Promise<Buffer | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const start = Buffer.alloc(Math.min(size, 4096));
      const end = Buffer.alloc(Math.min(size, sealedChunkBytes));
      if (!(await readWhole(file, start, 0)) || !(await readWhole(file, end, size - end.byteLength))) return null;
      return Buffer.concat([Buffer.from(`${size}\n`), start, end]);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/**
 * Takes away what a copy has put into a folder, or what was left behind by one: files of a vault's names (of those in
 * `only`, where it is given), then folders that are empty. Returns what stays, from the folder on.
 */
export async function clearVaultFolder(folder: string, only: ReadonlySet<string> | null): Promise<string[]> {
  const listing = await listVaultFolder(folder);
  for (const file of [...listing.files.keys(), ...listing.leftovers]) {
    if (only === null || only.has(file) || listing.leftovers.includes(file))
      await rm(join(folder, file), { force: true });
  }
  for (const below of listing.folders.toSorted().reverse()) await rmdir(join(folder, below)).catch(() => undefined);
  const after = await listVaultFolder(folder);
  const stays = [...after.files.keys(), ...after.foreign];
  for (const mark of [movingMarkName, leftMarkName]) await rm(join(folder, mark), { force: true });
  if (stays.length === 0) {
    for (const name of await readdir(folder)) if (isEmpty([name])) await rm(join(folder, name), { force: true });
    await rmdir(folder).catch(() => undefined);
  }
  return stays;
}
