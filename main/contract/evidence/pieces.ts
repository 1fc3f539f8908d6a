/**
 * Cuts an original file of an evidence pack into its pieces by what lies in it, and tells when a fragment says that it
 * begins: to name what was done to a file that is not the one of the manifest. Pure; the bytes are hostile, and what
 * cannot be read is null.
 */

export interface Head {
  type: string;
  sizeBytes: number;
}

/** Of a box; null where there is none. */
export function boxHead(bytes: Uint8Array, at = 0): Head | null {
  if (at + 8 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const sizeBytes = view.getUint32(0);
  return sizeBytes < 8 ? null : { sizeBytes, type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)) };
}

/** Content of the first box reached by these types, one inside the other; null where there is none. */
function inside(bytes: Uint8Array, types: readonly string[]): Uint8Array | null {
  const [type, ...more] = types;
  if (type === undefined) return bytes;
  for (let at = 0; at < bytes.length;) {
    const head = boxHead(bytes, at);
    if (!head) return null;
    const content = bytes.subarray(at + 8, at + head.sizeBytes);
    const found = head.type === type ? inside(content, more) : null;
    if (found) return found;
    at += head.sizeBytes;
  }
  return null;
}

/** Units of time in a second of the first track (`mdhd`, ISO 14496-12 §8.4.2); null where the head does not say. */
export function timescaleOf(head: Uint8Array): number | null {
  const mdhd = inside(head, ['moov', 'trak', 'mdia', 'mdhd']);
  const at = mdhd?.[0] === 1 ? 20 : 12;
  if (!mdhd || mdhd.length < at + 4) return null;
  return new DataView(mdhd.buffer, mdhd.byteOffset).getUint32(at) || null;
}

/** Decode time of a fragment's first track (`tfdt`, §8.8.12), in units; null where it does not say. */
export function decodeTimeOf(fragment: Uint8Array): number | null {
  const tfdt = inside(fragment, ['moof', 'traf', 'tfdt']);
  if (!tfdt || tfdt.length < 8) return null;
  const view = new DataView(tfdt.buffer, tfdt.byteOffset, tfdt.byteLength);
  if (tfdt[0] !== 1) return view.getUint32(4);
  return tfdt.length < 12 ? null : Number(view.getBigUint64(4));
}
