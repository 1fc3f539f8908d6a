/**
 * Looks every few seconds at what is wrong (cameras, disks, the network), has rules.ts decide what is to be told, and
 * hands that to the desktop in words. Goes on while the vault is locked, and then says no name and no cause. What nobody
 * can miss counts as told: a window of Nightjar is in front of somebody who is there. Also remembers where the last click
 * on a notice leads, until the page asks.
 */
import { isTroubled } from '../../contract/health.ts';
import type { Camera, CameraStatus } from '../../contract/model.ts';
import type { NoticeCause, NoticePlace, NoticeWishes } from '../../contract/notices.ts';
import { en } from '../../contract/text/en.ts';
import { lookAt, type Notice, nothingYet, type Remembered, type Trouble } from './rules.ts';
import { isAnswering, troublesOf } from './troubles.ts';

/** A notice as the system shows it. */
export interface SystemNotice {
  title: string;
  body: string;
  /** What a click leads to. */
  place: NoticePlace;
}

/** The system's notifications. */
export interface NoticeBoard {
  canShow(): boolean;
  show(notice: SystemNotice): void;
  /** Somebody is there, and a window of Nightjar is in front. */
  isSeen(): boolean;
}

/** How it stands with the vault that is recorded. */
export interface Observed {
  /** Another one is another vault, or the same that was opened anew. */
  vault: object;
  isLocked: boolean;
  online: boolean;
  cameras: readonly Pick<Camera, 'id' | 'name'>[];
  statuses: readonly CameraStatus[];
  disks: readonly Trouble[];
  wishes: NoticeWishes;
}

export interface NoticeDeskOptions {
  /** null: no vault is open or recorded. */
  observe: () => Promise<Observed | null>;
  /** Left out where there is no desktop. */
  board: NoticeBoard | undefined;
  defect: (error: unknown) => void;
  /** A clock that is never set. */
  steadyMs?: () => number;
}

const lookEveryMs = 5000;

export class NoticeDesk {
  readonly #options: NoticeDeskOptions;
  readonly #steadyMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #remembered: Remembered = nothingYet;
  #vault: object | null = null;
  #slept = false;
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
      const observed = await this.#options.observe();
      if (observed) this.#look(observed);
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
    return this.#options.board?.canShow() ?? false;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(observed: Observed): void {
    const { vault, online, statuses, disks, wishes, isLocked } = observed;
    if (vault !== this.#vault) this.#remembered = nothingYet;
    this.#vault = vault;
    const { remembered, notices } = lookAt(this.#remembered, {
      atMs: this.#steadyMs(),
      slept: this.#slept,
      online,
      answering: statuses.filter(isAnswering).length,
      troubles: [...statuses.flatMap(troublesOf), ...disks],
      lostAfterMs: wishes.afterMinutes * 60_000,
    });
    this.#slept = false;
    this.#remembered = remembered;
    const { board } = this.#options;
    if (notices.length === 0 || !wishes.shown || !board || board.isSeen()) return;
    const shown = isLocked ? [lockedNotice(notices, statuses)] : notices.map((notice) => spoken(notice, observed));
    for (const notice of shown) board.show(notice);
  }
}

function spoken({ cause, cameraIds, forMs }: Notice, { cameras, wishes }: Observed): SystemNotice {
  const known = cameraIds.flatMap((id) => cameras.find((camera) => camera.id === id)?.name ?? []);
  const names = wishes.names && known.length === cameraIds.length ? known : null;
  return { ...en.notices.said(cause, { count: cameraIds.length, names, forMs }), place: placeOf(cause, cameraIds) };
}

/** One notice, whatever there is. */
function lockedNotice(notices: readonly Notice[], statuses: readonly CameraStatus[]): SystemNotice {
  const ofCameras = notices.some(
    ({ cause, cameraIds }) => cause === 'network' || (cameraIds.length > 0 && cause !== 'clock'),
  );
  const missing = statuses.filter(isTroubled).length;
  const words = ofCameras && missing > 0 ? en.notices.locked(missing) : en.notices.lockedOther;
  return { ...words, place: { view: 'health' } };
}

function placeOf(cause: NoticeCause, cameraIds: readonly string[]): NoticePlace {
  const [only, ...others] = cameraIds;
  if (only !== undefined && others.length === 0) return { view: 'camera', cameraId: only };
  return cause === 'protected' || cause === 'vaultDisk' ? { view: 'settings' } : { view: 'health' };
}
