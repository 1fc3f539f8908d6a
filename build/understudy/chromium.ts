/**
 * Finds and starts the Chromium that shows the pages: silent on the network, no listening port (Playwright speaks to
 * it over a pipe), nothing of it kept on disk. When it dies, so does the app, as Electron would. A test in another
 * process reaches the same pages by the named pipe of `bind`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const silentArguments = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--disable-quic',
  '--disable-breakpad',
  '--no-pings',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,NetworkTimeServiceQuerying',
  // A browser's own services, which Electron does not have: to an address that nothing can be sent to.
  '--gaia-url=https://255.255.255.255/',
  '--component-updater=url-source=https://255.255.255.255/',
  '--apps-gallery-update-url=https://255.255.255.255/',
  '--autoplay-policy=no-user-gesture-required',
  // Electron turns it on: a port tells that its other end is gone.
  '--enable-blink-features=MessagePortCloseEvent',
];

/** The first that exists of UNDERSTUDY_CHROMIUM, CHROME_PATH, the usual places, Playwright's own; else null. */
export function findChromium(): string | null {
  const named = [process.env['UNDERSTUDY_CHROMIUM'], process.env['CHROME_PATH']].find(Boolean);
  if (named !== undefined) return existsSync(named) ? named : null;
  return [...usualPlaces, chromium.executablePath()].find((file) => path.isAbsolute(file) && existsSync(file)) ?? null;
}

export const headed = process.env['UNDERSTUDY_HEADED'] === '1';

export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * A page of this size. Headed, it is a popup, which has neither tabs nor an address that can be changed: the nearest to
 * an app's own window that a browser context in memory can have.
 */
export async function openPage(context: BrowserContext, bounds: Bounds): Promise<Page> {
  const first = await context.newPage();
  if (!headed) {
    await first.setViewportSize({ width: bounds.width, height: bounds.height });
    return first;
  }
  const { x, y, width, height } = bounds;
  const features = `popup,noopener,left=${x},top=${y},width=${width},height=${height}`;
  const popup = context.waitForEvent('page');
  await first.evaluate(`window.open('about:blank', '', '${features}'); undefined`);
  const page = await popup;
  await first.close();
  return page;
}

/** Headless there is a page's size and no place. */
export async function setPageBounds(page: Page, { x, y, width, height }: Bounds): Promise<void> {
  if (!headed) {
    await page.setViewportSize({ width, height });
    return;
  }
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  await session.send('Browser.setWindowBounds', { windowId, bounds: { left: x, top: y, width, height } });
  await session.detach();
}

/** Whole screen and back; only a headed window has a screen. */
export async function setWholeScreen(page: Page, whole: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { windowId } = await session.send('Browser.getWindowForTarget');
  const bounds = { windowState: whole ? 'fullscreen' : 'normal' } as const;
  await session.send('Browser.setWindowBounds', { windowId, bounds });
  await session.detach();
}

class Stage {
  #browser: Browser | null = null;
  #leaving = false;
  #featureStatus: Readonly<Record<string, string>> | null = null;

  /** What Chromium says that the graphics card does for it. Throws before it is open. */
  get featureStatus(): Readonly<Record<string, string>> {
    if (!this.#featureStatus) throw new Error('understudy: Chromium has not said what its graphics card does');
    return this.#featureStatus;
  }

  /** `switches`: what the app itself appended to the command line. */
  async open(switches: readonly string[]): Promise<void> {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error('understudy: no Chromium found; set UNDERSTUDY_CHROMIUM to one');
    this.#browser = await chromium.launch({
      executablePath,
      headless: !headed,
      // The app ends Chromium, after app.quit has run; Playwright would end it at once.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      args: [
        ...silentArguments,
        ...switches,
        // Chromium refuses to start as root with its sandbox.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...(process.env['UNDERSTUDY_ARGS'] ?? '').split(' ').filter(Boolean),
      ],
    });
    this.#browser.on('disconnected', () => {
      if (!this.#leaving) process.exit(71);
    });
    const session = await this.#browser.newBrowserCDPSession();
    const { gpu } = await session.send('SystemInfo.getInfo');
    this.#featureStatus = gpu.featureStatus ?? {};
    await session.detach();
  }

  get browser(): Browser {
    if (!this.#browser) throw new Error('understudy: Chromium is not open yet');
    return this.#browser;
  }

  /** In memory, as a session without `persist:` is. */
  async context(proxy: string | null): Promise<BrowserContext> {
    return await this.browser.newContext({
      acceptDownloads: false,
      ...(headed ? { viewport: null } : {}),
      ...(proxy === null ? {} : { proxy: { server: proxy, bypass: '<-loopback>' } }),
    });
  }

  /** For a test in another process. */
  async bind(): Promise<string> {
    return (await this.browser.bind(`understudy-${process.pid}`)).endpoint;
  }

  async close(): Promise<void> {
    this.#leaving = true;
    await this.#browser?.close().catch(() => undefined);
  }
}

export const stage = new Stage();
