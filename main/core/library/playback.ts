/**
 * Plays one camera's recordings to one viewer: from the keyframe at or before the moment asked for, on over the ends of
 * recordings and over gaps, up to the recording that is being written, which it follows. It sends a binary message only
 * against credit, and waits for more; a new seek drops what was pending. A recording that does not open is told as
 * failed and passed over; after three in a row it stops and waits for the next seek.
 */
import type { CameraId, GapCause } from '../../contract/model.ts';
import { good, type Outcome, type Problem } from '../../contract/problems.ts';
import { encodePacket, type PlaybackNotice } from '../../contract/stream.ts';
import type { Vault } from '../vault/folder.ts';
import { VaultError } from '../vault/vaultError.ts';
import { Bell } from './bell.ts';
import type { Library } from './library.ts';
import { recordingAt } from './passes.ts';
import { keyframeAtOrBefore } from './openRecording.ts';
import { openFinished, openGrowing, type RecordingSource, TableShelf } from './recordingSource.ts';

export interface PlaybackOptions {
  library: Library;
  vault: Vault;
  cameraId: CameraId;
  /** The packet owns its buffer. */
  send: (packet: Uint8Array<ArrayBuffer>) => void;
  notice: (notice: PlaybackNotice) => void;
  /** What no camera, disk or page can cause. */
  defect?: (error: unknown) => void;
}

/** A gap shorter than this is not told: it is a jump that nobody sees. */
const gapTellMs = 500;
const mostFailures = 3;

/** One answer to one seek. */
interface Journey {
  ticket: number;
  signal: AbortSignal;
  /** What comes next begins here. */
  atMs: number;
  /** Start of the recording played last; null before the first. */
  playedMs: number | null;
  edgeTold: boolean;
  failures: number;
}

export class Playback {
  readonly #options: PlaybackOptions;
  readonly #bell = new Bell();
  readonly #shelf = new TableShelf();
  readonly #unwatch: () => void;
  #credit = 0;
  #current: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    this.#unwatch = options.library.watch(options.cameraId, () => this.#bell.ring());
  }

  /** Begins anew at this moment; every answer carries the ticket. */
  seek(toMs: number, ticket: number): void {
    if (this.#closed) return;
    this.#current?.abort();
    this.#bell.ring();
    const current = new AbortController();
    this.#current = current;
    const journey: Journey = {
      ticket,
      signal: current.signal,
      atMs: toMs,
      playedMs: null,
      edgeTold: false,
      failures: 0,
    };
    const before = this.#running;
    this.#running = before
      .then(() => this.#travel(journey))
      .catch((error: unknown) => {
        if (!this.#options.defect) throw error;
        this.#options.defect(error);
      });
  }

  /** The viewer takes so many binary messages more. */
  credit(messages: number): void {
    this.#credit += messages;
    this.#bell.ring();
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#current?.abort();
    this.#unwatch();
    this.#bell.ring();
    await this.#running;
  }

  async #travel(journey: Journey): Promise<void> {
    while (!journey.signal.aborted) {
      const { rings } = this.#bell;
      const next = await this.#next(journey);
      if (isAborted(journey)) {
        if (next?.ok) await next.value.close();
        return;
      }
      if (next === null) {
        await this.#tellEdge(journey);
        await this.#bell.since(rings);
      } else if (next.ok) {
        const problem = await this.#play(next.value, journey).finally(() => next.value.close());
        if (problem && !this.#fail(journey, problem)) return;
      } else if (!this.#fail(journey, next.problem)) {
        return;
      }
    }
  }

  /** The recording to go on with; null when there is none (yet). A problem's recording has been passed over. */
  async #next(journey: Journey): Promise<Outcome<RecordingSource> | null> {
    const { library, vault, cameraId } = this.#options;
    let row = await library.at(cameraId, journey.atMs);
    // Its end can have been put later than when it was followed: it is not to be played twice.
    while (row && row.startMs === journey.playedMs) {
      journey.atMs = Math.max(journey.atMs, row.endMs);
      row = await library.at(cameraId, journey.atMs);
    }
    const open = library.openRecording(cameraId);
    const known = [...(row ? [row] : []), ...(open ? [open] : [])];
    if (row && recordingAt(known, journey.atMs) === row) {
      const opened = await openFinished(vault, row, this.#shelf);
      if (!opened.ok) journey.atMs = row.endMs;
      return opened;
    }
    if (!open || open.fragments.length === 0) return null;
    if (open.startMs === journey.playedMs) return null;
    return good(openGrowing(library, vault, open));
  }

  async #play(source: RecordingSource, journey: Journey): Promise<Problem | null> {
    if (source.startMs - journey.atMs > gapTellMs) {
      await this.#tellGap(journey, source.startMs);
      if (journey.signal.aborted) return null;
    }
    // Of a recording that began before the last one ended (the clock was set back) what was shown is passed over.
    const continued = journey.playedMs !== null && source.startMs > journey.atMs - gapTellMs;
    journey.playedMs = source.startMs;
    this.#options.notice({ is: 'recording', ticket: journey.ticket, startMs: source.startMs, mime: source.mime });
    const init = { offset: 0, length: source.initLength, startMs: source.startMs, durationMs: 0, keyframe: true };
    let problem = await this.#send('init', init, source, journey);
    let index = continued ? 0 : keyframeAtOrBefore(source.fragments, journey.atMs);
    while (!problem && !journey.signal.aborted) {
      const { rings } = this.#bell;
      const fragment = source.fragments[index];
      if (fragment) {
        problem = await this.#send('fragment', fragment, source, journey);
        index++;
      } else if (source.ended) {
        if (source.damaged) problem = { code: 'vaultDamaged', file: '' };
        else journey.failures = 0;
        break;
      } else {
        await this.#tellEdge(journey, source.endMs);
        await this.#bell.since(rings);
      }
    }
    journey.atMs = Math.max(journey.atMs, source.endMs);
    return problem;
  }

  /** Sends one binary message when there is credit for it; a problem when it cannot be read. */
  async #send(
    kind: 'init' | 'fragment',
    place: { offset: number; length: number; startMs: number; durationMs: number; keyframe: boolean },
    source: RecordingSource,
    { ticket, signal }: Journey,
  ): Promise<Problem | null> {
    for (let { rings } = this.#bell; this.#credit === 0; { rings } = this.#bell) {
      await this.#bell.since(rings);
      if (signal.aborted) return null;
    }
    const read = await readOf(source, place);
    if (!read.ok) return read.problem;
    if (signal.aborted) return null;
    const { startMs: timeMs, durationMs, keyframe } = place;
    this.#credit--;
    this.#options.send(encodePacket({ kind, keyframe, ticket, durationMs, timeMs, arrivedMs: 0, data: read.value }));
    return null;
  }

  async #tellGap(journey: Journey, toMs: number): Promise<void> {
    const { library, cameraId, notice } = this.#options;
    const spans = await library.spans(cameraId, journey.atMs, toMs);
    const found = spans.find((span) => span.kind === 'gap');
    const cause: GapCause = found?.kind === 'gap' ? found.cause : 'unknown';
    if (!journey.signal.aborted) notice({ is: 'gap', ticket: journey.ticket, fromMs: journey.atMs, toMs, cause });
  }

  /** Once for each seek. */
  async #tellEdge(journey: Journey, atMs?: number): Promise<void> {
    const { library, cameraId, notice } = this.#options;
    if (journey.edgeTold) return;
    journey.edgeTold = true;
    const edgeMs = atMs ?? Math.min(journey.atMs, (await library.newestMs(cameraId)) ?? journey.atMs);
    if (!journey.signal.aborted) notice({ is: 'edge', ticket: journey.ticket, atMs: edgeMs });
  }

  /** Tells the failure; false when that was enough of them. */
  #fail(journey: Journey, problem: Problem): boolean {
    if (journey.signal.aborted) return false;
    const code = problem.code === 'gone' ? 'gone' : 'vaultDamaged';
    this.#options.notice({ is: 'failed', ticket: journey.ticket, code });
    journey.failures++;
    return problem.code !== 'keyMissing' && journey.failures < mostFailures;
  }
}

/** Asked anew after every wait: the compiler takes what was once false for false for ever. */
function isAborted({ signal }: Journey): boolean {
  return signal.aborted;
}

async function readOf(
  source: RecordingSource,
  { offset, length }: { offset: number; length: number },
): Promise<Outcome<Uint8Array>> {
  try {
    const read = await source.read(offset, length);
    if (read.ok && read.value.length !== length) return { ok: false, problem: { code: 'vaultDamaged', file: '' } };
    return read;
  } catch (error) {
    if (error instanceof VaultError) return { ok: false, problem: error.problem };
    throw error;
  }
}
