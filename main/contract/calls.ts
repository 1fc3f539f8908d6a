/**
 * Every call from page to main: its name (noun.verb), its one argument with a run-time check, and its result. A call
 * without a handler does not compile (`Handlers` in app.ts), nor a handler without a call, nor a call that the page
 * misspells. The page is hostile until its argument has passed the check here.
 */
import * as v from 'valibot';
import { eventKinds, type CameraEvent, type EventList, type EventTicks } from './cameraEvents.ts';
import type { CheckState } from './check.ts';
import { healthBounds, type HealthReport } from './health.ts';
import { layoutForm, mostLayouts, tourSecondsAllowed } from './layouts.ts';
import {
  type EvidenceCheck,
  type ExportJob,
  type ExportPlace,
  type ExportShare,
  mostExportCameras,
  timeLapseAllowed,
} from './exports.ts';
import type { ExportPaces } from './exportPace.ts';
import type { LeavingState } from './leaving.ts';
import type {
  AddressParts,
  AppState,
  Camera,
  CameraHoldings,
  CameraStatus,
  ClipList,
  Holding,
  KnownVault,
  MoveState,
  Preset,
  RetentionPreview,
  Search,
  Settings,
  Span,
  TryReport,
  VaultKeyList,
  VaultPlace,
  VaultStatus,
  WindowName,
} from './model.ts';
import { type NoticePlace, noticeWishes } from './notices.ts';
import { isPicture } from './png.ts';
import { motionRegion, type MotionState, sensitivity } from './motion.ts';
import { type Privacy, privacyLasts } from './privacy.ts';
import type { Outcome } from './problems.ts';
import type { SecurityFacts } from './security.ts';
import { recordingPlan } from './recordingPlan.ts';
import type { Bookmark, PackedSpans } from './timeline.ts';

const nothing = v.undefined();
const cameraId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
const shortId = v.pipe(v.string(), v.regex(/^[0-9a-f]{8,32}$/));
const foundKey = v.pipe(v.string(), v.maxLength(300));
/** What a person types on one line: no control characters. */
// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const line = v.pipe(v.string(), v.maxLength(300), v.regex(/^[^\u0000-\u001f\u007f]*$/));
const name = v.pipe(line, v.trim(), v.minLength(1), v.maxLength(80));
const timeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8.64e15));
const span = { fromMs: timeMs, toMs: timeMs };
const words = v.pipe(v.array(v.pipe(v.string(), v.maxLength(40))), v.maxLength(24));
/** As bytes, so that both sides can clear them. UTF-8 of the text in NFKC. */
const passphrase = v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(1024));
const someCameras = v.nullable(v.pipe(v.array(cameraId), v.minLength(1), v.maxLength(1000)));
const keepDays = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650)));
const cameraKeepDays = v.union([v.literal('room'), keepDays]);
const keepBytes = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1_000_000_000)));
/** A clip may go without a name. */
const clipName = v.pipe(line, v.trim(), v.maxLength(80));
const exportCameras = v.pipe(
  v.array(cameraId),
  v.minLength(1),
  v.maxLength(mostExportCameras),
  v.check((ids) => new Set(ids).size === ids.length),
);
const exportRequest = v.strictObject({
  cameraIds: exportCameras,
  ...span,
  cut: v.picklist(['fast', 'exact']),
  burnsIn: v.boolean(),
  sound: v.boolean(),
  timeLapseMs: v.nullable(
    v.pipe(v.number(), v.safeInteger(), v.minValue(timeLapseAllowed.leastMs), v.maxValue(timeLapseAllowed.mostMs)),
  ),
  result: v.variant('is', [
    v.strictObject({ is: v.literal('plain') }),
    v.strictObject({ is: v.literal('evidence') }),
    v.strictObject({
      is: v.literal('sealed'),
      to: v.variant('by', [
        v.strictObject({ by: v.literal('key'), key: v.pipe(v.string(), v.maxLength(5000)) }),
        v.strictObject({ by: v.literal('passphrase'), passphrase }),
      ]),
    }),
  ]),
});
/** -1 to 1: how fast, and which way. */
const speed = v.pipe(v.number(), v.minValue(-1), v.maxValue(1));
const presetToken = v.pipe(line, v.minLength(1));
const cameraIds = v.pipe(v.array(cameraId), v.minLength(1), v.maxLength(1000));
const someKinds = v.nullable(v.pipe(v.array(v.picklist(eventKinds)), v.minLength(1), v.maxLength(eventKinds.length)));
const mostEvents = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5000));
const mostSteps = 4000;

/** Three bytes a pixel of a picture of 4096 x 4096 that cannot be made smaller, and some more. */
const mostPictureBytes = 64 * 2 ** 20;
const layoutId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));

const settingsChange = v.strictObject({
  theme: v.exactOptional(v.picklist(['dark', 'light', 'system'])),
  drawing: v.exactOptional(v.picklist(['auto', 'graphics', 'processor'])),
  layoutId: v.exactOptional(layoutId),
  secondLayoutId: v.exactOptional(layoutId),
  tourSeconds: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(tourSecondsAllowed.least), v.maxValue(tourSecondsAllowed.most)),
  ),
  tourThrough: v.exactOptional(v.picklist(['pages', 'layouts'])),
  keepBytes: v.exactOptional(keepBytes),
  keepDays: v.exactOptional(keepDays),
  lockAfterMinutes: v.exactOptional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1440)))),
  lockOnSuspend: v.exactOptional(v.boolean()),
  notices: v.exactOptional(noticeWishes),
  soundVolume: v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
});

/** The run-time check of each call's argument. */
export const callArguments = {
  'app.state': nothing,
  'app.about': nothing,
  /** What the graphics card does for the page; it may change while the app runs, when its driver fails. */
  'app.graphics': nothing,

  /** Places where a vault could lie: disks and folders with room, best first. */
  'vault.places': nothing,
  /** The system's folder dialog; null when the user cancelled. */
  'vault.choosePlace': nothing,
  /**
   * Prepares a vault and returns its twelve recovery words; they can be asked for again until they are proved. With a
   * passphrase it needs no keychain: that of `PassphraseUse` 'vault'.
   */
  'vault.create': v.strictObject({ placeId: shortId, passphrase: v.nullable(passphrase) }),
  /** Two words back, in the order of `askedWords`; right ones make the vault, which is opened when they prove it. */
  'vault.prove': v.strictObject({ words: v.pipe(words, v.length(2)) }),
  'vault.wordsAgain': nothing,
  /** Undoes `vault.create` before the proof. */
  'vault.startOver': nothing,
  /** Opens an existing vault in that place: by the keychain, or the answer says what is needed. */
  'vault.open': v.strictObject({ placeId: shortId }),
  /** Opens the known vault with its recovery words, and puts its key into this computer's keychain. */
  'vault.openWithWords': v.strictObject({ words }),
  /** Tries again what did not open: the drive is back, the keychain unlocked. */
  'vault.retry': nothing,
  /** Forgets where the vault lies (never the vault), so that another can be chosen or made. */
  'vault.forget': nothing,
  'vault.status': nothing,
  /** Vaults that were opened on this computer. */
  'vault.known': nothing,
  /** Opens another of them, and leaves the one that is open: one is open at a time. Not there: it stays open. */
  'vault.switch': v.strictObject({ placeId: shortId }),
  /** Leaves the open vault to make or open another; `vault.retry` opens it again. */
  'vault.another': nothing,
  /** Forgets one that is not open; never the vault itself. */
  'vault.drop': v.strictObject({ placeId: shortId }),
  /** Moves the open vault there; how it goes comes by `move.changed`. */
  'vault.move': v.strictObject({ placeId: shortId }),
  'vault.moveState': nothing,
  /** What was copied stays, and the move can go on. */
  'vault.stopMove': nothing,
  'vault.goOnMoving': nothing,
  /** Gives a stopped move up, and takes what was copied away; of a move that is done, its news. */
  'vault.giveUpMove': nothing,
  /** Twelve other recovery words for the open vault; the old ones open it until the new ones are proved. */
  'vault.newWords': v.strictObject({ current: v.nullable(passphrase) }),
  /** Two of them back: right ones are proved by opening a sealed file, and replace the old. */
  'vault.proveNewWords': v.strictObject({ words: v.pipe(words, v.length(2)) }),
  'vault.cancelNewWords': nothing,
  /** Whom the open vault is sealed to. */
  'vault.keys': nothing,
  /** Seals to one more public key from now on. Problems: `badKey`, `keyKnown`, `tooManyKeys`. */
  'vault.addKey': v.strictObject({
    key: v.pipe(v.string(), v.maxLength(5000)),
    name,
    current: v.nullable(passphrase),
  }),
  /** Seals to it no more; also takes one out of vault.json that nobody added. */
  'vault.removeKey': v.strictObject({ key: v.pipe(v.string(), v.maxLength(100)) }),
  /** Locks now: the identity is wiped, streams to the page end, recording goes on. Without a passphrase: `gone`. */
  'vault.lock': nothing,
  /** Unlocks. Problems: `passphraseWrong`, `passphraseTooSoon`. The recovery words do too: `vault.openWithWords`. */
  'vault.unlock': v.strictObject({ passphrase }),
  /** Sets, changes or (null) takes away the app's lock. `current`: where there is a passphrase, it is asked for. */
  'vault.setPassphrase': v.strictObject({ current: v.nullable(passphrase), passphrase: v.nullable(passphrase) }),

  'cameras.list': nothing,
  'cameras.statuses': nothing,
  /** Starts or restarts the search; results come by `search.changed`. */
  'cameras.search': nothing,
  'cameras.stopSearch': nothing,
  'cameras.readAddress': v.strictObject({ text: v.pipe(v.string(), v.maxLength(2000)) }),
  /** Asks one camera everything, within 5 s an answer to a wrong password. Nothing is kept. */
  'cameras.try': v.strictObject({
    target: v.variant('by', [
      v.strictObject({ by: v.literal('found'), key: foundKey }),
      v.strictObject({ by: v.literal('address'), text: v.pipe(v.string(), v.maxLength(2000)) }),
    ]),
    user: line,
    password: v.pipe(v.string(), v.maxLength(300)),
    allowsClearPassword: v.optional(v.boolean()),
  }),
  'cameras.stopTry': nothing,
  'cameras.add': v.strictObject({
    tryId: shortId,
    name,
    records: v.boolean(),
    recordsSound: v.boolean(),
    keepDays: cameraKeepDays,
    /** Left out: always. */
    plan: v.exactOptional(recordingPlan),
  }),
  'cameras.edit': v.strictObject({
    cameraId,
    name,
    recordsSound: v.boolean(),
    keepDays: cameraKeepDays,
    /** Left out: as it is. */
    plan: v.exactOptional(recordingPlan),
  }),
  /** New credentials for a camera: tried first, kept only when the camera takes them. */
  'cameras.signIn': v.strictObject({
    cameraId,
    user: line,
    password: v.pipe(v.string(), v.maxLength(300)),
    allowsClearPassword: v.optional(v.boolean()),
  }),
  /** Looks at what this camera leaves open: asks it alone, and tries no password. Problems: `noAnswer`, `gone`. */
  'cameras.checkSecurity': v.strictObject({ cameraId }),
  'cameras.setPaused': v.strictObject({ cameraId, paused: v.boolean() }),
  'cameras.tryNow': v.strictObject({ cameraId }),
  /** `clips`: whether its protected clips stay when its recordings are deleted, or are released and go too. */
  'cameras.remove': v.strictObject({
    cameraId,
    recordings: v.picklist(['keep', 'delete']),
    clips: v.picklist(['keep', 'release']),
  }),

  /**
   * Moves a camera for as long as this is called again within a second; another direction takes the place of the one
   * before. Tells how the order before went. Nothing but zeros is `ptz.stop`. Problems, of all `ptz` calls: `cannotMove`,
   * `moveNotAllowed`, `moveRefused`, `gone`, those of the network and of signing in.
   */
  'ptz.move': v.strictObject({ cameraId, pan: speed, tilt: speed, zoom: speed }),
  /** Answers when the camera was told to stop, with what went wrong since it was held; `notStopped`. */
  'ptz.stop': v.strictObject({ cameraId }),
  'ptz.presets': v.strictObject({ cameraId }),
  'ptz.goTo': v.strictObject({ cameraId, token: presetToken }),
  /** Stores the present view under that name: in the place of a preset, or anew (null). */
  'ptz.store': v.strictObject({ cameraId, token: v.nullable(presetToken), name: clipName }),
  'ptz.remove': v.strictObject({ cameraId, token: presetToken }),
  'ptz.home': v.strictObject({ cameraId }),
  /** Makes the present view the home position. */
  'ptz.storeHome': v.strictObject({ cameraId }),

  /** Recorded spans and gaps of a camera inside the span, in order, covering it from the camera's first recording. */
  'library.spans': v.strictObject({ cameraId, ...span }),
  /**
   * The same of several cameras at once (null: of all with recordings), merged to what can be seen: of spans shorter than
   * `leastMs` that follow each other one is made, with the worst cause among them, so that no gap is lost. 0 merges none.
   */
  'library.overview': v.strictObject({ cameraIds: someCameras, ...span, leastMs: timeMs }),
  /** Cameras with recordings: also those that were removed and whose recordings were kept. */
  'library.cameras': nothing,
  /** What is recorded of a camera in all, and how much of it protected clips keep. */
  'library.holdings': v.strictObject({ cameraId }),
  /**
   * Deletes every recording of a camera, also of one that was removed, whose name then goes too. `clips`: whether its
   * protected clips stay, or are released and go with the rest.
   */
  'library.remove': v.strictObject({ cameraId, clips: v.picklist(['keep', 'release']) }),

  /**
   * How each camera on the list was recorded between these bounds, as far as it is known: what is not is looked at, and
   * `health.changed` tells when it is worth asking again.
   */
  'health.report': v.strictObject({ bounds: healthBounds }),
  /**
   * What cameras (null: all) told inside the span, in order: what touches it, of these kinds (null: of all), at most so
   * many: the first, or the last. An event that lasts longer than a day is found in the first two days of it.
   */
  'events.list': v.strictObject({
    ...{ cameraIds: someCameras, ...span, kinds: someKinds, most: mostEvents },
    which: v.optional(v.picklist(['first', 'last'])),
  }),
  /** The event that begins next after the moment, or last before it; null when there is none. */
  'events.beside': v.strictObject({
    cameraIds: someCameras,
    kinds: someKinds,
    atMs: timeMs,
    way: v.picklist(['before', 'after']),
  }),
  /** How many events began in each step of the span; only steps with events, and cameras with any. At most 4000 steps. */
  'events.ticks': v.pipe(
    v.strictObject({ cameraIds: someCameras, ...span, kinds: someKinds, stepMs: v.pipe(timeMs, v.minValue(1)) }),
    v.check(({ fromMs, toMs, stepMs }) => (toMs - fromMs) / stepMs <= mostSteps),
  ),

  /** Where the last click on a notice leads; null: there was none, or it was told already. */
  'notices.take': nothing,
  /** Whether this system shows notifications for Nightjar. */
  'notices.can': nothing,

  'clips.list': nothing,
  /** Bytes that protecting this span would keep; nothing is protected by asking. */
  'clips.measure': v.strictObject({ cameraIds, ...span }),
  /** Protects the span, up to now, of each of these cameras of which something is recorded in it. */
  'clips.protect': v.strictObject({ cameraIds, ...span, name: clipName }),
  'clips.rename': v.strictObject({ clipId: shortId, name: clipName }),
  /** Releases it: from now on its recordings go by the rule, as all others. */
  'clips.remove': v.strictObject({ clipId: shortId }),

  /** Of all cameras, in order of time. */
  'bookmarks.list': nothing,
  /** Problems, of all `bookmarks` calls: `gone`, `tooManyBookmarks`, those of sealed documents. */
  'bookmarks.add': v.strictObject({ cameraId, atMs: timeMs, name: clipName }),
  'bookmarks.rename': v.strictObject({ bookmarkId: shortId, name: clipName }),
  'bookmarks.move': v.strictObject({ bookmarkId: shortId, atMs: timeMs }),
  'bookmarks.remove': v.strictObject({ bookmarkId: shortId }),

  /**
   * What the rules would delete if they were as typed here; what is not named is as it is set. Nothing is changed by
   * asking. A newer question ends the one before it: `cancelled`.
   */
  'retention.preview': v.strictObject({
    keepBytes: v.exactOptional(keepBytes),
    keepDays: v.exactOptional(keepDays),
    camera: v.exactOptional(v.strictObject({ cameraId, keepDays: cameraKeepDays })),
  }),

  'exports.list': nothing,
  /** What an export of these cameras and this span would hold, in this order. */
  'exports.preview': v.strictObject({ cameraIds: exportCameras, ...span }),
  /** What exports of each kind took in this run of the program. */
  'exports.paces': nothing,
  /** The folder that exports went to last, in this run of the program; null before the first. */
  'exports.place': nothing,
  /** The system's folder dialog; null when the user cancelled. */
  'exports.choosePlace': nothing,
  /** Files in that folder, under names of their own: none that is there is replaced. A passphrase is wiped. */
  'exports.start': v.strictObject({ request: exportRequest, placeId: shortId }),
  /** Leaves nothing behind. */
  'exports.cancel': v.strictObject({ jobId: shortId }),
  /** Puts a failed or cancelled one back into the queue; with a place, into that folder. */
  'exports.tryAgain': v.strictObject({ jobId: shortId, placeId: v.nullable(shortId) }),
  'exports.show': v.strictObject({ jobId: shortId }),
  'exports.clear': nothing,
  /** Of an evidence pack, where it was saved. Problems: `gone`; those of the disk. */
  'exports.checkEvidence': v.strictObject({ jobId: shortId }),
  /** Of the key that the vault signs with, as people compare it; null while the vault was never unlocked. */
  'exports.fingerprint': nothing,

  /** Checks every file of the open vault; nothing happens while a check runs. It goes by `check.changed`. */
  'check.start': v.strictObject({ repair: v.boolean() }),
  'check.stop': nothing,
  /** The check that runs, or the last one. */
  'check.state': nothing,

  /** The system's folder dialog for exporting everything of these cameras (null: of all); null when the user cancelled. */
  'leaving.choosePlace': v.strictObject({ cameraIds: someCameras }),
  /** Goes by `leaving.changed`. */
  'leaving.start': v.strictObject({ placeId: shortId, cameraIds: someCameras }),
  'leaving.stop': nothing,
  /** Goes on where it was. */
  'leaving.resume': nothing,
  /** Forgets what is done, stopped or failed. Complete files stay. */
  'leaving.forget': nothing,
  'leaving.show': nothing,
  'leaving.state': nothing,

  /** Searches recordings for motion in that region, in place of the search before; it goes by `motion.changed`. */
  'motion.start': v.strictObject({ cameraId, ...span, region: motionRegion, sensitivity }),
  /** What was found stays. */
  'motion.stop': nothing,
  'motion.state': nothing,

  /** Pauses recording and live pictures of all cameras, or lets them last otherwise than before. */
  'privacy.start': v.strictObject({ lasts: privacyLasts }),
  'privacy.end': nothing,
  'privacy.state': nothing,

  'settings.get': nothing,
  'settings.set': settingsChange,

  /**
   * Saves a picture that is on screen as a file of its own, in the clear: where the user says, or where the last one of
   * this run went. `atMs`: when the picture was taken. null when the user cancelled. Problems: `insideVault`,
   * `fileExists`, and those of the disk.
   */
  'snapshots.save': v.strictObject({
    cameraId,
    atMs: timeMs,
    png: v.pipe(
      v.instance(Uint8Array),
      v.maxLength(mostPictureBytes),
      v.check((bytes) => isPicture(bytes)),
    ),
    /** Asks for the place again. */
    elsewhere: v.boolean(),
  }),
  /** Shows the file that was saved last, in the system's file manager. */
  'snapshots.show': nothing,

  /** Keeps a layout: in the place of the one with its id, else as a new one, at that place in the list or at its end. */
  'layouts.keep': v.strictObject({
    layout: layoutForm,
    at: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostLayouts))),
  }),
  /** Forgets a layout, never a camera. The last one stays: `gone`. */
  'layouts.remove': v.strictObject({ layoutId }),

  /** Which window asks. */
  'windows.own': nothing,
  /** From the first window the second one, and the first from that: opened where it was last, or brought to the front. */
  'windows.openOther': nothing,
  /** The asking window: the whole screen, or back. */
  'windows.toggleWholeScreen': nothing,
} satisfies Record<string, v.GenericSchema>;

export interface Graphics {
  /** It draws and composes what is on screen; else the processor does. */
  draws: boolean;
  /** It decodes video. */
  decodes: boolean;
}

export interface About {
  version: string;
  /** 'Electron 45.4.1', or the understudy's own name and version. */
  runtime: string;
  ffmpeg: string;
}

/** What each call resolves to. */
export interface CallResults {
  'app.state': AppState;
  'app.about': About;
  'app.graphics': Graphics;

  'vault.places': VaultPlace[];
  'vault.choosePlace': Outcome<VaultPlace | null>;
  'vault.create': Outcome<{ words: string[] }>;
  'vault.prove': Outcome<null>;
  'vault.wordsAgain': Outcome<{ words: string[] }>;
  'vault.startOver': Outcome<null>;
  'vault.open': Outcome<null>;
  'vault.openWithWords': Outcome<null>;
  'vault.retry': Outcome<null>;
  'vault.forget': Outcome<null>;
  'vault.status': Outcome<VaultStatus>;
  'vault.known': KnownVault[];
  'vault.switch': Outcome<null>;
  'vault.another': Outcome<null>;
  'vault.drop': Outcome<null>;
  'vault.move': Outcome<null>;
  'vault.moveState': MoveState;
  'vault.stopMove': Outcome<null>;
  'vault.goOnMoving': Outcome<null>;
  'vault.giveUpMove': Outcome<null>;
  'vault.newWords': Outcome<{ words: string[]; askedWords: [number, number] }>;
  'vault.proveNewWords': Outcome<null>;
  'vault.cancelNewWords': null;
  'vault.keys': Outcome<VaultKeyList>;
  'vault.addKey': Outcome<VaultKeyList>;
  'vault.removeKey': Outcome<VaultKeyList>;
  'vault.lock': Outcome<null>;
  'vault.unlock': Outcome<null>;
  'vault.setPassphrase': Outcome<null>;

  'cameras.list': Camera[];
  'cameras.statuses': CameraStatus[];
  'cameras.search': Search;
  'cameras.stopSearch': null;
  'cameras.readAddress': Outcome<AddressParts>;
  'cameras.try': Outcome<TryReport>;
  'cameras.stopTry': null;
  'cameras.add': Outcome<Camera>;
  'cameras.edit': Outcome<Camera>;
  'cameras.signIn': Outcome<null>;
  'cameras.checkSecurity': Outcome<SecurityFacts>;
  'cameras.setPaused': Outcome<null>;
  'cameras.tryNow': Outcome<null>;
  'cameras.remove': Outcome<null>;

  'ptz.move': Outcome<null>;
  'ptz.stop': Outcome<null>;
  'ptz.presets': Outcome<Preset[]>;
  'ptz.goTo': Outcome<null>;
  'ptz.store': Outcome<Preset[]>;
  'ptz.remove': Outcome<Preset[]>;
  'ptz.home': Outcome<null>;
  'ptz.storeHome': Outcome<null>;

  'library.spans': Outcome<Span[]>;
  'library.overview': Outcome<PackedSpans>;
  'library.cameras': { cameraId: string; name: string; removed: boolean }[];
  'library.holdings': Outcome<CameraHoldings>;
  'library.remove': Outcome<Holding>;

  'health.report': Outcome<HealthReport>;

  'events.list': Outcome<EventList>;
  'events.beside': Outcome<CameraEvent | null>;
  'events.ticks': Outcome<EventTicks[]>;
  'notices.take': Outcome<NoticePlace | null>;
  'notices.can': boolean;

  'clips.list': Outcome<ClipList>;
  'clips.measure': Outcome<{ sizeBytes: number }>;
  'clips.protect': Outcome<null>;
  'clips.rename': Outcome<null>;
  'clips.remove': Outcome<null>;

  'bookmarks.list': Outcome<Bookmark[]>;
  'bookmarks.add': Outcome<Bookmark>;
  'bookmarks.rename': Outcome<null>;
  'bookmarks.move': Outcome<null>;
  'bookmarks.remove': Outcome<null>;

  'retention.preview': Outcome<RetentionPreview>;

  'exports.list': ExportJob[];
  'exports.preview': Outcome<ExportShare[]>;
  'exports.paces': ExportPaces;
  'exports.place': ExportPlace | null;
  'exports.choosePlace': Outcome<ExportPlace | null>;
  'exports.start': Outcome<{ jobId: string }>;
  'exports.cancel': Outcome<null>;
  'exports.tryAgain': Outcome<null>;
  'exports.show': Outcome<null>;
  'exports.clear': null;
  'exports.checkEvidence': Outcome<EvidenceCheck>;
  'exports.fingerprint': string | null;

  'check.start': Outcome<null>;
  'check.stop': Outcome<null>;
  'check.state': CheckState;

  'leaving.choosePlace': Outcome<{
    placeId: string;
    folder: string;
    freeBytes: number;
    neededBytes: number;
  } | null>;
  'leaving.start': Outcome<null>;
  'leaving.stop': Outcome<null>;
  'leaving.resume': Outcome<null>;
  'leaving.forget': Outcome<null>;
  'leaving.show': Outcome<null>;
  'leaving.state': LeavingState;

  'motion.start': Outcome<null>;
  'motion.stop': Outcome<null>;
  'motion.state': MotionState;

  'privacy.start': Outcome<null>;
  'privacy.end': Outcome<null>;
  'privacy.state': Privacy | null;

  'settings.get': Settings;
  'settings.set': Outcome<Settings>;

  'snapshots.save': Outcome<{ name: string; folder: string } | null>;
  'snapshots.show': Outcome<null>;

  'layouts.keep': Outcome<Settings>;
  'layouts.remove': Outcome<Settings>;

  'windows.own': WindowName;
  'windows.openOther': Outcome<null>;
  'windows.toggleWholeScreen': null;
}

export type CallName = keyof typeof callArguments;
/** Bytes that a call's argument may hold beside the usual. */
export const heavyCalls: Partial<Record<CallName, number>> = { 'snapshots.save': mostPictureBytes };

export type CallArgument<Name extends CallName> = v.InferOutput<(typeof callArguments)[Name]>;
export type CallResult<Name extends CallName> = CallResults[Name];

/** One handler a call; app.ts builds it. `from`: the window whose page asks. */
export type Handlers = {
  [Name in CallName]: (argument: CallArgument<Name>, from?: WindowName) => Promise<CallResult<Name>>;
};

/** Fails to compile when a call has a check and no result, or a result and no check. */
export type EveryCallHasBoth = [Exclude<CallName, keyof CallResults>, Exclude<keyof CallResults, CallName>] extends [
  never,
  never,
]
  ? true
  : never;
export const everyCallHasBoth: EveryCallHasBoth = true;
