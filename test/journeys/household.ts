/**
 * What the journeys and the demo share: simulated cameras in a process of their own, the app in a temporary home, and
 * the steps that a user takes, by the roles and names on screen. Everything it makes lies below one temporary folder
 * and is gone after `close`.
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect as plainExpect, type Page } from 'playwright/test';
import { Keychain } from '../../main/core/vault/keychain.ts';
import type { YardCamera } from '../yard/yardProcess.ts';
import { launchApp, type AppUnderTest } from './runtime.ts';

export { type YardCamera, YardProcess } from '../yard/yardProcess.ts';

/** Waits as long as the journeys do, also where no test runner says so (the demo, the benchmarks). */
export const expect = plainExpect.configure({ timeout: 20_000 });

/** One user's computer: a home of its own, and the app on it when it runs. */
export class Household {
  readonly home: string;
  /** What the app's process gets beside the usual. */
  readonly environment: Record<string, string>;
  #app: AppUnderTest | null = null;
  words: string[] = [];

  private constructor(home: string, environment: Record<string, string>) {
    this.home = home;
    this.environment = { ...environment, NIGHTJAR_HOME: home };
  }

  static async make(environment: Record<string, string> = {}): Promise<Household> {
    const home = await mkdtemp(path.join(os.tmpdir(), 'nightjar-home-'));
    await mkdir(path.join(home, 'clips'));
    return new Household(home, {
      NIGHTJAR_KEYCHAIN_SERVICE: `Nightjar journeys ${path.basename(home)}`,
      ...environment,
    });
  }

  get clips(): string {
    return path.join(this.home, 'clips');
  }

  get app(): AppUnderTest {
    if (!this.#app) throw new Error('the app does not run');
    return this.#app;
  }

  get pid(): number | null {
    return this.#app?.process().pid ?? null;
  }

  /** Starts the app and returns its page. */
  async open(): Promise<Page> {
    this.#app = await launchApp({ home: this.home, env: this.environment });
    return this.#app.firstWindow();
  }

  /** The whole first run: starts the app, makes the vault, and adds these cameras as the search finds them. */
  async settle(cameras: readonly YardCamera[]): Promise<Page> {
    const page = await this.open();
    await this.makeVault(page);
    await openAddCameras(page);
    for (const camera of cameras) await addFound(page, camera);
    return page;
  }

  async quit(): Promise<void> {
    await this.#app?.close();
    this.#app = null;
  }

  async close(): Promise<void> {
    await this.quit();
    await this.#emptyKeychain();
    await rm(this.home, { recursive: true, force: true });
  }

  /** On Linux the keyring is the journey's own and goes with it; elsewhere it is the user's, under a name of its own. */
  async #emptyKeychain(): Promise<void> {
    const file = await readFile(path.join(this.vault, 'vault.json'), 'utf8').catch(() => '{}');
    const id = /"id":\s*"([0-9a-f]{16})"/.exec(file)?.[1];
    const cameras = await readdir(path.join(this.vault, 'recordings')).catch(() => []);
    const keychain = new Keychain(this.environment['NIGHTJAR_KEYCHAIN_SERVICE']);
    const own = id === undefined ? [] : [id, `${id} recorder`];
    for (const account of [...cameras, ...own]) await keychain.remove(account);
  }

  /** First run: a vault in the first place offered, its words read off the screen and two given back. */
  async makeVault(page: Page): Promise<void> {
    await this.choosePlace(page);
    await this.proveWords(page);
  }

  async choosePlace(page: Page): Promise<void> {
    await expect(page.getByRole('heading', { name: 'Where shall the vault be?' })).toBeVisible();
    await page.getByRole('radio').first().click();
    await page.getByRole('button', { name: 'Make the vault here' }).click();
  }

  async proveWords(page: Page): Promise<void> {
    await expect(page.getByRole('heading', { name: 'Write these twelve words down' })).toBeVisible();
    const items = await page.getByRole('list', { name: 'Recovery key' }).getByRole('listitem').allInnerTexts();
    this.words = items.map((item) => item.replace(/^\s*\d+\s*/, '').trim());
    expect(this.words.filter((word) => /^[a-z]+$/.test(word))).toHaveLength(12);
    await page.getByRole('button', { name: 'I have written them down' }).click();
    for (const field of await page.getByRole('textbox', { name: /^Word \d+$/ }).all()) {
      const at = Number((await field.getAttribute('aria-label'))?.replace('Word ', ''));
      await field.fill(this.words[at - 1] ?? '');
    }
    await page.getByRole('button', { name: 'Prove it' }).click();
    await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();
  }

  get vault(): string {
    return path.join(this.home, 'videos', 'Nightjar vault');
  }

  /** From the first run: opens the vault that lies in a folder. */
  async openVaultIn(page: Page, folder: string): Promise<void> {
    await this.willChooseFolder(folder);
    await page.getByRole('button', { name: 'Another folder…' }).click();
    // The folder that was chosen is marked when it has come onto the list.
    await page.getByRole('button', { name: 'Open this vault' }).click();
  }

  /** Answers the next folder dialog. */
  async willChooseFolder(folder: string): Promise<void> {
    await this.app.evaluate(({ dialog }, filePath) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    }, folder);
  }

  /** Answers the next save dialog with a file in the clips folder; returns its path. */
  async willSave(name: string): Promise<string> {
    const file = path.join(this.clips, name);
    await this.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
    return file;
  }
}

export async function goTo(
  page: Page,
  view: 'Live' | 'Archive' | 'Cameras' | 'Exports' | 'Health' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view, exact: true }).click();
}

/** From anywhere to the view that adds cameras. */
export async function openAddCameras(page: Page): Promise<void> {
  await goTo(page, 'Cameras');
  await page
    .getByRole('button', { name: /^(Add cameras|Look for cameras)$/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: 'Found on this network' })).toBeVisible();
}

/** Fills in the form on the right and signs in. */
export async function signIn(page: Page, camera: { user: string; password: string }): Promise<void> {
  await page.getByLabel('User name').fill(camera.user);
  await page.getByLabel('Password', { exact: true }).fill(camera.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Adds a camera that the search found; `shown` is called when all that it answered is on screen. */
export async function addFound(page: Page, camera: YardCamera, shown?: () => Promise<unknown>): Promise<void> {
  const row = page.getByRole('listitem').filter({ hasText: camera.host }).filter({ hasText: camera.name });
  await row.getByRole('button', { name: 'Add…' }).click();
  await signIn(page, camera);
  await expect(page.getByText('Streams found')).toBeVisible();
  await shown?.();
  await page.getByRole('button', { name: 'Add camera', exact: true }).click();
  await expect(row.getByText('Added')).toBeVisible();
}

/** Types where a camera is, from anywhere; its fields follow. */
export async function typeAddress(page: Page, text: string): Promise<void> {
  await openAddCameras(page);
  await page.getByLabel(/^Address, or whatever/).fill(text);
  await page.getByLabel(/^Address, or whatever/).press('Enter');
}

/** Signs in to what was typed, with what stands in the fields, and adds it under this name. */
export async function addTyped(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('Streams found')).toBeVisible();
  await page.getByLabel('Name on the wall').fill(name);
  await page.getByRole('button', { name: 'Add camera', exact: true }).click();
  await expect(page.getByRole('heading', { name: `${name} is on the wall` })).toBeVisible();
}

/** A tile of the wall by its camera. */
export function tile(page: Page, camera: string): ReturnType<Page['getByRole']> {
  return page.getByRole('group', { name: new RegExp(`^${camera}, `) });
}

/** Waits until a camera's tile is live and recorded. */
export async function seeLive(page: Page, camera: string): Promise<void> {
  await expect(page.getByRole('group', { name: `${camera}, live, recording` })).toBeVisible();
}

/** Waits on the wall until every one of these cameras is live and recorded. */
export async function seeWall(page: Page, cameras: readonly YardCamera[]): Promise<void> {
  await goTo(page, 'Live');
  for (const { name } of cameras) await seeLive(page, name);
}

/** Types a new passphrase into its two fields, and hands it in. */
export async function typeNewPassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('New passphrase').fill(passphrase);
  await page.getByLabel('The same once more').fill(passphrase);
  await page.getByLabel('The same once more').press('Enter');
}

/** In the settings, where there is no passphrase yet. */
export async function setPassphrase(page: Page, passphrase: string): Promise<void> {
  await goTo(page, 'Settings');
  await typeNewPassphrase(page, passphrase);
  await expect(page.getByText('A passphrase is set.')).toBeVisible();
}

/** Waits for the locked page; its field has the focus. */
export async function seeLocked(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Locked' })).toBeVisible();
  await expect(page.getByLabel('Passphrase')).toBeFocused();
}

export async function lock(page: Page): Promise<void> {
  await page.keyboard.press('Control+l');
  await seeLocked(page);
}

/** Types the passphrase where the focus is, and Enter. */
export async function unlock(page: Page, passphrase: string): Promise<void> {
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
}

/** All twelve words, one by one, and Enter. */
export async function typeWords(page: Page, words: readonly string[]): Promise<void> {
  for (const [at, word] of words.entries())
    await page.getByRole('textbox', { name: `Word ${at + 1}`, exact: true }).fill(word);
  await page.getByRole('textbox', { name: 'Word 12', exact: true }).press('Enter');
}
