/** For the tests of the lock: the composed app on a folder of its own, as its page sees it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { createApp, type App } from '../../../main/app.ts';
import type { AppState } from '../../../main/contract/model.ts';
import { openLog } from '../../../main/core/log.ts';
import { openWithWords } from '../../../main/core/vault/folder.ts';
import { keepCameras, storedCamera } from '../cameras/storedCamera.ts';

export const passphrase = 'seven winters by the sea';
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Nothing listens at port 1. */
export const camera = storedCamera({ port: 1, paused: false });

export interface Told {
  name: string;
  value: unknown;
}

export class Household {
  readonly above: string;
  readonly folder: string;
  readonly told: Told[] = [];
  words: string[] = [];
  /** What the folder dialog gives; the vault's when null. */
  chosen: string | null = null;
  /** Called with everything that the app tells. */
  heard: (told: Told) => void = () => undefined;
  #app: App | null = null;

  constructor(t: TestContext) {
    this.above = mkdtempSync(path.join(tmpdir(), 'nightjar-lock-'));
    this.folder = path.join(this.above, 'vault');
    t.after(async () => {
      await this.end();
      rmSync(this.above, { recursive: true, force: true });
    });
  }

  get app(): App {
    assert.ok(this.#app, 'the app was started');
    return this.#app;
  }

  get handlers(): App['handlers'] {
    return this.app.handlers;
  }

  /** As at the start of the program. The app's own folder stays, another desktop has another. */
  async start(appFolder = 'app'): Promise<AppState> {
    await this.end();
    this.#app = await createApp({
      ...{ folder: path.join(this.above, appFolder), videosFolder: this.above, portable: true, log: openLog() },
      about: { version: '', runtime: '' },
      tell: (name, value) => {
        this.told.push({ name, value });
        this.heard({ name, value });
      },
      desk: {
        chooseFolder: () => Promise.resolve(this.chosen ?? this.folder),
        chooseSaveFile: () => Promise.resolve(null),
        showFile: () => undefined,
      },
    });
    await this.app.start();
    return this.state();
  }

  state(): Promise<AppState> {
    return this.handlers['app.state'](undefined);
  }

  async choose(): Promise<string> {
    const place = await this.handlers['vault.choosePlace'](undefined);
    assert.ok(place.ok && place.value);
    return place.value.placeId;
  }

  /** First run, to the open vault. */
  async make(withPassphrase: string | null = null): Promise<void> {
    const chosen = withPassphrase === null ? null : bytesOf(withPassphrase);
    const made = await this.handlers['vault.create']({ placeId: await this.choose(), passphrase: chosen });
    assert.ok(made.ok);
    if (chosen)
      assert.ok(
        chosen.every((byte) => byte === 0),
        'the passphrase was wiped',
      );
    this.words = [...made.value.words];
    const state = await this.state();
    assert.ok(state.phase === 'proving');
    const words = state.askedWords.map((number) => this.words[number - 1] ?? '');
    assert.deepEqual(await this.handlers['vault.prove']({ words }), { ok: true, value: null });
  }

  /** Puts the camera on the list, in a vault that is not open. */
  async addCamera(): Promise<void> {
    await this.end();
    const opened = await openWithWords(this.folder, this.words);
    assert.ok(opened.ok);
    await keepCameras(opened.value, [camera]);
    opened.value.lock();
  }

  setPassphrase(current: string | null, next: string | null): ReturnType<App['handlers']['vault.setPassphrase']> {
    return this.handlers['vault.setPassphrase']({
      current: current === null ? null : bytesOf(current),
      passphrase: next === null ? null : bytesOf(next),
    });
  }

  unlock(typed: string): ReturnType<App['handlers']['vault.unlock']> {
    return this.handlers['vault.unlock']({ passphrase: bytesOf(typed) });
  }

  async end(): Promise<void> {
    await this.#app?.close();
    this.#app = null;
  }
}
