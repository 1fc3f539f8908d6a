/**
 * The newest seconds of cameras that wait for an event, in memory and nowhere else. Each camera's begin at a keyframe;
 * all together stay within a bound of bytes, what is being written of them included: where they would not, the oldest of
 * the camera that holds most goes first, as much as lies between two keyframes, so that one of a very high rate takes no
 * room of the others. What is gone is missing from a pre-roll, never from the event.
 */
import type { Run } from '../video/feed.ts';
import type { Fragment } from '../video/fmp4.ts';

export interface HeldFragment {
  fragment: Fragment;
  arrivalMs: number;
}

/** From one keyframe to the next. */
interface Group {
  held: HeldFragment[];
  sizeBytes: number;
}

/** What a pre-roll gives to be written. */
export interface TakenRoll {
  run: Run;
  held: HeldFragment[];
  /** It was written, or will not be: it counts no more. May be called twice. */
  release(): void;
}

/** Between two arrivals while the stream goes on; a longer silence ends its connection. */
const longestFragmentMs = 5000;
/** 16 cameras of 4 Mbit/s for 30 s. */
const usuallyMostBytes = 256 * 2 ** 20;

/** What all pre-rolls share. */
export class PreRollMemory {
  readonly #mostBytes: number;
  readonly #rolls = new Set<PreRoll>();
  #takenBytes = 0;

  constructor(mostBytes = usuallyMostBytes) {
    this.#mostBytes = mostBytes;
  }

  get sizeBytes(): number {
    return [...this.#rolls].reduce((sum, roll) => sum + roll.sizeBytes, this.#takenBytes);
  }

  begin(): PreRoll {
    const roll: PreRoll = new PreRoll({
      grew: () => this.#fit(),
      taken: (sizeBytes) => (this.#takenBytes += sizeBytes),
      ended: () => this.#rolls.delete(roll),
    });
    this.#rolls.add(roll);
    return roll;
  }

  #fit(): void {
    while (this.sizeBytes > this.#mostBytes) {
      const largest = [...this.#rolls].reduce<PreRoll | null>(
        (most, roll) => (roll.sizeBytes > (most?.sizeBytes ?? 0) ? roll : most),
        null,
      );
      if (!largest) return;
      largest.dropOldest();
    }
  }
}

interface Owner {
  grew(): void;
  /** So many bytes more (or less) are on their way to the disk. */
  taken(sizeBytes: number): void;
  ended(): void;
}

/** That of one camera. Made by `PreRollMemory.begin`. */
export class PreRoll {
  readonly #owner: Owner;
  #run: Run | null = null;
  #groups: Group[] = [];
  #sizeBytes = 0;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** What follows is of this run. */
  run(run: Run): void {
    this.forget();
    this.#run = run;
  }

  /** Keeps a fragment, and of those before what is needed to begin `keepMs` before its end. */
  push(fragment: Fragment, arrivalMs: number, keepMs: number): void {
    const last = this.#groups.at(-1);
    // Without its keyframe nothing of it can be shown.
    if (!fragment.keyframe && !last) return;
    const group = fragment.keyframe || !last ? { held: [], sizeBytes: 0 } : last;
    if (group !== last) this.#groups.push(group);
    group.held.push({ fragment, arrivalMs });
    group.sizeBytes += fragment.bytes.length;
    this.#sizeBytes += fragment.bytes.length;
    this.#trim(arrivalMs - keepMs);
    this.#owner.grew();
  }

  /** Gives away what it holds, from the last keyframe at or before `fromMs` on; null when that is nothing. */
  take(fromMs: number): TakenRoll | null {
    this.#trim(fromMs);
    const held = this.#groups.flatMap((group) => group.held);
    const newest = held.at(-1);
    const [run, sizeBytes] = [this.#run, this.#sizeBytes];
    this.forget();
    // What is older is of another time. The fragment that is being made comes when it is whole.
    if (!run || !newest || newest.arrivalMs < fromMs - longestFragmentMs) return null;
    this.#owner.taken(sizeBytes);
    let isReleased = false;
    return {
      ...{ run, held },
      release: () => {
        if (!isReleased) this.#owner.taken(-sizeBytes);
        isReleased = true;
      },
    };
  }

  dropOldest(): void {
    this.#sizeBytes -= this.#groups.shift()?.sizeBytes ?? 0;
  }

  /** What follows is still of the same run. */
  forget(): void {
    this.#groups = [];
    this.#sizeBytes = 0;
  }

  /** May be called twice. */
  close(): void {
    this.forget();
    this.#owner.ended();
  }

  /** Drops what is not needed to begin at this moment. */
  #trim(fromMs: number): void {
    for (let next = this.#groups[1]; next; next = this.#groups[1]) {
      const [first] = next.held;
      if (!first || beganMs(first) > fromMs) return;
      this.dropOldest();
    }
  }
}

/** When a fragment began, as its arrival says: it comes when it is whole. */
export function beganMs({ fragment, arrivalMs }: HeldFragment): number {
  return arrivalMs - fragment.durationSeconds * 1000;
}
