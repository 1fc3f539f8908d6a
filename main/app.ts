/**
 * The app without its window: composes the core and answers every call of the contract. Does not know Electron; what
 * it needs of the desktop (dialogs, showing a file) comes in as `Desk`. A call that needs an open vault, made while it
 * is closed or locked, is answered with the reason, never thrown, and nothing but the app's state is told meanwhile.
 */
import type { About, Graphics, Handlers } from './contract/calls.ts';
import type { WindowPlace } from './contract/layouts.ts';
import type { PassphraseUse, Settings } from './contract/model.ts';
import type { NoticePlace } from './contract/notices.ts';
import { bad, good, type Outcome } from './contract/problems.ts';
import { bookmarkCalls } from './app/calls/bookmarkCalls.ts';
import { cameraCalls } from './app/calls/cameraCalls.ts';
import { checkCalls } from './app/calls/checkCalls.ts';
import { clipCalls } from './app/calls/clipCalls.ts';
import { eventCalls } from './app/calls/eventCalls.ts';
import { exportCalls } from './app/calls/exportCalls.ts';
import { healthCalls } from './app/calls/healthCalls.ts';
import { keyCalls } from './app/calls/keyCalls.ts';
import { layoutCalls } from './app/calls/layoutCalls.ts';
import { leavingCalls } from './app/calls/leavingCalls.ts';
import { libraryCalls } from './app/calls/libraryCalls.ts';
import { retentionCalls } from './app/calls/retentionCalls.ts';
import type { Desk, Rooms } from './app/calls/rooms.ts';
import { noticeCalls } from './app/calls/noticeCalls.ts';
import { motionCalls } from './app/calls/motionCalls.ts';
import { placeCalls } from './app/calls/placeCalls.ts';
import { privacyCalls } from './app/calls/privacyCalls.ts';
import { ptzCalls } from './app/calls/ptzCalls.ts';
import { settingsCalls } from './app/calls/settingsCalls.ts';
import { snapshotCalls } from './app/calls/snapshotCalls.ts';
import { vaultCalls } from './app/calls/vaultCalls.ts';
import { windowCalls } from './app/calls/windowCalls.ts';
import type { House, Tell } from './app/house.ts';
import { Moving } from './app/moving/moving.ts';
import { NoticeDesk } from './app/notices/noticeDesk.ts';
import { Observing } from './app/notices/observing.ts';
import { Opening } from './app/opening.ts';
import { openHouse } from './app/openHouse.ts';
import { OpenStreams, type StreamPort } from './app/openStreams.ts';
import { Places } from './app/places.ts';
import { Tries } from './app/tries.ts';
import { whereVault } from './app/whereVault.ts';
import type { Log } from './core/log.ts';
import type { RecorderLimits } from './core/recorder/recorder.ts';
import { firstSettings } from './core/settings.ts';
import { Keychain } from './core/vault/keychain.ts';
import { findFfmpeg, type Ffmpeg } from './core/video/ffmpeg.ts';

export interface AppOptions {
  /** The app's own folder. */
  folder: string;
  /** Where the user keeps videos. */
  videosFolder: string;
  /** Nothing outside the two folders is looked at. */
  portable: boolean;
  about: Omit<About, 'ffmpeg'>;
  desk: Desk;
  log: Log;
  tell: Tell;
  /** Of the recorders, where they are to differ from the usual: the crash test has short recordings. */
  limits?: Partial<RecorderLimits>;
  /** The page that lies in evidence packs, as it was built; without it none are made. */
  evidencePage?: string;
  /** Loads the page anew, so that nothing of what it was told stays in it. Left out where there is no page. */
  forgetPage?: () => void;
  /** Left out where there is no page. */
  graphics?: () => Promise<Graphics>;
}

export interface App {
  handlers: Handlers;
  openStream(port: StreamPort): void;
  /** Opens the vault that was open last. */
  start(): Promise<void>;
  /** The computer woke up, or the network came back. */
  wake(): void;
  /** The computer goes to sleep: locks, where the user wants that. */
  sleep(): void;
  /** For so long there was no key and no mouse: locks, where the user wants that. */
  idle(seconds: number): void;
  /** The second window was opened, moved or (null) closed by the user: remembered in the settings. */
  secondWindow(place: WindowPlace | null): void;
  /** The user clicked a notice; a window is there or comes. */
  noticeClicked(place: NoticePlace): void;
  /** How many cameras are being recorded. */
  recordingCameras(): number;
  /** How many wait for an event to be recorded. */
  waitingCameras(): number;
  /** There is a camera to record, also one that is lost at the moment and will be recorded when it is back. */
  recordsCameras(): boolean;
  close(): Promise<void>;
}

type SecondWindow = Settings['secondWindow'];

export async function createApp(options: AppOptions): Promise<App> {
  const { desk, log } = options;
  const appName = `Nightjar ${options.about.version}`;
  const ffmpeg: Outcome<Ffmpeg> = await findFfmpeg();
  const keychain = new Keychain(process.env['NIGHTJAR_KEYCHAIN_SERVICE'] ?? 'Nightjar');
  const places = new Places(options.videosFolder, options.portable);
  const ended = new AbortController();
  let house: House | null = null;
  /** Of the house that was left last. */
  let lastSettings: Settings | null = null;
  const streams = new OpenStreams((error) => log.defect(error, 'playback'));

  /** Tells the page nothing of a vault that is not open, but that something about its recordings changed. */
  const tell: Tell = (name, value) => {
    if (name === 'app.changed' || opening.state.phase === 'open') options.tell(name, value);
    else opening.recordingChanged();
  };

  const where = whereVault(options.folder);
  const opening: Opening = new Opening({
    keychain,
    where,
    tries: new Tries(options.folder),
    changed(state) {
      tell('app.changed', state);
      moving.appChanged();
    },
    async enter(vault, warning, recorder) {
      if (!ffmpeg.ok) return ffmpeg;
      const passphrase = (): PassphraseUse => opening.passphraseUse;
      const opened = await openHouse({
        ...{ vault, keychain, ffmpeg: ffmpeg.value, log, tell, warning, recorder, passphrase },
        limits: options.limits,
        evidence: options.evidencePage === undefined ? undefined : { page: options.evidencePage, app: appName },
        diedMs: opening.diedMs,
      });
      if (!opened.ok) {
        await log.keepIn(null);
        return opened;
      }
      house = opened.value;
      const { open, place } = house.settings.value.secondWindow;
      try {
        if (open) desk.windows?.openSecond(place);
      } catch (error) {
        // The vault is open without it.
        log.defect(error, 'opening the second window');
      }
      return good(null);
    },
    async locked() {
      options.forgetPage?.();
      await Promise.all([streams.closeAll(), house?.lock()]);
    },
    async unlocked(warning) {
      await house?.unlock(warning);
    },
    recording: () => house?.recording() ?? null,
    defect: (error) => log.defect(error, 'opening the vault'),
    async leave() {
      // What they have open keeps the disk.
      await streams.closePlaybacks();
      const leaving = house;
      house = null;
      if (leaving) lastSettings = leaving.settings.value;
      await leaving?.close();
    },
    writable: () => void house?.diskIsBack(),
  });

  const moving: Moving = new Moving({
    where,
    changed: (state) => tell('move.changed', state),
    app: () => opening.state,
    relocate: (to, work) => opening.relocate(to, work),
    defect: (error) => log.defect(error, 'moving the vault'),
  });

  /** The open house, or why nothing of it is told. */
  function inside(): Outcome<House> {
    const { state } = opening;
    if (state.phase === 'closed') return bad(state.problem);
    if (state.phase === 'locked') return bad({ code: 'locked' });
    return house && state.phase === 'open' ? good(house) : bad({ code: 'gone' });
  }

  async function withHouse<Value>(work: (house: House) => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    const open = inside();
    if (!open.ok) return open;
    const answer = await work(open.value);
    const still = inside();
    return still.ok ? answer : still;
  }

  const observing = new Observing(options.folder);
  const notices = new NoticeDesk({
    observe: () => observing.of(house, opening.state.phase),
    board: desk.notices,
    defect: (error) => log.defect(error, 'notices'),
  });

  const rooms: Rooms = {
    ...{ opening, moving, where, places, desk, notices, log, tell },
    ended: ended.signal,
    theme: () => house?.settings.value.theme ?? firstSettings.theme,
    house: () => {
      const open = inside();
      return open.ok ? open.value : null;
    },
    withHouse,
  };

  const handlers: Handlers = {
    'app.state': async () => opening.state,
    'app.about': async () => ({
      ...options.about,
      ffmpeg: ffmpeg.ok ? `ffmpeg ${ffmpeg.value.version}` : 'ffmpeg is missing',
    }),

    'app.graphics': async () => (await options.graphics?.()) ?? { draws: false, decodes: false },

    ...vaultCalls(rooms),
    ...keyCalls(rooms),
    ...placeCalls(rooms),
    ...cameraCalls(rooms),
    ...ptzCalls(rooms),
    ...libraryCalls(rooms),
    ...healthCalls(rooms),
    ...noticeCalls(rooms),
    ...clipCalls(rooms),
    ...bookmarkCalls(rooms),
    ...eventCalls(rooms),
    ...retentionCalls(rooms),
    ...exportCalls(rooms),
    ...checkCalls(rooms),
    ...leavingCalls(rooms),
    ...motionCalls(rooms),
    ...privacyCalls(rooms),
    ...settingsCalls(rooms),
    ...snapshotCalls(rooms),
    ...layoutCalls(rooms),
    ...windowCalls(rooms),
  };

  /** While the vault moves, those that it had; the lock comes as soon as it is in its new place. */
  function lockSettings(): Settings | null {
    return house?.settings.value ?? (opening.state.phase === 'moving' ? lastSettings : null);
  }

  /** No effect without a passphrase. */
  function lock(): void {
    const { phase } = opening.state;
    if (phase !== 'open' && phase !== 'moving') return;
    opening.lock().catch((error: unknown) => log.defect(error, 'locking'));
  }

  return {
    handlers,
    openStream(port) {
      const open = rooms.house();
      if (open) streams.open(open, port);
      else port.close();
    },
    async start() {
      await moving.settle();
      await opening.start();
    },
    sleep() {
      void house?.ptz.stopAll();
      if (lockSettings()?.lockOnSuspend === true) lock();
    },
    idle(seconds) {
      const minutes = lockSettings()?.lockAfterMinutes ?? null;
      if (minutes !== null && seconds >= minutes * 60) lock();
    },
    wake() {
      notices.slept();
      house?.watching.tryNow();
    },
    noticeClicked(place) {
      notices.clicked(place);
      tell('notices.changed', { clicked: true });
    },
    secondWindow(place) {
      const after = (before: SecondWindow): SecondWindow =>
        place === null ? { ...before, open: false } : { ...before, open: true, place };
      void house?.settings
        .update((value) => ({ ...value, secondWindow: after(value.secondWindow) }))
        .catch((error: unknown) => log.defect(error, 'second window'));
    },
    recordingCameras: () => house?.recording().cameras ?? 0,
    waitingCameras: () =>
      house?.watching.statuses().filter(({ wanted }) => !wanted.records && wanted.cause === 'noEvent').length ?? 0,
    recordsCameras: () => (house?.recording().of ?? 0) > 0,
    async close() {
      ended.abort();
      notices.close();
      await moving.close();
      await opening.close();
    },
  };
}
