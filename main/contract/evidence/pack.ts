/**
 * An evidence pack as it is checked: its files, wherever they come from (a folder of the disk, or files that somebody
 * dropped into a page), and what the check found. The words for it are in text/en/evidence.ts.
 */
import { sha256 } from '@noble/hashes/sha2.js';

export interface PackFile {
  /** From the pack's folder on, with slashes. */
  name: string;
  sizeBytes: number;
  /** Fewer bytes where the file ends; throws what reading throws. */
  read(fromByte: number, toByte: number): Promise<Uint8Array>;
}

/**
 * The files by the names that a manifest gives them: some programs that copy, pack or send write accents in another way
 * (Unicode's NFD), which is the same name. Of two that are told apart by nothing else the one spelt as in a manifest counts,
 * and the other is among the twins.
 */
export function byManifestName<File extends { name: string }>(
  files: readonly File[],
): { byName: Map<string, File>; twins: File[] } {
  const byName = new Map<string, File>();
  const twins: File[] = [];
  for (const file of files) {
    const name = file.name.normalize('NFC');
    const other = byName.get(name);
    const comes = other === undefined || file.name === name;
    if (other) twins.push(comes ? other : file);
    if (comes) byName.set(name, file);
  }
  return { byName, twins };
}

export interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

export interface CheckWishes {
  signal?: AbortSignal;
  onProgress?: (doneBytes: number, allBytes: number) => void;
  /** SHA-256, where there is a faster one than our own. */
  hasher?: () => Hasher;
  /** The fingerprint that the key must have, as noted elsewhere; null: nobody noted one. */
  fingerprint?: string | null;
}

export function plainHasher(): Hasher {
  return sha256.create();
}

/** Where in the pack: of a recording also whose and when. */
export interface PackPlace {
  file: string;
  camera: string | null;
  fromMs: number | null;
  toMs: number | null;
}

export type PackFinding =
  | { is: 'noManifest' | 'manifestUnread' | 'manifestNewer' | 'noSignature' | 'signature' | 'otherKey' }
  /** `as`: the name under which what it held lies here; null: nowhere. */
  | { is: 'missing'; file: string; as: string | null }
  /** Nothing of the pack's. */
  | { is: 'extra'; file: string }
  /** It could not be read from the disk. */
  | { is: 'unread'; file: string }
  /** These bytes are others than those of the manifest. */
  | ({ is: 'altered'; fromByte: number; toByte: number } & PackPlace)
  /** It is not in the file any more, or at another place in it, or says that it begins at another time. */
  | ({ is: 'dropped' | 'moved' } & PackPlace)
  | ({ is: 'shifted'; byMs: number } & PackPlace)
  /** Bytes that do not belong there. */
  | ({ is: 'inserted'; fromByte: number; toByte: number } & PackPlace)
  /** What the manifest says of a recording does not hold together. */
  | ({ is: 'content' } & PackPlace)
  /** Its link is of another recording, or signed by another key. */
  | ({ is: 'link' } & PackPlace)
  /** The recording before it in the pack is not the one that its link names. */
  | ({ is: 'chain' } & PackPlace)
  /** The recording that its link names is not in the pack. */
  | ({ is: 'notHere'; beforeMs: number } & PackPlace);

/** What is worth knowing only, and no sign of a change. */
export function isNote({ is }: PackFinding): boolean {
  return is === 'extra' || is === 'notHere';
}

export interface PackCounts {
  files: number;
  bytes: number;
  fragments: number;
  recordings: number;
  /** Recordings whose content the next one names, signed when that began. */
  vouched: number;
}

/** Read at once: a thread that also draws a page is not held up for longer than hashing this takes. */
export const windowBytes = 2 ** 20;

/**
 * Reads a file from its beginning to its end in windows, of which it gives out what is asked for: pieces are small, and each
 * question to a disk or a browser takes its time. What is asked for at once is read as it is where it is more.
 */
export function readingAhead(file: PackFile): PackFile['read'] {
  let window: { from: number; bytes: Uint8Array } = { from: 0, bytes: new Uint8Array(0) };
  return async (fromByte, toByte) => {
    if (fromByte < window.from || toByte > window.from + window.bytes.length) {
      const end = Math.min(file.sizeBytes, Math.max(toByte, fromByte + windowBytes));
      window = { from: fromByte, bytes: await file.read(fromByte, end) };
    }
    return window.bytes.subarray(fromByte - window.from, toByte - window.from);
  };
}
