/**
 * What main tells the page unasked: noun.changed, each with the whole new value, so that a missed one does no harm. What
 * tells of something that happened once says so.
 */
import type { CheckState } from './check.ts';
import type { ExportJob } from './exports.ts';
import type { LeavingState } from './leaving.ts';
import type { MotionState } from './motion.ts';
import type { Privacy } from './privacy.ts';
import type { AppState, Camera, CameraStatus, ClipList, MoveState, Search, Settings, VaultStatus } from './model.ts';
import type { Bookmark } from './timeline.ts';

export interface Events {
  'app.changed': AppState;
  'vault.changed': VaultStatus;
  /** While the vault is open. */
  'move.changed': MoveState;
  'cameras.changed': Camera[];
  'status.changed': CameraStatus;
  'search.changed': Search;
  /** Recorded spans of this camera changed: ask again for what is on screen. At most once a second. */
  'library.changed': { cameraId: string };
  /** What touched this span of this camera was deleted for good: nothing that was shown of it is kept. Told once. */
  'recordings.removed': { cameraId: string; fromMs: number; toMs: number };
  /** More is known than the last `health.report` said: ask again. At most once a second. */
  'health.changed': { complete: boolean };
  /** What this camera tells of what it sees changed: ask again for what is on screen. At most once a second. */
  'events.changed': { cameraId: string };
  /** A notice was clicked: `notices.take` says where that leads. */
  'notices.changed': { clicked: true };
  'clips.changed': ClipList;
  'bookmarks.changed': Bookmark[];
  'exports.changed': ExportJob[];
  'check.changed': CheckState;
  'leaving.changed': LeavingState;
  'motion.changed': MotionState;
  'settings.changed': Settings;
  /** null: nothing is private. */
  'privacy.changed': { privacy: Privacy | null };
  /** The network came back, or the computer woke up. */
  'network.changed': { online: boolean };
}

export type EventName = keyof Events;

export const eventNames = [
  'app.changed',
  'vault.changed',
  'move.changed',
  'cameras.changed',
  'status.changed',
  'search.changed',
  'library.changed',
  'recordings.removed',
  'health.changed',
  'events.changed',
  'notices.changed',
  'clips.changed',
  'bookmarks.changed',
  'exports.changed',
  'check.changed',
  'leaving.changed',
  'motion.changed',
  'settings.changed',
  'privacy.changed',
  'network.changed',
] as const satisfies readonly EventName[];

/** Fails to compile when an event is missing from the list above. */
export type EveryEventIsListed = Exclude<EventName, (typeof eventNames)[number]> extends never ? true : never;
export const everyEventIsListed: EveryEventIsListed = true;
