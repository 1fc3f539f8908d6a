/**
 * The desktop around the app: sleep and waking, the network's coming and going, the tray, the menu, the blocker that
 * keeps the computer from sleeping while it records, and an orderly end. Quitting waits for the program to seal what
 * it holds, but no longer than its deadline: a hung disk must not keep the computer from shutting down.
 */
import { app, Menu, nativeImage, net, powerMonitor, powerSaveBlocker, Tray } from 'electron';
import { en } from '../contract/text/en.ts';

const words = en.desktop;
const networkEveryMs = 3000;
/** Locking may be this late. */
const idleEveryMs = 5000;
/** Who used nothing for so long may be away. */
const thereSeconds = 60;
const quitDeadlineMs = 10_000;

export interface DesktopPlan {
  trayIconFile: string;
  openWindow: () => void;
  toggleFullScreen: () => void;
  /** The computer goes to sleep, or its screen is locked (macOS and Windows say so). */
  onSuspend: () => void;
  /** For so long there was no key and no mouse, in any program. */
  onIdle(seconds: number): void;
  onResume: () => void;
  onNetwork(online: boolean): void;
  /** Whether the app stays when its window is closed. */
  keepsRunning(): boolean;
  /** Ends recording in order. Called once. */
  close(): Promise<void>;
  defect: (error: unknown, where: string) => string;
}

export class Desktop {
  readonly #plan: DesktopPlan;
  #tray: Tray | null = null;
  #blocker: number | null = null;
  #screenIsLocked = false;
  #quit: 'no' | 'closing' | 'closed' = 'no';

  constructor(plan: DesktopPlan) {
    this.#plan = plan;
    powerMonitor.on('suspend', () => plan.onSuspend());
    powerMonitor.on('lock-screen', () => {
      this.#screenIsLocked = true;
      plan.onSuspend();
    });
    powerMonitor.on('unlock-screen', () => (this.#screenIsLocked = false));
    setInterval(() => plan.onIdle(powerMonitor.getSystemIdleTime()), idleEveryMs).unref();
    powerMonitor.on('resume', () => plan.onResume());
    this.#watchNetwork();
    this.#makeMenu();
    this.#makeTray();
    app.on('second-instance', () => plan.openWindow());
    app.on('activate', () => plan.openWindow());
    app.on('window-all-closed', () => {
      if (this.#quit === 'no' && !plan.keepsRunning()) app.quit();
    });
    app.on('before-quit', (event) => {
      if (this.#quit === 'closed') return;
      event.preventDefault();
      if (this.#quit === 'no') void this.#closeThenQuit();
    });
  }

  /** How many cameras are being recorded, or wait for an event: with one or more, the computer is kept from sleeping. */
  setRecording(cameras: number, waiting = 0): void {
    const keepsAwake = cameras + waiting > 0;
    this.#tray?.setToolTip(cameras === 0 ? words.notRecording : words.recording(cameras));
    if (keepsAwake && this.#blocker === null) {
      this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else if (!keepsAwake && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }

  /** Keys or mouse were used just now, and the screen is not locked (macOS and Windows say so). */
  isSomebodyThere(): boolean {
    return !this.#screenIsLocked && powerMonitor.getSystemIdleTime() < thereSeconds;
  }

  async #closeThenQuit(): Promise<void> {
    this.#quit = 'closing';
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => deadline.reject(new Error('closing took too long')), quitDeadlineMs);
    try {
      await Promise.race([this.#plan.close(), deadline.promise]);
    } catch (error) {
      this.#plan.defect(error, 'quit');
    } finally {
      clearTimeout(timer);
    }
    this.setRecording(0);
    this.#tray?.destroy();
    this.#tray = null;
    this.#quit = 'closed';
    app.quit();
  }

  /** A hint, asked from the system: main has no event for it. */
  #watchNetwork(): void {
    let online = net.isOnline();
    setInterval(() => {
      const now = net.isOnline();
      if (now === online) return;
      online = now;
      this.#plan.onNetwork(now);
    }, networkEveryMs).unref();
  }

  #makeTray(): void {
    try {
      const tray = new Tray(nativeImage.createFromPath(this.#plan.trayIconFile));
      tray.setToolTip(words.notRecording);
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: words.openWindow, click: () => this.#plan.openWindow() },
          { type: 'separator' },
          { label: words.quit, click: () => app.quit() },
        ]),
      );
      tray.on('click', () => this.#plan.openWindow());
      this.#tray = tray;
    } catch (error) {
      // A desktop without a tray: starting Nightjar again brings its window back.
      this.#plan.defect(error, 'tray');
    }
  }

  /** Hidden on Windows and Linux until Alt is pressed; its keys work all the same. */
  #makeMenu(): void {
    Menu.setApplicationMenu(
      Menu.buildFromTemplate([
        {
          label: 'Nightjar',
          submenu: [{ label: words.quit, accelerator: 'CmdOrCtrl+Q', click: () => app.quit() }],
        },
        { role: 'editMenu' },
        {
          label: words.view,
          submenu: [
            { label: words.wholeScreen, accelerator: 'F11', click: () => this.#plan.toggleFullScreen() },
            { label: words.closeWindow, accelerator: 'CmdOrCtrl+W', role: 'close' },
          ],
        },
      ]),
    );
  }
}
