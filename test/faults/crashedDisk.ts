/**
 * A disk that loses its power: replays a log of writes up to any moment and gives a folder as it could lie there
 * afterwards. What was synced is there. Of everything else nothing is sure: each write may be whole, torn at 4 KiB, lost
 * with the file as long as before, or lost with zeros in its place; each name may be the new one or the old one, without
 * any order between folders or files. That is worse than any file system in use, and all that POSIX promises.
 *
 * A sync counts once it has returned, for what had returned before it was called: of a file its bytes, not its name; of a
 * folder the names in it, not what lies under them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Chance } from './random.ts';
import type { LogEntry } from './writeLog.ts';

const blockBytes = 4096;

interface Piece {
  /** Of the call that wrote it. */
  begun: number;
  ended: number | null;
  durable: boolean;
  act: { write: Uint8Array; position: number } | { sizeBytes: number };
}

interface FileNode {
  is: 'file';
  pieces: Piece[];
}

interface FolderNode {
  is: 'folder';
  /** As the running system sees it. */
  names: Map<string, Node>;
  changes: NameChange[];
}

type Node = FileNode | FolderNode;

interface NameChange {
  ended: number | null;
  durable: boolean;
  /** Names that are set and names that go, in one step. */
  sets: [string, Node][];
  removes: string[];
}

/** How much of what is not sure is lost. 'nothing': the disk as the running system sees it. */
export type Losing = 'nothing' | 'everything' | 'anything';

export class Disk {
  readonly #root: string;
  readonly #top: FolderNode = { is: 'folder', names: new Map(), changes: [] };
  readonly #handles = new Map<number, Node>();
  readonly #begun = new Map<number, number>();
  #moment = 0;
  readonly #countSyncs: boolean;

  /** `root`: what lies outside is not kept. `countSyncs: false`: the disk of a program that never syncs. */
  constructor(root: string, { countSyncs = true } = {}) {
    this.#root = root;
    this.#countSyncs = countSyncs;
  }

  /** Takes the next entry of the log. */
  take({ call, phase, change }: LogEntry): void {
    this.#moment += 1;
    if (phase === 'begin') {
      this.#begun.set(call, this.#moment);
      if (change.op === 'write') this.#write(this.#handles.get(change.handle), call, change);
      return;
    }
    const begun = this.#begun.get(call) ?? 0;
    this.#begun.delete(call);
    if (change.op === 'write') {
      this.#ended(this.#handles.get(change.handle), begun, phase === 'end');
      return;
    }
    if (phase === 'fail') return;
    switch (change.op) {
      case 'open':
        this.#open(change);
        return;
      case 'truncate': {
        const node = this.#handles.get(change.handle);
        const act = { sizeBytes: change.sizeBytes };
        if (node?.is === 'file') node.pieces.push({ begun, ended: this.#moment, durable: false, act });
        return;
      }
      case 'sync':
        if (this.#countSyncs) this.#sync(this.#handles.get(change.handle), begun);
        return;
      case 'rename': {
        const [folder, name] = this.#placeOf(change.from);
        const [, to] = this.#placeOf(change.to);
        const node = folder?.names.get(name);
        if (folder && node) this.#rename(folder, { sets: [[to, node]], removes: [name] });
        return;
      }
      case 'mkdir': {
        const [folder, name] = this.#placeOf(change.path);
        const made: FolderNode = { is: 'folder', names: new Map(), changes: [] };
        if (folder && !folder.names.has(name)) this.#rename(folder, { sets: [[name, made]], removes: [] });
        return;
      }
      case 'unlink':
      case 'rmdir': {
        const [folder, name] = this.#placeOf(change.path);
        if (folder?.names.has(name)) this.#rename(folder, { sets: [], removes: [name] });
      }
    }
  }

  /** Writes the folder as it could lie there now. */
  lay(target: string, losing: Losing, chance: Chance): void {
    this.#lay(this.#top, target, losing, chance);
  }

  #lay(folder: FolderNode, target: string, losing: Losing, chance: Chance): void {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const lost = lostNames(folder.changes, losing, chance);
    const names = new Map<string, Node>();
    for (const change of folder.changes) {
      if (lost.has(change)) continue;
      for (const name of change.removes) names.delete(name);
      for (const [name, node] of change.sets) names.set(name, node);
    }
    for (const [name, node] of names) {
      const place = path.join(target, name);
      if (node.is === 'folder') this.#lay(node, place, losing, chance);
      else writeFileSync(place, bytesOf(node.pieces, losing, chance), { mode: 0o600 });
    }
  }

  #open({ path: place, handle, empties }: { path: string; handle: number; empties: boolean }): void {
    const [folder, name] = this.#placeOf(place);
    if (!folder) return;
    if (name === '') {
      this.#handles.set(handle, folder);
      return;
    }
    const there = folder.names.get(name);
    const node: Node = there ?? { is: 'file', pieces: [] };
    if (!there) this.#rename(folder, { sets: [[name, node]], removes: [] });
    if (empties && node.is === 'file')
      node.pieces.push({ begun: this.#moment, ended: this.#moment, durable: false, act: { sizeBytes: 0 } });
    this.#handles.set(handle, node);
  }

  #write(node: Node | undefined, call: number, { data, position }: { data: Uint8Array; position: number }): void {
    if (node?.is !== 'file') return;
    const begun = this.#begun.get(call) ?? 0;
    node.pieces.push({ begun, ended: null, durable: false, act: { write: data, position } });
  }

  #ended(node: Node | undefined, begun: number, whole: boolean): void {
    if (node?.is !== 'file') return;
    const piece = node.pieces.find((one) => one.begun === begun);
    // One that failed may have written something; the program cuts the file back then.
    if (piece && whole) piece.ended = this.#moment;
  }

  #sync(node: Node | undefined, begun: number): void {
    const all = node?.is === 'file' ? node.pieces : (node?.changes ?? []);
    for (const one of all) if (one.ended !== null && one.ended <= begun) one.durable = true;
  }

  #rename(folder: FolderNode, change: Pick<NameChange, 'sets' | 'removes'>): void {
    folder.changes.push({ ended: this.#moment, durable: false, ...change });
    for (const name of change.removes) folder.names.delete(name);
    for (const [name, node] of change.sets) folder.names.set(name, node);
  }

  /** The folder that holds it, and its name in there; '' for the top folder itself, null outside. */
  #placeOf(place: string): [FolderNode | null, string] {
    const parts = path.relative(this.#root, place).split(path.sep);
    if (parts[0] === '') return [this.#top, ''];
    if (parts[0] === '..') return [null, ''];
    let folder = this.#top;
    for (const part of parts.slice(0, -1)) {
      const next = folder.names.get(part);
      if (next?.is !== 'folder') return [null, ''];
      folder = next;
    }
    return [folder, parts.at(-1) ?? ''];
  }
}

function lostNames(changes: readonly NameChange[], losing: Losing, chance: Chance): Set<NameChange> {
  const unsure = changes.filter(({ durable }) => !durable);
  if (losing === 'nothing') return new Set();
  if (losing === 'everything') return new Set(unsure);
  // As a journal would, or in no order at all.
  if (chance.share() < 0.5) return new Set(unsure.slice(chance.below(unsure.length + 1)));
  return new Set(unsure.filter(() => chance.share() < 0.5));
}

function bytesOf(pieces: readonly Piece[], losing: Losing, chance: Chance): Uint8Array {
  let bytes = Buffer.alloc(0);
  const unsure = pieces.filter(({ durable }) => !durable);
  const kept = new Set(unsure.slice(0, chance.below(unsure.length + 1)));
  const manner = chance.oneOf(['none', 'all', 'prefix', 'blocks', 'zeros'] as const);
  for (const piece of pieces) {
    if (!piece.durable && losing === 'everything') continue;
    const { act } = piece;
    const sure = piece.durable || (losing === 'nothing' && piece.ended !== null);
    if ('sizeBytes' in act) {
      if (sure || chance.share() < 0.5) bytes = resized(bytes, act.sizeBytes);
      continue;
    }
    const { write, position } = act;
    if (sure || manner === 'all' || (manner === 'prefix' && kept.has(piece))) {
      bytes = resized(bytes, Math.max(bytes.length, position + write.length));
      bytes.set(write, position);
    } else if (losing === 'anything' && (manner === 'blocks' || manner === 'zeros')) {
      const end = Math.ceil(chance.between(position, position + write.length));
      bytes = resized(bytes, Math.max(bytes.length, end));
      if (manner === 'blocks') setBlocks(bytes, write, position, chance);
    }
  }
  return bytes;
}

/** Some of the write's blocks, none beyond the end. */
function setBlocks(bytes: Uint8Array, write: Uint8Array, position: number, chance: Chance): void {
  for (let from = 0; from < write.length;) {
    const to = Math.min(write.length, from + blockBytes - ((position + from) % blockBytes));
    const room = bytes.length - (position + from);
    if (room > 0 && chance.share() < 0.5) bytes.set(write.subarray(from, Math.min(to, from + room)), position + from);
    from = to;
  }
}

function resized(bytes: Buffer<ArrayBuffer>, sizeBytes: number): Buffer<ArrayBuffer> {
  if (bytes.length === sizeBytes) return bytes;
  const other = Buffer.alloc(sizeBytes);
  bytes.copy(other, 0, 0, Math.min(bytes.length, sizeBytes));
  return other;
}
