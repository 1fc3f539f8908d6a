/**
 * What sealing is compared with: a writer as the recorder uses one, which writes each piece at once as it is. Its bytes
 * reach the disk in the rhythm of the sealed one (fdatasync every 0.8 s, the folder once, fsync and rename at the end).
 * It takes the place of vault/sealedWriter.ts in one process of the benchmark, and nowhere else (see plainHooks.ts).
 */
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SealedWriter as RealWriter } from '../../main/core/vault/sealedWriter.ts';
import { fileMode, renameDurably, syncFolder } from '../../main/core/vault/durable.ts';

const syncEveryMs = 800;

/** What the sealed one offers, so that this one is not left behind. */
type Writer = Pick<RealWriter, keyof RealWriter>;

export class SealedWriter implements Writer {
  readonly path: string;
  readonly sealId = new Uint8Array(32);
  sizeBytes = 0;
  readonly #file: FileHandle;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #syncing: Promise<void> | null = null;
  #nameSynced = false;
  #lastSyncMs = -Infinity;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<SealedWriter> {
    return new SealedWriter(path, await open(path, 'wx+', fileMode));
  }

  get writtenBytes(): number {
    return this.sizeBytes;
  }

  get isPlain(): true {
    return true;
  }

  /** As the sealed one after trouble with the disk, which ends the benchmark. */
  rest(): Promise<void> {
    return this.close();
  }

  reopen(): Promise<void> {
    return Promise.reject(new Error('a benchmark has no trouble with its disk'));
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#next(async () => {
      await this.#file.write(bytes, 0, bytes.byteLength, this.sizeBytes);
      this.sizeBytes += bytes.byteLength;
      this.#syncSoon();
    });
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#next(async () => {
      const bytes = new Uint8Array(length);
      await this.#file.read(bytes, 0, length, offset);
      return bytes;
    });
  }

  finish(finalPath?: string): Promise<void> {
    return this.#next(async () => {
      if (this.#timer) clearTimeout(this.#timer);
      await this.#syncing;
      await this.#file.sync();
      if (finalPath !== undefined) await renameDurably(this.path, finalPath);
    });
  }

  close(): Promise<void> {
    return this.#next(async () => {
      if (this.#timer) clearTimeout(this.#timer);
      await this.#syncing;
      await this.#file.close();
    });
  }

  #next<Value>(step: () => Promise<Value>): Promise<Value> {
    const done = this.#queue.then(step);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #syncSoon(): void {
    if (this.#syncing || this.#timer) return;
    const waitMs = Math.max(0, this.#lastSyncMs + syncEveryMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#lastSyncMs = performance.now();
      this.#syncing = this.#sync().finally(() => {
        this.#syncing = null;
      });
    }, waitMs);
  }

  async #sync(): Promise<void> {
    await this.#file.datasync();
    if (!this.#nameSynced) await syncFolder(dirname(this.path));
    this.#nameSynced = true;
  }
}
