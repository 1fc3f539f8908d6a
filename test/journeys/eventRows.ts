/** What journeys about events look at: the rows of the list beside the timeline, and the ticks on the timeline. */
import type { Locator, Page } from 'playwright/test';

export function eventList(page: Page): Locator {
  return page.getByRole('listbox', { name: 'Events in the window' });
}

export function eventRows(page: Page, name?: string | RegExp): Locator {
  return eventList(page).getByRole('option', name === undefined ? {} : { name });
}

/** The track of one camera on the timeline. */
export function trackOf(page: Page, camera: string): Locator {
  return page.locator('.lev').filter({ hasText: camera }).locator('canvas');
}

/** How many pixels of a track have the colour of events in the dark theme, which nothing else in it has. */
export async function eventPixels(track: Locator): Promise<number> {
  return await track.evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement) || canvas.width === 0) return 0;
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === 0xdf && data[at + 1] === 0xe7 && data[at + 2] === 0xec) count += 1;
    }
    return count;
  });
}
