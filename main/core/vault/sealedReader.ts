/**
 * Reads a sealed file anywhere in it, opening only the chunks that are asked for. A file that was cut off by a crash
 * reads up to its last whole chunk, and says so by `complete`; a chunk that is not genuine is a problem that names the
 * file. Every byte of the file is hostile until its chunk has opened; nothing that did not open is ever handed out.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome, Problem } from '../../contract/problems.ts';
import { sealIdOf } from './fileMark.ts';
import { headerSizeBytes, longestHeaderBytes, openHeader } from './header.ts';
import type { Opener } from './header.ts';
import { isGenuine, openChunk, openSpan, readWhole } from './openSpan.ts';
import type { ChunkSource } from './openSpan.ts';
import { tagBytes, wipe } from './sodium.ts';
import { chunkBytes, payloadNonceBytes, sealedChunkBytes, StreamKey } from './stream.ts';
import { problemOf, systemCode } from './vaultError.ts';

/** Opened chunks that are kept: small reads next to each other open their chunk once. */
const keptChunks = 4;

interface Extent {
  fileBytes: number;
  sealId: Uint8Array;
  sizeBytes: number;
  complete: boolean;
  lastChunk: ChunkSource['lastChunk'];
}

export class SealedReader {
  /** Bytes that can be read: of a cut-off file, those of its whole chunks. */
  readonly sizeBytes: number;
  /** The chunk that ends the file is there: nothing was cut off. */
  readonly complete: boolean;
  /** Of the sealed file, and where in it the first chunk begins. */
  readonly fileBytes: number;
  readonly payloadStart: number;
  /** What tells this sealed file from every other (fileMark.ts). */
  readonly sealId: Uint8Array;
  readonly #source: ChunkSource;
  readonly #path: string;
  readonly #name: string;
  readonly #kept = new Map<number, Uint8Array>();
  #closing: Promise<void> | null = null;

  private constructor(path: string, name: string, source: ChunkSource, extent: Extent) {
    this.#path = path;
    this.#name = name;
    this.#source = source;
    this.sizeBytes = extent.sizeBytes;
    this.complete = extent.complete;
    this.fileBytes = extent.fileBytes;
    this.sealId = extent.sealId;
    this.payloadStart = source.payloadStart;
  }

  /**
   * `name` is what problems call the file. Problems: `gone` when there is no such file, `vaultDamaged` when it is not
   * sealed to this opener, was altered, or holds no whole chunk though it is long enough; `keyMissing` when the identity
   * was wiped meanwhile.
   */
  static async open(path: string, opener: Opener, name = basename(path)): Promise<Outcome<SealedReader>> {
    const damaged = bad({ code: 'vaultDamaged', file: name });
    let file: FileHandle | null = null;
    let key: StreamKey | null = null;
    let reader: SealedReader | null = null;
    try {
      file = await open(path, 'r');
      const { size } = await file.stat();
      const start = await readStart(file, size);
      if (!start) return damaged;
      const fileKey = await openHeader(start.header, opener);
      if (!fileKey) return damaged;
      key = new StreamKey(fileKey, start.payloadNonce);
      wipe(fileKey);
      const payloadStart = start.header.byteLength + payloadNonceBytes;
      const extent = await findExtent({ file, key, payloadStart, lastChunk: null }, size - payloadStart);
      if (!extent) return damaged;
      reader = new SealedReader(
        path,
        name,
        { file, key, payloadStart, lastChunk: extent.lastChunk },
        { ...extent, fileBytes: size, sealId: sealIdOf(Buffer.concat([start.header, start.payloadNonce])) },
      );
      return good(reader);
    } catch (error) {
      // Locked while it was being opened.
      if ('wiped' in opener && opener.wiped) return bad({ code: 'keyMissing' });
      const problem = await readProblemOf(error, path, name);
      if (problem) return bad(problem);
      throw error;
    } finally {
      if (!reader) {
        key?.wipe();
        await file?.close();
      }
    }
  }

  /** Bytes from `offset`, fewer where the file ends. They are the caller's own. Problem: `vaultDamaged`. */
  async read(offset: number, length: number): Promise<Outcome<Uint8Array<ArrayBuffer>>> {
    if (this.#closing) throw new Error('read from a sealed file that was closed');
    const start = Math.min(Math.max(offset, 0), this.sizeBytes);
    const out = new Uint8Array(Math.min(Math.max(length, 0), this.sizeBytes - start));
    try {
      if (await this.#fill(start, out)) return good(out);
    } catch (error) {
      const problem = await readProblemOf(error, this.#path, this.#name);
      if (!problem) throw error;
      return bad(problem);
    }
    return bad({ code: 'vaultDamaged', file: this.#name });
  }

  /** Opens every chunk. A cut-off file whose whole chunks are genuine passes: `complete` tells about the rest. */
  async verify(signal: AbortSignal): Promise<Outcome<null>> {
    const step = 64 * chunkBytes;
    for (let offset = 0; offset < this.sizeBytes; offset += step) {
      if (signal.aborted) return bad({ code: 'cancelled' });
      const read = await this.read(offset, step);
      if (!read.ok) return read;
    }
    return good(null);
  }

  /** May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#source.file.close().finally(() => {
      this.#source.key.wipe();
      for (const chunk of this.#kept.values()) chunk.fill(0);
      this.#kept.clear();
    });
    return this.#closing;
  }

  async #fill(start: number, out: Uint8Array): Promise<boolean> {
    if (out.byteLength >= chunkBytes) return openSpan(this.#source, start, out);
    for (let done = 0; done < out.byteLength;) {
      const index = Math.floor((start + done) / chunkBytes);
      const chunk = await this.#chunk(index);
      if (!chunk) return false;
      const from = start + done - index * chunkBytes;
      const piece = chunk.subarray(from, from + out.byteLength - done);
      out.set(piece, done);
      done += piece.byteLength;
    }
    return true;
  }

  async #chunk(index: number): Promise<Uint8Array | null> {
    const chunk = this.#kept.get(index) ?? (await openChunk(this.#source, index));
    if (!chunk) return null;
    // The one used last is the last in the map; the first is forgotten.
    this.#kept.delete(index);
    this.#kept.set(index, chunk);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptChunks) break;
      this.#kept.delete(oldest);
    }
    return chunk;
  }
}

/** Header and payload nonce; null when the file ends before them, or has no header of bearable size. */
async function readStart(
  file: FileHandle,
  fileBytes: number,
): Promise<{ header: Uint8Array; payloadNonce: Uint8Array } | null> {
  for (const tryBytes of [1024, longestHeaderBytes + payloadNonceBytes]) {
    const start = Buffer.alloc(Math.min(tryBytes, fileBytes));
    if (!(await readWhole(file, start, 0))) return null;
    const headerBytes = headerSizeBytes(start);
    if (headerBytes !== null && headerBytes + payloadNonceBytes <= start.byteLength) {
      const end = headerBytes + payloadNonceBytes;
      return { header: start.subarray(0, headerBytes), payloadNonce: start.subarray(headerBytes, end) };
    }
  }
  return null;
}

/**
 * How far the chunks go. The piece at the end is tried as the last chunk. If it is none, the file was cut off, and the
 * whole chunks before it count, up to the last that opens: after a power cut the end may hold what was never written.
 */
async function findExtent(
  source: ChunkSource,
  payloadBytes: number,
): Promise<Omit<Extent, 'fileBytes' | 'sealId'> | null> {
  const whole = Math.floor(payloadBytes / sealedChunkBytes);
  const rest = payloadBytes % sealedChunkBytes;
  const index = rest === 0 ? whole - 1 : whole;
  const plainBytes = (rest === 0 ? sealedChunkBytes : rest) - tagBytes;
  // An empty last chunk belongs to an empty file only.
  const possible = index === 0 ? plainBytes >= 0 : index > 0 && plainBytes > 0;
  if (possible) {
    const lastChunk = { index, plainBytes };
    if (await isGenuine({ ...source, lastChunk }, index)) {
      return { sizeBytes: index * chunkBytes + plainBytes, complete: true, lastChunk };
    }
  }
  for (let chunks = whole; chunks > 0; chunks -= 1) {
    if (await isGenuine(source, chunks - 1)) {
      return { sizeBytes: chunks * chunkBytes, complete: false, lastChunk: null };
    }
  }
  return whole === 0 ? { sizeBytes: 0, complete: false, lastChunk: null } : null;
}

async function readProblemOf(error: unknown, path: string, name: string): Promise<Problem | null> {
  if (systemCode(error) === 'ENOENT') return { code: 'gone' };
  if (systemCode(error) === 'EIO' || systemCode(error) === 'EISDIR') return { code: 'vaultDamaged', file: name };
  return problemOf(error, path);
}
