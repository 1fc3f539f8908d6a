/**
 * Writes one sealed file, piece by piece: whole chunks of 64 KiB are sealed and written at once, what is left waits in
 * memory, where `read` finds it. (age forbids an empty last chunk, so the last full chunk waits too, until a further
 * byte shows that it is not the last.) Written chunks reach the disk for good within about a second.
 *
 * When a write fails the file is cut back to its last whole chunk, so that it stays readable; the failure, and every
 * append after it, throws a VaultError that carries the problem. Names and folders are the caller's.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { InTurn } from '../../contract/inTurn.ts';
import { fileMode, renameDurably, syncFolder } from './durable.ts';
import { sealIdOf } from './fileMark.ts';
import { type Header, makeHeader } from './header.ts';
import { isGenuine, openSpan } from './openSpan.ts';
import { wipe } from './sodium.ts';
import { chunkBytes, payloadNonceBytes, sealedChunkBytes, StreamKey } from './stream.ts';
import { VaultError, vaultErrorOf } from './vaultError.ts';

/** Chunks that go to the disk in one write: beyond 1 MiB a larger write is no faster. */
const chunksPerWrite = 16;
/**
 * Between two fdatasyncs of one file. A chunk that took longer than this to fill is synced at once, a faster one
 * within it. So a power cut takes, in time: what ffmpeg holds (0.54 s), one chunk (less than this, or it is synced at
 * once) and what was written since the last fdatasync (this): 1.74 s, which leaves 0.26 s for the disk to do it.
 */
const syncEveryMs = 600;

export class SealedWriter {
  readonly path: string;
  /** What tells this sealed file from every other (fileMark.ts). */
  readonly sealId: Uint8Array;
  /** null while it rests. */
  #file: FileHandle | null;
  readonly #key: StreamKey;
  /** Where the first chunk begins. */
  readonly #payloadStart: number;
  /** Chunks that are sealed and written. */
  #chunks = 0;
  readonly #tail = Buffer.allocUnsafeSlow(chunkBytes);
  #tailBytes = 0;
  #sizeBytes = 0;
  #sealed = Buffer.allocUnsafeSlow(sealedChunkBytes);
  /** A failed step does not keep the next from running. */
  readonly #steps = new InTurn();
  #failure: Error | null = null;
  #ended = false;
  #closing: Promise<void> | null = null;
  #unsynced = false;
  #nameSynced = false;
  #lastSyncMs = -Infinity;
  #syncing: Promise<void> | null = null;
  #syncTimer: NodeJS.Timeout | null = null;

  private constructor(path: string, file: FileHandle, key: StreamKey, start: Uint8Array) {
    this.path = path;
    this.sealId = sealIdOf(start);
    this.#file = file;
    this.#key = key;
    this.#payloadStart = start.byteLength;
  }

  /**
   * Makes the file (0600), with its header, sealed to these recipients. Throws a VaultError: `fileExists` when there is
   * one of that name, `diskFull`, `folderNotWritable`, `vaultMissing` when the folder is not there.
   */
  static async create(path: string, recipients: readonly string[]): Promise<SealedWriter> {
    return SealedWriter.begin(path, await makeHeader(recipients));
  }

  /** As `create`, with a header that was made before. Its file key is wiped. */
  static async begin(path: string, { bytes: header, fileKey }: Header): Promise<SealedWriter> {
    const payloadNonce = randomBytes(payloadNonceBytes);
    const key = new StreamKey(fileKey, payloadNonce);
    wipe(fileKey);
    let file: FileHandle | null = null;
    try {
      file = await open(path, 'wx+', fileMode);
      const start = Buffer.concat([header, payloadNonce]);
      await writeWhole(file, start, 0);
      // Before anything behind it: else a power cut could leave chunks that nothing opens (unbegun.ts).
      await file.datasync();
      return new SealedWriter(path, file, key, start);
    } catch (error) {
      key.wipe();
      await file?.close();
      throw await vaultErrorOf(error, path);
    }
  }

  /** Bytes appended so far, sealed or waiting. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Bytes that a crash right now would leave readable: the whole chunks in the file. After `finish`, all. */
  get writtenBytes(): number {
    return this.#ended ? this.#sizeBytes : this.#chunks * chunkBytes;
  }

  /** Appends in the order of the calls. The bytes must not change until it resolves. Throws a VaultError. */
  append(bytes: Uint8Array): Promise<void> {
    return this.#steps.run(async () => {
      if (this.#failure) throw this.#failure;
      if (this.#ended) throw new Error('appended to a sealed file that was finished or closed');
      await this.#take(bytes);
      this.#sizeBytes += bytes.byteLength;
    });
  }

  /** Bytes from `offset`, fewer where the file ends: from the disk, and what still waits from memory. */
  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#steps.run(async () => {
      if (this.#closing) throw new Error('read from a sealed file that was closed');
      const start = Math.min(Math.max(offset, 0), this.#sizeBytes);
      const out = new Uint8Array(Math.min(Math.max(length, 0), this.#sizeBytes - start));
      const inFile = Math.max(0, Math.min(out.byteLength, this.#chunks * chunkBytes - start));
      let again: FileHandle | null = null;
      try {
        const file = this.#file ?? (again = await open(this.path, 'r'));
        const source = { file, key: this.#key, payloadStart: this.#payloadStart, lastChunk: null };
        const opened = await openSpan(source, start, out.subarray(0, inFile));
        if (!opened) throw new VaultError({ code: 'vaultDamaged', file: this.path });
      } catch (error) {
        throw await vaultErrorOf(error, this.path);
      } finally {
        await again?.close();
      }
      const tailStart = start + inFile - this.#chunks * chunkBytes;
      if (inFile < out.byteLength) {
        out.set(this.#tail.subarray(tailStart, tailStart + out.byteLength - inFile), inFile);
      }
      return out;
    });
  }

  /**
   * Holds the file open no longer, so that its disk can be taken out: nothing more is written. Reading opens it anew, each
   * time.
   */
  rest(): Promise<void> {
    return this.#steps.run(async () => {
      this.#failure ??= new Error('appended to a sealed file that rests');
      await this.#letGo();
    });
  }

  async #letGo(): Promise<void> {
    if (this.#syncTimer) clearTimeout(this.#syncTimer);
    await this.#syncing;
    const file = this.#file;
    this.#file = null;
    // What a disk that is gone says at the end is not new.
    await file?.close().catch(() => undefined);
  }

  /**
   * For reading, after the disk was away: opens the file anew by its name. Chunks that did not get to the disk before it
   * went are forgotten, and what waited behind them. Throws a VaultError when the file is not there; nothing has changed
   * then.
   */
  reopen(): Promise<void> {
    return this.#steps.run(async () => {
      if (this.#closing) throw new Error('opened a sealed file anew that was closed');
      await this.#letGo();
      let file: FileHandle | null = null;
      try {
        file = await open(this.path, 'r');
        const kept = await this.#chunksIn(file);
        this.#file = file;
        if (kept === this.#chunks) return;
        this.#chunks = kept;
        this.#dropTail();
      } catch (error) {
        await file?.close();
        throw await vaultErrorOf(error, this.path);
      }
    });
  }

  /**
   * Seals what waits as the last chunk, and puts the file on the disk for good, under `finalPath` (in the same folder)
   * if given. Throws a VaultError; the file then keeps its name, cut off or whole, and what is in it can still be `read`.
   */
  finish(finalPath?: string): Promise<void> {
    return this.#steps.run(async () => {
      if (this.#failure) throw this.#failure;
      if (this.#ended) throw new Error('finished a sealed file twice');
      const last = this.#sealed.subarray(0, this.#tailBytes + sealedChunkBytes - chunkBytes);
      this.#key.seal(this.#chunks, true, this.#tail.subarray(0, this.#tailBytes), last);
      await this.#write(last);
      this.#ended = true;
      await this.#settle(finalPath);
    });
  }

  /** Lets go of the file and its key. Without `finish` it stays cut off, as after a crash. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#steps.run(async () => {
      this.#ended = true;
      await this.#letGo();
      this.#key.wipe();
      this.#tail.fill(0);
    });
    return this.#closing;
  }

  async #take(bytes: Uint8Array): Promise<void> {
    // The last chunk waits even when it is full.
    let toSeal = Math.max(0, Math.ceil((this.#tailBytes + bytes.byteLength) / chunkBytes) - 1);
    let taken = 0;
    while (toSeal > 0) {
      // The first one alone, for the sake of what a power cut leaves (see #write).
      const batch = this.#chunks === 0 ? 1 : Math.min(toSeal, chunksPerWrite);
      if (this.#sealed.byteLength < batch * sealedChunkBytes) {
        this.#sealed = Buffer.allocUnsafeSlow(batch * sealedChunkBytes);
      }
      for (let nth = 0; nth < batch; nth += 1) {
        const sealed = this.#sealed.subarray(nth * sealedChunkBytes, (nth + 1) * sealedChunkBytes);
        const missing = chunkBytes - this.#tailBytes;
        const more = bytes.subarray(taken, taken + missing);
        taken += missing;
        if (this.#tailBytes === 0) {
          this.#key.seal(this.#chunks + nth, false, more, sealed);
        } else {
          this.#tail.set(more, this.#tailBytes);
          this.#key.seal(this.#chunks + nth, false, this.#tail, sealed);
          this.#tailBytes = 0;
        }
      }
      await this.#write(this.#sealed.subarray(0, batch * sealedChunkBytes));
      this.#chunks += batch;
      toSeal -= batch;
    }
    this.#tail.set(taken === 0 ? bytes : bytes.subarray(taken), this.#tailBytes);
    this.#tailBytes += bytes.byteLength - taken;
  }

  /** Writes after the last whole chunk; when that fails, cuts the file back to it and remembers the failure. */
  async #write(sealed: Uint8Array): Promise<void> {
    const end = this.#payloadStart + this.#chunks * sealedChunkBytes;
    // The first chunk is on the disk before anything behind it: else a power cut could leave a file that is long enough
    // and opens nowhere, which is damage or a lie for all that its reader can tell (unbegun.ts).
    if (this.#chunks === 1) await this.#syncing;
    if (this.#failure) throw this.#failure;
    try {
      if (!this.#file) throw new Error('written to a sealed file that rests');
      await writeWhole(this.#file, sealed, end);
    } catch (error) {
      this.#dropTail();
      this.#failure = await vaultErrorOf(error, this.path);
      // When the disk is gone there is nothing to cut; a torn chunk at the end does not open and harms no other.
      await this.#file?.truncate(end).catch(() => undefined);
      throw this.#failure;
    }
    this.#unsynced = true;
    this.#syncSoon();
  }

  /** How many of our chunks are whole in this file: at its end may lie what was never written. */
  async #chunksIn(file: FileHandle): Promise<number> {
    const source = { file, key: this.#key, payloadStart: this.#payloadStart, lastChunk: null };
    const fitting = Math.floor(((await file.stat()).size - this.#payloadStart) / sealedChunkBytes);
    for (let chunks = Math.min(this.#chunks, fitting); chunks > 0; chunks -= 1) {
      if (await isGenuine(source, chunks - 1)) return chunks;
    }
    return 0;
  }

  #dropTail(): void {
    this.#tailBytes = 0;
    this.#sizeBytes = this.#chunks * chunkBytes;
  }

  /** Starts an fdatasync, now or when the last one is long enough ago. Its failure shows at the next append. */
  #syncSoon(): void {
    if (this.#syncing || this.#syncTimer || this.#ended) return;
    const waitMs = this.#lastSyncMs + syncEveryMs - performance.now();
    if (waitMs <= 0) this.#startSync();
    else {
      this.#syncTimer = setTimeout(() => {
        this.#syncTimer = null;
        this.#startSync();
      }, waitMs);
      this.#syncTimer.unref();
    }
  }

  #startSync(): void {
    this.#unsynced = false;
    this.#lastSyncMs = performance.now();
    this.#syncing = this.#syncNow()
      .catch(async (error: unknown) => {
        this.#failure ??= await vaultErrorOf(error, this.path);
      })
      .then(() => {
        this.#syncing = null;
        if (this.#unsynced) this.#syncSoon();
      });
  }

  async #syncNow(): Promise<void> {
    await this.#file?.datasync();
    // Once: a power cut must not take the new file's name either.
    if (!this.#nameSynced) await syncFolder(dirname(this.path));
    this.#nameSynced = true;
  }

  /** Everything for good, under its final name. */
  async #settle(finalPath: string | undefined): Promise<void> {
    if (this.#syncTimer) clearTimeout(this.#syncTimer);
    this.#syncTimer = null;
    await this.#syncing;
    try {
      await this.#file?.sync();
      if (finalPath !== undefined) await renameDurably(this.path, finalPath);
    } catch (error) {
      this.#failure = await vaultErrorOf(error, this.path);
      throw this.#failure;
    }
  }
}

/** Writes all the bytes at `position`: one write may take only some of them. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, written, bytes.byteLength - written, position + written);
    written += bytesWritten;
  }
}
