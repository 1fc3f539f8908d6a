/**
 * webContents: one page of Chromium, its messages, ports and life. The preload runs in an isolated world, IPC clones,
 * navigation and windows are put to the app. Only sandboxed, context-isolated pages are performed.
 */
import type { Event as ElectronEvent, IpcMainEvent, WebContents, WebPreferences } from 'electron';
import type { Page } from 'playwright-core';
import { toApp, toShown } from './addresses.ts';
import { openPage } from './chromium.ts';
import { ipcMain } from './ipc.ts';
import { nodeCodec } from './nodeCodec.ts';
import { PageLink } from './pageLink.ts';
import { PagePorts } from './pagePorts.ts';
import type { StandInPort } from './ports.ts';
import { answerRequest } from './requests.ts';
import { answerWorklets } from './worklets.ts';
import { isAppScheme, session as sessions, type StandInSession } from './session.ts';
import { noteCall, refusable, StrictEmitter } from './strict.ts';
import type { FromPage } from './worlds/messages.ts';

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

export interface ContentsPlan {
  preferences: WebPreferences;
  bounds: { x: number; y: number; width: number; height: number };
  /** The page was closed from outside. */
  onClosed(): void;
  /** The page was loaded and has something to show. */
  onShown(): void;
  /** Nothing can go on without a page. */
  onFailed: (error: unknown) => void;
}

let lastId = 0;

export class StandInContents
  extends StrictEmitter
  implements
    Pick<
      WebContents,
      | 'id'
      | 'send'
      | 'getURL'
      | 'loadURL'
      | 'reload'
      | 'isDestroyed'
      | 'setWindowOpenHandler'
      | 'setWebRTCIPHandlingPolicy'
    >
{
  readonly id = ++lastId;
  readonly session: StandInSession;
  readonly mainFrame: { readonly url: string; readonly parent: null };
  readonly #plan: ContentsPlan;
  #started: Promise<{ page: Page; link: PageLink }>;
  readonly #ports = new PagePorts((message) => this.#link?.push(message));
  #page: Page | null = null;
  #link: PageLink | null = null;
  #ownNavigation = false;
  #destroyed = false;
  /** Where it was when its process died. */
  #crashedAt: string | null = null;
  #openHandler: OpenHandler = () => ({ action: 'allow' });

  constructor(plan: ContentsPlan) {
    super();
    this.#plan = plan;
    // Safe: the only sessions there are here are our own.
    this.session = (plan.preferences.session as StandInSession | undefined) ?? sessions.defaultSession;
    const address = (): string => this.getURL();
    this.mainFrame = {
      get url() {
        return address();
      },
      parent: null,
    };
    this.#started = this.#start();
    this.#started.catch(plan.onFailed);
  }

  // --- Electron's

  getURL(): string {
    return toApp(this.#page?.url() ?? '');
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    // Performed by the command line's webrtc-ip-handling-policy alone.
    noteCall('webContents.setWebRTCIPHandlingPolicy', policy);
  }

  send(channel: string, ...args: unknown[]): void {
    const encoded = nodeCodec.encode(args);
    if (this.#link) this.#link.push({ op: 'ipc', channel, args: encoded, ports: [] });
    else noteCall('dropped: no page yet', channel);
  }

  postMessage(channel: string, value: unknown, transfer: StandInPort[] = []): void {
    const args = nodeCodec.encode([value]);
    this.#link?.push({ op: 'ipc', channel, args, ports: transfer.map((port) => this.#ports.moveOut(port)) });
  }

  async loadURL(url: string): Promise<void> {
    const { page } = await this.#started;
    this.#ownNavigation = true;
    try {
      const answer = await page.goto(toShown(url, isAppScheme), { waitUntil: 'load' });
      if (answer && answer.status() >= 400) noteCall('page answered', answer.status());
    } catch (error) {
      if (this.#destroyed) throw error;
      this.emit('did-fail-load', refusable({}), -2, 'ERR_FAILED', url, true, 0, 0);
      throw new Error(`ERR_FAILED (-2) loading '${url}'`, { cause: error });
    } finally {
      this.#ownNavigation = false;
    }
    this.#shown();
  }

  reload(): void {
    void this.#reload();
  }

  // --- for the understudy itself

  get page(): Page | null {
    return this.#page;
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#ports.endAll();
    await this.#page?.close({ runBeforeUnload: false }).catch(() => undefined);
    this.emit('destroyed');
  }

  async #start(): Promise<{ page: Page; link: PageLink }> {
    const context = await this.session.context();
    const page = await openPage(context, this.#plan.bounds);
    page.on('popup', (popup) => void popup.close());
    page.on('close', () => {
      if (this.#page === page) this.#plan.onClosed();
    });
    page.on('crash', () => this.#crashed());
    page.on('console', (message) => {
      this.emit('console-message', refusable({ level: message.type(), message: message.text() }));
    });
    page.on('download', (download) => {
      const event = refusable({});
      this.session.emit('will-download', event, {}, this);
      if (!event.defaultPrevented) noteCall('download (not performed)', download.url());
      void download.cancel();
    });
    const link = await PageLink.open({
      page,
      preloadFile: this.#plan.preferences.preload ?? '',
      onDocument: () => this.#ports.endAll(),
      onMessage: (message) => this.#hear(message),
      onWindowWanted: (url, frameName) => this.#windowWanted(url, frameName),
    });
    this.#page = page;
    this.#link = link;
    await page.route('**/*', (route) =>
      answerRequest(route, {
        session: this.session,
        mayNavigate: (url, isMainFrame) => this.#mayNavigate(url, isMainFrame),
        startNavigation: (url) => {
          this.emit('did-start-navigation', refusable({ url, isMainFrame: true, isSameDocument: false, frame: null }));
        },
      }),
    );
    await answerWorklets(page, this.session);
    // Safe: the handlers get this stand-in, whose missing members throw.
    await this.session.tellPermissions(this as unknown as WebContents);
    return { page, link };
  }

  #shown(): void {
    this.emit('did-finish-load');
    this.#plan.onShown();
  }

  async #reload(): Promise<void> {
    if (this.#crashedAt !== null) {
      await this.#replaceCrashed(this.#crashedAt);
      return;
    }
    const { page } = await this.#started;
    this.#ownNavigation = true;
    try {
      await page.reload({ waitUntil: 'load' });
      this.#shown();
    } catch (error) {
      if (!this.#destroyed) this.emit('did-fail-load', refusable({}), -2, String(error), this.getURL(), true, 0, 0);
    } finally {
      this.#ownNavigation = false;
    }
  }

  /** Playwright gives up on a page that crashed, so a new one takes its place. */
  async #replaceCrashed(url: string): Promise<void> {
    const crashed = this.#page;
    this.#crashedAt = null;
    this.#page = null;
    this.#started = this.#start();
    this.#started.catch(this.#plan.onFailed);
    await this.loadURL(url).catch(() => undefined);
    await crashed?.close().catch(() => undefined);
  }

  #crashed(): void {
    this.#crashedAt = this.getURL();
    this.#link?.forget();
    this.#ports.endAll();
    this.emit('render-process-gone', refusable({}), { reason: 'crashed', exitCode: 1 });
  }

  #mayNavigate(url: string, isMainFrame: boolean): boolean {
    // A reload is not the page's own wish here: Playwright cannot tell the two apart.
    if (isMainFrame && (this.#ownNavigation || url === this.getURL())) return true;
    const details = { url, isMainFrame, isSameDocument: false, frame: null };
    const anyFrame = refusable(details);
    this.emit('will-frame-navigate', anyFrame);
    const main = refusable(details);
    if (isMainFrame) this.emit('will-navigate', main, url);
    return !anyFrame.defaultPrevented && !main.defaultPrevented;
  }

  #windowWanted(url: string, frameName: string): void {
    const answer = this.#openHandler({
      url: toApp(url),
      frameName,
      features: '',
      disposition: 'foreground-tab',
      referrer: { url: '', policy: 'default' },
    });
    noteCall(answer.action === 'deny' ? 'window denied' : 'window allowed (not performed)', url);
  }

  #hear(message: FromPage): void {
    switch (message.op) {
      case 'hello':
        break;
      case 'open':
        this.#windowWanted(message.wanted, message.frameName);
        break;
      case 'port':
        this.#ports.receive(message);
        break;
      case 'portClosed':
        this.#ports.ended(message.id);
        break;
      case 'send': {
        // Safe: the codec returns the list that the preload's side encoded.
        const args = nodeCodec.decode(message.args) as unknown[];
        const ports = message.ports.map((id) => this.#ports.takeIn(id));
        ipcMain.emit(message.channel, this.#event(message.address, ports), ...args);
        break;
      }
      case 'invoke':
        void this.#invoke(message);
    }
  }

  async #invoke(message: FromPage & { op: 'invoke' }): Promise<void> {
    const { id, channel } = message;
    try {
      const args = nodeCodec.decode(message.args) as unknown[];
      const value = await ipcMain.invoke(channel, this.#event(message.address, []), args);
      this.#link?.push({ op: 'reply', id, value: nodeCodec.encode(value) });
    } catch (error) {
      this.#link?.push({ op: 'failed', id, message: `Error invoking remote method '${channel}': ${String(error)}` });
    }
  }

  #event(address: string, ports: StandInPort[]): IpcMainEvent {
    const senderFrame = { url: toApp(address), parent: null };
    const event = { sender: this, senderFrame, frameId: 1, processId: 1, type: 'frame', ports, returnValue: undefined };
    // Safe: a stand-in of the event; what of it is missing is missing from `sender` and `senderFrame`, which throw.
    return refusable(event) as unknown as ElectronEvent & IpcMainEvent;
  }
}
