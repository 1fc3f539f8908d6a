/**
 * The app's one window. Made when it is wanted, gone when the user closes it, made anew when wanted again; recording
 * does not depend on it. Shows itself when the page has painted, so that nobody sees a white flash. Reloads the page
 * after a crash of its process (crash.ts says how often). Which page and what it may do: guard.ts.
 */
import { BrowserWindow, type Session, type WebContents } from 'electron';
import { guardedPreferences } from './guard.ts';
import { pageAddress } from './ownPage.ts';

export interface WindowPlan {
  session: Session;
  preloadFile: string;
  iconFile: string;
  /** The page is gone: its streams end. */
  onPageGone: () => void;
  /** A window was made, for those who watch over it. */
  onMade: (contents: WebContents) => void;
  defect: (error: unknown, where: string) => string;
}

export class MainWindow {
  readonly #plan: WindowPlan;
  #window: BrowserWindow | null = null;

  constructor(plan: WindowPlan) {
    this.#plan = plan;
  }

  get contents(): WebContents | null {
    return this.#window && !this.#window.isDestroyed() ? this.#window.webContents : null;
  }

  /** Brings the window to the front, and makes it where there is none. */
  open(): void {
    if (!this.#window) {
      this.#make();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  toggleFullScreen(): void {
    this.#window?.setFullScreen(!this.#window.isFullScreen());
  }

  #make(): void {
    const { session, preloadFile, iconFile, onPageGone, onMade, defect } = this.#plan;
    const window = new BrowserWindow({
      title: 'Nightjar',
      width: 1440,
      height: 900,
      minWidth: 1024,
      minHeight: 640,
      backgroundColor: '#101315',
      icon: iconFile,
      show: false,
      autoHideMenuBar: true,
      webPreferences: guardedPreferences(preloadFile, session),
    });
    this.#window = window;
    window.once('ready-to-show', () => window.show());
    window.once('closed', () => {
      this.#window = null;
      onPageGone();
    });
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) onPageGone();
    });
    window.webContents.on('render-process-gone', onPageGone);
    onMade(window.webContents);
    window.loadURL(pageAddress).catch((error: unknown) => {
      // A window closed while it loads ends its load; nobody is there to miss it.
      if (!window.isDestroyed()) defect(error, 'load page');
    });
  }
}
