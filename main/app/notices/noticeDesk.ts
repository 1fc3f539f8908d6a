/**
 * Looks every few seconds at what is wrong (cameras, disks, the network), has rules.ts decide what is to be told, and
 * hands that to the desktop in words. Goes on while the vault is locked, and then says no name and no cause. What nobody
 * can miss is not told: a window of Nightjar is in front of somebody who is there. Also remembers where the last click on
 * a notice leads, until the page asks.
 */
import { isTroubled } from '../../contract/health.ts';
import type { NoticeCause, NoticePlace } from '../../contract/notices.ts';
import { en } from '../../contract/text/en.ts';
import type { Desk } from '../calls/rooms.ts';
import type { House } from '../house.ts';
import { isOnline } from '../network.ts';
import { diskTroubles } from './diskTroubles.ts';
import { lookAt, type Notice, nothingYet, type Remembered, type Trouble } from './rules.ts';
import { isAnswering, troublesOf } from './troubles.ts';

/** A notice as the system shows it. */
export interface SystemNotice {
  title: string;
  body: string;
  /** What a click leads to. */
  place: NoticePlace;
}

export interface NoticeDeskOptions {
  /** The vault that is recorded, also while it is locked; null where there is none. */
  house: () => House | null;
  isLocked: () => boolean;
  /** Of the disk that the system keeps its own on. */
  systemFolder: string;
  desk: Desk['notices'];
  defect: (error: unknown) => void;
  /** A clock that is never set. */
  steadyMs?: () => number;
}

const lookEveryMs = 5000;
/** Disks fill slowly, and what the protected clips take is looked up. */
const disksEveryMs = 60_000;

export class NoticeDesk {
  readonly #options: NoticeDeskOptions;
  readonly #steadyMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #remembered: Remembered = nothingYet;
  /** Of which house. */
  #house: House | null = null;
  #slept = false;
  #disks: { atMs: number; troubles: Trouble[] } | null = null;
  #looking = false;
  #place: NoticePlace | null = null;

  constructor(options: NoticeDeskOptions) {
    this.#options = options;
    this.#steadyMs = options.steadyMs ?? (() => performance.now());
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  /** The computer slept: nothing of that time is told. */
  slept(): void {
    this.#slept = true;
  }

  /** Looks now; does nothing while a look is under way. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#look();
    } catch (error) {
      this.#options.defect(error);
    } finally {
      this.#looking = false;
    }
  }

  clicked(place: NoticePlace): void {
    this.#place = place;
  }

  /** Where the last click leads; told once. */
  take(): NoticePlace | null {
    const place = this.#place;
    this.#place = null;
    return place;
  }

  canShow(): boolean {
    return this.#options.desk?.canShow() ?? false;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const house = this.#options.house();
    if (house !== this.#house) {
      // Another vault's cameras, or the same ones that begin anew.
      this.#remembered = nothingYet;
      this.#disks = null;
      this.#house = house;
    }
    if (!house) return;
    const disks = await this.#lookAtDisks(house);
    if (this.#options.house() !== house) return;
    const statuses = house.watching.statuses();
    const wishes = house.settings.value.notices;
    const { remembered, notices } = lookAt(this.#remembered, {
      atMs: this.#steadyMs(),
      slept: this.#slept,
      online: isOnline(),
      answering: statuses.filter(isAnswering).length,
      troubles: [...statuses.flatMap(troublesOf), ...disks],
      lostAfterMs: wishes.afterMinutes * 60_000,
    });
    this.#slept = false;
    this.#remembered = remembered;
    if (notices.length === 0 || !wishes.shown || this.#options.desk?.isSeen() !== false) return;
    if (this.#options.isLocked()) this.#showLocked(house, notices);
    else for (const notice of notices) this.#show(house, notice, wishes.names);
  }

  async #lookAtDisks(house: House): Promise<Trouble[]> {
    const atMs = this.#steadyMs();
    if (this.#disks === null || atMs - this.#disks.atMs >= disksEveryMs) {
      this.#disks = { atMs, troubles: await diskTroubles(house, this.#options.systemFolder) };
    }
    return this.#disks.troubles;
  }

  #show(house: House, { cause, cameraIds, forMs }: Notice, withNames: boolean): void {
    const names = new Map(house.cameras.list().map(({ id, name }) => [id, name]));
    const known = withNames ? cameraIds.map((id) => names.get(id) ?? '').filter((name) => name !== '') : [];
    const told = {
      count: cameraIds.length,
      names: known.length === cameraIds.length && withNames ? known : null,
      forMs,
    };
    this.#options.desk?.show({ ...en.notices.said(cause, told), place: placeOf(cause, cameraIds) });
  }

  /** One notice, whatever there is. */
  #showLocked(house: House, notices: readonly Notice[]): void {
    const missing = house.watching.statuses().filter(isTroubled).length;
    const ofCameras = notices.some(
      ({ cause, cameraIds }) => cause === 'network' || (cameraIds.length > 0 && cause !== 'clock'),
    );
    const words = ofCameras && missing > 0 ? en.notices.locked(missing) : en.notices.lockedOther;
    this.#options.desk?.show({ ...words, place: { view: 'health' } });
  }
}

function placeOf(cause: NoticeCause, cameraIds: readonly string[]): NoticePlace {
  const [only, ...others] = cameraIds;
  if (only !== undefined && others.length === 0) return { view: 'camera', cameraId: only };
  return cause === 'protected' || cause === 'vaultDisk' ? { view: 'settings' } : { view: 'health' };
}
