/** Bad input and bad luck: each gets a clear sentence with a remedy, and nothing is lost by it. */
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { Household, openAddCameras } from './household.ts';

test.describe.configure({ mode: 'serial' });

let household: Household;
let page: Page;
let printer: Server;
let printerPort = 0;

test.beforeAll(async () => {
  printer = createServer((_request, response) => response.end('<html><title>Printer</title></html>'));
  await new Promise<void>((resolve) => printer.listen(0, '127.0.0.1', resolve));
  const address = printer.address();
  printerPort = typeof address === 'object' && address ? address.port : 0;
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
});

test.afterAll(async () => {
  printer.close();
  await household.close();
});

async function tryAddress(text: string): Promise<void> {
  await openAddCameras(page);
  await page.getByLabel(/^Address, or whatever/).fill(text);
  await page.getByLabel(/^Address, or whatever/).press('Enter');
  await page.getByLabel('User name').fill('somebody');
  await page.getByLabel('Password', { exact: true }).fill('something');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const vaultFolder = (): string => path.join(household.home, 'videos', 'Nightjar vault');

/** Quits, changes something behind the app's back, and starts again. */
async function startAfter(change: () => Promise<unknown>): Promise<void> {
  await household.quit();
  await change();
  page = await household.open();
}

test('a name that does not exist', async () => {
  await tryAddress('rtsp://no-such-camera.invalid/live');
  await expect(page.getByText('The network does not know no-such-camera.invalid.')).toBeVisible();
});

test('an address where nothing answers', async () => {
  await tryAddress('rtsp://127.0.0.77:5554/live');
  await expect(page.getByText('Nothing answers at 127.0.0.77, port 5554.')).toBeVisible();
});

test('something that answers and is no camera', async () => {
  await tryAddress(`http://127.0.0.1:${printerPort}/`);
  await expect(page.getByText(/does not speak as a camera does/)).toBeVisible();
});

test('a text that is no address', async () => {
  await openAddCameras(page);
  await page.getByLabel(/^Address, or whatever/).fill('ftp://192.168.1.9/video');
  await page.getByLabel(/^Address, or whatever/).press('Enter');
  await expect(page.getByText('The address begins with something else than rtsp or http.')).toBeVisible();
});

test('a vault from a newer Nightjar is left alone, and opens again when it is the old one', async () => {
  const file = path.join(vaultFolder(), 'vault.json');
  const before = await readFile(file, 'utf8');
  const newer = before.replace(/"version":\s*\d+/, '"version": 99');
  await startAfter(() => writeFile(file, newer));
  await expect(page.getByRole('heading', { name: 'The vault does not open' })).toBeVisible();
  await expect(page.getByText(/newer/).first()).toBeVisible();
  expect(await readFile(file, 'utf8')).toBe(newer);
  await writeFile(file, before);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();
});

test('a vault whose drive is not there opens when it is back', async () => {
  await startAfter(() => rename(vaultFolder(), `${vaultFolder()} away`));
  await expect(page.getByRole('heading', { name: 'The vault does not open' })).toBeVisible();
  await rename(`${vaultFolder()} away`, vaultFolder());
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();
});

test('an empty keychain: wrong words are refused, the recovery words open the vault and fill the keychain again', async () => {
  const keychain = new Keychain(household.environment['NIGHTJAR_KEYCHAIN_SERVICE'] ?? '');
  await startAfter(async () => {
    const { id } = JSON.parse(await readFile(path.join(vaultFolder(), 'vault.json'), 'utf8')) as { id: string };
    expect((await keychain.remove(id)).ok).toBe(true);
  });
  await expect(page.getByText(/keychain holds no key for it/)).toBeVisible();
  await page.getByRole('button', { name: 'Enter the recovery words' }).click();
  const fill = async (words: string[]): Promise<void> => {
    for (const [at, word] of words.entries())
      await page.getByRole('textbox', { name: `Word ${at + 1}`, exact: true }).fill(word);
    await page.getByRole('button', { name: 'Open the vault' }).click();
  };
  await fill([...household.words].reverse());
  await expect(page.getByText(/These words do not open/)).toBeVisible();
  await fill(household.words);
  await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();
  await startAfter(() => Promise.resolve());
  await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();
});

test('a second Nightjar on the same vault says so, and the first goes on', async () => {
  const other = await Household.make(household.environment);
  try {
    const second = await other.open();
    await other.openVaultIn(second, vaultFolder());
    await expect(second.getByText(/another Nightjar/i).first()).toBeVisible();
    await expect(page.getByRole('heading', { name: 'No camera yet' })).toBeVisible();
  } finally {
    await other.close();
  }
});

test('a folder that takes no files', async () => {
  const isRoot = process.getuid?.() === 0;
  test.skip(isRoot && process.platform !== 'linux', 'root may write everywhere but in /proc');
  const other = await Household.make();
  try {
    const second = await other.open();
    await chmod(other.clips, 0o500);
    await other.willChooseFolder(isRoot ? '/proc' : other.clips);
    await second.getByRole('button', { name: 'Another folder…' }).click();
    await expect(second.getByText(/Nightjar may not write into/)).toBeVisible();
  } finally {
    await chmod(other.clips, 0o700);
    await other.close();
  }
});
