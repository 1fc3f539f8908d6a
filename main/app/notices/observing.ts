/**
 * Looks at the house for the notices: its cameras' states, this computer's network, and once a minute the disks, which
 * fill slowly. Each house has one of its own.
 */
import type { House } from '../house.ts';
import { isOnline } from '../network.ts';
import { diskTroubles } from './diskTroubles.ts';
import type { Observed } from './noticeDesk.ts';
import type { Trouble } from './rules.ts';

const disksEveryMs = 60_000;

export class Observing {
  readonly #systemFolder: string;
  #house: House | null = null;
  #disks: { atMs: number; troubles: Trouble[] } | null = null;

  /** `systemFolder`: on the disk that the system keeps its own on. */
  constructor(systemFolder: string) {
    this.#systemFolder = systemFolder;
  }

  /** Of the house as it is now; also takes up how far the cameras' clocks are off. */
  async of(house: House | null, isLocked: boolean): Promise<Observed | null> {
    if (house !== this.#house) this.#disks = null;
    this.#house = house;
    if (!house) return null;
    const statuses = house.watching.statuses();
    house.health.clocks.note(statuses);
    const atMs = performance.now();
    if (this.#disks === null || atMs - this.#disks.atMs >= disksEveryMs) {
      this.#disks = { atMs, troubles: await diskTroubles(house, this.#systemFolder) };
    }
    return {
      ...{ vault: house, isLocked, online: isOnline(), statuses },
      cameras: house.cameras.list(),
      disks: this.#disks.troubles,
      wishes: house.settings.value.notices,
    };
  }
}
