/**
 * Searches a camera's recordings for motion in a region: first between keyframes alone, which takes a moment and shows
 * where something is, then several pictures a second. One search at a time; a newer one ends the one before. It takes its
 * time: one recording after the other, by a child that gives way to everything else, and it rests as long as it works.
 * Never throws; the vault's lock ends it, and what it found is forgotten with it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MotionFound, MotionHit, MotionQuestion, MotionState } from '../../contract/motion.ts';
import { mostHits } from '../../contract/motion.ts';
import type { Outcome, Problem } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import type { Ffmpeg } from '../video/ffmpeg.ts';
import type { Library, RecordingRow } from './library.ts';
import { type GreyPicture, greyPictures } from './motionPictures.ts';
import { changedShare, pixelsOf, withHit } from './motionRegion.ts';
import type { OpenRecording } from './openRecording.ts';
import { openFinished, openGrowing, type RecordingSource } from './recordingSource.ts';

export interface MotionSearchOptions {
  ffmpeg: Ffmpeg;
  library: Library;
  vault: Vault;
  on: { changed: (state: MotionState) => void; defect: (error: unknown) => void };
}

/** What the quick look is of the whole work. */
const quickShare = 0.1;
const tellEveryMs = 400;
/** Between two recordings, of the time that the one before took. */
const restShare = 0.5;
/** Pictures further apart are of different times: what changed between them says nothing. */
const farMs = { keyframes: 30_000, all: 2000 };
/** Around the moment at which something changed. */
const beforeMs = 500;
const afterMs = 250;

/** One search that goes on, or its result. */
interface Going {
  question: MotionQuestion;
  pixels: Uint16Array;
  /** Between keyframes; they count where the whole look has not come to yet. */
  quick: MotionHit[];
  whole: MotionHit[];
  wholeUntilMs: number;
  searchedMs: number;
  unread: number;
  doneFraction: number;
  startedMs: number;
  ending: AbortController;
}

type Span = { startMs: number; endMs: number } & ({ row: RecordingRow } | { open: OpenRecording });

export class MotionSearch {
  readonly #options: MotionSearchOptions;
  #state: MotionState = { state: 'none' };
  #going: Going | null = null;
  #running: Promise<void> = Promise.resolve();
  #toldMs = -Infinity;

  constructor(options: MotionSearchOptions) {
    this.#options = options;
  }

  get state(): MotionState {
    return this.#state;
  }

  start(question: MotionQuestion): void {
    this.#going?.ending.abort();
    const going: Going = {
      ...{
        question,
        pixels: pixelsOf(question.region),
        quick: [],
        whole: [],
        wholeUntilMs: -Infinity,
        searchedMs: 0,
        unread: 0,
        doneFraction: 0,
      },
      ...{ startedMs: performance.now(), ending: new AbortController() },
    };
    this.#going = going;
    this.#become({ state: 'searching', doneFraction: 0, leftMs: null, ...foundIn(going) });
    const before = this.#running;
    this.#running = before.then(() => this.#search(going)).catch((error: unknown) => this.#fail(going, error));
  }

  /** What was found stays. */
  async stop(): Promise<void> {
    const going = this.#going;
    this.#going = null;
    going?.ending.abort();
    if (going && this.#state.state === 'searching') this.#become({ state: 'stopped', ...foundIn(going) });
    await this.#running;
  }

  /** Nothing of it is known any more. */
  async forget(): Promise<void> {
    await this.stop();
    this.#become({ state: 'none' });
  }

  /** May be called twice. */
  close(): Promise<void> {
    return this.stop();
  }

  async #search(going: Going): Promise<void> {
    const spans = await this.#spansOf(going.question);
    const totalMs = spans.reduce((sum, span) => sum + lengthOf(span, going.question), 0);
    for (const keyframesOnly of [true, false]) {
      const [from, share] = keyframesOnly ? [0, quickShare] : [quickShare, 1 - quickShare];
      let doneMs = 0;
      let last: GreyPicture | null = null;
      for (const span of spans) {
        const beganMs = performance.now();
        const looked = await this.#look(going, span, keyframesOnly, last);
        if (hasEnded(going)) return;
        last = looked.last;
        if (looked.problem) {
          if (isEveryones(looked.problem)) {
            this.#end(going, looked.problem);
            return;
          }
          if (!keyframesOnly) going.unread++;
        }
        doneMs += lengthOf(span, going.question);
        if (!keyframesOnly) Object.assign(going, { searchedMs: doneMs, wholeUntilMs: span.endMs });
        going.doneFraction = from + share * (doneMs / Math.max(1, totalMs));
        this.#tell(going);
        if (hitsIn(going).length >= mostHits) break;
        const restMs = (performance.now() - beganMs) * restShare;
        await pause(restMs, undefined, { signal: going.ending.signal }).catch(() => undefined);
        if (hasEnded(going)) return;
      }
    }
    this.#end(going, null);
  }

  /** One recording. `last`: its last picture, or the one before where it gave none. */
  async #look(
    going: Going,
    span: Span,
    keyframesOnly: boolean,
    before: GreyPicture | null,
  ): Promise<{ last: GreyPicture | null; problem: Problem | null }> {
    const { question, pixels, ending } = going;
    const opened = await this.#open(span);
    if (!opened.ok) return { last: null, problem: opened.problem };
    const { ffmpeg } = this.#options;
    const { fromMs, toMs } = question;
    const asked = { ffmpeg, source: opened.value, fromMs, toMs, keyframesOnly, signal: ending.signal };
    const pictures = await greyPictures(asked).finally(() => opened.value.close());
    if (!pictures.ok) return { last: null, problem: pictures.problem };
    let last = before;
    const [found, far] = keyframesOnly ? (['quick', farMs.keyframes] as const) : (['whole', farMs.all] as const);
    for (const picture of pictures.value) {
      const near = last && picture.atMs - last.atMs <= far ? last : null;
      const changed = near ? changedShare(near.grey, picture.grey, pixels, question.sensitivity) : 0;
      if (changed > 0) going[found] = withHit(going[found], hitAt(picture.atMs, changed, question));
      last = picture;
    }
    // What of it opens was searched.
    return { last, problem: opened.value.damaged ? { code: 'vaultDamaged', file: '' } : null };
  }

  async #open(span: Span): Promise<Outcome<RecordingSource>> {
    const { library, vault } = this.#options;
    if ('row' in span) return await openFinished(vault, span.row);
    return { ok: true, value: openGrowing(library, vault, span.open) };
  }

  async #spansOf({ cameraId, fromMs, toMs }: MotionQuestion): Promise<Span[]> {
    const { library } = this.#options;
    const open = library.openRecording(cameraId);
    const rows = await library.covering(cameraId, { fromMs, toMs });
    const spans: Span[] = rows.map((row) => ({ startMs: row.startMs, endMs: row.endMs, row }));
    if (open && open.startMs < toMs && open.endMs > fromMs) {
      spans.push({ startMs: open.startMs, endMs: open.endMs, open });
    }
    return spans;
  }

  #end(going: Going, problem: Problem | null): void {
    if (this.#going !== going) return;
    this.#going = null;
    const found = foundIn(going);
    this.#become(problem ? { state: 'failed', problem, ...found } : { state: 'done', unread: going.unread, ...found });
  }

  #fail(going: Going, error: unknown): void {
    this.#options.on.defect(error);
    this.#end(going, { code: 'defect', id: '' });
  }

  #tell(going: Going): void {
    const nowMs = performance.now();
    if (this.#going !== going || nowMs - this.#toldMs < tellEveryMs) return;
    const { doneFraction, startedMs } = going;
    const leftMs = doneFraction < quickShare ? null : ((nowMs - startedMs) / doneFraction) * (1 - doneFraction);
    this.#become({ state: 'searching', doneFraction, leftMs, ...foundIn(going) });
  }

  #become(state: MotionState): void {
    this.#toldMs = performance.now();
    this.#state = state;
    this.#options.on.changed(state);
  }
}

/** Asked anew after each wait. */
function hasEnded({ ending }: Going): boolean {
  return ending.signal.aborted;
}

function hitsIn({ quick, whole, wholeUntilMs }: Going): MotionHit[] {
  return [...whole, ...quick.filter(({ fromMs }) => fromMs >= wholeUntilMs)].slice(0, mostHits);
}

function foundIn(going: Going): MotionFound {
  const hits = hitsIn(going);
  return { question: going.question, hits, searchedMs: going.searchedMs, more: hits.length >= mostHits };
}

function lengthOf({ startMs, endMs }: Span, { fromMs, toMs }: MotionQuestion): number {
  return Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs));
}

function hitAt(atMs: number, changed: number, { fromMs, toMs }: MotionQuestion): MotionHit {
  return {
    fromMs: Math.max(fromMs, Math.round(atMs - beforeMs)),
    toMs: Math.min(toMs, Math.round(atMs + afterMs)),
    changed,
  };
}

/** Not of this one recording. */
function isEveryones({ code }: Problem): boolean {
  return code === 'keyMissing' || code === 'ffmpegMissing' || code === 'vaultMissing';
}
