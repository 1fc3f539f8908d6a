/**
 * The shell's rules, each tried from a page that has turned against its user. The app is the real shell and preload
 * with a program that writes down what reaches it (test/fixtures/shell-app).
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { treeOf } from '../bench/measure.ts';
import { bundleShellApp } from '../fixtures/shell-app/bundle.ts';
import { appUrl, launchApp, runtime, type AppUnderTest } from './runtime.ts';
import { endSample, heardBy, probeOn, startSample, type Sample } from './sample.ts';
import { socketsOf } from './watcher.ts';

let entry: string;
let sample: Sample;
let home: string;
let app: AppUnderTest;
let page: Page;

test.beforeAll(async () => {
  entry = await bundleShellApp();
});

test.beforeEach(async () => {
  sample = await startSample(entry, 'Shell sample');
  ({ home, app, page } = sample);
});

test.afterEach(() => endSample(sample));

const probe = (name: string, ...args: unknown[]): Promise<unknown> => probeOn(page, name, args);
const heard = (): Promise<string[]> => heardBy(app, 'shellHeard');

test('the page gets call, on and openStream, frozen, and nothing else', async () => {
  expect(appUrl(page.url())).toBe('app://nightjar/index.html');
  expect(await probe('surface')).toEqual({ keys: ['call', 'on', 'openStream'], frozen: true, reach: [] });
});

test('a call reaches its handler when its name and its argument are the contract’s, and not otherwise', async () => {
  expect(await probe('call', 'cameras.tryNow', { cameraId: '0123456789abcdef' })).toEqual({
    cameraId: '0123456789abcdef',
  });
  expect(await probe('call', 'cameras.tryNow', { cameraId: '../../etc' })).toBe('Error: refused argument');
  expect(await probe('call', 'cameras.readAddress', { text: 'x'.repeat(100_000) })).toBe('Error: refused size');
  expect(await probe('call', 'vault.readKey')).toBe('Error: refused name');
  expect(await probe('call', '__proto__')).toBe('Error: refused name');
  expect((await heard()).filter((each) => each.startsWith('call'))).toEqual(['call cameras.tryNow']);
});

test('a defect reaches the page as its id, without its words', async () => {
  expect(await probe('call', 'app.state')).toBe('Error: defect d1');
  expect(await heard()).toContain('defect call app.state: the details of a defect stay in main');
});

test('a page that floods main with calls is refused', async () => {
  expect(await probe('flood')).toBe('Error: refused busy');
});

test('events of the contract reach the page, and no other name can be listened to', async () => {
  expect(await probe('event')).toEqual({ values: [{ online: true }], unknown: 'Error: refused name' });
});

test('another window with the same preload and the same page may not call', async () => {
  const preload = path.join(path.dirname(path.dirname(entry)), 'preload/preload.cjs');
  const answer = await app.evaluate(async ({ BrowserWindow, session }, preloadFile) => {
    const own = session.fromPartition('nightjar');
    const other = new BrowserWindow({
      show: false,
      webPreferences: { preload: preloadFile, session: own, sandbox: true, contextIsolation: true },
    });
    await other.loadURL('app://nightjar/index.html');
    return BrowserWindow.getAllWindows().length;
  }, preload);
  expect(answer).toBe(2);
  const other = app.windows().find((each) => each !== page);
  expect(await other?.evaluate(`probe.call('cameras.stopSearch', undefined)`)).toBe('Error: refused sender');
  expect(await other?.evaluate(`probe.streamOf({ kind: 'playback', cameraId: '0123456789abcdef' })`)).toBe('closed');
  expect(await heard()).not.toContain('call cameras.stopSearch');
});

test('the second window is on another screen, has the same rules, and only its own streams end with it', async () => {
  await app.evaluate(({ screen }) => {
    const areas = [0, 1920].map((x) => ({ workArea: { x, y: 0, width: 1920, height: 1080 } }));
    screen.getAllDisplays = () => areas as Electron.Display[];
  });
  await probe('keepStream');
  await probe('call', 'windows.openOther');
  await expect.poll(() => app.windows().length).toBe(2);
  const second = app.windows().find((each) => each !== page) ?? page;
  await expect(second.getByRole('heading')).toHaveText('Shell sample');
  expect(await probe('call', 'windows.own')).toBe('main');
  expect(await probeOn(second, 'call', ['windows.own'])).toBe('second');
  expect(await probeOn(second, 'surface', [])).toEqual({ keys: ['call', 'on', 'openStream'], frozen: true, reach: [] });
  expect(await probeOn(second, 'open', [])).toBe(true);
  expect(await probeOn(second, 'image', ['https://elsewhere.example/pixel.png'])).toBe('refused');
  await probeOn(second, 'keepStream', []);
  await probe('call', 'windows.openOther');
  expect(app.windows()).toHaveLength(2);
  const bounds = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[1]?.getNormalBounds());
  expect(bounds).toEqual({ x: 2160, y: 90, width: 1440, height: 900 });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[1]?.close());
  await expect.poll(heard).toContain('second window closed');
  await expect.poll(async () => (await heard()).filter((each) => each === 'stream live closed')).toHaveLength(1);
  expect(await probe('call', 'windows.own')).toBe('main');
});

test('a stream carries credit, packets that own their buffer, and notices', async () => {
  expect(await probe('stream')).toEqual([
    [28, 28, 0],
    [28, 28, 1],
    [28, 28, 2],
    { is: 'gap', ticket: 7, fromMs: 5, toMs: null, cause: 'closed' },
  ]);
});

test('a page that breaks the contract on a stream loses the stream', async () => {
  expect(await probe('streamThatBreaksTheContract', { is: 'credit', messages: 1e9 })).toBe('closed');
  expect(await probe('streamThatBreaksTheContract', 'x'.repeat(200_000))).toBe('closed');
  expect(await probe('streamOf', { kind: 'live', cameraId: '/etc/passwd', role: 'sub', converted: false })).toBe(
    'closed',
  );
  expect((await heard()).filter((each) => each.startsWith('message'))).toEqual([]);
});

test('streams end when the page is loaded anew', async () => {
  await probe('keepStream');
  await page.reload();
  await expect.poll(heard).toContain('stream live closed');
});

test('no window opens and no navigation leaves the page', async () => {
  expect(await probe('open')).toBe(true);
  for (const link of ['#window', '#navigate', '#own', '#file']) await page.click(link);
  await probe('submit');
  await probe('download');
  expect(await probe('surface')).toMatchObject({ frozen: true });
  expect(appUrl(page.url())).toBe('app://nightjar/index.html');
  expect(app.windows()).toHaveLength(1);
});

test('nothing of the page reaches the network', async () => {
  expect(await probe('image', 'https://elsewhere.example/pixel.png')).toBe('refused');
  expect(await probe('image', 'http://127.0.0.1:9/pixel.png')).toBe('refused');
  expect(await probe('fetch', 'https://elsewhere.example/')).toMatch(/^TypeError/);
  expect(await probe('fetch', '/index.html')).toMatch(/^TypeError/);
  expect(await probe('socket')).toMatch(/refused|SecurityError/);
  expect(await probe('events')).toBe('refused');
  await probe('beacon');
  expect(await probe('rtc')).toEqual({ state: 'complete', candidates: [] });
});

test('no code runs but the page’s own files', async () => {
  expect(await probe('evaluate')).toMatch(/^EvalError/);
  expect(await probe('inlineWorker')).toMatch(/refused|SecurityError/);
  expect(await probe('frame')).toBe('nothing');
});

test('every permission is denied', async () => {
  expect(await probe('permissions')).toEqual({
    states: ['denied'],
    asked: 'denied',
    media: expect.stringMatching(/^(NotAllowedError|TypeError|NotFoundError)/) as unknown,
  });
});

test('every answer carries the policy, and a file that is not the page’s is not answered', async () => {
  const answer = await page.reload();
  const headers = answer?.headers() ?? {};
  expect(headers['content-security-policy']).toContain("connect-src 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['permissions-policy']).toContain('camera=()');
  expect(await probe('image', '/../../../package.json')).toBe('refused');
});

test('dialogs answer with what the user chose, or null', async () => {
  await app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ['/media/archive'] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: true, filePath: '' });
  });
  expect(await probe('call', 'vault.choosePlace')).toBe('/media/archive');
  expect(await probe('call', 'exports.list')).toBe(null);
});

test('sleep and waking reach the program', async () => {
  await app.evaluate(({ powerMonitor }) => {
    powerMonitor.emit('suspend');
    powerMonitor.emit('resume');
  });
  expect(await heard()).toEqual(expect.arrayContaining(['suspend', 'resume']));
});

test('how long nobody touched anything reaches the program, and so does a locked screen', async () => {
  await app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 77;
    powerMonitor.emit('lock-screen');
  });
  await expect.poll(heard, { timeout: 15_000 }).toContain('idle 77');
  expect(await heard()).toContain('suspend');
});

test('recording goes on without the window, and a second start brings the window back', async () => {
  await app.evaluate(({ BrowserWindow }) => {
    Object.assign(Reflect.get(globalThis, 'shellWishes') as object, { keepsRunning: true });
    BrowserWindow.getAllWindows()[0]?.close();
  });
  await expect.poll(() => app.windows().length).toBe(0);
  await expect(launchApp({ entry, home })).rejects.toThrow();
  page = await app.firstWindow();
  await expect(page.getByRole('heading')).toHaveText('Shell sample');
  expect(await probe('call', 'cameras.stopSearch')).toBeUndefined();
});

test('a page whose process dies is loaded again, and the program goes on', async () => {
  await probe('keepStream');
  await page
    .context()
    .newCDPSession(page)
    .then((session) => session.send('Page.crash'))
    .catch(() => undefined);
  await expect.poll(heard).toContain('stream live closed');
  await expect.poll(async () => (await heard()).some((each) => each.startsWith('defect page'))).toBe(true);
  await expect
    .poll(async () => {
      page = await app.firstWindow();
      return await page.title().catch(() => '');
    })
    .toBe('Shell sample');
  await expect.poll(() => probe('call', 'app.about').catch(() => null)).toMatchObject({ ffmpeg: '' });
});

test('an exception that nobody caught is logged, and the program goes on', async () => {
  await app.evaluate(() => {
    setImmediate(() => {
      throw new Error('nobody caught this');
    });
    void Promise.reject(new Error('nor this'));
  });
  await expect
    .poll(heard)
    .toEqual(
      expect.arrayContaining(['defect uncaught exception: nobody caught this', 'defect unhandled rejection: nor this']),
    );
  expect(await probe('call', 'app.about')).toMatchObject({ ffmpeg: '' });
});

test('the app listens on no port and has no connection', async () => {
  test.skip(process.platform !== 'linux', 'reads /proc');
  // Electron driven by Playwright has a debugging port that the app without Playwright has not.
  test.skip(runtime === 'electron', 'the port is Playwright’s own');
  const pids = (): number[] => treeOf(app.process().pid ?? 0).map(({ pid }) => pid);
  expect(pids().length).toBeGreaterThan(3);
  const open = (): unknown[] => socketsOf(pids()).filter((socket) => socket.listens || socket.remote !== null);
  expect(open()).toEqual([]);
  // The check sees a port when there is one.
  await app.evaluate(() => {
    const server = process.getBuiltinModule('node:net').createServer();
    return new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  expect(open()).toHaveLength(1);
});

test('nothing of Chromium’s is kept in the user’s folder', async () => {
  test.skip(runtime === 'electron', 'Electron keeps settings of its own there, none of them of the page');
  await page.evaluate(`localStorage.setItem('secret', 'x')`);
  await app.evaluate(({ app: running }) => running.getPath('userData'));
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();
  expect(files.filter((file) => !/^(userData|videos)$|^userData\/understudy/.test(file))).toEqual([]);
});
