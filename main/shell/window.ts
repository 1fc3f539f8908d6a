/**
 * The app's windows: the first one, and a second one for another monitor, which show the same page. Each is made when it
 * is wanted, gone when the user closes it, made anew when wanted again; recording does not depend on them. A window
 * shows itself when the page has painted, so that nobody sees a white flash, and loads the page again after a crash of
 * its process (crash.ts says how often). Which page and what it may do is the same for both: guard.ts.
 */
import { BrowserWindow, screen, type Session, type WebContents } from 'electron';
import type { WindowPlace } from '../contract/layouts.ts';
import type { WindowName } from '../contract/model.ts';
import { guardedPreferences } from './guard.ts';
import { pageAddress } from './ownPage.ts';
import { leastSize, placeOn } from './windowPlace.ts';

export interface WindowPlan {
  session: Session;
  preloadFile: string;
  iconFile: string;
  /** The page of that window is gone: its streams end. */
  onPageGone: (window: WindowName) => void;
  /** A window was made, for those who watch over it. */
  onMade: (contents: WebContents) => void;
  /** Where the second window is, when it was opened or moved; null when the user closed it. */
  onSecond: (place: WindowPlace | null) => void;
  defect: (error: unknown, where: string) => string;
}

/** A window that is being moved is told of when it rests. */
const restsAfterMs = 1000;

export class AppWindows {
  readonly #plan: WindowPlan;
  readonly #open = new Map<WindowName, BrowserWindow>();
  #rests: NodeJS.Timeout | undefined;
  /** The windows are closed by the app's end, not by the user. */
  #ending = false;

  constructor(plan: WindowPlan) {
    this.#plan = plan;
  }

  /** The contents of every window that is open. */
  get contents(): WebContents[] {
    return [...this.#open.values()].filter((window) => !window.isDestroyed()).map(({ webContents }) => webContents);
  }

  /** One of them is in front. */
  get hasFocus(): boolean {
    return BrowserWindow.getFocusedWindow() !== null;
  }

  /** Which of the app's own windows it is; null for any other. */
  nameOf(contents: WebContents): WindowName | null {
    for (const [name, window] of this.#open) if (!window.isDestroyed() && window.webContents === contents) return name;
    return null;
  }

  /** Brings the first window to the front, and makes it where there is none. */
  openMain(): void {
    if (!this.#toFront('main')) this.#make('main', { width: 1440, height: 900 });
  }

  /** As `openMain`. A new one goes where it was last, or to another screen than the first one. */
  openSecond(last: WindowPlace | null): void {
    if (this.#toFront('second')) return;
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
    const { wholeScreen, ...bounds } = placeOn(areas, last, this.#open.get('main')?.getNormalBounds() ?? null);
    const window = this.#make('second', bounds);
    if (wholeScreen) window.once('show', () => window.setFullScreen(true));
    this.#watchPlace(window);
  }

  /** null: the window that has the focus. */
  toggleFullScreen(name: WindowName | null): void {
    const window = name === null ? BrowserWindow.getFocusedWindow() : this.#open.get(name);
    window?.setFullScreen(!window.isFullScreen());
  }

  /** From here on a window that closes was not closed by the user. */
  end(): void {
    this.#ending = true;
    clearTimeout(this.#rests);
  }

  #toFront(name: WindowName): boolean {
    const window = this.#open.get(name);
    if (!window) return false;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    return true;
  }

  #make(name: WindowName, bounds: { x?: number; y?: number; width: number; height: number }): BrowserWindow {
    const { session, preloadFile, iconFile, onPageGone, onMade, defect } = this.#plan;
    const window = new BrowserWindow({
      title: 'Nightjar',
      ...bounds,
      minWidth: leastSize.width,
      minHeight: leastSize.height,
      backgroundColor: '#101315',
      icon: iconFile,
      show: false,
      autoHideMenuBar: true,
      webPreferences: guardedPreferences(preloadFile, session),
    });
    this.#open.set(name, window);
    window.once('ready-to-show', () => window.show());
    window.once('closed', () => {
      this.#open.delete(name);
      onPageGone(name);
    });
    window.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) onPageGone(name);
    });
    window.webContents.on('render-process-gone', () => onPageGone(name));
    onMade(window.webContents);
    window.loadURL(pageAddress).catch((error: unknown) => {
      // A window closed while it loads ends its load; nobody is there to miss it.
      if (!window.isDestroyed()) defect(error, 'load page');
    });
    return window;
  }

  #watchPlace(window: BrowserWindow): void {
    const told = (): WindowPlace => ({ ...window.getNormalBounds(), wholeScreen: window.isFullScreen() });
    const soon = (): void => {
      clearTimeout(this.#rests);
      this.#rests = setTimeout(() => {
        if (!window.isDestroyed() && !this.#ending) this.#plan.onSecond(told());
      }, restsAfterMs);
    };
    window.on('move', soon);
    window.on('resize', soon);
    window.on('enter-full-screen', soon);
    window.on('leave-full-screen', soon);
    window.once('show', () => this.#plan.onSecond(told()));
    window.once('closed', () => {
      clearTimeout(this.#rests);
      if (!this.#ending) this.#plan.onSecond(null);
    });
  }
}
