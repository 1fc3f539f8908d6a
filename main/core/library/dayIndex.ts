/**
 * One day of one camera: its recordings and the causes of its gaps. The folder is the truth about recordings: at every
 * load the sealed index is compared with the file names, and repaired where they differ; a missing or damaged index is
 * rebuilt from names and sizes, and only the causes of gaps are lost ('unknown' then). Without the identity (locked)
 * recordings come from the folder and what is noted waits in memory. The caller makes sure that one thing happens at
 * a time; which files are deleted is not decided here.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import { readMark } from '../vault/fileMark.ts';
import type { Vault } from '../vault/folder.ts';
import { openStore, type SealedStore } from '../vault/sealedStore.ts';
import { type DayDocument, dayDocumentVersion, type DayRow, type MarkedRow, readDayDocument } from './dayDocument.ts';
import { dayOf, finishedName, indexName, readFinishedName, recordingsFolder } from './recordingName.ts';
import { coverSpan, type GapNote, joinRecordings } from './spans.ts';

/** More notes than this on one day are a defect of whoever writes them: the oldest are dropped. */
const mostNotes = 5000;

export interface Repair {
  /** Recordings found in the folder and not in the index. */
  added: number;
  /** Rows of the index whose file was gone. */
  removed: number;
}

export class DayIndex {
  readonly folder: string;
  readonly day: string;
  /** What the load had to put right. */
  readonly repaired: Repair = { added: 0, removed: 0 };
  #document: DayDocument = { rows: [], notes: [] };
  /** null while the index on disk could not be read: it must not be overwritten then. */
  #store: SealedStore<DayDocument> | null = null;
  /** There is no folder yet: it is made with the first thing to be written. */
  #absent = false;
  /** What waits for the identity, or for the folder. */
  #unsaved: GapNote[] = [];
  /** The disk refused the last version: what is in memory is newer. */
  #refused = false;
  readonly #vault: Vault;
  readonly #cameraId: CameraId;

  private constructor(vault: Vault, cameraId: CameraId, day: string) {
    this.#vault = vault;
    this.#cameraId = cameraId;
    this.day = day;
    this.folder = vault.path(recordingsFolder, cameraId, day);
  }

  /**
   * Never fails on what lies in the folder: what does not open is rebuilt. A folder that is not there is empty.
   * `expected` was just finished, so that it is in the folder and not in the index is no damage.
   */
  static async open(vault: Vault, cameraId: CameraId, day: string, expected: DayRow | null = null): Promise<DayIndex> {
    const index = new DayIndex(vault, cameraId, day);
    await index.#load(expected === null ? null : finishedName(expected));
    return index;
  }

  /** Whether a file of this name in a day's folder is the index or belongs to it. */
  static owns(name: string): boolean {
    return name === indexName || name.startsWith(`${indexName}.`);
  }

  /** In order of time. */
  get rows(): readonly DayRow[] {
    return this.#document.rows;
  }

  /** In order of time. */
  get notes(): readonly GapNote[] {
    return this.#document.notes;
  }

  get sizeBytes(): number {
    return this.rows.reduce((sum, row) => sum + row.sizeBytes, 0);
  }

  /** The index could not be read, and now perhaps it can: open the day anew and `inherit` from this one. */
  get stale(): boolean {
    return this.#store === null && this.#vault.identity !== null;
  }

  get holdsUnsaved(): boolean {
    return this.#unsaved.length > 0 || this.#refused;
  }

  /** Writes what the disk refused. */
  async saveAgain(): Promise<void> {
    if (this.#refused) await this.#save(this.#document);
  }

  async inherit(older: DayIndex): Promise<void> {
    for (const note of older.#unsaved) await this.addNote(note);
  }

  async addRow(row: DayRow): Promise<Outcome<null>> {
    const others = this.#document.rows.filter((other) => finishedName(other) !== finishedName(row));
    const marked = { ...row, mark: await readMark(path.join(this.folder, finishedName(row))) };
    return await this.#save({ rows: inOrder([...others, marked]), notes: this.#document.notes });
  }

  async addNote(note: GapNote): Promise<Outcome<null>> {
    if (this.#store === null) this.#unsaved.push(note);
    return await this.#save({ rows: this.#document.rows, notes: withNotes(this.#document.notes, [note]) });
  }

  /** Takes rows out and notes that they were deleted; gaps between them keep their causes. The files stay. */
  async removeRows(removed: readonly DayRow[]): Promise<Outcome<null>> {
    const { rows, notes } = this.#document;
    const names = new Set(removed.map(finishedName));
    const endMs = Math.max(0, ...rows.map((row) => row.endMs));
    const causeAfter = new Map(
      coverSpan(rows, notes, 0, endMs + 1).flatMap((span) => (span.kind === 'gap' ? [[span.fromMs, span.cause]] : [])),
    );
    const added: GapNote[] = [];
    for (const row of rows.filter((candidate) => names.has(finishedName(candidate)))) {
      const cause = causeAfter.get(row.endMs);
      added.push({ atMs: row.startMs, cause: 'deleted' });
      if (cause) added.push({ atMs: row.endMs, cause });
    }
    const outside = notes.filter(({ atMs }) => !removed.some((row) => atMs >= row.startMs && atMs < row.endMs));
    return await this.#save({
      rows: rows.filter((row) => !names.has(finishedName(row))),
      notes: withNotes(outside, added),
    });
  }

  async #load(expectedName: string | null): Promise<void> {
    const found = await namesIn(this.folder);
    this.#absent = found === null;
    if (found === null) return;
    const names = found.filter((name) => name !== expectedName);
    this.#store = await this.#openStore();
    this.#document = this.#store?.value ?? this.#document;
    const rebuilt = this.#document.rows.length === 0;
    await this.#reconcile(names);
    if (this.repaired.added === 0 && this.repaired.removed === 0) return;
    // Without its index nobody knows any more why there are gaps.
    const ends: GapNote[] = joinRecordings(this.rows).map(({ endMs }) => ({ atMs: endMs, cause: 'unknown' }));
    if (rebuilt) this.#document.notes = withNotes(this.#document.notes, ends);
    if (this.#store) await this.#save(this.#document);
  }

  async #openStore(): Promise<SealedStore<DayDocument> | null> {
    const file = path.join(this.folder, indexName);
    const options = {
      path: file,
      vault: this.#vault,
      version: dayDocumentVersion,
      of: `${this.#cameraId}/${this.day}`,
      initial: { rows: [], notes: [] },
      parse: readDayDocument,
    };
    const opened = await openStore(options);
    if (opened.ok) return opened.value;
    if (opened.problem.code !== 'vaultDamaged') return null;
    // It is a cache: the recordings themselves are the truth.
    await Promise.all([rm(file, { force: true }), rm(`${file}.previous`, { force: true })]);
    const again = await openStore(options);
    return again.ok ? again.value : null;
  }

  /** Makes the rows say what the folder holds. */
  async #reconcile(names: readonly string[]): Promise<void> {
    const onDisk = new Set(names);
    const kept = this.#document.rows.filter((row) => onDisk.delete(finishedName(row)));
    this.repaired.removed = this.#document.rows.length - kept.length;
    const found: MarkedRow[] = [];
    for (const name of onDisk) {
      const span = readFinishedName(name);
      if (!span || dayOf(span.startMs) !== this.day) continue;
      const file = path.join(this.folder, name);
      const sizeBytes = await sizeOf(file);
      if (sizeBytes !== null) found.push({ ...span, sizeBytes, mark: await readMark(file) });
    }
    this.repaired.added = found.length;
    this.#document = { rows: inOrder([...kept, ...found]), notes: withNotes(this.#document.notes, []) };
  }

  async #save(document: DayDocument): Promise<Outcome<null>> {
    this.#document = document;
    if (this.#absent && this.#vault.identity !== null) {
      const folder = await this.#vault.makeFolder(recordingsFolder, this.#cameraId, this.day);
      if (!folder.ok) return folder;
      this.#store = await this.#openStore();
      this.#absent = false;
    }
    if (this.#store === null) return good(null);
    const written = await this.#store.update(() => document);
    if (written.ok) this.#unsaved = [];
    this.#refused = !written.ok;
    return written;
  }
}

function inOrder(rows: readonly MarkedRow[]): MarkedRow[] {
  return [...rows].sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

function withNotes(notes: readonly GapNote[], added: readonly GapNote[]): GapNote[] {
  return [...notes, ...added].sort((a, b) => a.atMs - b.atMs).slice(-mostNotes);
}

/** null when the folder is not there. */
async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch {
    return null;
  }
}

/** null for what is not there or is no file. */
async function sizeOf(file: string): Promise<number | null> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}
