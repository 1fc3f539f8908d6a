/**
 * Everything that lives while a vault is open: its documents, library, cameras, recordings, exports, retention. It also
 * lives while the vault is locked, for what is recorded: then nothing in it has the identity, and what must be opened
 * waits. `openHouse` makes it.
 */
import type { Camera, RecordingCount, Settings, VaultStatus } from '../contract/model.ts';
import type { Events } from '../contract/events.ts';
import type { Outcome, Problem } from '../contract/problems.ts';
import type { Cameras } from '../core/cameras/cameras.ts';
import type { Discovery } from '../core/cameras/discovery.ts';
import type { Ptz } from '../core/cameras/ptz.ts';
import type { Exporter } from '../core/exporter/exporter.ts';
import type { Leaving } from '../core/exporter/leaving.ts';
import type { Bookmarks } from '../core/library/bookmarks.ts';
import type { EventStore } from '../core/library/eventStore.ts';
import type { Library } from '../core/library/library.ts';
import type { MotionSearch } from '../core/library/motionSearch.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { SealedStore } from '../core/vault/sealedStore.ts';
import type { VaultKeys } from '../core/vault/vaultKeys.ts';
import type { CameraEvents } from './cameraEvents.ts';
import type { Checking } from './checking.ts';
import type { HealthDesk } from './health/healthDesk.ts';
import type { Keeping } from './keeping.ts';
import type { NewWords } from './newWords.ts';
import type { Privacy } from './privacy.ts';
import type { Watching } from './watching.ts';

export type Tell = <Name extends keyof Events>(name: Name, value: Events[Name]) => void;

export interface House {
  vault: Vault;
  /** Whom the vault is sealed to; null while it was never unlocked. */
  readonly keys: VaultKeys | null;
  /** A recovery key that is being made anew. */
  newWords: NewWords;
  settings: SealedStore<Settings>;
  cameras: Cameras;
  ptz: Ptz;
  discovery: Discovery;
  privacy: Privacy;
  motion: MotionSearch;
  library: Library;
  bookmarks: Bookmarks;
  /** What cameras told, of all days. */
  eventStore: EventStore;
  /** What they tell now. */
  cameraEvents: CameraEvents;
  watching: Watching;
  exporter: Exporter;
  leaving: Leaving;
  checking: Checking;
  health: HealthDesk;
  status(): Promise<VaultStatus>;
  keeping: Keeping;
  /** Seals the documents again, to whom the vault is sealed now, and the version before each too. */
  resealDocuments(): Promise<Outcome<null>>;
  recording(): RecordingCount;
  /** The vault was locked: whatever holds opened recordings lets go of them. */
  lock(): Promise<void>;
  /** The vault has its identity: goes on with what waited for it, beside everything else. */
  unlock(warning: Problem | null): Promise<void>;
  /** Ends a camera's recording and watching, and then its recordings too when they are to go, with its clips or without. */
  removeCamera(camera: Camera, recordings: 'keep' | 'delete', clips: 'keep' | 'release'): Promise<Outcome<null>>;
  /** The disk could not be written when the vault was opened, and can be now: does what was left undone. */
  diskIsBack(): Promise<void>;
  close(): Promise<void>;
}
