/**
 * Makes one file of an export from what was planned for it, in the way that the user's wishes ask for. What a failure
 * leaves under the temporary name is the caller's to remove.
 */
import type { CameraId } from '../../contract/model.ts';
import type { Outcome } from '../../contract/problems.ts';
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

export async function makePart({ work, part, sources, temporary, sealTo, ...told }: PartWork): Promise<Outcome<null>> {
  const target = await openTarget(temporary, sealTo);
  let bytes = 0;
  try {
    return await writeMovie(part, (source, offset, length) => sources.read(source, offset, length), target, {
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
