/**
 * The bytes of a planned file's pieces, in order, read from the recordings in windows of whole chunks, so that no chunk is
 * opened twice; the next window is read while the last is written.
 */
import { chunkBytes } from '../vault/stream.ts';
import type { Piece } from './plannedPart.ts';

export type ReadsSource = (source: number, offset: number, length: number) => Promise<Uint8Array>;

const windowBytes = 16 * chunkBytes;

interface Window {
  source: number;
  from: number;
  to: number;
  /** Pieces that touch it, the first and the last perhaps in part. */
  ranges: { from: number; to: number }[];
}

/** Slices of what was read, a list for each window. */
export async function* bytesOf(
  pieces: readonly Piece[],
  read: ReadsSource,
): AsyncGenerator<Uint8Array[], void, undefined> {
  let ahead: { window: Window; bytes: Promise<Uint8Array> } | null = null;
  for (const window of windowsOf(pieces)) {
    const bytes = read(window.source, window.from, window.to - window.from);
    // It is awaited a round later: until then nobody looks at its failure.
    bytes.catch(() => undefined);
    if (ahead) yield cut(ahead.window, await ahead.bytes);
    ahead = { window, bytes };
  }
  if (ahead) yield cut(ahead.window, await ahead.bytes);
}

function cut({ from, ranges }: Window, bytes: Uint8Array): Uint8Array[] {
  return ranges.map((range) => bytes.subarray(range.from - from, range.to - from));
}

function* windowsOf(pieces: readonly Piece[]): Generator<Window, void, undefined> {
  let window: Window | null = null;
  for (const { source, offset, length } of pieces) {
    for (let from = offset; from < offset + length;) {
      if (!window || window.source !== source || from < window.from || from >= windowEnd(window)) {
        if (window) yield window;
        const start = Math.floor(from / chunkBytes) * chunkBytes;
        window = { source, from: start, to: start, ranges: [] };
      }
      const to = Math.min(offset + length, windowEnd(window));
      const last = window.ranges.at(-1);
      if (last?.to === from) last.to = to;
      else window.ranges.push({ from, to });
      window.to = Math.max(window.to, to);
      from = to;
    }
  }
  if (window) yield window;
}

function windowEnd({ from }: Window): number {
  return from + windowBytes;
}
