/**
 * Looks at the house for the notices: its cameras' states, this computer's network, and once a minute the disks, which
 * fill slowly. Each house has one of its own.
 */
import type { AppState } from '../../contract/model.ts';
import { firstNoticeWishes } from '../../contract/notices.ts';
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

  /** Of the house as it is now; null where no vault is to be recorded. Also takes up how far the cameras' clocks are off. */
  async of(house: House | null, phase: AppState['phase']): Promise<Observed | null> {
    if (house !== this.#house) this.#disks = null;
    this.#house = house;
    if (!house) return phase === 'closed' || phase === 'locked' ? this.#closed() : null;
    const statuses = house.watching.statuses();
    house.health.clocks.note(statuses);
    const atMs = performance.now();
    if (this.#disks === null || atMs - this.#disks.atMs >= disksEveryMs) {
      this.#disks = { atMs, troubles: await diskTroubles(house, this.#systemFolder) };
    }
    const cutOff = statuses.some(({ recording }) => !recording.recording && recording.cause === 'network');
    return {
      ...{ vault: house, isLocked: phase !== 'open', online: isOnline() && !cutOff, statuses },
      cameras: house.cameras.list(),
      disks: this.#disks.troubles,
      wishes: house.settings.value.notices,
    };
  }

  /** What the user wished for lies in the vault that does not open. */
  #closed(): Observed {
    return {
      ...{ vault: this, isLocked: false, online: isOnline(), cameras: [], statuses: [] },
      disks: [{ cause: 'vaultClosed', cameraId: null }],
      wishes: firstNoticeWishes,
    };
  }
}
