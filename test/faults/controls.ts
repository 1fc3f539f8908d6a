/**
 * Breaches made on purpose, on copies of a vault whose app was just killed: each of the checks must notice its own. What
 * is done to a copy is what a program without that care would have left: a writer that does not write what it was given
 * at once, a recording that was deleted, bytes that were overwritten.
 */
import { cpSync, globSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Library } from '../../main/core/library/library.ts';
import { recover } from '../../main/core/recorder/recovery.ts';
import { readVaultFile, Vault } from '../../main/core/vault/folder.ts';
import type { Identity } from '../../main/core/vault/keys.ts';
import { Archive, checked } from './archive.ts';
import { breaksBound, type KnownFilm, type Loss, lossOf, type Push } from './truth.ts';

export interface Killed {
  vaultFolder: string;
  identity: Identity;
  cameraId: string;
  film: KnownFilm;
  /** What the camera sent in the life that was killed, until `killMs`. */
  sent: readonly Push[];
  startedMs: number;
  killMs: number;
}

export interface Control {
  what: string;
  noticed: boolean;
}

/** The first is the copy with nothing done to it, which must pass (`noticed` says whether it did). */
export async function runControls(killed: Killed, archive: Archive): Promise<Control[]> {
  const whole = await withCopy(
    killed,
    () => undefined,
    (folder) => lossAfterRecovery(killed, folder),
  );
  const unwritten = await withCopy(killed, cutUnfinished, (folder) => lossAfterRecovery(killed, folder));
  const gone = await withCopy(
    killed,
    (folder) => rmSync(path.join(folder, oneOf(archive))),
    (folder) => archive.at(folder).look(0),
  );
  const flipped = await withCopy(
    killed,
    (folder) => flipByte(path.join(folder, oneOf(archive))),
    async (folder) => (await checked(folder, killed.identity)).damage,
  );
  const rewritten = await withCopy(
    killed,
    (folder) => flipByte(path.join(folder, oneOf(archive))),
    (folder) => archive.at(folder).compareHashes(),
  );
  const foreign = await withCopy(
    killed,
    (folder) => writeFileSync(path.join(folder, 'recordings', killed.cameraId, 'notes.txt'), 'x'),
    async (folder) => (await checked(folder, killed.identity)).unexplained,
  );
  return [
    { what: 'nothing was done: passes', noticed: !breaksBound(whole) && whole.holes === 0 && whole.kept > 0 },
    { what: 'a writer that keeps half of it to itself: too much is lost', noticed: breaksBound(unwritten) },
    { what: 'a finished recording deleted: gone', noticed: gone.length === 1 },
    { what: 'a byte of a finished recording overwritten: damage', noticed: flipped.length > 0 },
    { what: 'a byte of a finished recording overwritten: changed', noticed: rewritten.length === 1 },
    { what: 'a file of somebody else: unexplained', noticed: foreign.length === 1 },
  ];
}

async function withCopy<Value>(
  { vaultFolder }: Killed,
  spoil: (folder: string) => unknown,
  look: (folder: string) => Promise<Value> | Value,
): Promise<Value> {
  const folder = `${vaultFolder} control`;
  cpSync(vaultFolder, folder, { recursive: true });
  try {
    spoil(folder);
    return await look(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lossAfterRecovery(killed: Killed, folder: string): Promise<Loss> {
  const { cameraId, identity, film, sent, startedMs, killMs } = killed;
  const file = await readVaultFile(folder);
  if (!file.ok) throw new Error(file.problem.code);
  const vault = new Vault(folder, file.value, identity);
  const library = new Library({ vault });
  await recover(vault, library);
  await library.close();
  const archive = new Archive(folder, identity, (id) => (id === cameraId ? film : undefined));
  await archive.look(killMs);
  const recorded = archive.of(cameraId).filter(({ startMs }) => startMs >= startedMs);
  const sizeOf = (position: number): number => film.sizeOf(position);
  return lossOf(
    sent,
    recorded.flatMap(({ pictures }) => pictures),
    { sinceMs: startedMs, endMs: killMs, sizeOf },
  );
}

function cutUnfinished(folder: string): void {
  for (const name of globSync('recordings/*/*/*.part', { cwd: folder })) {
    const file = path.join(folder, name);
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
  }
}

function oneOf(archive: Archive): string {
  const [file] = archive.recordings.keys();
  if (file === undefined) throw new Error('the vault holds no finished recording');
  return file;
}

function flipByte(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
