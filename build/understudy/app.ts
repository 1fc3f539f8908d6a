/**
 * `app`: life cycle, paths, the single-instance lock. 'ready' fires only after the entry module was evaluated, so that
 * a top-level `await app.whenReady()` hangs here as it does in Electron. Quitting asks as Electron asks: before-quit,
 * close of each window, will-quit, quit.
 */
import type { App, CommandLine, GPUFeatureStatus } from 'electron';
import { mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stage } from './chromium.ts';
import { InstanceLock } from './singleInstance.ts';
import { noteCall, refusable, StrictEmitter, strictModule } from './strict.ts';

type PathName = Parameters<App['getPath']>[0];

/** What app needs of the windows; browserWindow.ts gives it, because it needs app itself. */
export interface Windows {
  /** Closes each window; false when one refused. */
  closeAll(): Promise<boolean>;
}

const switches = new Map<string, string>();
const commandLine = strictModule('app.commandLine', {
  appendSwitch(name: string, value = '') {
    noteCall('app.commandLine.appendSwitch', name, value);
    switches.set(name, value);
  },
  hasSwitch: (name: string) =>
    switches.has(name) || process.argv.some((each) => each === `--${name}` || each.startsWith(`--${name}=`)),
} satisfies Pick<CommandLine, 'appendSwitch' | 'hasSwitch'>);

/** What the app appended, for Chromium's command line. */
export function appendedSwitches(): string[] {
  return [...switches].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
}

class StandInApp
  extends StrictEmitter
  implements
    Pick<
      App,
      | 'whenReady'
      | 'isReady'
      | 'getPath'
      | 'setPath'
      | 'getVersion'
      | 'getName'
      | 'setName'
      | 'name'
      | 'getLocale'
      | 'getGPUFeatureStatus'
      | 'requestSingleInstanceLock'
      | 'hasSingleInstanceLock'
      | 'releaseSingleInstanceLock'
      | 'enableSandbox'
      | 'setAppUserModelId'
      | 'isPackaged'
      | 'quit'
      | 'exit'
    >
{
  readonly isPackaged = false;
  readonly commandLine = commandLine;
  /** Only on a Mac; the app asks before it uses it. */
  readonly dock = undefined;
  name = 'Electron';
  #version = '0.0.0';
  readonly #ready = Promise.withResolvers<undefined>();
  #isReady = false;
  readonly #paths = new Map<string, string>();
  #quitting = false;
  #lock: InstanceLock | null = null;
  #windows: Windows = { closeAll: () => Promise.resolve(true) };

  // --- for the understudy itself

  setWindows(windows: Windows): void {
    this.#windows = windows;
  }

  /** Takes name and version from the package.json that the entry belongs to. */
  describe(entry: string): void {
    for (let folder = path.dirname(entry); folder !== path.dirname(folder); folder = path.dirname(folder)) {
      const about = readPackage(path.join(folder, 'package.json'));
      if (!about) continue;
      this.name = about.name;
      this.#version = about.version;
      return;
    }
  }

  becomeReady(): void {
    this.#isReady = true;
    // Chromium was asked before it was ready.
    this.emit('gpu-info-update');
    this.emit('ready', {}, {});
    this.#ready.resolve(undefined);
  }

  allWindowsClosed(): void {
    if (this.#quitting) return;
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  // --- Electron's

  async whenReady(): Promise<void> {
    await this.#ready.promise;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  getVersion(): string {
    return this.#version;
  }

  getName(): string {
    return this.name;
  }

  setName(name: string): void {
    this.name = name;
  }

  getLocale(): string {
    return 'en-GB';
  }

  /** As Chromium said when it started. A feature that it does not know is off; Electron has a fixed list of them. */
  getGPUFeatureStatus(): GPUFeatureStatus {
    const status = stage.featureStatus;
    const said = (name: string): string => status[name] ?? 'unavailable_off';
    return {
      ...{ '2d_canvas': said('2d_canvas'), flash_3d: said('flash_3d'), flash_stage3d: said('flash_stage3d') },
      ...{ flash_stage3d_baseline: said('flash_stage3d_baseline'), gpu_compositing: said('gpu_compositing') },
      ...{
        multiple_raster_threads: said('multiple_raster_threads'),
        native_gpu_memory_buffers: said('native_gpu_memory_buffers'),
      },
      ...{
        rasterization: said('rasterization'),
        video_decode: said('video_decode'),
        video_encode: said('video_encode'),
      },
      ...{ vpx_decode: said('vpx_decode'), webgl: said('webgl'), webgl2: said('webgl2') },
    };
  }

  /** Under NIGHTJAR_HOME, where that is set, lies everything but the home folder and the temporary one. */
  getPath(name: PathName): string {
    const known = this.#paths.get(name) ?? this.#usualPath(name);
    if (name !== 'home') mkdirSync(known, { recursive: true, mode: 0o700 });
    return known;
  }

  setPath(name: string, folder: string): void {
    if (!path.isAbsolute(folder)) throw new Error('Path must be absolute');
    this.#paths.set(name, folder);
  }

  requestSingleInstanceLock(): boolean {
    this.#lock ??= new InstanceLock(this.getPath('userData'), ({ argv, workingDirectory }) => {
      this.emit('second-instance', refusable({}), argv, workingDirectory, null);
    });
    return this.#lock.take();
  }

  hasSingleInstanceLock(): boolean {
    return this.#lock?.held ?? false;
  }

  releaseSingleInstanceLock(): void {
    this.#lock?.release();
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
    noteCall('app.enableSandbox');
  }

  setAppUserModelId(id: string): void {
    noteCall('app.setAppUserModelId', id);
  }

  quit(): void {
    if (!this.#quitting) void this.#quitInOrder();
  }

  exit(code = 0): void {
    void this.#leave(code);
  }

  async #quitInOrder(): Promise<void> {
    this.#quitting = true;
    const before = refusable({});
    this.emit('before-quit', before);
    const goes = !before.defaultPrevented && (await this.#windows.closeAll());
    const will = refusable({});
    if (goes) this.emit('will-quit', will);
    if (goes && !will.defaultPrevented) await this.#leave(0);
    else this.#quitting = false;
  }

  async #leave(code: number): Promise<void> {
    this.emit('quit', refusable({}), code);
    this.#lock?.release();
    await stage.close();
    process.exit(code);
  }

  #usualPath(name: PathName): string {
    if (name === 'home') return os.homedir();
    if (name === 'temp') return os.tmpdir();
    const root = process.env['NIGHTJAR_HOME'];
    if (root) return path.join(path.resolve(root), name);
    const config = process.env['XDG_CONFIG_HOME'] ?? path.join(os.homedir(), '.config');
    if (name === 'appData') return config;
    if (name === 'userData' || name === 'sessionData') return path.join(config, this.name);
    return path.join(os.homedir(), name.charAt(0).toUpperCase() + name.slice(1));
  }
}

function readPackage(file: string): { name: string; version: string } | null {
  try {
    const about = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; productName?: string; version?: string };
    return about.version === undefined
      ? null
      : { name: about.productName ?? about.name ?? 'Electron', version: about.version };
  } catch {
    return null;
  }
}

export const app = new StandInApp();
