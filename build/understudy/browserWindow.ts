/**
 * BrowserWindow: a page and the little of a window that can be shown without Electron. Options it does not know, and
 * preferences that would open the page up, are refused. Closing asks, as Electron asks.
 */
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle, WebPreferences } from 'electron';
import { app } from './app.ts';
import { headed, setPageBounds, setWholeScreen } from './chromium.ts';
import { noteCall, notPerformed, refusable, StrictEmitter } from './strict.ts';
import { StandInContents } from './webContents.ts';

const knownOptions = new Set([
  'title',
  'x',
  'y',
  'width',
  'height',
  'minWidth',
  'minHeight',
  'show',
  'icon',
  'backgroundColor',
  'autoHideMenuBar',
  'webPreferences',
] satisfies (keyof BrowserWindowConstructorOptions)[] as string[]);

/** What must not be turned on, and what must not be turned off. */
const mustBe: Partial<Record<keyof WebPreferences, boolean>> = {
  sandbox: true,
  contextIsolation: true,
  webSecurity: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  plugins: false,
};

const windows = new Set<StandInWindow>();
let turns = 0;

export class StandInWindow
  extends StrictEmitter
  implements
    Pick<
      BrowserWindow,
      | 'id'
      | 'loadURL'
      | 'show'
      | 'hide'
      | 'focus'
      | 'isVisible'
      | 'isMinimized'
      | 'restore'
      | 'isDestroyed'
      | 'isFullScreen'
      | 'setFullScreen'
      | 'getNormalBounds'
      | 'setBounds'
      | 'close'
      | 'getTitle'
    >
{
  static getAllWindows(): StandInWindow[] {
    return [...windows];
  }

  /** The one that was shown or focused last: nobody clicks on a window here but by its page. */
  static getFocusedWindow(): StandInWindow | null {
    const [front] = [...windows].sort((a, b) => b.#frontAt - a.#frontAt);
    return front?.isVisible() === true ? front : null;
  }

  static fromWebContents(contents: StandInContents): StandInWindow | null {
    return [...windows].find((each) => each.webContents === contents) ?? null;
  }

  readonly webContents: StandInContents;
  readonly id: number;
  readonly #title: string;
  #visible: boolean;
  /** As the app set them; a window that is moved by hand does not tell. */
  #bounds: Rectangle;
  #fullScreen = false;
  #destroyed = false;
  /** Counts up with each window that comes to the front. */
  #frontAt = 0;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    for (const key of Object.keys(options)) if (!knownOptions.has(key)) notPerformed(`BrowserWindow option ${key}`);
    const preferences = options.webPreferences ?? {};
    refuseOpenPreferences(preferences);
    this.#title = options.title ?? app.getName();
    this.#visible = options.show !== false;
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.webContents = new StandInContents({
      preferences,
      bounds: this.#bounds,
      onClosed: () => this.#gone(),
      onShown: () => this.emit('ready-to-show'),
      onFailed: (error) => {
        console.error('understudy: no page', error);
        app.exit(70);
      },
    });
    this.id = this.webContents.id;
    windows.add(this);
    app.emit('web-contents-created', refusable({}), this.webContents);
    app.emit('browser-window-created', refusable({}), this);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.loadURL(url);
  }

  show(): void {
    this.#visible = true;
    this.#toFront();
    void this.webContents.page?.bringToFront();
    this.emit('show');
  }

  hide(): void {
    this.#visible = false;
    this.emit('hide');
  }

  focus(): void {
    noteCall('BrowserWindow.focus');
    this.#toFront();
  }

  restore(): void {
    noteCall('BrowserWindow.restore');
  }

  isVisible(): boolean {
    return this.#visible;
  }

  isMinimized(): boolean {
    return false;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  isFullScreen(): boolean {
    return this.#fullScreen;
  }

  setFullScreen(flag: boolean): void {
    noteCall('BrowserWindow.setFullScreen', flag);
    this.#fullScreen = flag;
    const { page } = this.webContents;
    if (headed && page) void setWholeScreen(page, flag);
    this.emit(flag ? 'enter-full-screen' : 'leave-full-screen');
  }

  getNormalBounds(): Rectangle {
    return { ...this.#bounds };
  }

  setBounds(bounds: Partial<Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    const { page } = this.webContents;
    if (page) void setPageBounds(page, this.#bounds);
    if (bounds.width !== undefined || bounds.height !== undefined) this.emit('resize');
    if (bounds.x !== undefined || bounds.y !== undefined) this.emit('move');
  }

  getTitle(): string {
    return this.#title;
  }

  close(): void {
    void this.closeAsked();
  }

  /** False when the app kept the window open. */
  async closeAsked(): Promise<boolean> {
    const event = refusable({});
    this.emit('close', event);
    if (event.defaultPrevented) return false;
    await this.webContents.destroy();
    this.#gone();
    return true;
  }

  #toFront(): void {
    turns += 1;
    this.#frontAt = turns;
  }

  #gone(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    windows.delete(this);
    void this.webContents.destroy();
    this.emit('closed');
    if (windows.size === 0) app.allWindowsClosed();
  }
}

function refuseOpenPreferences(preferences: WebPreferences): void {
  for (const [key, wanted] of Object.entries(mustBe)) {
    const value: unknown = preferences[key as keyof WebPreferences];
    if (value !== undefined && value !== wanted) notPerformed(`webPreferences.${key}: ${JSON.stringify(value)}`);
  }
}

app.setWindows({
  async closeAll() {
    for (const each of StandInWindow.getAllWindows()) if (!(await each.closeAsked())) return false;
    return true;
  },
});
