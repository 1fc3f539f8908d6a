/**
 * A program that was killed, or whose power was cut, could not say so: what it said last of a camera (lost, a full disk)
 * would be told of all the time in which nothing ran. So the next start says it, from when the lock was touched last, or
 * from what was still said after that. What the user wants counts on as long as it is wanted at the start, for nobody could
 * end it meanwhile (noteAbsence says when its time was over); of a camera that was being recorded, recovery says it.
 */
import type { Camera, GapCause } from '../contract/model.ts';
import type { KeptPrivacy } from '../contract/privacy.ts';
import type { Library } from '../core/library/library.ts';
import type { Vault } from '../core/vault/folder.ts';

/** To be called when what was cut off is put right, before anything is recorded: `startedMs` (UTC ms). */
export async function noteDeath(options: {
  library: Library;
  vault: Vault;
  cameras: readonly Camera[];
  /** As it was kept when the program started, be it over or not. */
  privacy: KeptPrivacy | null;
  diedMs: number | null;
  startedMs: number;
}): Promise<void> {
  const { library, vault, cameras, privacy, diedMs, startedMs } = options;
  if (diedMs === null) return;
  // To the millisecond, as all times on the disk.
  const atMs = Math.round(diedMs);
  for (const camera of cameras) {
    const last = (await library.spans(camera.id, atMs - 1, Math.max(atMs, startedMs))).at(-1);
    if (last?.kind === 'recorded' || last?.kind === undefined) continue;
    // While the vault is locked nobody can read what was said last.
    if (vault.identity !== null && isWished(camera, privacy, last.cause)) continue;
    // It said something after it touched its lock last, so it lived until then.
    await library.note(camera.id, { atMs: Math.max(atMs, Math.round(last.fromMs)), cause: 'closed' });
  }
}

/** Whether the gap is called so also while nothing runs (recorder/whyNot). */
function isWished({ paused, plan }: Camera, privacy: KeptPrivacy | null, cause: GapCause): boolean {
  switch (cause) {
    case 'paused':
      return paused;
    case 'off':
      return plan.mode === 'off';
    case 'privacy':
      return privacy !== null;
    case 'schedule':
      return plan.hours !== null;
    default:
      return false;
  }
}
