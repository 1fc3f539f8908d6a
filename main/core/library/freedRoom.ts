/**
 * Says how much room deleting has made on the disk, where that does not show: snapshots (Time Machine, Btrfs, ZFS) and
 * files that are still open keep what was deleted, and some file systems give it back only after half a minute. Without
 * this, recordings would be deleted for the disk's floor again and again while nothing is gained by it. What was deleted
 * counts as free for a minute; if less than half of it has appeared by then, nothing more is deleted for the floor for a
 * while, and then only a little, to see whether it helps now. The rules of size and age are not its matter.
 */
const appearsWithinMs = 60_000;
const restMs = [300_000, 900_000, 3_600_000];
const probeBytes = 256_000_000;

export interface RoomNow {
  freeBytes: number;
  /** What all recordings take: they grow meanwhile, and take from what was gained. */
  usedBytes: number;
  floorBytes: number;
  /** Of a clock that is never set. */
  steadyMs: number;
}

export class FreedRoom {
  #last: { freeBytes: number; usedBytes: number; deletedBytes: number; steadyMs: number } | null = null;
  #restsUntilMs = 0;
  #vain = 0;

  /** How much is to be taken for free. */
  believed(now: RoomNow): number {
    const last = this.#last;
    if (last) {
      const gainedBytes = now.freeBytes - last.freeBytes + (now.usedBytes - last.usedBytes);
      if (gainedBytes >= last.deletedBytes / 2) this.#gained();
      else if (now.steadyMs - last.steadyMs < appearsWithinMs) {
        return Math.max(now.freeBytes, last.freeBytes + last.deletedBytes);
      } else this.#wasInVain(now.steadyMs);
    }
    if (now.steadyMs < this.#restsUntilMs) return Math.max(now.freeBytes, now.floorBytes);
    return this.#vain === 0 ? now.freeBytes : Math.max(now.freeBytes, now.floorBytes - probeBytes);
  }

  /** So much was deleted when the room was that. `usedBytes` is of before. */
  deleted(deletedBytes: number, { freeBytes, usedBytes, floorBytes, steadyMs }: RoomNow): void {
    if (deletedBytes === 0 || freeBytes >= floorBytes) return;
    this.#last = { freeBytes, usedBytes: usedBytes - deletedBytes, deletedBytes, steadyMs };
  }

  #gained(): void {
    this.#last = null;
    this.#vain = 0;
    this.#restsUntilMs = 0;
  }

  #wasInVain(steadyMs: number): void {
    this.#last = null;
    this.#restsUntilMs = steadyMs + (restMs[Math.min(this.#vain, restMs.length - 1)] ?? 0);
    this.#vain += 1;
  }
}
