/**
 * Makes a whole sealed file of one that was cut off: the stock age tool refuses a file without its last chunk. The copy
 * is complete and on the disk under its final name before the cut-off file is removed, so that a crash in between
 * leaves at least one of them. Throws a VaultError; the cut-off file is untouched then.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { finishedName, resealName } from '../library/recordingName.ts';
import { syncFolder } from '../vault/durable.ts';
import { SealedWriter } from '../vault/sealedWriter.ts';

const pieceBytes = 2 ** 20;

export interface CutOff {
  /** The cut-off file, which is removed at the end. */
  path: string;
  startMs: number;
  endMs: number;
  /** How much of it is whole fragments. */
  wholeBytes: number;
  read: (offset: number, length: number) => Promise<Uint8Array>;
}

/** Returns the path of the finished recording. */
export async function reseal(cutOff: CutOff, recipients: readonly string[]): Promise<string> {
  const folder = path.dirname(cutOff.path);
  const copyPath = path.join(folder, resealName(cutOff.startMs));
  const finalPath = path.join(folder, finishedName(cutOff));
  // A copy that an earlier attempt left holds nothing that the cut-off file does not hold.
  await rm(copyPath, { force: true });
  const writer = await SealedWriter.create(copyPath, recipients);
  try {
    for (let offset = 0; offset < cutOff.wholeBytes; offset += pieceBytes) {
      const length = Math.min(pieceBytes, cutOff.wholeBytes - offset);
      const bytes = await cutOff.read(offset, length);
      if (bytes.length !== length) throw new Error('a cut-off recording is shorter than it was');
      await writer.append(bytes);
    }
    await writer.finish(finalPath);
  } catch (error) {
    await rm(copyPath, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await writer.close();
  }
  await rm(cutOff.path, { force: true });
  await syncFolder(folder);
  return finalPath;
}
