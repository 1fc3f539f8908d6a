/**
 * What happens to a day while its index cannot be opened: the vault is locked, and to write a sealed file needs only
 * the recipients. Causes that were noted and recordings that were deleted lie in a sealed document of their own beside
 * the index, one for each time that the day was opened without a key, until the index takes them up. Recordings that
 * were added are not in it: the folder says them.
 */
import { randomBytes } from 'node:crypto';
import { bad, good, type Outcome } from '../../contract/problems.ts';
import type { Vault } from '../vault/folder.ts';
import { sealToFile } from '../vault/sealedFile.ts';
import { type DocumentForm, readDocument } from '../vault/sealedStore.ts';
import { problemOf } from '../vault/vaultError.ts';
import { withNotes, withoutRows, withRows } from './dayChanges.ts';
import { type DayDocument, dayDocumentSteps, dayDocumentVersion, type DayRow, readDayDocument } from './dayDocument.ts';
import { finishedName, indexName } from './recordingName.ts';
import type { GapNote } from './spans.ts';

export interface Later {
  notes: GapNote[];
  removed: DayRow[];
}

export function newLaterName(): string {
  return `${indexName}.${randomBytes(4).toString('hex')}.later`;
}

export function isLaterName(name: string): boolean {
  return name.startsWith(`${indexName}.`) && /^[0-9a-f]{8}\.later$/.test(name.slice(indexName.length + 1));
}

/** `of`: `<camera id>/<day>`, as of the index. */
export function laterForm(of: string): Omit<DocumentForm<Later>, 'path'> {
  return { version: dayDocumentVersion, migrate: dayDocumentSteps, of: `${of}/later`, parse: readLater };
}

/** Replaces the document whole. Problems: those of the disk; then the one before is as it was. */
export async function writeLater(vault: Vault, file: string, of: string, later: Later): Promise<Outcome<null>> {
  const { version, of: ofLater } = laterForm(of);
  const value = { rows: later.removed, notes: later.notes };
  try {
    const text = JSON.stringify({ version, of: ofLater, serial: 1, value });
    await sealToFile(file, vault.recipients, Buffer.from(text));
    return good(null);
  } catch (error) {
    const problem = await problemOf(error, file);
    if (!problem) throw error;
    return bad(problem);
  }
}

/** Problems: as `readDocument`; `keyMissing` while the vault is locked. */
export async function readLaterFile(vault: Vault, file: string, of: string): Promise<Outcome<Later>> {
  if (vault.identity === null) return bad({ code: 'keyMissing' });
  const read = await readDocument({ ...laterForm(of), path: file }, vault.identity, file);
  return read.ok ? good(read.value.value) : read;
}

/** The day's document after what happened; the same again changes nothing more. */
export function takeUp(document: DayDocument, { notes, removed }: Later): DayDocument {
  // Recorded and deleted while the index was closed, it is in the index for the first time here.
  const names = new Set(document.rows.map(finishedName));
  const unknown = removed.filter((row) => !names.has(finishedName(row)));
  const whole = withRows(
    document,
    unknown.map((row) => ({ ...row, mark: null })),
  );
  return withoutRows(withNotes(whole, notes), removed);
}

/** Of the same form as a day's document: `rows` are those that were deleted. */
function readLater(json: unknown): Later | null {
  const read = readDayDocument(json);
  return read && { notes: read.notes, removed: read.rows };
}
