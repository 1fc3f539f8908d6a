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
