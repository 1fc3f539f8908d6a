/**
 * Walks the boxes of MP4 (ISO 14496-12 §4.2) inside bytes that are in memory. Every length is checked against what
 * holds it; a box that does not fit throws MediaError. Nothing is copied.
 */
import { MediaError } from './mediaError.ts';

export interface Box {
  type: string;
  /** Offset of the box's first byte. */
  start: number;
  /** Offset of its content. */
  content: number;
  /** Offset behind its last byte. */
  end: number;
}

/** Every box of this programme's files has its size in 32 bits, except the mdat of large files, which is not walked. */
export function boxes(view: DataView, from: number, to: number): Box[] {
  const found: Box[] = [];
  let start = from;
  while (start < to) {
    if (start + 8 > to) throw new MediaError('MP4: box head cut off');
    const sizeBytes = view.getUint32(start);
    const type = fourCc(view, start + 4);
    const end = start + sizeBytes;
    if (sizeBytes < 8 || end > to) throw new MediaError('MP4: box does not fit');
    found.push({ type, start, content: start + 8, end });
    start = end;
  }
  return found;
}

export function boxesIn(view: DataView, box: Box): Box[] {
  return boxes(view, box.content, box.end);
}

/** The first box of this type; null where there is none. */
export function optional(among: Box[], type: string): Box | null {
  return among.find((box) => box.type === type) ?? null;
}

/** The first box of this type; throws MediaError where there is none. */
export function required(among: Box[], type: string): Box {
  const box = optional(among, type);
  if (box === null) throw new MediaError(`MP4: no ${type}`);
  return box;
}

/** Throws unless the box holds this many bytes of content. */
export function requireBytes(box: Box, sizeBytes: number): void {
  if (box.end - box.content < sizeBytes) throw new MediaError('MP4: box content cut off');
}

/** The version and the flags of a full box. */
export function fullHead(view: DataView, box: Box): { version: number; flags: number } {
  requireBytes(box, 4);
  const word = view.getUint32(box.content);
  return { version: word >>> 24, flags: word & 0xffffff };
}

export function fourCc(view: DataView, offset: number): string {
  return String.fromCharCode(
    view.getUint8(offset),
    view.getUint8(offset + 1),
    view.getUint8(offset + 2),
    view.getUint8(offset + 3),
  );
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
