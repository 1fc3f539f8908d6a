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
import { type Around, CameraRows, type Shown } from './cameraRows.ts';
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
  /** What no camera, disk or page can cause. */
  defect?: (error: unknown) => void;
}

const mostCredit = 1000;

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
    this.#opened = new OpenedRecordings(options.library, options.vault);
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
    try {
      for (let ask = this.#asks.shift(); ask; ask = this.#asks.shift()) await this.#answer(ask, this.#current.signal);
    } catch (error) {
      if (!this.#options.defect) throw error;
      this.#options.defect(error);
    } finally {
      this.#running = null;
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
      this.#fail(ask, opened.problem, spanOf(around.shown));
      return;
    }
    const group = await opened.value.groupAt(ask.atMs);
    if (isAborted(signal)) return;
    const { fromMs, toMs } = spanOf(around.shown);
    if (!group.ok) this.#fail(ask, group.problem, { fromMs, toMs });
    else if (group.value === null) this.#fail(ask, { code: 'vaultDamaged', file: '' }, { fromMs: ask.atMs, toMs });
    else await this.#sendGroup(ask, { ...around, opened: opened.value, group: group.value }, signal);
  }

  async #sendGroup(
    ask: PlaybackAsk,
    { shown, opened, group, showsUntil }: Here & { opened: OpenedRecording; group: Group },
    signal: AbortSignal,
  ): Promise<void> {
    const { ticket } = ask;
    const value = formatOf(opened.init);
    const { format, isNew } = this.#formats.number(value);
    if (isNew) this.#options.notice({ is: 'format', format, value });
    const [first] = group.places;
    const last = group.places.at(-1);
    if (!first || !last) return;
    const open = shown.is === 'open' && group.nextMs === null && !shown.recording.ended;
    if (open) this.#tellsGrowth = true;
    const groupEndMs = group.nextMs ?? last.startMs + last.durationMs;
    // Whoever goes on there gets on: what began before the moment asked for shows it no more, and times are rounded.
    const endMs = Math.max(showsUntil(Math.max(first.startMs, ask.atMs), groupEndMs), ask.atMs + 1);
    const places = ask.want === 'keyframe' ? [first] : group.places.slice(ask.have);
    const messages = places.length;
    this.#options.notice({ is: 'group', ticket, format, startMs: first.startMs, endMs, open, messages });
    for (const place of places) {
      await this.#haveCredit(signal);
      const read = isAborted(signal) ? null : await opened.read(place);
      if (read === null || isAborted(signal)) return;
      const message = read.ok ? encoded(ask, read.value, opened) : null;
      if (message === null) {
        await this.#opened.forget(opened);
        // The rest of the group cannot be decoded without it.
        const problem: Problem = read.ok ? { code: 'vaultDamaged', file: '' } : read.problem;
        this.#fail(ask, problem, { fromMs: place.startMs, toMs: endMs });
        return;
      }
      this.#credit--;
      this.#options.send(message);
    }
  }

  async #haveCredit(signal: AbortSignal): Promise<void> {
    for (let { rings } = this.#bell; this.#credit === 0 && !signal.aborted; { rings } = this.#bell) {
      await this.#bell.since(rings);
    }
  }

  async #tellGap(ask: PlaybackAsk, { fromMs, toMs }: Around & { is: 'gap' }, signal: AbortSignal): Promise<void> {
    const { library, cameraId, notice } = this.#options;
    const [span] = toMs === null ? [] : await library.spans(cameraId, ask.atMs, ask.atMs + 1);
    if (signal.aborted) return;
    const cause: GapCause = span?.kind === 'gap' ? span.cause : 'unknown';
    if (toMs === null) this.#tellsGrowth = true;
    notice({ is: 'gap', ticket: ask.ticket, fromMs, toMs, cause });
  }

  #fail({ ticket, atMs }: PlaybackAsk, problem: Problem, { fromMs, toMs }: { fromMs: number; toMs: number }): void {
    const code = problem.code === 'gone' ? 'gone' : 'vaultDamaged';
    // Whoever goes on there gets on, whatever the rows say.
    this.#options.notice({ is: 'failed', ticket, code, fromMs, toMs: Math.max(toMs, atMs + 1) });
  }

  #changed(): void {
    if (!this.#tellsGrowth || this.#closed) return;
    this.#tellsGrowth = false;
    this.#options.notice({ is: 'grew' });
  }
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

function spanOf(shown: Shown): { fromMs: number; toMs: number } {
  const { startMs, endMs } = shown.is === 'open' ? shown.recording : shown.row;
  return { fromMs: startMs, toMs: endMs };
}
