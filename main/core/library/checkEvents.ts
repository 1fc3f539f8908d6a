/**
 * Checks the sealed files of what cameras told: each opens to its end and is of its camera and day, and nothing else lies
 * beside them. Reads only. In a vault in use files are replaced and deleted meanwhile: one with a finding is looked at
 * again when it is another by then, and what is gone is no finding. Problems: `cancelled`.
 */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../../contract/check.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import { isTemporary } from '../vault/durable.ts';
import { isEmpty } from '../vault/folder.ts';
import { checkDocument } from './checkDocument.ts';
import type { CheckedFile } from './checkRecording.ts';
import { dayOfEventsName, eventsFolder, eventsForm } from './eventDocument.ts';
import { monthOfOutline, outlineForm } from './eventOutline.ts';
import { isCameraId } from './recordingName.ts';

export type CheckedFolder = Omit<CheckedFile, 'file'>;

/** So often a file that is replaced while it is looked at is looked at again. */
const mostLooks = 10;

/** From the vault's folder on, in order: what lies in the folder of events. */
export async function filesOfEvents({ folder }: CheckedFolder): Promise<string[]> {
  const files: string[] = [];
  for (const camera of await namesIn(path.join(folder, eventsFolder))) {
    const below = path.join(eventsFolder, camera);
    const isFolder = (await lstat(path.join(folder, below)).catch(() => null))?.isDirectory() === true;
    if (!isFolder || !isCameraId(camera)) files.push(below);
    else for (const name of await namesIn(path.join(folder, below))) files.push(path.join(below, name));
  }
  return files;
}

/** `file`: one of `filesOfEvents`. */
export async function checkEventFile(checked: CheckedFolder, file: string): Promise<Outcome<Finding[]>> {
  for (let look = 1; ; look += 1) {
    const before = await stampOf(checked, file);
    const found = await checkOnce(checked, file);
    if (!found.ok || found.value.length === 0) return found;
    const after = await stampOf(checked, file);
    if (after === null) return good([]);
    if (after === before || look === mostLooks) return found;
  }
}

async function checkOnce(checked: CheckedFolder, file: string): Promise<Outcome<Finding[]>> {
  const [, cameraId = '', name = ''] = file.split(path.sep);
  const day = dayOfEventsName(name);
  const isFile = (await lstat(path.join(checked.folder, file)).catch(() => null))?.isFile() === true;
  if (isEmpty([path.basename(file)])) return good([]);
  if (isFile && isTemporary(name)) return good([{ kind: 'leftover', file }]);
  const month = monthOfOutline(name);
  if (isFile && month !== null) {
    const outline = await checkDocument({ ...checked, file }, outlineForm(cameraId, month));
    return outline.ok ? good(outline.value.findings) : outline;
  }
  if (!isFile || day === null) return good([{ kind: 'unexplained', file }]);
  const found = await checkDocument({ ...checked, file }, eventsForm(cameraId, day));
  return found.ok ? good(found.value.findings) : found;
}

/** null when it is gone. */
async function stampOf({ folder }: CheckedFolder, file: string): Promise<string | null> {
  const found = await lstat(path.join(folder, file)).catch(() => null);
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/** In order; none where the folder is not there or cannot be listed. */
async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
