/**
 * Names of exported files: the camera and the local time of the beginning, safe on every system, and never the name of a
 * file that is there, also not on a disk that does not tell capitals from small letters.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { en } from '../../contract/text/en.ts';
import { localStamp, safeName } from './stamps.ts';

export interface Part {
  cameraName: string;
  /** When the first picture in it was recorded. */
  startMs: number;
}

/** A whole path for each part, in order; `ending` is '.mp4' or '.mp4.age'. Throws what listing the folder throws. */
export async function freeNames(folder: string, parts: readonly Part[], ending: string): Promise<string[]> {
  const taken = new Set((await readdir(folder)).map(folded));
  return parts.map(({ cameraName, startMs }) => {
    const base = `${safeName(cameraName) || en.exports.nameless} ${localStamp(startMs)}`;
    for (let number = 1; ; number += 1) {
      const name = `${base}${number === 1 ? '' : ` (${number})`}${ending}`;
      if (taken.has(folded(name))) continue;
      taken.add(folded(name));
      return path.join(folder, name);
    }
  });
}

/** As disks compare names that are strict about neither capitals nor how an accent is written. */
function folded(name: string): string {
  return name.normalize('NFC').toLocaleLowerCase('en').normalize('NFC');
}
