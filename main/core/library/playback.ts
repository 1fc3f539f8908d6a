/**
 * Answers one viewer's questions about one camera's recordings: the group of pictures at a moment, or why there is none.
 * One question after the other; a newer `forget` gives up those before it, also in the middle of an answer. Sends a
 * binary message only against credit, and holds nothing but the fragment that is next. What does not open is told as
 * failed, with where to go on. Follows the recording that is being written: its group is open, and `grew` tells that
 * there is more. Knows no playhead; leaves speeds, directions and loops to the page.
 */
import type { CameraId, GapCause } from '../../contract/model.ts';
import { encodeSamples, mostAsks, type PlaybackAsk, type PlaybackNotice } from '../../contract/playback.ts';
import type { Problem } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import { MediaError } from '../video/mediaError.ts';
import { Bell } from './bell.ts';
import { type Around, CameraRows, gapTellMs } from './cameraRows.ts';
import type { Group } from './findGroup.ts';
import type { Library } from './library.ts';
import { OpenedRecordings, type OpenedRecording } from './openedRecordings.ts';
import { Formats, formatOf, samplesOf } from './playbackFormat.ts';

export interface PlaybackOptions {
  library: Library;
  vault: Vault;
  cameraId: CameraId;
  /** The message owns its buffer. */
  send: (message: Uint8Array<ArrayBuffer>) => void;
  notice: (notice: PlaybackNotice) => void;
  /** What no camera, disk or page can cause. The question is answered as failed, and the next one is taken. */
  defect?: (error: unknown) => void;
  /** Recordings stay open so long after the last question; a few seconds when not said. */
  restAfterMs?: number;
}

const mostCredit = 1000;
const usuallyRestAfterMs = 5000;
/** So much is left out where nobody knows what went wrong. */
const defectMs = 1000;
/** By so much a recording may be shorter than its name says: a fragment's rounding, and a hole that nobody sees. */
const mostShortMs = 2 * gapTellMs;

type Here = Extract<Around, { is: 'recording' }>;

export class Playback {
  readonly #options: PlaybackOptions;
  readonly #bell = new Bell();
  readonly #rows: CameraRows;
  readonly #opened: OpenedRecordings;
  readonly #formats = new Formats();
  #credit = 0;
  #asks: PlaybackAsk[] = [];
  #current = new AbortController();
  #running: Promise<void> | null = null;
  /** The viewer knows the end of what is recorded, and waits for more. */
  #tellsGrowth = false;
  #closed = false;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    this.#rows = new CameraRows(options.library, options.cameraId, () => this.#changed());
    this.#opened = new OpenedRecordings(options.library, options.vault, options.restAfterMs ?? usuallyRestAfterMs);
  }

  /** Answered when those before it are. */
  ask(ask: PlaybackAsk): void {
    if (this.#closed) return;
    this.#asks.push(ask);
    if (this.#asks.length > mostAsks) this.#asks.shift();
    this.#running ??= this.#run();
  }

  /** Gives up every question so far. */
  forget(): void {
    this.#asks = [];
    this.#current.abort();
    this.#current = new AbortController();
    this.#bell.ring();
  }

  /** The viewer takes so many binary messages more. */
  credit(messages: number): void {
    this.#credit = Math.min(this.#credit + messages, mostCredit);
    this.#bell.ring();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.forget();
    this.#rows.close();
    await this.#running;
    await this.#opened.close();
  }

  async #run(): Promise<void> {
    this.#opened.hold();
    try {
      for (let ask = this.#asks.shift(); ask; ask = this.#asks.shift()) await this.#answered(ask, this.#current.signal);
    } finally {
      this.#running = null;
      this.#opened.rest();
    }
  }

  /** Whoever asked waits for an answer, whatever happens. */
  async #answered(ask: PlaybackAsk, signal: AbortSignal): Promise<void> {
    try {
      await this.#answer(ask, signal);
    } catch (error) {
      this.#options.defect?.(error);
      if (!isAborted(signal)) this.#fail(ask, damaged, ask.atMs, ask.atMs + defectMs);
    }
  }

  async #answer(ask: PlaybackAsk, signal: AbortSignal): Promise<void> {
    const around = await this.#rows.around(ask.atMs);
    if (isAborted(signal)) return;
    if (around.is === 'gap') {
      await this.#tellGap(ask, around, signal);
      return;
    }
    const opened = await this.#opened.open(around.shown);
    if (isAborted(signal)) return;
    if (!opened.ok) {
      this.#fail(ask, opened.problem, around.fromMs, around.untilMs);
      return;
    }
    const group = await opened.value.groupAt(ask.atMs);
    if (isAborted(signal)) return;
    if (!group.ok) this.#fail(ask, group.problem, around.fromMs, around.untilMs);
    else if (group.value === null) this.#fail(ask, damaged, ask.atMs, around.untilMs);
    else await this.#sendGroup(ask, { ...around, opened: opened.value, group: group.value }, signal);
  }

  async #sendGroup(
    ask: PlaybackAsk,
    here: Here & { opened: OpenedRecording; group: Group },
    signal: AbortSignal,
  ): Promise<void> {
    const { ticket } = ask;
    const { shown, opened, group } = here;
    const value = formatOf(opened.init);
    const { format, isNew } = this.#formats.number(value);
    if (isNew) this.#options.notice({ is: 'format', format, value });
    const [first] = group.places;
    const last = group.places.at(-1);
    if (!first || !last) return;
    const open = shown.is === 'open' && group.nextMs === null && !shown.recording.ended;
    const endMs = endOf(here, last.startMs + last.durationMs, open);
    if (endMs <= ask.atMs) {
      // There is less in it than its name says, or its times are none.
      this.#fail(ask, damaged, Math.max(here.fromMs, endMs), here.untilMs);
      return;
    }
    if (open) this.#tellsGrowth = true;
    // Its first pictures may be of a time at which another recording shows: they are there to be decoded.
    const startMs = Math.max(first.startMs, here.fromMs);
    const places = ask.want === 'keyframe' ? [first] : group.places.slice(ask.have);
    this.#options.notice({ is: 'group', ticket, format, startMs, endMs, open, messages: places.length });
    for (const place of places) {
      await this.#haveCredit(signal);
      if (isAborted(signal)) return;
      // It may have been let go meanwhile.
      const again = await this.#opened.open(shown);
      const read = again.ok ? await again.value.read(place) : again;
      if (isAborted(signal)) return;
      const message = read.ok ? encoded(ask, read.value, opened) : null;
      if (message === null) {
        if (again.ok) await this.#opened.forget(again.value);
        // The rest of the group cannot be decoded without it.
        this.#fail(ask, read.ok ? damaged : read.problem, place.startMs, endMs);
        return;
      }
      this.#credit--;
      this.#options.send(message);
    }
  }

  async #haveCredit(signal: AbortSignal): Promise<void> {
    if (this.#credit > 0 || isAborted(signal)) return;
    this.#opened.rest();
    for (let { rings } = this.#bell; this.#credit === 0 && !signal.aborted; { rings } = this.#bell) {
      await this.#bell.since(rings);
    }
    this.#opened.hold();
  }

  async #tellGap(ask: PlaybackAsk, { fromMs, toMs }: Around & { is: 'gap' }, signal: AbortSignal): Promise<void> {
    const { library, cameraId, notice } = this.#options;
    const [span] = await library.spans(cameraId, ask.atMs, ask.atMs + 1);
    if (signal.aborted) return;
    const cause: GapCause = span?.kind === 'gap' ? span.cause : 'unknown';
    if (toMs === null) this.#tellsGrowth = true;
    notice({ is: 'gap', ticket: ask.ticket, fromMs, toMs, cause });
  }

  #fail({ ticket }: PlaybackAsk, problem: Problem, fromMs: number, toMs: number): void {
    const code = problem.code === 'gone' ? 'gone' : 'vaultDamaged';
    this.#options.notice({ is: 'failed', ticket, code, fromMs, toMs });
  }

  #changed(): void {
    if (!this.#tellsGrowth || this.#closed) return;
    this.#tellsGrowth = false;
    this.#options.notice({ is: 'grew' });
  }
}

const damaged: Problem = { code: 'vaultDamaged', file: '' };

/** Up to there the group shows. What comes last is shown up to the recording's end, unless that is far off. */
function endOf({ group, untilMs, overMs, shown }: Here & { group: Group }, lastEndMs: number, open: boolean): number {
  if (group.nextMs !== null) return Math.min(group.nextMs, untilMs);
  // It grows: its end may be farther by now than when it was looked at.
  if (open && shown.is === 'open') return Math.min(Math.max(lastEndMs, shown.recording.endMs), overMs);
  return untilMs - lastEndMs < mostShortMs ? untilMs : lastEndMs;
}

/** null when the fragment is none. */
function encoded(
  { ticket, want }: PlaybackAsk,
  bytes: Uint8Array,
  opened: OpenedRecording,
): Uint8Array<ArrayBuffer> | null {
  try {
    const samples = samplesOf(bytes, opened.init, opened.startMs);
    const first = samples.find(({ track }) => track === 'video');
    return encodeSamples(ticket, want === 'keyframe' ? (first ? [first] : []) : samples);
  } catch (error) {
    if (error instanceof MediaError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Asked anew after every wait: the compiler takes what was once false for false for ever. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
