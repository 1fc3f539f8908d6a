/**
 * How the samples of a recording are decoded, as the page is told: of its first picture track and its first sound track.
 * Recordings of one camera are nearly always of one format, so each gets a number, and is told once.
 */
import type { PlaybackFormat, Sample } from '../../contract/playback.ts';
import type { Init, Track } from '../video/fmp4.ts';
import type { SampleEntry } from '../video/sampleEntry.ts';
import { readSamples, type SampleRun } from '../video/movie/samples.ts';

/** The elementary stream descriptor's name for JPEG pictures, which is what ffmpeg writes for them. */
const jpegCodec = 'mp4v.6c';

export function formatOf(init: Init): PlaybackFormat {
  const entryOf = (kind: Track['kind']): SampleEntry | undefined =>
    init.entries[init.tracks.findIndex((track) => track.kind === kind)];
  const [picture, sound] = [entryOf('video'), entryOf('audio')];
  return {
    codecs: init.codecs,
    video: picture
      ? {
          codec: picture.codec === jpegCodec ? 'jpeg' : picture.codec,
          ...picture.size,
          description: new Uint8Array(picture.description),
        }
      : null,
    audio: sound
      ? {
          codec: sound.codec,
          sampleRate: sound.sampleRate,
          channels: sound.channels,
          description: new Uint8Array(sound.description),
        }
      : null,
  };
}

/** The samples of a fragment that are shown and heard. Throws MediaError. `startMs`: UTC of the recording's time 0. */
export function samplesOf(fragment: Uint8Array, init: Init, startMs: number): Sample[] {
  const tracks = shownTracks(init);
  return readSamples(fragment, fragment.length, init.tracks).flatMap((run) => {
    const track = tracks.find(({ id }) => id === run.trackId);
    return track ? samplesIn(run, track, fragment, startMs) : [];
  });
}

function samplesIn(run: SampleRun, { kind, timescale }: Track, fragment: Uint8Array, startMs: number): Sample[] {
  let { offset, startUnits } = run;
  const samples: Sample[] = [];
  for (const [index, size] of run.sizes.entries()) {
    const durationUnits = run.durations[index] ?? 0;
    samples.push({
      track: kind,
      keyframe: run.inSync[index] === 1,
      timeMs: startMs + ((startUnits + (run.shownAfter?.[index] ?? 0)) / timescale) * 1000,
      durationMs: (durationUnits / timescale) * 1000,
      data: fragment.subarray(offset, offset + size),
    });
    offset += size;
    startUnits += durationUnits;
  }
  return samples;
}

function shownTracks({ tracks }: Init): Track[] {
  const first = (kind: Track['kind']): Track | undefined => tracks.find((track) => track.kind === kind);
  return [first('video'), first('audio')].filter((track) => track !== undefined);
}

/** Numbers formats, from 1; the same one again has the same number. */
export class Formats {
  readonly #known: string[] = [];

  /** `isNew`: it has to be told. */
  number(format: PlaybackFormat): { format: number; isNew: boolean } {
    const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
    const { codecs, video, audio } = format;
    const key = JSON.stringify([codecs, video, hex(video?.description), audio, hex(audio?.description)]);
    const at = this.#known.indexOf(key);
    if (at === -1) this.#known.push(key);
    return { format: at === -1 ? this.#known.length : at + 1, isNew: at === -1 };
  }
}
