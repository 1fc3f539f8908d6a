/**
 * Cuts an Annex B byte stream (ITU-T H.264 and H.265, annex B) into access units. Expects an access unit delimiter
 * before each, as clips.ts has them made, and leaves the delimiters out. Bytes without any delimiter give no units.
 */

export type Codec = 'H.264' | 'H.265';

export interface AccessUnit {
  /** Without start codes, in order. */
  nals: Uint8Array[];
  keyframe: boolean;
}

const h264 = { delimiter: 9, idr: [5], parameterSets: [7, 8] };
/** IRAP pictures are 16..21; VPS, SPS and PPS 32..34. */
const h265 = { delimiter: 35, idr: [16, 17, 18, 19, 20, 21], parameterSets: [32, 33, 34] };

export function nalType(codec: Codec, nal: Uint8Array): number {
  const first = nal[0] ?? 0;
  return codec === 'H.264' ? first & 31 : (first >> 1) & 63;
}

export function isParameterSet(codec: Codec, nal: Uint8Array): boolean {
  return (codec === 'H.264' ? h264 : h265).parameterSets.includes(nalType(codec, nal));
}

export function splitNals(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const startCode = Buffer.from([0, 0, 1]);
  const nals: Uint8Array[] = [];
  let from = buffer.indexOf(startCode);
  while (from >= 0) {
    const next = buffer.indexOf(startCode, from + 3);
    let end = next < 0 ? buffer.length : next;
    while (end > from + 3 && buffer[end - 1] === 0) end--;
    if (end > from + 3) nals.push(buffer.subarray(from + 3, end));
    from = next;
  }
  return nals;
}

export function splitAccessUnits(codec: Codec, bytes: Uint8Array): AccessUnit[] {
  const types = codec === 'H.264' ? h264 : h265;
  const units: AccessUnit[] = [];
  for (const nal of splitNals(bytes)) {
    const type = nalType(codec, nal);
    if (type === types.delimiter) {
      units.push({ nals: [], keyframe: false });
      continue;
    }
    const unit = units.at(-1);
    if (!unit) continue;
    unit.nals.push(nal);
    if (types.idr.includes(type)) unit.keyframe = true;
  }
  return units.filter((unit) => unit.nals.length > 0);
}
