/**
 * The recordings of one camera that are being looked at, opened: the last few stay open, so that moments near each other
 * cost neither the opening of a file nor the search in it anew. A finished one is searched (findGroup.ts), and its table
 * read only where that leads nowhere; one that is being written is known already. Nothing is kept of a recording that
 * does not open. An open file keeps its room on the disk though it was deleted (on Windows its name too, and so its
 * folder), and its disk from being let go: so all are closed a while after the last question, and those that are about to
 * be deleted before they are. Problems: `gone`, `vaultDamaged`, `keyMissing` while the vault is locked.
 */
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import { SealedReader } from '../vault/sealedReader.ts';
import { type Init, readInit } from '../video/fmp4.ts';
import { MediaError } from '../video/mediaError.ts';
import { VaultError } from '../vault/vaultError.ts';
import type { Shown } from './cameraRows.ts';
import { findGroup, type Group, initLengthIn } from './findGroup.ts';
import type { Library, RecordingRow } from './library.ts';
import { type FragmentPlace, keyframeAtOrBefore, type OpenRecording } from './openRecording.ts';
import { openGrowing } from './recordingSource.ts';
import { readRecordingTable, type RecordingTable } from './recordingTable.ts';

/** Of one camera. */
const mostOpen = 8;
const usualBeginningBytes = 4096;

export interface OpenedRecording {
  readonly startMs: number;
  /** Throws a MediaError for what is none. */
  readonly init: Init;
  /** null: nothing of it can be shown at this moment, because its bytes were altered. */
  groupAt(atMs: number): Promise<Outcome<Group | null>>;
  read(place: FragmentPlace): Promise<Outcome<Uint8Array>>;
  close(): Promise<void>;
}

export class OpenedRecordings {
  readonly #library: Library;
  readonly #vault: Vault;
  readonly #opened = new Map<string, OpenedRecording>();
  readonly #restAfterMs: number;
  readonly #unwatch: () => void;
  /** To be closed as soon as nobody reads in them. */
  readonly #going = new Set<string>();
  #held = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(library: Library, vault: Vault, restAfterMs: number) {
    this.#library = library;
    this.#vault = vault;
    this.#restAfterMs = restAfterMs;
    this.#unwatch = library.watchers.watchGoing((rows) => this.#letGo(rows));
  }

  /** From now on they are read. */
  hold(): void {
    clearTimeout(this.#timer);
    this.#held = true;
  }

  /** Nobody reads in them before the next `hold`. */
  rest(): void {
    this.#held = false;
    clearTimeout(this.#timer);
    void this.#closeAll(this.#going);
    if (this.#opened.size === 0) return;
    this.#timer = setTimeout(() => void this.#closeAll(this.#opened.keys()), this.#restAfterMs).unref();
  }

  async open(shown: Shown): Promise<Outcome<OpenedRecording>> {
    const key = shown.is === 'open' ? growingKey(shown.recording.startMs) : shown.row.path;
    const known = this.#opened.get(key);
    if (known) {
      this.#opened.delete(key);
      this.#opened.set(key, known);
      return good(known);
    }
    const opened = await (shown.is === 'open' ? this.#openGrowing(shown.recording) : this.#openFinished(shown.row));
    if (!opened.ok) return opened;
    this.#opened.set(key, opened.value);
    const [oldest] = this.#opened;
    if (oldest && this.#opened.size > mostOpen) {
      this.#opened.delete(oldest[0]);
      await oldest[1].close();
    }
    return opened;
  }

  /** What was wrong with it may be right the next time. */
  async forget(opened: OpenedRecording): Promise<void> {
    for (const [key, one] of this.#opened) if (one === opened) this.#opened.delete(key);
    await opened.close();
  }

  async close(): Promise<void> {
    this.#unwatch();
    clearTimeout(this.#timer);
    await this.#closeAll(this.#opened.keys());
  }

  /** Resolves when those are closed, or will be when what is read is read. */
  async #letGo(rows: readonly RecordingRow[]): Promise<void> {
    for (const { path, startMs } of rows) {
      for (const key of [path, growingKey(startMs)]) if (this.#opened.has(key)) this.#going.add(key);
    }
    if (!this.#held) await this.#closeAll(this.#going);
  }

  async #closeAll(keys: Iterable<string>): Promise<void> {
    const closing = [...keys].flatMap((key) => {
      const one = this.#opened.get(key);
      this.#opened.delete(key);
      this.#going.delete(key);
      return one ? [one.close()] : [];
    });
    // A file that cannot be closed is let go by the system's end of the program; nothing was written to it.
    await Promise.allSettled(closing);
  }

  async #openFinished(row: RecordingRow): Promise<Outcome<OpenedRecording>> {
    const { identity } = this.#vault;
    if (identity === null) return bad({ code: 'keyMissing' });
    const opened = await SealedReader.open(row.path, identity);
    if (!opened.ok) return opened;
    const init = await readBeginning(opened.value);
    if (init.ok) return good(finished(opened.value, init.value, row));
    await opened.value.close();
    return init;
  }

  async #openGrowing(recording: OpenRecording): Promise<Outcome<OpenedRecording>> {
    const source = openGrowing(this.#library, this.#vault, recording);
    const init = await guarded(async () => {
      const read = await source.read(0, source.initLength);
      return read.ok ? good(readInit(read.value)) : read;
    });
    if (!init.ok) {
      await source.close();
      return init;
    }
    return good({
      startMs: recording.startMs,
      init: init.value,
      groupAt: async (atMs) => good(groupIn(recording.fragments, atMs)),
      read: (place) => guarded(async () => whole(await source.read(place.offset, place.length), place)),
      close: () => source.close(),
    });
  }
}

function growingKey(startMs: number): string {
  return `open ${startMs}`;
}

async function readBeginning(reader: SealedReader): Promise<Outcome<Init>> {
  return await guarded(async () => {
    const read = await reader.read(0, usualBeginningBytes);
    if (!read.ok) return read;
    const length = initLengthIn(read.value);
    if (length !== null) return good(readInit(read.value.slice(0, length)));
    const table = await readRecordingTable(reader, 0);
    if (!table.ok) return table;
    return table.value === null ? damaged : good(table.value.init);
  });
}

function finished(reader: SealedReader, init: Init, row: RecordingRow): OpenedRecording {
  let table: Promise<Outcome<RecordingTable | null>> | null = null;

  async function byTable(atMs: number): Promise<Outcome<Group | null>> {
    table ??= readRecordingTable(reader, row.startMs);
    const read = await table;
    if (!read.ok) return read;
    const group = read.value ? groupIn(read.value.fragments, atMs) : null;
    const last = group?.places.at(-1);
    const isCutOff = read.value?.damaged === true || !reader.complete;
    const isBehind = last !== undefined && group?.nextMs === null && atMs >= last.startMs + last.durationMs;
    return good(isBehind && isCutOff ? null : group);
  }

  return {
    startMs: row.startMs,
    init,
    async groupAt(atMs) {
      if (table !== null || !reader.complete) return await byTable(atMs);
      const found = await findGroup({ file: reader, init, startMs: row.startMs, endMs: row.endMs }, atMs);
      return found.ok && found.value !== null ? found : await byTable(atMs);
    },
    read: (place) => guarded(async () => whole(await reader.read(place.offset, place.length), place)),
    close: () => reader.close(),
  };
}

/** The fragments from the keyframe at or before the moment to the next keyframe; null where there are none. */
function groupIn(fragments: readonly FragmentPlace[], atMs: number): Group | null {
  const first = keyframeAtOrBefore(fragments, atMs);
  const behind = fragments.findIndex((place, index) => index > first && place.keyframe);
  const places = fragments.slice(first, behind === -1 ? undefined : behind);
  const next = fragments[behind];
  return places.length > 0 ? { places, nextMs: next?.startMs ?? null } : null;
}

function whole(read: Outcome<Uint8Array>, place: FragmentPlace): Outcome<Uint8Array> {
  return read.ok && read.value.length !== place.length ? damaged : read;
}

const damaged = bad({ code: 'vaultDamaged', file: '' });

async function guarded<Value>(read: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof VaultError) return { ok: false, problem: error.problem };
    if (error instanceof MediaError) return damaged;
    throw error;
  }
}
