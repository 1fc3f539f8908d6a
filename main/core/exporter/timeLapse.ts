/**
 * A time-lapse: one picture in so many is kept, each for as long, so that all of them last as long as wished. Where fewer
 * than one picture of a GOP is kept, only keyframes are read and decoded. Pure.
 */
import type { PlannedPart } from './plannedPart.ts';

export interface Lapse {
  /** From [0:v]. */
  filter: string;
  /** Sets the times. */
  pace: string;
  keyframesOnly: boolean;
  wantsFragment: (at: number) => boolean;
  /** Of a picture by its number in the part. */
  kept: (picture: number) => boolean;
  /** How many are kept. */
  pictures: number;
}

export function lapseOf(part: PlannedPart, lastsMs: number): Lapse {
  const { before, inside, pictures, fragments } = part;
  const recordedMs = ((pictures.endUnits - pictures.startUnits) / pictures.track.timescale) * 1000;
  const every = Math.max(1, Math.ceil(recordedMs / lastsMs));
  const keyframes = pictures.inSync.map((number) => number - 1).filter((at) => at >= before && at < before + inside);
  const firsts = new Set(fragments.map(({ firstPicture }) => firstPicture));
  // A keyframe begins its fragment, where they are not all keyframes.
  const isSparse =
    keyframes.length > 1 && every >= inside / keyframes.length && keyframes.every((at) => firsts.has(at));
  if (!isSparse) {
    const kept = Math.ceil(inside / every);
    return {
      filter: `trim=start_frame=${before}:end_frame=${before + inside},select=not(mod(n\\,${every}))`,
      pace: paceOf(lastsMs, kept),
      keyframesOnly: false,
      wantsFragment: () => true,
      kept: (picture) => picture >= before && (picture - before) % every === 0,
      pictures: kept,
    };
  }
  const step = Math.max(1, Math.round(every / (inside / keyframes.length)));
  const chosen = new Set(keyframes.filter((_, at) => at % step === 0));
  const places = new Set(
    fragments.flatMap(({ firstPicture }, at) => {
      const hasPicture = (fragments[at + 1]?.firstPicture ?? Infinity) > firstPicture;
      return hasPicture && chosen.has(firstPicture) ? [at] : [];
    }),
  );
  return {
    filter: 'null',
    pace: paceOf(lastsMs, chosen.size),
    keyframesOnly: true,
    wantsFragment: (at) => places.has(at),
    kept: (picture) => chosen.has(picture),
    pictures: chosen.size,
  };
}

function paceOf(lastsMs: number, pictures: number): string {
  return `settb=1/90000,setpts=N*${Math.round((lastsMs * 90) / Math.max(1, pictures))}`;
}
