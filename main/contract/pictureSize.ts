/**
 * How large a picture of a camera may be: what is larger is no camera's, and to decode it would take the memory of this
 * computer. Also reads the size of a JPEG picture, which says it itself.
 */
export interface PictureSize {
  widthPixels: number;
  heightPixels: number;
}

const mostSidePixels = 16_384;
/** Four bytes each, decoded: 256 MiB. */
const mostPixels = 64 * 2 ** 20;

export function isTooLarge({ widthPixels, heightPixels }: PictureSize): boolean {
  return Math.max(widthPixels, heightPixels) > mostSidePixels || widthPixels * heightPixels > mostPixels;
}

/**
 * The size in the first frame header of a JPEG picture (ITU-T T.81, B.2.2). null when there is none before the pixels
 * begin.
 */
export function jpegSizeOf(bytes: Uint8Array): PictureSize | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1; // any number of these may come before a marker
      continue;
    }
    if (hasNoLength(marker)) {
      at += 2;
      continue;
    }
    if (marker === scanMarker || marker === endMarker) return null;
    if (isFrame(marker)) return sizeAt(bytes, at + 5);
    const length = twoBytes(bytes, at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

const endMarker = 0xd9;
const scanMarker = 0xda;

/** RSTm and TEM. */
function hasNoLength(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** SOF0 to SOF15; DHT, JPG and DAC lie between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function sizeAt(bytes: Uint8Array, at: number): PictureSize | null {
  if (at + 4 > bytes.length) return null;
  return { widthPixels: twoBytes(bytes, at + 2), heightPixels: twoBytes(bytes, at) };
}

function twoBytes(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
