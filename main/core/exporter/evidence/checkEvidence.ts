/** Checks an evidence pack that lies in a folder, by the code that its page runs too. */
import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CheckWishes, PackFile } from '../../../contract/evidence/pack.ts';
import { type PackReport, verifyPack } from '../../../contract/evidence/verifyPack.ts';
import { bad, good, type Outcome } from '../../../contract/problems.ts';
import { problemOf, systemCode } from '../../vault/vaultError.ts';

/** Beyond this many files it is no pack, and some other folder. */
const mostFiles = 200_000;

/** Problems: `gone` when the folder is not there; `cancelled`; those of the disk. */
export async function checkEvidence(folder: string, wishes: CheckWishes = {}): Promise<Outcome<PackReport>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files: PackFile[] = [];
    for (const entry of entries.slice(0, mostFiles)) {
      // What is no plain file (a link to elsewhere) is none of the pack's.
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file).split(path.sep).join('/');
      const sizeBytes = (await stat(file)).size;
      files.push({ name, sizeBytes, read: (from, to) => readPart(file, from, Math.min(to, sizeBytes)) });
    }
    return good(await verifyPack(files, { hasher: () => createHash('sha256'), ...wishes }));
  } catch (error) {
    if (wishes.signal?.aborted) return bad({ code: 'cancelled' });
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return bad({ code: 'gone' });
    const problem = await problemOf(error, folder);
    if (!problem) throw error;
    return bad(problem);
  }
}

async function readPart(file: string, fromByte: number, toByte: number): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const bytes = new Uint8Array(Math.max(0, toByte - fromByte));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, fromByte + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await handle.close();
  }
}
