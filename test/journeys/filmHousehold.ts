/** The app on a vault of the yard's films (test/bench/filmVault.ts): opened by its words, and the archive on screen. */
import type { Page } from 'playwright/test';
import type { FilmVault } from '../bench/filmVault.ts';
import { goTo, type Household } from './household.ts';

export async function openFilms(household: Household, { folder, words }: FilmVault): Promise<Page> {
  const page = await household.open();
  await household.openVaultIn(page, folder);
  await page.getByRole('button', { name: 'Enter the recovery words' }).click();
  for (const [at, word] of words.entries())
    await page.getByRole('textbox', { name: `Word ${at + 1}`, exact: true }).fill(word);
  await page.getByRole('button', { name: 'Open the vault' }).click();
  await goTo(page, 'Archive');
  return page;
}

/** Puts the playhead there, by the sheet that goes to a time of the day that is shown. */
export async function goToMoment(page: Page, atMs: number): Promise<void> {
  await page.keyboard.press('t');
  const at = new Date(atMs);
  const two = (figure: number): string => String(figure).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const field = page.getByRole('textbox', { name: 'Time' });
  await field.fill(clock);
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'hidden' });
}
