/**
 * Name and time, drawn as pictures: a strip for each picture of a file, with exactly its time, as fragmented MP4 of
 * uncompressed pictures for ffmpeg to lay over them. So no font is needed, no name stands in an argument, and the time is
 * that of the picture below it, whatever else ffmpeg does. The time is local, with its distance from UTC.
 */
import { localIso } from './stamps.ts';
import type { PlannedPart } from './plannedPart.ts';
import { letterHeight, lettersOf, letterWidth } from './letters.ts';
import { box, fourCc, fullBox, joined, u16, u32, u64, unityMatrix, zeros } from '../video/movie/movieBoxes.ts';

export interface Drawn {
  /** Where overlay puts it. */
  place: string;
  pictures: () => AsyncGenerator<Uint8Array, void, undefined>;
}

/** Letters are this part of the picture's height, in dots. */
const dotsInHeight = 320;
const ground = 16;
const ink = 235;
const channels = 3;
/** Raw pictures have rows of an even length. */
const widthStep = 16;

/** '17 Nov …' is for people; this is for evidence: '2026-11-17 17:56:10.240 UTC+01:00'. */
export function timeText(utcMs: number): string {
  const text = localIso(utcMs);
  return `${text.slice(0, 10)} ${text.slice(11, 23)} UTC${text.slice(23)}`;
}

/** `wanted`: of a picture by its number in the part. */
export function drawnOver(part: PlannedPart, name: string, wanted: (picture: number) => boolean): Drawn {
  const { widthPixels, heightPixels } = part.init;
  const timeLetters = timeText(part.startMs).length;
  const dot = Math.max(
    1,
    Math.min(Math.round(heightPixels / dotsInHeight), Math.floor(widthPixels / ((timeLetters + 2) * letterWidth))),
  );
  const room = Math.floor(widthPixels / (letterWidth * dot)) - 2;
  const shown = fitting(name, room - timeLetters - 2);
  const prefix = shown === '' ? '' : `${shown}  `;
  const letters = lettersOf(prefix).length + timeLetters;
  const width = Math.min(
    Math.floor(widthPixels / widthStep) * widthStep,
    Math.ceil(((letters + 1) * letterWidth * dot) / widthStep) * widthStep,
  );
  const strip = { width, height: (letterHeight + 1) * dot };
  return {
    place: `x=0:y=0`,
    async *pictures() {
      yield stripInit(strip, part.pictures.track.timescale);
      const times = [...part.pictures.shownTimes()].filter((_, picture) => wanted(picture));
      if (part.reordered) times.sort((a, b) => a - b);
      for (const [at, units] of times.entries()) {
        const pixels = draw(`${prefix}${timeText(Math.round(part.utcOf(units)))}`, strip, dot);
        yield stripFragment(at + 1, units, (times[at + 1] ?? units + 1) - units, pixels);
      }
    },
  };
}

/** As much of the name as there is room for. */
function fitting(name: string, letters: number): string {
  const all = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(name)].map(({ segment }) => segment);
  if (all.length <= letters) return name;
  return letters < 4 ? '' : `${all.slice(0, letters - 2).join('')}..`;
}

function draw(text: string, { width, height }: { width: number; height: number }, dot: number): Uint8Array {
  const pixels = new Uint8Array(width * height * channels).fill(ground);
  for (const [at, rows] of lettersOf(text).entries()) {
    const left = (at * letterWidth + letterWidth / 2) * dot;
    for (const [row, bits] of rows.entries()) {
      for (let x = 0; x < letterWidth - 1; x += 1) {
        if (((bits >> x) & 1) === 0) continue;
        const from = left + x * dot;
        const to = Math.min(from + dot, width);
        for (let y = row * dot; y < (row + 1) * dot; y += 1) {
          if (to > from) pixels.fill(ink, (y * width + from) * channels, (y * width + to) * channels);
        }
      }
    }
  }
  return pixels;
}

function stripInit({ width, height }: { width: number; height: number }, timescale: number): Uint8Array {
  const entry = box('raw ', [
    ...[zeros(6), u16(1), zeros(16), u16(width), u16(height), u32(72 * 2 ** 16), u32(72 * 2 ** 16), u32(0)],
    ...[u16(1), zeros(32), u16(channels * 8), u16(0xffff)],
  ]);
  const stbl = box('stbl', [
    fullBox('stsd', 0, 0, [u32(1), entry]),
    ...['stts', 'stsc', 'stco'].map((type) => fullBox(type, 0, 0, [u32(0)])),
    fullBox('stsz', 0, 0, [u32(0), u32(0)]),
  ]);
  const dinf = box('dinf', [fullBox('dref', 0, 0, [u32(1), fullBox('url ', 0, 1, [])])]);
  const mdia = box('mdia', [
    fullBox('mdhd', 0, 0, [u32(0), u32(0), u32(timescale), u32(0), u32(0)]),
    fullBox('hdlr', 0, 0, [u32(0), fourCc('vide'), zeros(13)]),
    box('minf', [fullBox('vmhd', 0, 1, [zeros(8)]), dinf, stbl]),
  ]);
  const tkhd = fullBox('tkhd', 0, 3, [
    ...[u32(0), u32(0), u32(1), zeros(8), zeros(16), unityMatrix, u32(width * 2 ** 16), u32(height * 2 ** 16)],
  ]);
  const mvhd = fullBox('mvhd', 0, 0, [
    ...[u32(0), u32(0), u32(timescale), u32(0), u32(0x10000), u16(0x100), zeros(10), unityMatrix, zeros(24), u32(2)],
  ]);
  const mvex = box('mvex', [fullBox('trex', 0, 0, [u32(1), u32(1), u32(0), u32(0), u32(0)])]);
  return joined([
    box('ftyp', [fourCc('isom'), u32(0x200), fourCc('isom'), fourCc('qt  ')]),
    box('moov', [mvhd, box('trak', [tkhd, mdia]), mvex]),
  ]);
}

function stripFragment(number: number, atUnits: number, durationUnits: number, pixels: Uint8Array): Uint8Array {
  const moof = (dataOffset: number): Uint8Array =>
    box('moof', [
      fullBox('mfhd', 0, 0, [u32(number)]),
      box('traf', [
        fullBox('tfhd', 0, 0x20000, [u32(1)]),
        fullBox('tfdt', 1, 0, [u64(Math.max(0, atUnits))]),
        fullBox('trun', 0, 0x301, [u32(1), u32(dataOffset), u32(Math.max(1, durationUnits)), u32(pixels.length)]),
      ]),
    ]);
  return joined([moof(moof(0).length + 8), box('mdat', [pixels])]);
}
