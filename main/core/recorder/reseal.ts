/**
 * Makes a whole sealed file of one that was cut off: the stock age tool refuses a file without its last chunk. The copy
 * is complete and on the disk under its final name before the cut-off file is removed, so that a crash in between
 * leaves at least one of them. A box at its end says, signed, which sealed file it took the place of: the recording after
 * it may name that one. Throws a VaultError; the cut-off file is untouched then.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { resealedBox, resealedMessage } from '../../contract/evidence/link.ts';
import type { CameraId } from '../../contract/model.ts';
import { finishedName, resealName } from '../library/recordingName.ts';
import { syncFolder } from '../vault/durable.ts';
import type { Vault } from '../vault/folder.ts';
import { SealedWriter } from '../vault/sealedWriter.ts';

const pieceBytes = 2 ** 20;

export interface CutOff {
  /** The cut-off file, which is removed at the end. */
  path: string;
  sealId: Uint8Array;
  cameraId: CameraId;
  startMs: number;
  endMs: number;
  /** How much of it is whole fragments. */
  wholeBytes: number;
  read: (offset: number, length: number) => Promise<Uint8Array>;
}

export interface ResealedFile {
  /** Of the finished recording. */
  path: string;
  sealId: Uint8Array;
  /** What was put behind its fragments. */
  box: Uint8Array;
}

export async function reseal(cutOff: CutOff, vault: Pick<Vault, 'recipients' | 'signer'>): Promise<ResealedFile> {
  const folder = path.dirname(cutOff.path);
  const copyPath = path.join(folder, resealName(cutOff.startMs));
  const finalPath = path.join(folder, finishedName(cutOff));
  // A copy that an earlier attempt left holds nothing that the cut-off file does not hold.
  await rm(copyPath, { force: true });
  const writer = await SealedWriter.create(copyPath, vault.recipients);
  const { cameraId, startMs, sealId: was } = cutOff;
  const resealed = { cameraId, startMs, was, sealId: writer.sealId };
  const signature = vault.signer?.sign(resealedMessage(resealed)) ?? null;
  const box = resealedBox({ ...resealed, signature });
  try {
    for (let offset = 0; offset < cutOff.wholeBytes; offset += pieceBytes) {
      const length = Math.min(pieceBytes, cutOff.wholeBytes - offset);
      const bytes = await cutOff.read(offset, length);
      if (bytes.length !== length) throw new Error('a cut-off recording is shorter than it was');
      await writer.append(bytes);
    }
    await writer.append(box);
    await writer.finish(finalPath);
  } catch (error) {
    await rm(copyPath, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await writer.close();
  }
  await rm(cutOff.path, { force: true });
  await syncFolder(folder);
  return { path: finalPath, sealId: writer.sealId, box };
}
