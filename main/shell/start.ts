/**
 * The start order, in one place: guard the process, refuse a second instance, wait for Electron, guard the sessions,
 * serve the page, open the window and the program side by side (the page waits for its first answer, not for a
 * white screen). What the program is, it does not know: app.ts hands it in. A program that does not open is a defect
 * with its id on screen, and the app ends.
 */
import path from 'node:path';
import { app, dialog } from 'electron';
import type { Graphics, Handlers } from '../contract/calls.ts';
import type { EventName, Events } from '../contract/events.ts';
import type { WindowPlace } from '../contract/layouts.ts';
import type { WindowName } from '../contract/model.ts';
import type { NoticePlace } from '../contract/notices.ts';
import { en } from '../contract/text/en.ts';
import { openBridge, sendEvent } from './bridge.ts';
import { Calls } from './calls.ts';
import { catchDefects, reloadAfterCrash } from './crash.ts';
import { Desktop } from './desktop.ts';
import { openDialogs, type Dialogs } from './dialogs.ts';
import { watchGraphics } from './graphics.ts';
import { SystemNotices } from './notices.ts';
import { guardProcess, guardSessions } from './guard.ts';
import { servePage } from './page.ts';
import { Streams, type StreamPort } from './streams.ts';
import { AppWindows } from './window.ts';

/** What the shell offers to the program. */
export interface Shell {
  /** Where the app keeps what is not in the vault: which folder the vault is, and nothing that is secret. */
  userDataFolder: string;
  /** The user's own folder for videos: the first suggestion for a vault. */
  videosFolder: string;
  /** Everything lies below the folder in NIGHTJAR_HOME, for tests and the demo; never in a packaged app. */
  portable: boolean;
  /** A closed window can be had back by the tray; false in the understudy and where everything lies in one folder. */
  tray: boolean;
  version: string;
  /** 'Electron 45.4.1', or the understudy's own name and version. */
  runtime: string;
  packaged: boolean;
  dialogs: Dialogs;
  /** Of the second window: at that place, or (null) on another screen than the first one. */
  openSecondWindow(place: WindowPlace | null): void;
  openMainWindow(): void;
  toggleWholeScreen(window: WindowName): void;
  /** To every page; lost when there is none, which does no harm: each event holds the whole new value. */
  emit<Name extends EventName>(name: Name, value: Events[Name]): void;
  /** Loads each page anew: nothing of what it was told stays in it. */
  forgetPage(): void;
  graphics(): Promise<Graphics>;
  notices: SystemNotices<NoticePlace>;
  /** Somebody used keys or mouse just now, and a window of the app is in front. */
  isSeen(): boolean;
  /**
   * How many cameras are being recorded: keeps the computer awake, and is said in the tray. `waiting`: cameras that are to
   * be recorded as soon as they tell of an event keep it awake, too.
   */
  setRecording(cameras: number, waiting?: number): void;
}

/** What the shell asks of the program. */
export interface Program {
  handlers: Handlers;
  openStream(stream: StreamPort): void;
  /** Whether recording goes on when the window is closed. */
  keepsRunning(): boolean;
  suspend(): void;
  /** For so long there was no key and no mouse. */
  idle(seconds: number): void;
  resume(): void;
  network(online: boolean): void;
  /** Where the second window is; null: the user closed it. */
  secondWindow(place: WindowPlace | null): void;
  /** The user clicked a notice; the first window is in front. */
  noticeClicked(place: NoticePlace): void;
  close(): Promise<void>;
}

export interface ShellPlan {
  /** The built page. */
  pageFolder: string;
  preloadFile: string;
  /** Tray and window icons. */
  resourcesFolder: string;
  /** Logs a defect and returns its id. Must work before the program is open. */
  defect: (error: unknown, where: string) => string;
  open: (shell: Shell) => Promise<Program>;
}

/** Called at the top of index.ts, before anything is awaited. */
export function startShell(plan: ShellPlan): void {
  catchDefects(plan.defect);
  if (!guardProcess()) {
    dialog.showErrorBox(en.desktop.cannotStart, en.desktop.openToOthers);
    app.exit(64);
    return;
  }
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  // Windows shows the notifications of an app that it knows by the name it was installed under.
  if (process.platform === 'win32') app.setAppUserModelId('example.nightjar.desktop');
  const graphics = watchGraphics(app);
  app
    .whenReady()
    .then(() => run(plan, graphics))
    .catch((error: unknown) => giveUp(plan, error));
}

function giveUp(plan: ShellPlan, error: unknown): void {
  const id = plan.defect(error, 'start');
  dialog.showErrorBox(en.desktop.cannotStart, en.desktop.cannotStartCause(id));
  app.exit(70);
}

async function run(plan: ShellPlan, graphics: () => Promise<Graphics>): Promise<void> {
  const { defect } = plan;
  const session = await guardSessions();
  servePage(session, plan.pageFolder);

  const opened = Promise.withResolvers<Program>();
  // Awaited at the end of this function; what awaits it earlier gets its failure too.
  opened.promise.catch(() => undefined);
  let program: Program | null = null;

  const calls = new Calls({ handlers: then(opened.promise, (each) => each.handlers), defect });
  const streams = new Streams({
    open: then(opened.promise, (each) => (stream: StreamPort) => each.openStream(stream)),
    defect,
  });
  const windows = new AppWindows({
    session,
    preloadFile: plan.preloadFile,
    iconFile: `${plan.resourcesFolder}/nightjar.png`,
    onPageGone: (window) => streams.closeAll(window),
    onMade: (contents) => reloadAfterCrash(contents, defect),
    onSecond: (place) => program?.secondWindow(place),
    defect,
  });
  function emit<Name extends EventName>(name: Name, value: Events[Name]): void {
    for (const contents of windows.contents) sendEvent(contents, name, value);
  }
  openBridge({ calls, streams, windowOf: (contents) => windows.nameOf(contents) });
  const desktop = new Desktop({
    trayIconFile: `${plan.resourcesFolder}/${process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'}`,
    openWindow: () => windows.openMain(),
    toggleFullScreen: () => windows.toggleFullScreen(null),
    onSuspend: () => program?.suspend(),
    onIdle: (seconds) => program?.idle(seconds),
    onResume: () => program?.resume(),
    onNetwork: (online) => {
      program?.network(online);
      emit('network.changed', { online });
    },
    keepsRunning: () => program?.keepsRunning() ?? false,
    close: async () => {
      windows.end();
      streams.closeAll();
      await (await opened.promise).close();
    },
    defect,
  });
  windows.openMain();

  const home = app.isPackaged ? null : (process.env['NIGHTJAR_HOME'] ?? null);
  const shell: Shell = {
    userDataFolder: app.getPath('userData'),
    videosFolder: home === null ? app.getPath('videos') : path.join(home, 'videos'),
    portable: home !== null,
    tray: home === null && process.versions['understudy'] === undefined,
    version: app.getVersion(),
    runtime: runtimeName(),
    packaged: app.isPackaged,
    dialogs: openDialogs(),
    openSecondWindow: (place) => windows.openSecond(place),
    openMainWindow: () => windows.openMain(),
    toggleWholeScreen: (window) => windows.toggleFullScreen(window),
    emit,
    forgetPage() {
      for (const contents of windows.contents) contents.reload();
    },
    graphics,
    notices: new SystemNotices<NoticePlace>(`${plan.resourcesFolder}/nightjar.png`, (place) => {
      windows.openMain();
      program?.noticeClicked(place);
    }),
    isSeen: () => desktop.isSomebodyThere() && windows.hasFocus,
    setRecording: (cameras, waiting) => desktop.setRecording(cameras, waiting),
  };
  try {
    program = await plan.open(shell);
    opened.resolve(program);
  } catch (error) {
    opened.reject(error);
    throw error;
  }
}

/** A promise of a part; its failure is the whole's, and is reported there. */
function then<Whole, Part>(whole: Promise<Whole>, part: (value: Whole) => Part): Promise<Part> {
  const promise = whole.then(part);
  promise.catch(() => undefined);
  return promise;
}

function runtimeName(): string {
  const { understudy, electron } = process.versions;
  return understudy === undefined ? `Electron ${electron}` : `Understudy of Electron ${electron}`;
}
