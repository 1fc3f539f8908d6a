/**
 * The files of a folder that somebody chose or dropped, as the check takes them. A page that was opened from a disk may
 * not look around there by itself; it gets what it is given, and reads it only.
 */
import { manifestName } from '../../main/contract/evidence/manifest.ts';
import type { PackFile } from '../../main/contract/evidence/pack.ts';

export interface ChosenFile extends PackFile {
  file: File;
}

interface Placed {
  path: string;
  file: File;
}

export function chosenIn(input: HTMLInputElement): ChosenFile[] {
  return fromPack([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Must be called while the event is handled. */
export async function droppedIn(transfer: DataTransfer): Promise<ChosenFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return fromPack((await Promise.all(entries.map(filesOf))).flat());
}

/** Of the folder that the manifest lies in, wherever that is in what was given. */
function fromPack(placed: readonly Placed[]): ChosenFile[] {
  const manifests = placed.map(({ path }) => path).filter((path) => path.split('/').at(-1) === manifestName);
  const [nearest] = manifests.sort((one, other) => one.split('/').length - other.split('/').length);
  const root = (nearest ?? placed[0]?.path ?? '').split('/').slice(0, -1).join('/');
  const prefix = root === '' ? '' : `${root}/`;
  return placed
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ path, file }) => ({
      name: path.slice(prefix.length),
      sizeBytes: file.size,
      read: async (fromByte, toByte) => new Uint8Array(await file.slice(fromByte, toByte).arrayBuffer()),
      file,
    }));
}

async function filesOf(entry: FileSystemEntry): Promise<Placed[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  if (!isFolder(entry)) return [];
  const reader = entry.createReader();
  const inside: FileSystemEntry[] = [];
  for (;;) {
    // Browsers tell a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(filesOf))).flat();
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
