/**
 * One recording as something to read fragments from, whether it is finished or still being written. A finished one is
 * opened by the vault's identity and its table read once; one that is being written is read through its writer, and
 * after its end from the finished file, at the same offsets. Problems: `gone`, `vaultDamaged`, `keyMissing` while the
 * vault is locked.
 */
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import { SealedReader } from '../vault/sealedReader.ts';
import type { Library, RecordingRow } from './library.ts';
import type { FragmentPlace, OpenRecording } from './openRecording.ts';
import { readRecordingTable, type RecordingTable, type SeesHead } from './recordingTable.ts';
import { basename } from 'node:path';

export interface RecordingSource {
  readonly startMs: number;
  readonly endMs: number;
  readonly mime: string;
  readonly initLength: number;
  readonly fragments: readonly FragmentPlace[];
  /** No fragments will be added. */
  readonly ended: boolean;
  /** There were more fragments, which do not open any more. */
  readonly damaged: boolean;
  read(offset: number, length: number): Promise<Outcome<Uint8Array>>;
  close(): Promise<void>;
}

/** Tables of finished recordings, the last used ones. */
export class TableShelf {
  readonly #tables = new Map<string, RecordingTable>();
  readonly #most: number;

  constructor(most = 32) {
    this.#most = most;
  }

  take(path: string): RecordingTable | null {
    const table = this.#tables.get(path);
    if (!table) return null;
    this.#tables.delete(path);
    this.#tables.set(path, table);
    return table;
  }

  put(path: string, table: RecordingTable): void {
    this.#tables.set(path, table);
    const [oldest] = this.#tables.keys();
    if (oldest !== undefined && this.#tables.size > this.#most) this.#tables.delete(oldest);
  }
}

export interface FinishedSource extends RecordingSource {
  readonly table: RecordingTable;
}

/** `see`: shown what is read of the heads; nothing when the shelf has the table. */
export async function openFinished(
  vault: Vault,
  row: Pick<RecordingRow, 'path' | 'startMs' | 'endMs'>,
  shelf: TableShelf = new TableShelf(1),
  see?: SeesHead,
): Promise<Outcome<FinishedSource>> {
  if (vault.identity === null) return bad({ code: 'keyMissing' });
  const opened = await SealedReader.open(row.path, vault.identity);
  if (!opened.ok) return opened;
  const reader = opened.value;
  const known = shelf.take(row.path);
  const read = known ? good(known) : await readRecordingTable(reader, row.startMs, see);
  if (!read.ok || read.value === null || read.value.fragments.length === 0) {
    await reader.close();
    return read.ok ? bad({ code: 'vaultDamaged', file: basename(row.path) }) : read;
  }
  const table = read.value;
  shelf.put(row.path, table);
  return good({
    startMs: row.startMs,
    endMs: row.endMs,
    mime: table.init.mime,
    initLength: table.init.bytes.length,
    fragments: table.fragments,
    table,
    ended: true,
    // A finished recording is complete: when its end is not there, it was lost later.
    damaged: table.damaged || !reader.complete,
    read: (offset, length) => reader.read(offset, length),
    close: () => reader.close(),
  });
}

/** Follows the recording while it is written and after. */
export function openGrowing(library: Library, vault: Vault, recording: OpenRecording): RecordingSource {
  let finished: Promise<Outcome<RecordingSource>> | null = null;
  async function openFile(): Promise<Outcome<RecordingSource>> {
    const row = await library.at(recording.cameraId, recording.startMs);
    if (row?.startMs !== recording.startMs) return bad({ code: 'gone' });
    return await openFinished(vault, row);
  }
  return {
    startMs: recording.startMs,
    get endMs() {
      return recording.endMs;
    },
    mime: recording.mime,
    initLength: recording.initLength,
    fragments: recording.fragments,
    get ended() {
      return recording.ended;
    },
    damaged: false,
    async read(offset, length) {
      // Its writer is closed only after the library has named another: what is asked for before that is answered.
      if (library.openRecording(recording.cameraId) === recording) return good(await recording.read(offset, length));
      finished ??= openFile();
      const opened = await finished;
      return opened.ok ? await opened.value.read(offset, length) : opened;
    },
    async close() {
      const opened = await finished;
      if (opened?.ok) await opened.value.close();
    },
  };
}
