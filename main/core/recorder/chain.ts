/**
 * The chain of one camera's recordings while they are made: what the next one says of the one before. It is kept in
 * memory, so it goes on while the vault is locked. After the program's start, a crash or a new recorder it takes up at
 * the newest finished recording on the disk, which needs no identity: of that one only the sealed file is known, not
 * what it holds. Never throws for what lies in the folder: without anything to take up, a chain begins.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Before, contentHash, linkBox, linkMessage } from '../../contract/evidence/link.ts';
import type { CameraId } from '../../contract/model.ts';
import { isDay, readFinishedName, recordingsFolder } from '../library/recordingName.ts';
import { readSealId } from '../vault/fileMark.ts';
import type { Vault } from '../vault/folder.ts';

/** Newest files that are looked at for one that is a sealed file. */
const mostLooked = 5;

export class Chain {
  readonly #vault: Vault;
  readonly #cameraId: CameraId;
  #before: Before | null = null;
  #takenUp = false;

  constructor(vault: Vault, cameraId: CameraId) {
    this.#vault = vault;
    this.#cameraId = cameraId;
  }

  /** The box that a recording begins with behind its init. */
  async link(startMs: number, sealId: Uint8Array): Promise<Uint8Array> {
    if (!this.#takenUp) this.#before = await newestOnDisk(this.#vault, this.#cameraId, startMs);
    this.#takenUp = true;
    const link = { cameraId: this.#cameraId, startMs, sealId, before: this.#before };
    return linkBox({ ...link, signature: this.#vault.signer?.sign(linkMessage(link)) ?? null });
  }

  /** A recording is in its place: the next one names it. */
  ended(startMs: number, sealId: Uint8Array, pieces: Pieces): void {
    this.#before = { startMs, sealId, content: pieces.content };
  }
}

/** The hashes of what a recording holds, piece by piece, in order. */
export class Pieces {
  #hashes: { endByte: number; hash: Uint8Array }[] = [];
  #sizeBytes = 0;

  add(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    this.#hashes.push({ endByte: this.#sizeBytes, hash: new Uint8Array(createHash('sha256').update(bytes).digest()) });
  }

  /** Forgets the pieces that do not lie within so many bytes. */
  cut(sizeBytes: number): void {
    this.#hashes = this.#hashes.filter(({ endByte }) => endByte <= sizeBytes);
    this.#sizeBytes = this.#hashes.at(-1)?.endByte ?? 0;
  }

  get content(): Uint8Array {
    return contentHash(this.#hashes.map(({ hash }) => hash));
  }
}

async function newestOnDisk(vault: Vault, cameraId: CameraId, startMs: number): Promise<Before | null> {
  const camera = vault.path(recordingsFolder, cameraId);
  let looked = 0;
  for (const day of (await namesIn(camera)).filter(isDay).sort().reverse()) {
    const files = (await namesIn(path.join(camera, day))).flatMap((name) => {
      // One that was cut off may hold nothing, and then recovery removes it.
      const found = readFinishedName(name);
      return found && found.startMs !== startMs ? [{ name, startMs: found.startMs }] : [];
    });
    for (const file of files.sort((a, b) => b.startMs - a.startMs)) {
      if (++looked > mostLooked) return null;
      const sealId = await readSealId(path.join(camera, day, file.name));
      if (sealId) return { startMs: file.startMs, sealId, content: null };
    }
  }
  return null;
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
