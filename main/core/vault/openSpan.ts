/**
 * Opens a span of bytes out of a sealed file's chunks: reads several chunks at a time, opens whole ones straight into
 * their place and keeps nothing. Errors of the file system pass through; a chunk that is not genuine is told by `false`.
 */
import type { FileHandle } from 'node:fs/promises';
import { tagBytes, wipe } from './sodium.ts';
import { chunkBytes, sealedChunkBytes } from './stream.ts';
import type { StreamKey } from './stream.ts';

export interface ChunkSource {
  file: FileHandle;
  key: StreamKey;
  /** Where the first chunk begins in the file. */
  payloadStart: number;
  /** The chunk that is marked as the last, and its bytes when opened; null where all are whole and unmarked. */
  lastChunk: { index: number; plainBytes: number } | null;
}

/** 1 MiB a read: larger ones are no faster. */
const chunksPerRead = 16;

/** Fills `out` with the bytes from `offset`; all of them must lie inside the file. False when one is not genuine. */
export async function openSpan(source: ChunkSource, offset: number, out: Uint8Array): Promise<boolean> {
  if (out.byteLength === 0) return true;
  const end = offset + out.byteLength;
  const endChunk = Math.ceil(end / chunkBytes);
  const firstChunk = Math.floor(offset / chunkBytes);
  const sealed = Buffer.allocUnsafe(Math.min(endChunk - firstChunk, chunksPerRead) * sealedChunkBytes);
  for (let first = firstChunk; first < endChunk; first += chunksPerRead) {
    const next = Math.min(first + chunksPerRead, endChunk);
    const sealedBytes = (next - 1 - first) * sealedChunkBytes + plainBytesOf(source, next - 1) + tagBytes;
    const batch = sealed.subarray(0, sealedBytes);
    if (!(await readWhole(source.file, batch, source.payloadStart + first * sealedChunkBytes))) return false;
    for (let index = first; index < next; index += 1) {
      const plainBytes = plainBytesOf(source, index);
      const sealedStart = (index - first) * sealedChunkBytes;
      const chunk = batch.subarray(sealedStart, sealedStart + plainBytes + tagBytes);
      const start = index * chunkBytes;
      const from = Math.max(offset - start, 0);
      const to = Math.min(end - start, plainBytes);
      const whole = from === 0 && to === plainBytes;
      const place = whole ? out.subarray(start - offset, start - offset + plainBytes) : Buffer.allocUnsafe(plainBytes);
      if (!source.key.open(index, index === source.lastChunk?.index, chunk, place)) return false;
      if (!whole) {
        out.set(place.subarray(from, to), start + from - offset);
        wipe(place);
      }
    }
  }
  return true;
}

/** Opens one chunk whole, also an empty last one; null when it is not genuine, or the file ends inside it. */
export async function openChunk(source: ChunkSource, index: number): Promise<Uint8Array | null> {
  const plain = Buffer.allocUnsafe(plainBytesOf(source, index));
  const sealed = Buffer.allocUnsafe(plain.byteLength + tagBytes);
  if (!(await readWhole(source.file, sealed, source.payloadStart + index * sealedChunkBytes))) return null;
  return source.key.open(index, index === source.lastChunk?.index, sealed, plain) ? plain : null;
}

/** Whether it is genuine; nothing of it stays in memory. */
export async function isGenuine(source: ChunkSource, index: number): Promise<boolean> {
  const plain = await openChunk(source, index);
  if (plain) wipe(plain);
  return plain !== null;
}

/** Fills `bytes` from `position`; false when the file ends before. */
export async function readWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<boolean> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

function plainBytesOf(source: ChunkSource, index: number): number {
  return index === source.lastChunk?.index ? source.lastChunk.plainBytes : chunkBytes;
}
