/**
 * Deletes recordings for good: index first, then file, so that nothing is ever named that is not there. Who has one open
 * is told before and lets go of it; a recording that is being written is never touched. What goes is decided by others.
 */
import { rm } from 'node:fs/promises';
import type { CameraId } from '../../contract/model.ts';
import { syncFolder } from '../vault/durable.ts';
import type { DayShelf } from './dayShelf.ts';
import type { Library, RecordingRow } from './library.ts';
import type { LibraryWatchers } from './libraryWatchers.ts';
import { dayOf } from './recordingName.ts';

export interface RemovalOptions {
  library: Library;
  shelf: DayShelf;
  watchers: LibraryWatchers;
  /** Recordings of one day were deleted: from the beginning of the first to the end of the last. */
  removed: (cameraId: CameraId, span: { fromMs: number; toMs: number }) => void;
}

export class Removal {
  readonly #library: Library;
  readonly #shelf: DayShelf;
  readonly #watchers: LibraryWatchers;
  readonly #removed: RemovalOptions['removed'];

  constructor({ library, shelf, watchers, removed }: RemovalOptions) {
    this.#library = library;
    this.#shelf = shelf;
    this.#watchers = watchers;
    this.#removed = removed;
  }

  /** Deletes recordings for good and notes it. Missing files are no trouble; an open recording has no row. */
  async remove(rows: readonly RecordingRow[]): Promise<void> {
    const groups = Map.groupBy(rows, (row) => `${row.cameraId}/${dayOf(row.startMs)}`);
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      const day = dayOf(first.startMs);
      await this.#watchers.tellGoing(group);
      await this.#shelf.change(first.cameraId, day, async (index) => {
        const outcome = await index.removeRows(group);
        for (const row of group) await rm(row.path, { force: true });
        if (index.rows.length > 0) await syncFolder(index.folder);
        return outcome;
      });
      this.#watchers.tell(first.cameraId, day);
      const fromMs = Math.min(...group.map(({ startMs }) => startMs));
      this.#removed(first.cameraId, { fromMs, toMs: Math.max(...group.map(({ endMs }) => endMs)) });
    }
  }

  /**
   * Removes a day's folder that holds no recording any more, and with it what was noted on that day. As long as something
   * older is recorded (a protected clip) the day stays: its notes say why nothing is between that and what follows. With
   * the last of them go the empty days behind it.
   */
  async removeEmptyDay(cameraId: CameraId, day: string): Promise<void> {
    const days = await this.#library.days(cameraId);
    const empty: string[] = [];
    for (const other of days) {
      if ((await this.#library.rowsOf(cameraId, other)).length > 0) {
        if (other < day) return;
        break;
      }
      empty.push(other);
    }
    for (const other of empty) await this.#shelf.removeEmpty(cameraId, other);
  }

  /** Deletes every finished recording of a camera but those that are to stay. */
  async removeRecordings(cameraId: CameraId, stays: (row: RecordingRow) => boolean = () => false): Promise<void> {
    for (const day of await this.#library.days(cameraId)) {
      const going = (await this.#library.rowsOf(cameraId, day)).filter((row) => !stays(row));
      if (going.length > 0) await this.remove(going);
      await this.removeEmptyDay(cameraId, day);
    }
  }

  /** Removes the folder of a camera that has no recording any more. False when something of it is left. */
  async removeEmptyCamera(cameraId: CameraId): Promise<boolean> {
    if (this.#library.openRecording(cameraId) || (await this.#library.oldest(cameraId)).length > 0) return false;
    for (const day of await this.#library.days(cameraId)) await this.removeEmptyDay(cameraId, day);
    await this.#shelf.removeCamera(cameraId);
    return !(await this.#library.cameras()).includes(cameraId);
  }

  /**
   * Deletes every recording of a camera that is not recorded any more, those that were cut off among them, and its folder
   * when nothing else lies in it.
   */
  async removeCamera(cameraId: CameraId, stays?: (row: RecordingRow) => boolean): Promise<void> {
    await this.#shelf.removeCutOff(cameraId);
    await this.removeRecordings(cameraId, stays);
    await this.#shelf.removeCamera(cameraId);
    this.#watchers.tell(cameraId);
  }
}
