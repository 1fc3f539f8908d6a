/**
 * The vault's keys: recovery words made anew, a partner's key that opens what is recorded from then on and nothing of
 * before, and a key that somebody else wrote into vault.json.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { Keychain } from '../../main/core/vault/keychain.ts';
import { openWithWords } from '../../main/core/vault/folder.ts';
import { seriousViolations } from './axe.ts';
import { addFound, goTo, Household, openAddCameras, seeLive, YardProcess } from './household.ts';
import { frameOf, teachFrames } from './pictures.ts';

test.describe.configure({ mode: 'serial' });

let yard: YardProcess;
let household: Household;
let page: Page;

test.beforeAll(async () => {
  yard = await YardProcess.start(1);
  household = await Household.make();
  page = await household.open();
  await household.makeVault(page);
});

test.afterAll(async () => {
  await household.close();
  await yard.stop();
});

const vaultFolder = (): string => path.join(household.home, 'videos', 'Nightjar vault');
const recordings = (): string[] => globSync('recordings/*/*/*.mp4.age', { cwd: vaultFolder() }).sort();

async function wordsOpen(words: string[]): Promise<boolean> {
  const opened = await openWithWords(vaultFolder(), words);
  if (opened.ok) opened.value.lock();
  return opened.ok;
}

async function openWithTheWords(): Promise<void> {
  await page.getByRole('button', { name: 'Enter the recovery words' }).click();
  for (const [at, word] of household.words.entries())
    await page.getByRole('textbox', { name: `Word ${at + 1}`, exact: true }).fill(word);
  await page.getByRole('button', { name: 'Open the vault' }).click();
}

/** A key pair as a partner makes one, outside the vault; the secret one is a file for `age -i`. */
function makeKey(name: string): { secretFile: string; recipient: string } {
  const secretFile = path.join(household.home, `${name}.txt`);
  execFileSync('age-keygen', ['-o', secretFile], { stdio: 'ignore' });
  return { secretFile, recipient: execFileSync('age-keygen', ['-y', secretFile], { encoding: 'utf8' }).trim() };
}

function opensWith(secretFile: string, file: string): boolean {
  try {
    const bytes = execFileSync('age', ['-d', '-i', secretFile, path.join(vaultFolder(), file)], {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    });
    return bytes.length > 0;
  } catch {
    return false;
  }
}

async function recordAWhile(): Promise<string> {
  const before = recordings();
  const { name } = yard.cameras[0] ?? { name: '' };
  await goTo(page, 'Live');
  await seeLive(page, name);
  await goTo(page, 'Cameras');
  await page.getByRole('button', { name: 'Pause recording' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause recording' }).click();
  await expect(page.getByText('You paused its recording.')).toBeVisible();
  await expect.poll(() => recordings().length).toBe(before.length + 1);
  return recordings().find((file) => !before.includes(file)) ?? '';
}

test('the recovery key is made anew: the old words open the vault until the new ones are proved', async () => {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Make a new recovery key…' }).click();
  const sheet = page.getByRole('dialog', { name: 'A new recovery key' });
  const items = await sheet.getByRole('list', { name: 'Recovery key' }).getByRole('listitem').allInnerTexts();
  const words = items.map((item) => item.replace(/^\s*\d+\s*/, '').trim());
  expect(words.filter((word) => /^[a-z]+$/.test(word))).toHaveLength(12);
  expect(words).not.toEqual(household.words);
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('words.png') });
  await sheet.getByRole('button', { name: 'I have written them down' }).click();

  const fields = await sheet.getByRole('textbox', { name: /^Word \d+$/ }).all();
  for (const field of fields) await field.fill('abandon');
  await sheet.getByRole('button', { name: 'Prove it' }).click();
  await expect(sheet.getByText(/These words do not open/)).toBeVisible();
  expect(await wordsOpen(household.words)).toBe(true);
  expect(await wordsOpen(words)).toBe(false);

  for (const field of fields) {
    const at = Number((await field.getAttribute('aria-label'))?.replace('Word ', ''));
    await field.fill(words[at - 1] ?? '');
  }
  await page.screenshot({ path: test.info().outputPath('proof.png') });
  await fields.at(-1)?.press('Enter');
  await expect(sheet.getByText('The new recovery key opens the vault.')).toBeVisible();
  await expect(sheet.getByText(/The old words open this vault no more/)).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('done.png') });
  expect(await wordsOpen(words)).toBe(true);
  expect(await wordsOpen(household.words)).toBe(false);
  await sheet.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('The recovery key was made anew.')).toBeVisible();
  household.words = words;
});

test('a secret key pasted by mistake is told at its field, and is gone from the screen', async () => {
  await page.getByRole('button', { name: 'Add a key…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Somebody else’s key' });
  await sheet.getByLabel('Whose key it is').fill('Anna, canary-9b3e');
  const secret = readFileSync(makeKey('mistake').secretFile, 'utf8').trim().split('\n').at(-1) ?? '';
  await sheet.getByLabel('Public key').fill(secret);
  await sheet.getByRole('button', { name: 'Let this key open the vault' }).click();
  await expect(sheet.getByText(/This is a secret key/)).toBeVisible();
  await expect(sheet.getByLabel('Public key')).toHaveValue('');
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('secret.png') });
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
});

test('a partner’s key opens what is recorded after it was added, and nothing of before', async () => {
  await openAddCameras(page);
  const [camera] = yard.cameras;
  if (!camera) throw new Error('the yard has no camera');
  await addFound(page, camera);
  const before = await recordAWhile();

  const partner = makeKey('partner');
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Add a key…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Somebody else’s key' });
  await sheet.getByLabel('Whose key it is').fill('Anna, canary-9b3e');
  await sheet.getByLabel('Public key').fill(` ${partner.recipient} `);
  await sheet.getByLabel('Public key').press('Enter');
  await expect(sheet).toBeHidden();
  await expect(page.getByRole('list', { name: 'Keys of others' }).getByText('Anna, canary-9b3e')).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByText('Others who can open it').scrollIntoViewIfNeeded();
  await page.screenshot({ path: test.info().outputPath('keys.png') });
  // The documents are sealed again at once: names and settings are the partner's to read.
  for (const file of ['settings.json.age', 'cameras.json.age']) expect(opensWith(partner.secretFile, file)).toBe(true);

  await goTo(page, 'Cameras');
  await page.getByRole('button', { name: 'Go on recording' }).click();
  const after = await recordAWhile();
  expect(opensWith(partner.secretFile, before)).toBe(false);
  expect(opensWith(partner.secretFile, after)).toBe(true);

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Remove the key of Anna, canary-9b3e' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the key', exact: true }).click();
  await expect(page.getByText('Nobody but you.')).toBeVisible();
  for (const file of ['settings.json.age', 'settings.json.age.previous'])
    expect(opensWith(partner.secretFile, file)).toBe(false);
  expect(readFileSync(path.join(vaultFolder(), 'vault.json'), 'utf8')).not.toContain(partner.recipient);
});

test('a key that somebody else wrote into vault.json is named on screen, and can be taken out', async () => {
  const thief = makeKey('thief');
  const file = path.join(vaultFolder(), 'vault.json');
  await household.quit();
  const json = JSON.parse(readFileSync(file, 'utf8')) as { recipients: string[] };
  writeFileSync(file, JSON.stringify({ ...json, recipients: [...json.recipients, thief.recipient] }));
  page = await household.open();
  await goTo(page, 'Settings');
  await expect(page.getByRole('alert').filter({ hasText: 'names a key that nobody added' })).toContainText(
    thief.recipient,
  );
  await page.screenshot({ path: test.info().outputPath('foreign.png') });
  expect(opensWith(thief.secretFile, 'log.txt.age')).toBe(false);
  await page.getByRole('button', { name: 'Take it out…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take it out', exact: true }).click();
  await expect(page.getByText('Nobody but you.')).toBeVisible();
  await expect(page.getByText(/names a key that nobody added/)).toHaveCount(0);
  expect(readFileSync(file, 'utf8')).not.toContain(thief.recipient);
});

test('a changed id in vault.json: the new words open the vault, and its own id is back', async () => {
  const file = path.join(vaultFolder(), 'vault.json');
  await household.quit();
  const { id } = JSON.parse(readFileSync(file, 'utf8')) as { id: string };
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(
      id,
      id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    ),
  );
  page = await household.open();
  await openWithTheWords();
  await goTo(page, 'Settings');
  await expect(page.getByText(/vault.json of the vault was damaged/).first()).toBeVisible();
  expect((JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id).toBe(id);
  const key = await new Keychain(household.environment['NIGHTJAR_KEYCHAIN_SERVICE']).read(id);
  expect(key.ok && key.value !== null).toBe(true);
});

test('copied to a fresh computer, the words open it: recordings play, and the camera asks for its password', async () => {
  const [camera] = yard.cameras;
  if (!camera) throw new Error('the yard has no camera');
  await goTo(page, 'Cameras');
  await page.getByRole('button', { name: 'Go on recording' }).click();
  await goTo(page, 'Live');
  await seeLive(page, camera.name);
  await household.quit();

  const fresh = await Household.make();
  fresh.words = household.words;
  const copy = path.join(fresh.home, 'from a backup');
  await cp(vaultFolder(), copy, { recursive: true });
  await household.close();
  household = fresh;
  page = await household.open();
  await household.openVaultIn(page, copy);
  await expect(page.getByText(/keychain holds no key for it/)).toBeVisible();
  await openWithTheWords();

  await expect(page.getByRole('group', { name: `${camera.name}, password missing, not recording` })).toBeVisible();
  await expect(page.getByText(/This computer has no password for the camera/)).toBeVisible();
  expect(await seriousViolations(page)).toEqual([]);
  await page.screenshot({ path: test.info().outputPath('missing.png') });
  await goTo(page, 'Archive');
  const recorded = page.getByRole('row').filter({ hasText: 'recorded' });
  await recorded.last().getByRole('button').click();
  await teachFrames(page);
  await expect.poll(() => frameOf(page.getByLabel(`Recorded picture of ${camera.name}`))).not.toBeNull();

  await goTo(page, 'Cameras');
  await expect(page.getByText('Password missing').first()).toBeVisible();
  await page.getByRole('alert').getByRole('button').click();
  await page.getByLabel('User name').fill(camera.user);
  await page.getByLabel('Password', { exact: true }).fill(camera.password);
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in', exact: true }).click();
  await goTo(page, 'Live');
  await seeLive(page, camera.name);
});
