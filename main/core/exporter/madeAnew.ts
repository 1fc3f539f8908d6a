/**
 * A file whose pictures are all made anew: name and time drawn into them, a time-lapse, or an exact cut of a stream that
 * nothing can be joined to. They go to a spool first, sealed with a key that is only in memory, for the tables that stand
 * before them say how large each is. Sound is copied.
 */
import { rm } from 'node:fs/promises';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import { makeIdentity } from '../vault/keys.ts';
import { SealedWriter } from '../vault/sealedWriter.ts';
import type { Init } from '../video/fmp4.ts';
import { MovieTrack } from '../video/movie/movieTrack.ts';
import { readSamples, type SampleRun } from '../video/movie/samples.ts';
import { drawnOver } from './burnIn.ts';
import { encodePictures } from './encode.ts';
import { fragmentsOf } from './exactHead.ts';
import { lapseOf } from './timeLapse.ts';
import type { PartWork } from './makePart.ts';
import { trakOf } from './plannedPart.ts';

/** Of pictures that are all new; a fast preset, for they are many. */
const codec = ['-preset', 'veryfast', '-crf', '20', '-g', '50', '-profile:v', 'high'];

interface Spooled {
  run: SampleRun;
  offset: number;
}

/** Replaces the part's pictures. `spool`: a hidden file's path. What is returned is closed when the part is written. */
export async function makeAnew(given: PartWork, spool: string): Promise<Outcome<{ close: () => Promise<void> }>> {
  const { sources } = given;
  const { identity, recipient } = makeIdentity();
  identity.wipe();
  const writer = await SealedWriter.create(spool, [recipient]);
  const close = async (): Promise<void> => {
    await writer.close();
    await rm(spool, { force: true }).catch(() => undefined);
  };
  try {
    const made = await encodeInto(given, writer);
    if (!made.ok) {
      await close();
      return made;
    }
    const source = sources.addOther((offset, length) => writer.read(offset, length));
    replace(given, made.value, source);
    return good({ close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function encodeInto(given: PartWork, writer: SealedWriter): Promise<Outcome<{ init: Init; spooled: Spooled[] }>> {
  const { work, part, sources, camera, done, wrote } = given;
  const { timescale } = part.pictures.track;
  const lapse = work.timeLapseMs === null ? null : lapseOf(part, work.timeLapseMs);
  const over = work.burnsIn ? drawnOver(part, camera.name, (at) => lapse?.kept(at) ?? true) : null;
  const trimmed = `[0:v:0]${lapse?.filter ?? `trim=start_frame=${part.before}:end_frame=${part.before + part.inside}`}`;
  const drawn = over ? `${trimmed}[bare];[bare][1:v]overlay=${over.place}` : trimmed;
  const wanted = lapse?.pictures ?? part.inside;
  const spooled: Spooled[] = [];
  let pictures = 0;
  const made = await encodePictures({
    ...{ ffmpeg: work.ffmpeg, timescale, signal: work.signal, codec },
    input: fragmentsOf(part, sources, Infinity, lapse?.wantsFragment),
    ...(over && { over: over.pictures() }),
    keyframesOnly: lapse?.keyframesOnly ?? false,
    filters: `${drawn},${lapse?.pace ?? 'setpts=PTS-STARTPTS'},format=yuv420p[out]`,
    async onFragment({ bytes }, { tracks }) {
      for (const run of readSamples(bytes, bytes.length, tracks)) {
        spooled.push({ run, offset: writer.sizeBytes + run.offset });
        pictures += run.sizes.length;
      }
      await writer.append(bytes);
      wrote(bytes.length);
      done((0.97 * pictures) / Math.max(1, wanted));
    },
  });
  if (!made.ok) return made;
  return pictures > 0 ? good({ init: made.value, spooled }) : bad({ code: 'ffmpegFailed', reason: 'no picture' });
}

function replace({ part, work }: PartWork, made: { init: Init; spooled: Spooled[] }, source: number): void {
  const [encoded] = made.init.tracks;
  if (!encoded) throw new Error('an encoder without a track');
  // Its number, so that it is not the sound's.
  const track = new MovieTrack({ ...encoded, id: part.pictures.track.id }, trakOf(made.init, encoded.id));
  const firstUnits = work.timeLapseMs === null ? Math.round(part.shownFromSeconds * encoded.timescale) : 0;
  const stretches = made.spooled.map(({ run, offset }, index) => {
    track.piece(index);
    const startUnits = firstUnits + run.startUnits;
    let atUnits = startUnits;
    for (const [at, sizeBytes] of run.sizes.entries()) {
      const durationUnits = run.durations[at] ?? 0;
      track.add({ atUnits, durationUnits, sizeBytes, shownAfter: 0, inSync: run.inSync[at] === 1 });
      atUnits += durationUnits;
    }
    const length = run.sizes.reduce((sum, size) => sum + size, 0);
    return { source, offset, length, startSeconds: startUnits / encoded.timescale };
  });
  track.end();
  part.replacePictures(track, stretches);
}
