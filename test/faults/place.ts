/**
 * One user's computer for the crash tests: a home with its temporary folder, the app's own folder, and a vault made by
 * the app itself with four cameras in it. Starts the app's core on it, again and again. `remove` leaves nothing.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { RecorderLimits } from '../../main/core/recorder/recorder.ts';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { openIdentity, type Identity } from '../../main/core/vault/keys.ts';
import type { YardCamera } from '../yard/yardProcess.ts';
import { CoreProcess, type Life, valueOf } from './coreProcess.ts';

export class TestPlace {
  readonly base: string;
  readonly home: string;
  readonly folder: string;
  readonly videosFolder: string;
  vaultFolder: string;
  readonly #keychainService: string;
  /** The app's ids of the cameras, in the order of the yard's. */
  cameraIds: string[] = [];
  words: string[] = [];

  /** `videosFolder`: where the vault goes, when it is on a disk of its own. */
  constructor(base: string, videosFolder?: string) {
    this.base = base;
    this.home = path.join(base, 'home');
    this.folder = path.join(this.home, '.config', 'Nightjar');
    this.videosFolder = videosFolder ?? path.join(this.home, 'Videos');
    this.vaultFolder = path.join(this.videosFolder, 'Nightjar vault');
    this.#keychainService = `Nightjar crash test ${path.basename(path.dirname(base))} ${path.basename(base)}`;
    for (const folder of [this.home, path.join(this.home, 'tmp'), this.folder, this.videosFolder])
      mkdirSync(folder, { recursive: true });
  }

  start(
    limits: Partial<RecorderLimits>,
    more: Pick<Life, 'dieAfterChanges' | 'writeLog' | 'environment'> = {},
  ): CoreProcess {
    const { folder, videosFolder, home } = this;
    return new CoreProcess({ folder, videosFolder, home, limits, keychainService: this.#keychainService, ...more });
  }

  /** First run: the vault, and the cameras by their addresses. */
  async settle(core: CoreProcess, cameras: readonly YardCamera[], proved?: () => void): Promise<void> {
    await core.until('the first run', () => core.state === 'firstRun');
    const [offered] = await core.call('vault.places', undefined);
    // A disk too small to be offered can be chosen.
    const place = offered ?? valueOf(await core.call('vault.choosePlace', undefined), 'vault.choosePlace');
    if (!place) throw new Error('no place for a vault');
    this.vaultFolder = place.folder;
    this.words = valueOf(
      await core.call('vault.create', { placeId: place.placeId, passphrase: null }),
      'vault.create',
    ).words;
    const state = await core.call('app.state', undefined);
    if (state.phase !== 'proving') throw new Error(`not proving: ${state.phase}`);
    const [first, second] = state.askedWords.map((number) => this.words[number - 1] ?? '');
    valueOf(await core.call('vault.prove', { words: [first ?? '', second ?? ''] }), 'vault.prove');
    proved?.();
    for (const { name, host, onvifPort, user, password } of cameras) {
      const target = { by: 'address', text: `http://${host}:${onvifPort}` } as const;
      const { tryId } = valueOf(await core.call('cameras.try', { target, user, password }), `trying ${name}`);
      const choice = { tryId, name, records: true, recordsSound: true, keepDays: null };
      this.cameraIds.push(valueOf(await core.call('cameras.add', choice), `adding ${name}`).id);
    }
  }

  /** As somebody who has the words. The caller wipes it. */
  async identity(): Promise<Identity> {
    const identity = await openIdentity(readFileSync(path.join(this.vaultFolder, 'recovery.age')), this.words);
    if (!identity) throw new Error('the words do not open recovery.age');
    return identity;
  }

  async remove(): Promise<void> {
    const keychain = new Keychain(this.#keychainService);
    const file = path.join(this.vaultFolder, 'vault.json');
    const id = existsSync(file) ? /"id":\s*"([0-9a-f]{16})"/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    for (const account of [...this.cameraIds, ...(id === undefined ? [] : [id])]) await keychain.remove(account);
    rmSync(this.base, { recursive: true, force: true });
  }
}
