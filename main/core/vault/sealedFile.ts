/**
 * Sealed files as a whole: written at once and atomically, or read whole into memory, for documents and thumbnails.
 * After a crash the old bytes or the new ones are there, never a mixture. Recordings, which grow, are written by
 * SealedWriter and read by SealedReader.
 */
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { bad } from '../../contract/problems.ts';
import type { Outcome } from '../../contract/problems.ts';
import { renameDurably, temporaryPath } from './durable.ts';
import type { Opener } from './header.ts';
import { SealedReader } from './sealedReader.ts';
import { SealedWriter } from './sealedWriter.ts';
import { vaultErrorOf } from './vaultError.ts';

/** The most that is read into memory at once; recordings are read piece by piece. */
const largestFileBytes = 256 * 1024 * 1024;

/**
 * Puts a sealed file in place, or replaces the one of that name. Throws a VaultError; then the old one is as it was.
 */
export async function sealToFile(path: string, recipients: readonly string[], bytes: Uint8Array): Promise<void> {
  const aside = await sealAside(path, recipients, bytes);
  try {
    await renameDurably(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw await vaultErrorOf(error, path);
  }
}

/**
 * The first half of it: a whole sealed file on the disk, under a temporary name in the same folder, which is returned.
 * Throws a VaultError; then there is no such file.
 */
export async function sealAside(path: string, recipients: readonly string[], bytes: Uint8Array): Promise<string> {
  const writer = await SealedWriter.create(temporaryPath(path), recipients);
  try {
    await writer.append(bytes);
    await writer.finish();
  } catch (error) {
    await rm(writer.path, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await writer.close();
  }
  return writer.path;
}

/** All bytes of a sealed file. Problems: `gone`; `vaultDamaged` when it does not open, or not to its very end. */
export async function openFile(
  path: string,
  opener: Opener,
  name = basename(path),
): Promise<Outcome<Uint8Array<ArrayBuffer>>> {
  const opened = await SealedReader.open(path, opener, name);
  if (!opened.ok) return opened;
  const reader = opened.value;
  try {
    if (!reader.complete || reader.sizeBytes > largestFileBytes) return bad({ code: 'vaultDamaged', file: name });
    return await reader.read(0, reader.sizeBytes);
  } finally {
    await reader.close();
  }
}
