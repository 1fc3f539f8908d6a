/** nativeImage: whether a picture is there and is one, and nothing of its pixels. */
import { readFileSync } from 'node:fs';
import { strictModule } from './strict.ts';

const beginnings = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
];

function isPicture(file: string): boolean {
  try {
    const bytes = readFileSync(file);
    return beginnings.some((beginning) => beginning.every((byte, at) => bytes[at] === byte));
  } catch {
    return false;
  }
}

export const nativeImage = strictModule('nativeImage', {
  createFromPath(file: string) {
    const empty = !isPicture(file);
    return strictModule('NativeImage', { isEmpty: () => empty });
  },
});
