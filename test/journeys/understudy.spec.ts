/**
 * The understudy itself: what it performs, it performs as Electron does; what it does not, throws. Its sample app runs
 * unchanged on real Electron.
 */
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { appUrl, launchApp, runtime, type AppUnderTest } from './runtime.ts';
import { endSample, heardBy, probeOn, startSample, type Sample } from './sample.ts';

const entry = path.join(import.meta.dirname, '../fixtures/understudy-app/main.ts');
let sample: Sample;
let home: string;
let app: AppUnderTest;
let page: Page;

test.skip(runtime === 'electron', 'these are tests of the understudy');

test.beforeEach(async () => {
  sample = await startSample(entry, 'Sample');
  ({ home, app, page } = sample);
});

test.afterEach(() => endSample(sample));

const probe = (name: string, ...args: unknown[]): Promise<unknown> => probeOn(page, name, args);
const heard = (): Promise<string[]> => heardBy(app, 'heard');

test('the preload has a world of its own, and the page a policy that holds', async () => {
  expect(appUrl(page.url())).toBe('app://sample/index.html');
  expect(await probe('world')).toEqual({
    secret: 'undefined',
    binding: 'undefined',
    deliver: 'undefined',
    inline: 'undefined',
    secure: true,
    frozen: true,
    colour: 'rgb(16, 19, 21)',
    refusedModule: 'module not found: node:fs',
    sandboxed: true,
  });
});

test('the context bridge carries values, bytes, functions, promises and errors', async () => {
  expect(await probe('bridge')).toEqual({
    added: 5,
    doubled: [2, 4],
    failed: 'RangeError: too far',
    mapped: [2, 3, 4],
    later: 8,
    replaced: 2,
  });
});

test('messages are cloned as Electron clones them', async () => {
  expect(await probe('ipc')).toEqual({
    map: true,
    date: 5,
    words: [7, 8],
    none: true,
    not: true,
    big: true,
    who: { url: 'app://sample/index.html', parent: null },
    failed: "Error: Error invoking remote method 'fail': TypeError: it failed",
    returned: "Error: Error invoking remote method 'function': DataCloneError: An object could not be cloned.",
    unheard: "Error: Error invoking remote method 'nobody': Error: No handler registered for 'nobody'",
  });
});

test('what is sent before the page listens is lost, and what is sent after its load arrives', async () => {
  await expect.poll(() => probe('hellos')).toEqual([[true, [1, 2, 3]]]);
});

test('a window is the same object wherever it is met', async () => {
  expect(await heard()).toContain('the same window');
});

test('ports carry bytes both ways, and end with their page', async () => {
  expect(await probe('port')).toEqual({ bytes: 1000 });
  await probe('streams', 16);
  await expect.poll(async () => ((await probe('latenciesMs')) as number[]).length).toBeGreaterThan(800);
  expect(await probe('openStreams')).toBe(16);
  await page.reload();
  await expect.poll(() => probe('openStreams')).toBe(0);
});

test('windows, navigation, requests and permissions are the app’s to refuse', async () => {
  expect(await probe('opened')).toBe(true);
  await page.click('#window');
  await page.click('#navigate');
  expect(await probe('picture')).toBe('refused');
  await expect
    .poll(heard)
    .toEqual(
      expect.arrayContaining([
        'window https://elsewhere.example/script',
        'window https://elsewhere.example/window',
        'navigate https://elsewhere.example/navigate',
      ]),
    );
  expect(appUrl(page.url())).toBe('app://sample/index.html');
  // Chromium opens what a link with a target wants before it can be refused; it is gone at once.
  await expect.poll(() => app.windows().length).toBe(1);
  expect(await probe('permissions')).toEqual({ notifications: 'denied', geolocation: 'denied', camera: 'denied' });
});

test('a page that cannot be loaded is told as did-fail-load', async () => {
  const words = await app.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    return await window?.loadURL('app://sample/missing.html').catch((error: unknown) => String(error));
  });
  expect(words).toContain('ERR_FAILED');
  expect(await heard()).toContain('not loaded app://sample/missing.html');
});

test('dialogs answer what the test says, and throw when it says nothing', async () => {
  const unasked = await page.evaluate(`sample.invoke('save').catch((error) => error.message)`);
  expect(unasked).toContain('dialog.showSaveDialog without a stub is not performed');
  await app.evaluate(({ dialog }) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: 'chosen.mp4' });
  });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveTitle('saved chosen.mp4');
});

test('what it does not perform throws', async () => {
  expect(await probe('refusedMember')).toBe('understudy: ipcRenderer.sendSync is not performed');
  const failures = await app.evaluate(({ app: running, BrowserWindow, ipcMain, session, MessageChannelMain }) => {
    function words(act: () => unknown): string {
      try {
        return `passed: ${String(act())}`;
      } catch (error) {
        return String(error);
      }
    }
    const [window] = BrowserWindow.getAllWindows();
    const { port1 } = new MessageChannelMain();
    return [
      words(() => running.getFileIcon('x')),
      words(() => window?.setOpacity(1)),
      words(() => window?.webContents.insertCSS('x')),
      words(() => ipcMain.handleOnce('x', () => 1)),
      words(() => session.fromPartition('persist:x')),
      words(() => session.defaultSession.clearCache()),
      words(() => port1.postMessage(new Uint8Array(16).subarray(0, 8))),
      words(() => new BrowserWindow({ webPreferences: { sandbox: false } })),
      words(() => new BrowserWindow({ webPreferences: { contextIsolation: false } })),
      words(() => new BrowserWindow({ webPreferences: { nodeIntegration: true } })),
      words(() => new BrowserWindow({ transparent: true })),
    ];
  });
  for (const words of failures) expect(words).toMatch(/understudy: .*(is not performed|must own its whole buffer)/);
});

test('crypto that Electron’s BoringSSL lacks throws here too', async () => {
  const results = await app.evaluate(() => {
    const crypto = process.getBuiltinModule('node:crypto');
    function passes(act: () => unknown): boolean {
      try {
        act();
        return true;
      } catch {
        return false;
      }
    }
    const key = new Uint8Array(32);
    return {
      chacha: passes(() => crypto.createCipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 })),
      hkdf: passes(() => crypto.hkdfSync('sha256', key, key, key, 32)),
      blake: passes(() => crypto.createHash('blake2b512')),
      aes: passes(() => crypto.createCipheriv('aes-256-gcm', key, new Uint8Array(12))),
      sha: passes(() => crypto.createHmac('sha256', key)),
    };
  });
  expect(results).toEqual({ chacha: false, hkdf: false, blake: false, aes: true, sha: true });
});

test('a second instance is refused, and the first one hears of it', async () => {
  await expect(launchApp({ entry, home })).rejects.toThrow();
  await expect.poll(heard).toContainEqual(expect.stringMatching(/^second instance came with/));
});

test('the page has the video interfaces that the live path needs', async () => {
  expect(await probe('media')).toEqual({ generator: 'function', decoder: 'function', inWorker: 'function' });
});

test('a worklet’s script is answered as any other request, and another host’s is refused', async () => {
  expect(await probe('worklet', '/worklet.js')).toBe(1);
  expect(await probe('worklet', '/nothing.js')).toBe('AbortError');
  expect(await probe('worklet', 'https://elsewhere.example/worklet.js')).toBe('AbortError');
});
