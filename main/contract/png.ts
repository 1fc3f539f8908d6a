/**
 * Whether bytes are a PNG as a canvas makes one, and nothing beside it: what the page hands over to be saved as a file is
 * looked at as everything else that it says. Follows the chunks from the signature to IEND (PNG, third edition, section
 * 5); does not open the compressed pixels, whose reader must not trust them anyway.
 */

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Chunks of pixels and of their colours. Texts, times and chunks of programs have no business in a snapshot. */
const taken = new Set(['IHDR', 'IDAT', 'IEND', 'sRGB', 'gAMA', 'cHRM', 'iCCP', 'cICP', 'sBIT', 'pHYs']);
const mostPixelsASide = 16_384;
/** Length, type and check around each chunk's data. */
const aroundBytes = 12;

export function isPicture(bytes: Uint8Array): boolean {
  if (bytes.byteLength < signature.length || signature.some((byte, at) => bytes[at] !== byte)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = signature.length;
  let pixels = 0;
  for (let first = true; at + aroundBytes <= bytes.byteLength; first = false) {
    const dataBytes = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (dataBytes > bytes.byteLength - at - aroundBytes || !taken.has(type) || first !== (type === 'IHDR'))
      return false;
    if (first && !isSoundHead(view, at + 8, dataBytes)) return false;
    if (type === 'IDAT') pixels += dataBytes;
    at += aroundBytes + dataBytes;
    if (type === 'IEND') return dataBytes === 0 && pixels > 0 && at === bytes.byteLength;
  }
  return false;
}

/** Eight bits a channel, with or without transparency, not interlaced. */
function isSoundHead(view: DataView, at: number, dataBytes: number): boolean {
  if (dataBytes !== 13) return false;
  const sides = [view.getUint32(at), view.getUint32(at + 4)];
  const [depth, colour, compression, filter, interlace] = [8, 9, 10, 11, 12].map((each) => view.getUint8(at + each));
  return (
    sides.every((side) => side >= 1 && side <= mostPixelsASide) &&
    depth === 8 &&
    (colour === 2 || colour === 6) &&
    compression === 0 &&
    filter === 0 &&
    interlace === 0
  );
}
