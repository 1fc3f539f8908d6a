/**
 * What the answers to the page's calls share: the way into the open house, and what they need of the desktop. A call
 * that needs an open vault, made while it is closed or locked, is answered with the reason, never thrown.
 */
import type { WindowPlace } from '../../contract/layouts.ts';
import type { CameraId, Theme, WindowName } from '../../contract/model.ts';
import type { Outcome } from '../../contract/problems.ts';
import type { Log } from '../../core/log.ts';
import type { House, Tell } from '../house.ts';
import type { NoticeBoard, NoticeDesk } from '../notices/noticeDesk.ts';
import type { Moving } from '../moving/moving.ts';
import type { Opening } from '../opening.ts';
import type { Places } from '../places.ts';
import type { WhereVault } from '../whereVault.ts';

/** What the app needs of the desktop. */
export interface Desk {
  /** null when the user cancelled. */
  chooseFolder(forWhat: 'vault' | 'export' | 'clips'): Promise<string | null>;
  chooseSaveFile(suggestedName: string): Promise<string | null>;
  showFile(file: string): void;
  /** The system's notifications. Left out where there are none. */
  notices?: NoticeBoard;
  /** Left out where there is none. */
  windows?: {
    /** At that place, or (null) on another screen than the first one; brings it to the front where it is open. */
    openSecond(place: WindowPlace | null): void;
    openMain(): void;
    toggleWholeScreen(window: WindowName): void;
  };
}

export interface Rooms {
  opening: Opening;
  moving: Moving;
  where: WhereVault;
  places: Places;
  desk: Desk;
  notices: NoticeDesk;
  log: Log;
  tell: Tell;
  /** Aborted when the app ends. */
  ended: AbortSignal;
  /** The house, when its vault is open and not locked. */
  house: () => House | null;
  /** Also of a vault that is locked: the only one of its settings that is told then. */
  theme: () => Theme;
  /** Does the work in the open house, and tells what came of it while it is open; else the problem that keeps it closed. */
  withHouse: <Value>(work: (house: House) => Promise<Outcome<Value>>) => Promise<Outcome<Value>>;
}

/** A camera's name, also of one that was removed; '' when nobody knows it. */
export function nameOf({ cameras }: House, cameraId: CameraId): string {
  const known = [...cameras.list(), ...cameras.removed()].find(({ id }) => id === cameraId);
  return known?.name ?? '';
}
