/**
 * A program that was killed, or whose power was cut, could not say so: what it said last of a camera (lost, a full disk)
 * would be told of all the time in which nothing ran. So the next start says it, from when the lock was touched last, or
 * from what was still said after that. What the user wants counts on for its time (noteAbsence says when that was over);
 * of a camera that was being recorded, recovery says it.
 */
import type { CameraId, GapCause } from '../contract/model.ts';
import type { Library } from '../core/library/library.ts';
import type { Vault } from '../core/vault/folder.ts';

/** What the gap is called also while nothing runs (recorder/whyNot). */
const wished: ReadonlySet<GapCause> = new Set(['paused', 'off', 'privacy', 'schedule']);

/** To be called when what was cut off is put right, before anything is recorded: `startedMs` (UTC ms). */
export async function noteDeath(options: {
  library: Library;
  vault: Vault;
  cameraIds: readonly CameraId[];
  diedMs: number | null;
  startedMs: number;
}): Promise<void> {
  const { library, vault, cameraIds, diedMs, startedMs } = options;
  if (diedMs === null) return;
  // To the millisecond, as all times on the disk.
  const atMs = Math.round(diedMs);
  for (const cameraId of cameraIds) {
    const last = (await library.spans(cameraId, atMs - 1, Math.max(atMs, startedMs))).at(-1);
    if (last?.kind === 'recorded' || last?.kind === undefined) continue;
    // While the vault is locked nobody can read what was said last.
    if (vault.identity !== null && wished.has(last.cause)) continue;
    // It said something after it touched its lock last, so it lived until then.
    await library.note(cameraId, { atMs: Math.max(atMs, Math.round(last.fromMs)), cause: 'closed' });
  }
}
