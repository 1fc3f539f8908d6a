/**
 * Puts together what lives while a vault is open, in the right order (what a crash left is put right before anything
 * records); `close` takes it apart in reverse, with every open recording finished. Nothing in here knows Electron.
 */
import type { PassphraseUse, VaultStatus } from '../contract/model.ts';
import { bad, good, type Outcome, type Problem } from '../contract/problems.ts';
import { Cameras } from '../core/cameras/cameras.ts';
import { Discovery } from '../core/cameras/discovery.ts';
import { Ptz } from '../core/cameras/ptz.ts';
import { Bookmarks } from '../core/library/bookmarks.ts';
import { EventStore } from '../core/library/eventStore.ts';
import { Library } from '../core/library/library.ts';
import { isFull, roomOf } from '../core/library/retention.ts';
import type { Log } from '../core/log.ts';
import type { RecorderLimits } from '../core/recorder/recorder.ts';
import { removeTemporaries } from '../core/vault/durable.ts';
import type { Vault } from '../core/vault/folder.ts';
import type { Keychain } from '../core/vault/keychain.ts';
import type { RecorderKey } from '../core/vault/recorderKey.ts';
import { sealToFile } from '../core/vault/sealedFile.ts';
import { freeBytesOf } from '../core/vault/vaultError.ts';
import { VaultKeys } from '../core/vault/vaultKeys.ts';
import type { Ffmpeg } from '../core/video/ffmpeg.ts';
import { firstPicture } from '../core/video/snapshot.ts';
import { atMostEvery } from './atMostEvery.ts';
import { CameraEvents } from './cameraEvents.ts';
import { DiskWarnings } from './diskWarnings.ts';
import { openDocuments } from './documents.ts';
import type { EvidenceParts } from './evidence.ts';
import { HealthDesk } from './health/healthDesk.ts';
import type { House, Tell } from './house.ts';
import { Jobs } from './jobs.ts';
import { Keeping } from './keeping.ts';
import { watchNetworks } from './network.ts';
import { NewWords } from './newWords.ts';
import { TimeAgain } from './timeAgain.ts';
import { Privacy } from './privacy.ts';
import { PuttingRight } from './puttingRight.ts';
import { recordingCount } from './recordingCount.ts';
import { Watching } from './watching.ts';

export interface HouseOptions {
  vault: Vault;
  keychain: Keychain;
  ffmpeg: Ffmpeg;
  log: Log;
  tell: Tell;
  /** Something the user should know about the vault's folder. */
  warning: Problem | null;
  /** Of the recorders, where they are to differ from the usual. */
  limits?: Partial<RecorderLimits> | undefined;
  /** What evidence packs are made with; without it none are made. */
  evidence?: Pick<EvidenceParts, 'page' | 'app'> | undefined;
  /** Opens the cameras' list and the settings while the vault is locked; needed until `openHouse` resolves. */
  recorder: RecorderKey | null;
  passphrase: () => PassphraseUse;
  /** When the program that had the vault before died at it, where it did. */
  diedMs?: number | null;
}

export async function openHouse(options: HouseOptions): Promise<Outcome<House>> {
  const { vault, keychain, ffmpeg, log, tell } = options;
  // What a killed Nightjar was about to put in a place; a folder that cannot be listed is told by what follows.
  await removeTemporaries(vault.folder).catch(() => undefined);
  // Before anything is sealed: vault.json may name keys that nobody added. While it is locked the keychain says them.
  const opened = vault.identity ? await VaultKeys.open(vault) : good(null);
  if (!opened.ok) return opened;
  let keys = opened.value;
  await log.keepIn(async (text) => {
    if ((await vault.away()) === null) {
      await sealToFile(vault.path('log.txt.age'), vault.recipients, Buffer.from(text));
    }
  });

  const sealedCredentials = options.passphrase() === 'vault';
  const documents = await openDocuments({ vault, keychain, recorder: options.recorder, sealedCredentials });
  if (!documents.ok) return documents;
  const { settings, cameras: store, credentials } = documents.value;

  const defect = (where: string) => (error: unknown) => log.defect(error, where);
  const libraryTold = atMostEvery(1000, (cameraId) => tell('library.changed', { cameraId }));
  const library = new Library({
    vault,
    on: {
      changed: libraryTold.tell,
      removed: (cameraId, span) => tell('recordings.removed', { cameraId, ...span }),
    },
  });
  const eventsTold = atMostEvery(1000, (cameraId) => tell('events.changed', { cameraId }));
  const eventStore = new EventStore({
    vault,
    on: { lost: (events) => log.note('events lost', { events }), defect: defect('events') },
  });
  await eventStore.tidy();

  const discovery: Discovery = new Discovery({
    on: (search) => tell('search.changed', search),
    known: (host, port) => cameras.idAt(host, port),
  });
  const cameras: Cameras = new Cameras({
    store,
    keychain: credentials ?? keychain,
    found: (key) => discovery.target(key),
    async firstPicture(source, signal) {
      const picture = await firstPicture(ffmpeg, source, signal);
      return picture.ok ? picture.value : null;
    },
    changed: (list) => tell('cameras.changed', list),
    answered: (cameraId) => {
      ptz.learn(cameraId);
      cameraEvents.answered(cameraId);
    },
  });
  const ptz = new Ptz({
    wayTo: (cameraId) => cameras.wayTo(cameraId),
    learned: (cameraId, moves) => cameras.keepMoves(cameraId, moves),
    defect: defect('moving a camera'),
  });

  const bookmarks = await Bookmarks.open(vault, (list) => tell('bookmarks.changed', list));
  const cameraEvents = new CameraEvents({
    wayTo: (cameraId) => cameras.wayTo(cameraId),
    store: eventStore,
    on: { changed: eventsTold.tell, note: (what, details) => log.note(what, details), defect: defect('events') },
  });

  let { warning } = options;
  const keeping: Keeping = await Keeping.open({
    ...{ vault, settings, cameras, library, log, events: eventStore },
    on: {
      clips: (list) => tell('clips.changed', list),
      status: () => tellStatus(),
      deleting: (cameraId) => watching.cut(cameraId),
      eventsDeleted: eventsTold.tell,
      async forgotten(cameraId) {
        const went = await Promise.all([jobs.forgetCamera(cameraId), health.clocks.forgetCamera(cameraId)]);
        const marked = await bookmarks.forgetCamera(cameraId);
        if (went.every((one) => one)) return marked;
        return bad(vault.identity ? { code: 'diskReadOnly', folder: vault.folder } : { code: 'keyMissing' });
      },
      deleted: (cameraId) => {
        tell('library.changed', { cameraId });
        // One that was removed may be in nobody's list any more.
        tell('cameras.changed', cameras.list());
      },
    },
  });
  const status = async (): Promise<VaultStatus> => {
    const away = await vault.away();
    return {
      folder: vault.folder,
      // The exact figure is told when every day was looked at.
      usedBytes: await library.knownBytes(),
      // Where the drive was, the room is another disk's.
      freeBytes: away?.code === 'vaultMissing' ? 0 : await freeBytesOf(vault.folder),
      keepBytes: await keeping.keepBytes(),
      oldestMs: await library.oldestMs(),
      passphrase: options.passphrase(),
      warning:
        away ??
        diskWarnings.current ??
        store.warning ??
        credentials?.warning ??
        keys?.warning ??
        warning ??
        settings.warning ??
        keeping.warning ??
        bookmarks.warning,
    };
  };
  const tellStatus = (): void => void status().then((now) => tell('vault.changed', now), defect('vault status'));
  const diskWarnings = new DiskWarnings(vault.folder, tellStatus);

  const watching = new Watching({
    ffmpeg,
    vault,
    library,
    sourceOf: (cameraId, role) => cameras.sourceOf(cameraId, role),
    clockOffsetMs: (cameraId) => cameras.clockOffsetMs(cameraId),
    ear: cameraEvents,
    limits: options.limits,
    on: {
      status: (now) => {
        diskWarnings.status(now);
        tell('status.changed', now);
        cameraEvents.status(now);
        // Nobody sees any more where it moves to.
        if (now.stream.state === 'lost') void ptz.stop(now.cameraId);
      },
      trouble: (cameraId, problem) => {
        log.note('recording stopped', { camera: cameraId, code: problem.code });
        diskWarnings.trouble(cameraId, problem);
        // Somebody else filled the disk: the oldest recordings make room at once.
        if (problem.code === 'diskFull') keeping.retention.soon();
      },
      finished: () => {
        keeping.retention.soon();
        tellStatus();
      },
      note: (what, details) => log.note(what, details),
      defect: defect('recording'),
    },
  });
  const privacy = new Privacy({
    settings,
    on: {
      changed: (state) => {
        watching.setPrivacy(state);
        // Nobody is moved about whom nobody sees.
        if (state) void ptz.stopAll();
        tell('privacy.changed', { privacy: state });
      },
      defect: defect('privacy'),
    },
  });
  const jobs = new Jobs({
    ...{ vault, ffmpeg, library, cameras, log, tell },
    statuses: () => watching.statuses(),
    clocks: () => health.clocks,
    evidence: options.evidence,
  });
  const { exporter, leaving, checking, motion } = jobs;
  const health: HealthDesk = new HealthDesk({
    ...{ vault, library, status },
    cameras: () => cameras.list(),
    settings: () => settings.value,
    on: { changed: (complete) => tell('health.changed', { complete }), defect: defect('health') },
  });

  // On a full disk room comes first: what was cut off is finished by writing it anew.
  if (isFull(await roomOf(vault.folder).catch(() => null))) await keeping.retention.check();
  const puttingRight = new PuttingRight({
    ...{ vault, library, log },
    absence: {
      cameras: cameras.list(),
      privacy: settings.value.privacy,
      diedMs: options.diedMs ?? null,
      startedMs: Date.now(),
    },
    on: { status: tellStatus },
  });
  await puttingRight.start();

  privacy.look();
  watching.setPrivacy(privacy.state);
  for (const camera of cameras.list()) {
    cameraEvents.follow(camera);
    await watching.watch(camera);
  }
  puttingRight.lookAround();
  jobs.begin();
  keeping.retention.soon();
  const leftEntries =
    cameras.entriesToGo > 0 ? cameras.removeLeftEntries().then(tellStatus, defect('entries of removed cameras')) : null;
  const networks = watchNetworks((online) => {
    tell('network.changed', { online });
    if (!online) return;
    watching.tryNow();
    cameraEvents.tryNow();
  });

  const timeAgain = new TimeAgain({
    ...{ vault, library, statuses: () => watching.statuses() },
    defect: defect('what is told of times that come again'),
  });
  const newWords = new NewWords(vault);
  let closed = false;
  return good({
    vault,
    get keys() {
      return keys;
    },
    newWords,
    settings,
    cameras,
    ptz,
    discovery,
    privacy,
    motion,
    library,
    bookmarks,
    eventStore,
    cameraEvents,
    watching,
    exporter,
    leaving,
    checking,
    health,
    keeping,
    status,
    async resealDocuments() {
      const sealed = await documents.value.sealAgain();
      const clips = sealed.ok ? await keeping.clips.sealAgain() : sealed;
      const all = clips.ok ? await bookmarks.sealAgain() : clips;
      tellStatus();
      return all;
    },
    recording: () => recordingCount(cameras.list(), watching.statuses(), privacy.state),
    async lock() {
      newWords.cancel();
      discovery.stop();
      cameras.stopTry();
      void ptz.stopAll();
      for (const one of [eventStore, bookmarks, library, keeping.clips]) one.lock();
      await Promise.all([jobs.lock(), health.lock()]);
    },
    async unlock(found) {
      const opened = keys ? good(keys) : await VaultKeys.open(vault);
      if (opened.ok) keys = opened.value;
      await bookmarks.read();
      await keeping.unlocked();
      warning = found ?? (opened.ok ? warning : opened.problem);
      puttingRight.unlocked();
      jobs.begin();
    },
    async removeCamera(camera, recordings, clips) {
      // Its name stays until nothing of it is left, so that what a crash leaves half way can be found.
      const removed = await cameras.remove(camera.id, true);
      if (!removed.ok && cameras.list().some(({ id }) => id === camera.id)) return removed;
      ptz.forget(camera.id);
      cameraEvents.forget(camera.id);
      await watching.forget(camera.id);
      await cameraEvents.quiet();
      diskWarnings.forget(camera.id);
      const gone =
        recordings === 'delete' ? await keeping.deleteRecordings(camera.id, clips) : await keeping.forgetGone();
      tell('library.changed', { cameraId: camera.id });
      tellStatus();
      return gone.ok ? removed : gone;
    },
    async diskIsBack() {
      await puttingRight.diskIsBack();
      keeping.retention.soon();
      tellStatus();
    },
    async close() {
      if (closed) return;
      closed = true;
      const ends = [
        // First: what forgets a camera needs everything that names it.
        () => keeping.close(),
        () => newWords.cancel(),
        () => networks.close(),
        () => discovery.stop(),
        () => cameras.close(),
        () => Promise.all([ptz.close(), leftEntries]),
        () => Promise.all([health.close(), jobs.close()]),
        () => privacy.close(),
        () => timeAgain.close(),
        () => cameraEvents.close(),
        () => watching.close(),
        () => eventStore.close(),
        () => eventsTold.close(),
        () => puttingRight.close(),
        () => library.close(),
        () => libraryTold.close(),
        () => log.keepIn(null),
      ];
      await oneAfterAnother(ends, defect('closing the vault'));
      vault.close();
    },
  });
}

/** Whatever one of them throws, the next ones are ended too: a recording that is not finished is cut off. */
async function oneAfterAnother(ends: readonly (() => unknown)[], defect: (error: unknown) => void): Promise<void> {
  for (const end of ends) {
    try {
      await end();
    } catch (error) {
      defect(error);
    }
  }
}
