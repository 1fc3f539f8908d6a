/**
 * The things that page and main both speak of, in the words of the design. Times are UTC milliseconds since 1970,
 * durations milliseconds, sizes bytes, rates bits per second; each name carries its unit. Nothing here ever holds a
 * credential, nor an address with one.
 */
import type { Layout, LayoutId, WindowPlace } from './layouts.ts';
import type { KeptPrivacy, Privacy } from './privacy.ts';
import type { NoticeWishes } from './notices.ts';
import type { Problem } from './problems.ts';
import type { QuietCause, RecordingPlan, Wanted } from './recordingPlan.ts';

/** 16 lower-case hexadecimal digits, random. Names the camera on disk too, so it says nothing of the camera. */
export type CameraId = string;

export type StreamRole = 'main' | 'sub';
export type VideoCodec = 'H.264' | 'H.265' | 'MJPEG' | 'MPEG-4' | 'unknown';
export type AudioCodec = 'AAC' | 'G.711' | 'G.726' | 'Opus' | 'unknown';

export interface StreamInfo {
  role: StreamRole;
  video: VideoCodec;
  /** 0 where the camera does not say. */
  widthPixels: number;
  heightPixels: number;
  framesPerSecond: number | null;
  bitsPerSecond: number | null;
  audio: AudioCodec | null;
}

/** Days to keep a camera's recordings. null: as the rule for all cameras says. 'room': as long as there is room. */
export type CameraKeepDays = number | 'room' | null;

/** What of a camera can be moved. */
export interface Moves {
  panTilt: boolean;
  /** By its lens. */
  zoom: boolean;
  /** The most presets that it keeps; 0 where it keeps none. */
  presets: number;
  home: boolean;
  /** Its home position can be stored. */
  storesHome: boolean;
}

/** A view that the camera keeps. Of its tokens nothing is known but that they are texts, numeric-looking ones too. */
export interface Preset {
  token: string;
  /** As the camera has it; '' where it has none. */
  name: string;
}

export interface Camera {
  id: CameraId;
  /** As the user calls it. */
  name: string;
  kind: 'onvif' | 'rtsp';
  /** Host name or IP address, without credentials. */
  host: string;
  port: number;
  /** Path and query of an RTSP camera's stream, without credentials; '' for ONVIF. */
  path: string;
  /** Empty where unknown. */
  maker: string;
  model: string;
  firmware: string;
  serial: string;
  streams: StreamInfo[];
  /** null where it cannot be moved, or has not told yet. */
  moves: Moves | null;
  recordsSound: boolean;
  keepDays: CameraKeepDays;
  /** The user allows that the password goes to this camera in the clear, as RTSP's Basic sign-in sends it. */
  allowsClearPassword: boolean;
  /** The user paused the recording of this camera. */
  paused: boolean;
  /** When it is recorded. */
  plan: RecordingPlan;
  addedMs: number;
}

/**
 * Why a stream has no picture. One pattern, one word and one remedy each on screen. oneConnection: the camera grants no
 * connection beside the one that is recorded. network: this computer has no way to it.
 */
export type LossCause =
  | 'noAnswer'
  | 'noSuchHost'
  | 'closed'
  | 'stalled'
  | 'garbage'
  | 'codec'
  | 'keychain'
  | 'oneConnection'
  | 'network'
  | 'failed';

/** The state of one stream of one camera. */
export type StreamState =
  | { state: 'off' }
  /** `answered`: the camera speaks, and its first keyframe is awaited. */
  | { state: 'connecting'; sinceMs: number; answered: boolean }
  | { state: 'live'; sinceMs: number }
  | { state: 'lost'; sinceMs: number; cause: LossCause; nextTryMs: number }
  | { state: 'refused'; sinceMs: number; nextTryMs: number; code: RefusalCode };

/**
 * Why a camera lets nobody in. passwordMissing: this computer has no password for it (the vault came from another one).
 * passwordInClear: it asks for the password in the clear, which the user has not allowed.
 */
export type RefusalCode = Extract<Problem['code'], 'passwordRefused' | 'passwordMissing' | 'passwordInClear'>;

/**
 * Why a second of a camera is not recorded. lost: the camera did not answer. network: this computer had no network to it
 * (no interface was up, none had an address, or no route led there). refused: user name or password.
 * notKeptUp: this computer did not keep up. diskFull. diskGone: the vault's disk was not there, or took no writing.
 * closed: Nightjar was closed. asleep: the computer slept.
 * paused: by the user. deleted: by the user, or as the oldest. clock: the computer's clock was set. codec: the stream
 * cannot be recorded. noEvent, schedule, off, privacy: as the user wants it (`QuietCause`). unknown: no trace of the
 * cause is left.
 */
export type GapCause =
  | 'lost'
  | 'network'
  | 'refused'
  | 'notKeptUp'
  | 'diskFull'
  | 'diskGone'
  | 'closed'
  | 'asleep'
  | QuietCause
  | 'deleted'
  | 'clock'
  | 'codec'
  | 'unknown';

export type RecordingState =
  { recording: true; sinceMs: number } | { recording: false; cause: GapCause; sinceMs: number };

/** What changes by itself about a camera; sent whole with every change. */
export interface CameraStatus {
  cameraId: CameraId;
  /** The state of the stream that is recorded. */
  stream: StreamState;
  recording: RecordingState;
  /** Whether it is to be recorded now, and why; what `recording` then says is what came of it. */
  wanted: Wanted;
  /** Camera's clock minus this computer's, in milliseconds; null where unknown. */
  clockOffsetMs: number | null;
  /** The offset may be off by so much either way; null where the camera told only whole seconds, or nothing. */
  clockUncertaintyMs: number | null;
  bitsPerSecond: number | null;
}

/** A camera that answered on the network. `key` names it for `cameras.try` while the search lives. */
export interface FoundCamera {
  key: string;
  host: string;
  port: number;
  /** Name from its scopes, or ''. */
  name: string;
  model: string;
  /** Set when it is on the list already. */
  cameraId: CameraId | null;
}

export interface NetworkAsked {
  /** As the system calls it: 'eth0', 'Wi-Fi'. */
  name: string;
  /** In CIDR: 192.168.1.0/24. */
  network: string;
}

export interface Search {
  networks: NetworkAsked[];
  looking: boolean;
  found: FoundCamera[];
}

/** A pasted address, taken apart. Credentials found in it are told apart from the rest, for the form's own fields. */
export interface AddressParts {
  kind: 'onvif' | 'rtsp';
  scheme: 'http' | 'https' | 'rtsp' | 'rtsps';
  host: string;
  port: number;
  path: string;
  user: string;
  password: string;
}

/** What a try at a camera found out, step by step. A try keeps nothing unless it is followed by `cameras.add`. */
export interface TryReport {
  /** Names this try for `cameras.add`; the credentials stay in the main process. */
  tryId: string;
  kind: 'onvif' | 'rtsp';
  host: string;
  port: number;
  reachedInMs: number;
  /** null for RTSP alone, where a camera tells no time. */
  clockOffsetMs: number | null;
  name: string;
  maker: string;
  model: string;
  firmware: string;
  serial: string;
  streams: StreamInfo[];
  moves: boolean;
  events: boolean;
  /** A JPEG of the camera's first picture; null when none could be had in time. */
  firstPicture: Uint8Array<ArrayBuffer> | null;
}

export type Span = { fromMs: number; toMs: number } & ({ kind: 'recorded' } | { kind: 'gap'; cause: GapCause });

export interface VaultPlace {
  /** Names the place for `vault.create`. */
  placeId: string;
  /** The disk's or folder's name as the system shows it. */
  label: string;
  /** The whole path. */
  folder: string;
  freeBytes: number;
  totalBytes: number;
  /** False where the file system cannot keep files private to this user. */
  keepsPrivate: boolean;
  /** A vault lies there already. */
  holdsVault: boolean;
}

export type AppState =
  /** No vault is open: the first run, or another is chosen. `left`: the one that was open, which `vault.retry` opens. */
  | { phase: 'firstRun'; left: string | null }
  /** A vault is being made: two of its recovery words are asked back, by their numbers from 1 to 12. */
  | { phase: 'proving'; askedWords: [number, number] }
  /** A vault is known and does not open. With `keyMissing` and `keyWrong` the recovery key opens it. */
  | { phase: 'closed'; folder: string; problem: Problem; recording: RecordingCount | null }
  /** The passphrase, or the recovery key, opens it. No call but those of `vault` is answered meanwhile. */
  | { phase: 'locked'; folder: string; recording: RecordingCount | null; nextTryMs: number | null }
  | { phase: 'open'; folder: string }
  /** The vault is closed for the last part of a move, and opens again by itself. */
  | { phase: 'moving'; folder: string; to: string };

/** How many cameras are being recorded while nothing else may be told; null where nothing can be before it is open. */
export interface RecordingCount {
  cameras: number;
  /** Cameras that are neither paused nor switched off. */
  of: number;
  /** Those of them that are not to be recorded now: no event, outside their hours, everything private. */
  quiet: number;
  /** Everything is private. */
  privacy: Privacy | null;
}

/**
 * What the passphrase is for. none: the keychain alone opens the vault. lock: the keychain and the passphrase. vault:
 * the passphrase alone, for systems without a keychain; the cameras' credentials lie sealed in the vault.
 */
export type PassphraseUse = 'none' | 'lock' | 'vault';

export interface VaultStatus {
  folder: string;
  /** Bytes of all recordings. */
  usedBytes: number;
  freeBytes: number;
  /** The most that recordings may take, as in force now. */
  keepBytes: number;
  /** Start of the oldest recording; null when there is none. */
  oldestMs: number | null;
  passphrase: PassphraseUse;
  /** Something the user should know about the vault itself. */
  warning: Problem | null;
}

/** Public keys, `age1…`, that the vault is sealed to. */
export interface VaultKeyList {
  /** The vault's own, whose secret part the keychain and the recovery key hold. */
  own: string;
  /** Those that the user added. */
  others: { key: string; name: string; addedMs: number }[];
  /** In vault.json, and added by nobody in Nightjar: nothing is sealed to them. */
  foreign: string[];
}

/** The vault on its way to another folder. `from` and `to`: whole paths. */
export type MoveState =
  | { state: 'none' }
  /** Recording goes on. `leftMs`: null while nothing can be said. */
  | { state: 'copying'; from: string; to: string; doneBytes: number; totalBytes: number; leftMs: number | null }
  /** The vault is closed for the last part. */
  | { state: 'ending'; from: string; to: string }
  /** It is open in its new place, and the old folder is emptied. */
  | { state: 'removing'; from: string; to: string }
  /** By the user (null) or by a problem; what was copied stays, and it can go on. */
  | { state: 'stopped'; from: string; to: string; problem: Problem | null }
  /** `kept`: files in the old folder that are not the vault's, and stayed. */
  | { state: 'done'; from: string; to: string; kept: number };

/** A vault that was opened on this computer. */
export interface KnownVault {
  /** Names it for `vault.switch` and `vault.drop`. */
  placeId: string;
  folder: string;
  isOpen: boolean;
  /** False when its disk is not connected, or it was taken away. */
  isThere: boolean;
}

export type Theme = 'dark' | 'light' | 'system';
/** How pictures get onto the screen: as the graphics card allows, or always the one way. */
export type Drawing = 'auto' | 'graphics' | 'processor';
/** Each window of the app shows the same page; the second one is for another monitor. */
export type WindowName = 'main' | 'second';

export interface Settings {
  theme: Theme;
  drawing: Drawing;
  /** Never empty. The first one takes new cameras. */
  layouts: Layout[];
  /** The one that the main window shows. */
  layoutId: LayoutId;
  /** `place`: where it was last; null before it was ever open. */
  secondWindow: { open: boolean; layoutId: LayoutId; place: WindowPlace | null };
  tourSeconds: number;
  /** pages: those of the layout that is shown. layouts: all that are kept. */
  tourThrough: 'pages' | 'layouts';
  /** The most that recordings may take; null: 80 % of what is free or recorded, at most 500 GB, fixed when first needed. */
  keepBytes: number | null;
  /** Minutes without a key or the mouse after which Nightjar locks, where there is a passphrase; null: never. */
  lockAfterMinutes: number | null;
  /** Locks, where there is a passphrase, when the computer goes to sleep. */
  lockOnSuspend: boolean;
  /** Of live sound, 0 to 1. Whether it is on is not kept. */
  soundVolume: number;
  /** Everything is paused; null: it is not. As it is kept: what holds is told by `privacy.changed`. */
  privacy: KeptPrivacy | null;
  /** What the system's notifications tell. */
  notices: NoticeWishes;
  /** Days to keep recordings, of cameras that have no rule of their own; null: as long as there is room. */
  keepDays: number | null;
}

/** A span of one camera that retention never deletes: every recording that touches it stays. */
export interface Clip {
  id: string;
  cameraId: CameraId;
  /** As the user calls it; '' where it has no name. */
  name: string;
  fromMs: number;
  toMs: number;
  createdMs: number;
  /** Bytes of the recordings that it keeps. */
  sizeBytes: number;
}

export interface ClipList {
  /** The newest span first. */
  clips: Clip[];
  /** Bytes of the recordings that all clips keep, each counted once. */
  sizeBytes: number;
}

/** What is recorded of one camera, or goes of it. */
export interface Holding {
  recordings: number;
  sizeBytes: number;
  /** Recorded time, without the gaps between. */
  recordedMs: number;
  /** Start of the first and end of the last recording; 0 and 0 where there is none. */
  fromMs: number;
  toMs: number;
}

/** What the rules of keeping, as they are typed, would delete now. */
export interface RetentionPreview {
  total: Holding;
  /** Only cameras of which something goes; the one that loses most first. */
  cameras: (Holding & { cameraId: CameraId; name: string })[];
  /** Bytes that are over the size even then: protected clips and what is being recorded. */
  overBytes: number;
}

/** What deleting a camera's recordings would take, and which of it protected clips keep. */
export interface CameraHoldings {
  all: Holding;
  clips: number;
  /** Of the recordings that the clips keep. */
  kept: Holding;
}
