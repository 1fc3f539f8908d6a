/**
 * The file that an export is written into, under its hidden name: plain, or sealed as it is written, so that nothing of it
 * lies on the disk in the clear. What goes wrong with the disk is thrown: as VaultError where it is sealed, else as the
 * system throws it.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Header } from '../vault/header.ts';
import { SealedWriter } from '../vault/sealedWriter.ts';

export interface Target {
  /** In order; the bytes must not change before it resolves. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** It is whole. */
  finish(): Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
}

/** Whom a file is sealed to: public keys, or a head that was made with a passphrase; null: plain. */
export type SealTo = { recipients: readonly string[] } | { header: Header } | null;

export async function openTarget(path: string, sealTo: SealTo): Promise<Target> {
  if (sealTo === null) return plainTarget(await open(path, 'wx'));
  const writer =
    'header' in sealTo
      ? await SealedWriter.begin(path, sealTo.header)
      : await SealedWriter.create(path, sealTo.recipients);
  return {
    async write(parts) {
      for (const part of parts) await writer.append(part);
    },
    finish: () => writer.finish(),
    close: () => writer.close(),
  };
}

function plainTarget(file: FileHandle): Target {
  let closing: Promise<void> | null = null;
  return {
    async write(parts) {
      let rest = parts.filter((part) => part.length > 0);
      while (rest.length > 0) {
        const { bytesWritten } = await file.writev(rest);
        rest = behind(rest, bytesWritten);
      }
    },
    finish: () => Promise.resolve(),
    close: () => (closing ??= file.close()),
  };
}

/** One write may take only some of it. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let taken = bytes;
  return parts.flatMap((part) => {
    const skipped = Math.min(taken, part.length);
    taken -= skipped;
    return skipped === part.length ? [] : [part.subarray(skipped)];
  });
}
