/**
 * One day of one camera: its recordings and the causes of its gaps. The folder is the truth about recordings: at every
 * load the sealed index is compared with the file names, and repaired where they differ; a missing or damaged index is
 * rebuilt from names and sizes, and only the causes of gaps are lost ('unknown' then). A day that is opened while the
 * vault is locked takes its recordings from the folder, and what happens to it waits in a file of its own (dayLater.ts)
 * until it is opened with the identity. The caller makes sure that one thing happens at a time; which files are deleted
 * is not decided here.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CameraId } from '../../contract/model.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import { readMark } from '../vault/fileMark.ts';
import type { Vault } from '../vault/folder.ts';
import { openStore, previousOf, type SealedStore } from '../vault/sealedStore.ts';
import { inOrder, withNotes, withoutRows, withRows, withUnknownGaps } from './dayChanges.ts';
import {
  type DayDocument,
  dayDocumentSteps,
  dayDocumentVersion,
  type DayRow,
  type MarkedRow,
  readDayDocument,
} from './dayDocument.ts';
import { isLaterName, type Later, newLaterName, readLaterFile, takeUp, writeLater } from './dayLater.ts';
import { dayOf, finishedName, indexName, readFinishedName, recordingsFolder } from './recordingName.ts';
import type { GapNote } from './spans.ts';

const nothing: Later = { notes: [], removed: [] };

export interface Repair {
  /** Recordings found in the folder and not in the index. */
  added: number;
  /** Rows of the index whose file was gone. */
  removed: number;
}

export class DayIndex {
  readonly folder: string;
  readonly day: string;
  /** What the load had to put right in the index; nothing where that could not be opened. */
  readonly repaired: Repair = { added: 0, removed: 0 };
  /** Names in the folder, when it was loaded, that are neither a finished recording of the day nor the index's own. */
  readonly others: string[] = [];
  #document: DayDocument = { rows: [], notes: [] };
  /** null while the index on disk could not be read: it must not be overwritten then. */
  #store: SealedStore<DayDocument> | null = null;
  /** There is no folder yet: it is made with the first thing to be written. */
  #absent = false;
  /** What waits for the identity, or for the folder, and the name under which it lies on the disk. */
  #later: Later = nothing;
  #laterName: string | null = null;
  /** Taken up, and to be removed when the index is written. */
  #taken: string[] = [];
  /** There is more to be taken up, and it could not be opened. */
  #leftLater = false;
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

  /** Something could not be read, and now perhaps it can: open the day anew and `inherit` from this one. */
  get stale(): boolean {
    return (this.#store === null || this.#leftLater) && this.#vault.identity !== null;
  }

  /** All that was written of the day was read: causes of gaps too. */
  get isWhole(): boolean {
    return this.#store !== null && !this.#leftLater;
  }

  /** Something waits for the identity, or for the disk. */
  get holdsUnsaved(): boolean {
    return this.#waits || this.#refused;
  }

  /** Writes what the disk refused. */
  async saveAgain(): Promise<void> {
    if (this.#refused) await (this.#store ? this.#save(this.#document) : this.#saveLater(nothing));
  }

  /** Takes up what the disk did not take while the vault was locked. */
  async inherit(older: DayIndex): Promise<void> {
    if (older.holdsUnsaved) await this.#save(takeUp(this.#document, older.#later), older.#later);
  }

  async addRow(row: DayRow): Promise<Outcome<null>> {
    const mark = await readMark(path.join(this.folder, finishedName(row)));
    // While the vault is locked the folder is what remembers it.
    return await this.#save(withRows(this.#document, [{ ...row, mark }]), nothing);
  }

  async addNote({ atMs, cause }: GapNote): Promise<Outcome<null>> {
    // Times of pictures are finer; a document with one of those would be taken for damaged.
    const note = { atMs: Math.round(atMs), cause };
    return await this.#save(withNotes(this.#document, [note]), { notes: [note], removed: [] });
  }

  /** Takes rows out and notes that they were deleted; gaps between them keep their causes. The files stay. */
  async removeRows(removed: readonly DayRow[]): Promise<Outcome<null>> {
    const rows = removed.map(({ startMs, endMs, sizeBytes }) => ({ startMs, endMs, sizeBytes }));
    return await this.#save(withoutRows(this.#document, rows), { notes: [], removed: rows });
  }

  async #load(expectedName: string | null): Promise<void> {
    const found = await namesIn(this.folder);
    this.#absent = found === null;
    if (found === null) return;
    this.#store = await this.#openStore(found);
    this.#document = this.#store?.value ?? this.#document;
    const rebuilt = this.#document.rows.length === 0;
    await this.#takeUpLater(found.filter(isLaterName));
    await this.#reconcile(found.filter((name) => name !== expectedName));
    const repaired = this.repaired.added > 0 || this.repaired.removed > 0;
    if (rebuilt && repaired) this.#document = withUnknownGaps(this.#document);
    if (this.#store === null) Object.assign(this.repaired, { added: 0, removed: 0 });
    else if (repaired || this.#taken.length > 0) await this.#save(this.#document);
  }

  async #takeUpLater(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.#store === null) return;
      const read = await readLaterFile(this.#vault, path.join(this.folder, name), this.#of);
      if (read.ok) {
        this.#document = takeUp(this.#document, read.value);
        this.#taken.push(name);
      } else if (read.problem.code === 'keyMissing') this.#leftLater = true;
    }
  }

  async #openStore(listed: readonly string[]): Promise<SealedStore<DayDocument> | null> {
    const file = path.join(this.folder, indexName);
    const options = {
      path: file,
      vault: this.#vault,
      version: dayDocumentVersion,
      migrate: dayDocumentSteps,
      of: this.#of,
      listed,
      initial: { rows: [], notes: [] },
      parse: readDayDocument,
    };
    const opened = await openStore(options);
    if (opened.ok) return opened.value;
    if (opened.problem.code !== 'vaultDamaged') return null;
    // It is a cache: the recordings themselves are the truth.
    await Promise.all([rm(file, { force: true }), rm(previousOf(file), { force: true })]);
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
      if (!span || dayOf(span.startMs) !== this.day) {
        if (!DayIndex.owns(name)) this.others.push(name);
        continue;
      }
      const file = path.join(this.folder, name);
      const sizeBytes = await sizeOf(file);
      // Only an index that is written has a use for the mark.
      const mark = sizeBytes !== null && this.#store ? await readMark(file) : null;
      if (sizeBytes !== null) found.push({ ...span, sizeBytes, mark });
    }
    this.repaired.added = found.length;
    const document = { rows: kept, notes: this.#document.notes };
    this.#document = found.length > 0 ? withRows(document, found) : inOrder(document);
  }

  /** `later`: how this document came about, to be done again where the index cannot be written now. */
  async #save(document: DayDocument, later: Later = nothing): Promise<Outcome<null>> {
    this.#document = document;
    if (this.#absent) {
      const folder = await this.#vault.makeFolder(recordingsFolder, this.#cameraId, this.day);
      if (!folder.ok) {
        this.#remember(later);
        return folder;
      }
      this.#store = await this.#openStore([]);
      this.#absent = false;
    }
    if (this.#store === null) return await this.#saveLater(later);
    const written = await this.#store.update(() => document);
    this.#refused = !written.ok;
    if (!written.ok) {
      this.#remember(later);
      return written;
    }
    this.#later = nothing;
    for (const name of this.#taken.splice(0)) await rm(path.join(this.folder, name), { force: true });
    return written;
  }

  async #saveLater(later: Later): Promise<Outcome<null>> {
    this.#remember(later);
    if (!this.#waits) return good(null);
    this.#laterName ??= newLaterName();
    const written = await writeLater(this.#vault, path.join(this.folder, this.#laterName), this.#of, this.#later);
    this.#refused = !written.ok;
    return written;
  }

  #remember({ notes, removed }: Later): void {
    this.#later = { notes: [...this.#later.notes, ...notes], removed: [...this.#later.removed, ...removed] };
  }

  get #waits(): boolean {
    return this.#later.notes.length > 0 || this.#later.removed.length > 0;
  }

  get #of(): string {
    return `${this.#cameraId}/${this.day}`;
  }
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
