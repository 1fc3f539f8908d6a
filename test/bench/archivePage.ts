/**
 * The app's own page on a vault that was made beforehand (yearVault.ts), in the archive: for benchmarks and pictures. The
 * vault is opened by its words, as a user's is on another computer. Nothing is recorded meanwhile: its cameras are paused.
 */
import type { Page } from 'playwright/test';
import { expect, goTo, Household } from '../journeys/household.ts';
import { wordsOf } from './yearVault.ts';

export interface ArchivePage {
  page: Page;
  household: Household;
  close(): Promise<void>;
}

/** `folder`: as made by `makeYear`. */
export async function openArchivePage(folder: string, environment: Record<string, string> = {}): Promise<ArchivePage> {
  const household = await Household.make({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', ...environment });
  const page = await household.open();
  try {
    await household.openVaultIn(page, `${folder}/vault`);
    await expect(page.getByRole('navigation', { name: 'Views' }).or(page.getByText('recovery'))).toBeVisible();
    const opened = await page.evaluate(async (words) => {
      const answer = await window.nightjar.call('vault.openWithWords', { words });
      return answer.ok ? 'open' : answer.problem.code;
    }, wordsOf(folder).split(' '));
    if (opened !== 'open') throw new Error(`the vault does not open: ${opened}`);
    await goTo(page, 'Archive');
    await expect(page.getByRole('slider', { name: 'Timeline' })).toBeVisible();
  } catch (error) {
    await household.close();
    throw error;
  }
  return { page, household, close: () => household.close() };
}
