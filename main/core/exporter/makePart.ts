/**
 * Makes one file of an export from what was planned for it: copied, its beginning made anew for an exact cut, or all of its
 * pictures made anew where the wishes ask for that or nothing can be joined to them. What a failure leaves under the
 * temporary names is the caller's to remove.
 */
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { canEncode } from './encode.ts';
import { makeHead } from './exactHead.ts';
import { makeAnew } from './madeAnew.ts';
import { temporaryName } from './places.ts';
import type { PlannedPart } from './plannedPart.ts';
import type { Sources } from './sources.ts';
import { openTarget, type SealTo } from './target.ts';
import type { ExportWork } from './writeExport.ts';
import { writeMovie } from './writeMovie.ts';

export interface PartWork {
  work: ExportWork;
  camera: { id: CameraId; name: string };
  part: PlannedPart;
  sources: Sources;
  temporary: string;
  sealTo: SealTo;
  wrote: (bytes: number) => void;
  /** 0 to 1, of this file. */
  done: (fraction: number) => void;
}

/** What a spool takes beside the file that is written. */
const encodedShare = 0.97;

export async function makePart(given: PartWork): Promise<Outcome<null>> {
  const { work, camera, part } = given;
  const ready = await prepare(given);
  if (!ready.ok) return ready;
  const { close, isNew } = ready.value;
  try {
    if (isNew && work.cut === 'exact' && !work.burnsIn && work.timeLapseMs === null) work.onMadeAnew(camera.id);
    return await write(
      { ...given, done: (fraction) => given.done(isNew ? encodedShare + 0.03 * fraction : fraction) },
      part,
    );
  } finally {
    await close();
  }
}

/** Makes the pictures that are not copied. */
async function prepare(given: PartWork): Promise<Outcome<{ close: () => Promise<void>; isNew: boolean }>> {
  const { work, part, sources } = given;
  const copied = { close: () => Promise.resolve(), isNew: false };
  const drawn = work.burnsIn || work.timeLapseMs !== null;
  const isCopied =
    !drawn && (work.cut === 'fast' || (part.exact ? part.head.pictures === 0 : part.before === 0 && !part.reordered));
  if (isCopied) return good(copied);
  if (!(await canEncode(work.ffmpeg))) return bad({ code: 'encoderMissing' });
  if (part.exact) {
    const made = await makeHead({ ...given, sources });
    return made.ok ? good(copied) : made;
  }
  const made = await makeAnew(given, path.join(work.folder, temporaryName(work.id, 'spool')));
  return made.ok ? good({ ...made.value, isNew: true }) : made;
}

async function write(
  { work, sources, temporary, sealTo, ...told }: PartWork,
  part: PlannedPart,
): Promise<Outcome<null>> {
  const target = await openTarget(temporary, sealTo);
  let bytes = 0;
  try {
    const read = (source: number, offset: number, length: number): Promise<Uint8Array> =>
      sources.read(source, offset, length);
    return await writeMovie(part, read, target, {
      signal: work.signal,
      wrote(more) {
        bytes += more;
        told.wrote(more);
        told.done(bytes / Math.max(1, part.dataBytes));
      },
    });
  } finally {
    await target.close();
  }
}
