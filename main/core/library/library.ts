/**
 * What is recorded: which spans of which camera, why the others are not, and where the files lie. Which days exist
 * comes from the folders' names; one day of one camera is one sealed index (dayIndex.ts), and only the days that a
 * question touches are read. Damage to an index never fails a question: it is rebuilt from the folder. Recording,
 * playing and deciding what to delete are left to others; deleting what was decided is `removal`, and who is told of
 * changes `watchers`.
 */
import { mergeShort } from '../../contract/mergeSpans.ts';
import type { CameraId, Span } from '../../contract/model.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import type { CameraSpans } from '../../contract/timeline.ts';
import type { Vault } from '../vault/folder.ts';
import type { Repair } from './dayIndex.ts';
import { DayShelf } from './dayShelf.ts';
import { DaySurvey } from './daySurvey.ts';
import { LibraryWatchers } from './libraryWatchers.ts';
import type { OpenRecording } from './openRecording.ts';
import { reach } from './reach.ts';
import { dayMs, dayOf, recordingPath } from './recordingName.ts';
import { recordingAt } from './passes.ts';
import { Removal } from './removal.ts';
import { coverSpan, type GapNote } from './spans.ts';

export interface RecordingRow {
  cameraId: CameraId;
  startMs: number;
  endMs: number;
  /** Of the sealed file. */
  sizeBytes: number;
  path: string;
}

export interface LibraryOptions {
  vault: Vault;
  now?: () => number;
  on?: {
    changed?: (cameraId: CameraId) => void;
    /** Recordings of one day were deleted: from the beginning of the first to the end of the last. */
    removed?: (cameraId: CameraId, span: { fromMs: number; toMs: number }) => void;
  };
}

/** The open recording ends about one fragment before now; nearer than this, now is not a gap yet. */
const openLagMs = 3000;

export class Library {
  readonly survey: DaySurvey;
  readonly removal: Removal;
  readonly watchers: LibraryWatchers;
  readonly #vault: Vault;
  readonly #now: () => number;
  readonly #shelf: DayShelf;
  readonly #open = new Map<CameraId, OpenRecording>();

  constructor({ vault, now = Date.now, on = {} }: LibraryOptions) {
    this.#vault = vault;
    this.#shelf = new DayShelf(vault);
    this.#now = now;
    this.survey = new DaySurvey(this.#shelf, now);
    this.watchers = new LibraryWatchers((cameraId) => on.changed?.(cameraId));
    this.removal = new Removal({
      ...{ library: this, shelf: this.#shelf, watchers: this.watchers },
      removed: (cameraId, span) => on.removed?.(cameraId, span),
    });
  }

  /** Cameras with a folder of recordings, also those that are on no list any more. */
  async cameras(): Promise<CameraId[]> {
    const names = new Set(await this.#shelf.cameras());
    for (const cameraId of this.#open.keys()) names.add(cameraId);
    return [...names].sort();
  }

  /** UTC days of which there is a folder, in order. */
  async days(cameraId: CameraId): Promise<readonly string[]> {
    return await this.#shelf.days(cameraId);
  }

  /** Takes up a finished recording, whose file is in its place. */
  async add(row: Omit<RecordingRow, 'path'>): Promise<Outcome<null>> {
    const { cameraId, startMs, endMs, sizeBytes } = row;
    const added = { startMs, endMs, sizeBytes };
    const outcome = await this.#shelf.change(cameraId, dayOf(startMs), (index) => index.addRow(added), added);
    this.watchers.tell(cameraId, dayOf(startMs));
    return outcome;
  }

  /**
   * Takes up the recording that `finish` puts in its place, and that nothing is recorded after it; nobody else sees or
   * deletes anything of that day meanwhile. null from `finish`: there is none. Whether there was one.
   */
  async takeUp(
    cameraId: CameraId,
    day: string,
    finish: () => Promise<Omit<RecordingRow, 'path' | 'cameraId'> | null>,
  ): Promise<boolean> {
    const taken = await this.#shelf.change(cameraId, day, async (index) => {
      const row = await finish();
      if (row === null) return false;
      await index.addRow(row);
      await index.addNote({ atMs: row.endMs, cause: 'closed' });
      return true;
    });
    if (taken) this.watchers.tell(cameraId, day);
    return taken;
  }

  /** The vault is locked. What is recorded is noted as before. */
  lock(): void {
    this.#shelf.lock();
  }

  /** The identity is there again: what happened meanwhile to days whose indexes could not be opened is written. */
  async unlocked(): Promise<void> {
    await this.#shelf.unlocked();
  }

  /** From `atMs` on nothing is recorded, because of `cause`; said again it changes nothing. */
  async note(cameraId: CameraId, { atMs, cause }: GapNote): Promise<Outcome<null>> {
    // A time with a fraction would make an index of the day that nobody can read.
    const note = { atMs: Math.round(atMs), cause };
    const outcome = await this.#shelf.change(cameraId, dayOf(note.atMs), async (index) => {
      const last = index.notes.at(-1);
      const lastRowMs = index.rows.at(-1)?.endMs ?? 0;
      const known = last && last.cause === note.cause && last.atMs >= lastRowMs && note.atMs >= last.atMs;
      return known ? good(null) : await index.addNote(note);
    });
    this.watchers.tell(cameraId, dayOf(note.atMs));
    return outcome;
  }

  /** Writes down what could not be written while the disk was full or away. What still cannot be stays in memory. */
  async saveNotes(): Promise<void> {
    await this.#shelf.saveUnsaved();
  }

  /**
   * Spans that cover fromMs..toMs, as far as time has come, beginning with the camera's first recording where that is
   * later. Every millisecond is in exactly one. Behind now there are only recorded spans: the clock was set back, and
   * what it had come to before is there still. Empty when nothing was recorded before toMs.
   */
  async spans(cameraId: CameraId, fromMs: number, toMs: number): Promise<Span[]> {
    const open = this.#open.get(cameraId);
    const nowMs = this.#now();
    const lagging = open && !open.ended && open.endMs < nowMs && nowMs - open.endMs <= openLagMs;
    const endMs = Math.min(toMs, lagging ? open.endMs : nowMs);
    if (!(toMs > fromMs)) return [];
    const { recordings, notes } = await reach(this.#shelf, cameraId, fromMs, toMs);
    return withoutFuture(coverSpan([...recordings, ...(open ? [open] : [])], notes, fromMs, toMs), endMs);
  }

  /** Bytes of the finished recordings that began between each two bounds, which are in order. */
  async bytesBegun(cameraId: CameraId, bounds: readonly number[]): Promise<number[]> {
    const sizes = bounds.slice(1).map(() => 0);
    const [first, last] = [dayOf(bounds[0] ?? 0), dayOf(bounds.at(-1) ?? 0)];
    for (const day of (await this.days(cameraId)).filter((name) => name >= first && name <= last)) {
      for (const { startMs, sizeBytes } of (await this.#shelf.read(cameraId, day)).rows) {
        const at = bounds.findIndex((bound) => bound > startMs) - 1;
        if (at >= 0) sizes[at] = (sizes[at] ?? 0) + sizeBytes;
      }
    }
    return sizes;
  }

  /** The spans of several cameras, or (null) of all, merged as `mergeShort` does: none is lost, and few are left. */
  async overview(
    cameraIds: readonly CameraId[] | null,
    { fromMs, toMs }: { fromMs: number; toMs: number },
    leastMs: number,
  ): Promise<CameraSpans[]> {
    return await Promise.all(
      (cameraIds ?? (await this.cameras())).map(async (cameraId) => {
        return { cameraId, spans: mergeShort(await this.spans(cameraId, fromMs, toMs), leastMs) };
      }),
    );
  }

  /** The finished recordings that began on that UTC day, in order. */
  async rowsOf(cameraId: CameraId, day: string): Promise<RecordingRow[]> {
    const index = await this.#shelf.read(cameraId, day);
    return index.rows.map(({ startMs, endMs, sizeBytes }) => ({
      cameraId,
      startMs,
      endMs,
      sizeBytes,
      path: this.#vault.path(...recordingPath(cameraId, { startMs, endMs })),
    }));
  }

  /** Finished recordings that touch the span, in order. */
  async covering(cameraId: CameraId, span: { fromMs: number; toMs: number }): Promise<RecordingRow[]> {
    const found: RecordingRow[] = [];
    for (const day of await this.#daysBetween(cameraId, span.fromMs, span.toMs)) {
      const rows = await this.rowsOf(cameraId, day);
      found.push(...rows.filter((row) => row.endMs > span.fromMs && row.startMs < span.toMs));
    }
    return found.sort((a, b) => a.startMs - b.startMs);
  }

  /**
   * The finished recording that covers `atMs`, or else the next one after it; null when there is none. Where the clock
   * was set back and several cover it: see `recordingAt`.
   */
  async at(cameraId: CameraId, atMs: number): Promise<RecordingRow | null> {
    const [yesterday, today] = [dayOf(atMs - dayMs), dayOf(atMs)];
    const rows: RecordingRow[] = [];
    for (const day of (await this.days(cameraId)).filter((name) => name >= yesterday)) {
      rows.push(...(await this.rowsOf(cameraId, day)).filter(({ endMs }) => endMs > atMs));
      if (rows.length > 0 && day >= today) break;
    }
    return recordingAt(rows, atMs) ?? null;
  }

  /** The oldest recordings of one camera: those of its first day that has any; empty when there are none. */
  async oldest(cameraId: CameraId): Promise<RecordingRow[]> {
    for (const day of await this.days(cameraId)) {
      const rows = await this.rowsOf(cameraId, day);
      if (rows.length > 0) return rows;
    }
    return [];
  }

  /** End of the newest recording of one camera, the open one included; null when there is none. */
  async newestMs(cameraId: CameraId): Promise<number | null> {
    const open = this.#open.get(cameraId);
    if (open) return open.endMs;
    for (const day of [...(await this.days(cameraId))].reverse()) {
      const rows = await this.rowsOf(cameraId, day);
      if (rows.length > 0) return Math.max(...rows.map(({ endMs }) => endMs));
    }
    return null;
  }

  /** Start of the oldest recording of all; null when there is none. */
  async oldestMs(): Promise<number | null> {
    const starts = [...this.#open.values()].map(({ startMs }) => startMs);
    for (const cameraId of await this.cameras()) {
      const [day = ''] = await this.days(cameraId);
      const settled = await (await this.#shelf.sums()).current(cameraId, day);
      const firstMs = settled?.firstMs || (await this.oldest(cameraId))[0]?.startMs;
      if (firstMs !== undefined) starts.push(firstMs);
    }
    return starts.length > 0 ? Math.min(...starts) : null;
  }

  /** Bytes of all recordings, the open ones among them. Waits until every day is known. */
  async usedBytes(): Promise<number> {
    return (await this.#shelf.usedBytes()) + this.#openBytes;
  }

  /** The same, as far as it is known without reading. */
  async knownBytes(): Promise<number> {
    return (await this.#shelf.knownBytes()) + this.#openBytes;
  }

  /** The recording that is being written; null ends it. */
  setOpen(cameraId: CameraId, recording: OpenRecording | null): void {
    if (recording) this.#open.set(cameraId, recording);
    else this.#open.delete(cameraId);
    this.watchers.tell(cameraId);
  }

  /** The open recording grew. */
  grew(cameraId: CameraId): void {
    this.watchers.tell(cameraId);
  }

  openRecording(cameraId: CameraId): OpenRecording | null {
    return this.#open.get(cameraId) ?? null;
  }

  /** Compares a day's index with its folder again, and says what had to be put right. */
  async rebuildDay(cameraId: CameraId, day: string): Promise<Repair> {
    return (await this.#shelf.reread(cameraId, day)).repaired;
  }

  /** While the step runs, nothing of that day is added, deleted or indexed. It must not ask the library about the day. */
  async inTurn<Value>(cameraId: CameraId, day: string, step: () => Promise<Value>): Promise<Value> {
    return await this.#shelf.inTurn(cameraId, day, step);
  }

  /** Waits for what is being written. The library keeps nothing else; may be called twice. */
  async close(): Promise<void> {
    await this.#shelf.close();
  }

  get #openBytes(): number {
    return [...this.#open.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Days whose recordings can touch the span: a recording that crosses midnight lies under the day it began. */
  async #daysBetween(cameraId: CameraId, fromMs: number, toMs: number): Promise<string[]> {
    const first = dayOf(fromMs - dayMs);
    const last = dayOf(toMs);
    return (await this.days(cameraId)).filter((day) => day >= first && day <= last);
  }
}

/** Gaps as far as time has come: what is not yet cannot be missing. */
function withoutFuture(spans: readonly Span[], endMs: number): Span[] {
  return spans.flatMap((span) => {
    if (span.kind === 'recorded' || span.toMs <= endMs) return [span];
    return span.fromMs < endMs ? [{ ...span, toMs: endMs }] : [];
  });
}
