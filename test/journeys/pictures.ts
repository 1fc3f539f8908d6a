/**
 * Reads the yard's frame number off a picture in the page, by the same function that the yard's own tests use: off the
 * canvas that pictures are painted on, live and recorded ones, where a tile's place is. So a journey knows that a picture
 * moves, and which one it is.
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { expect, type Locator, type Page } from 'playwright/test';

const source = readFileSync(path.join(import.meta.dirname, '../yard/frameNumber.ts'), 'utf8');
const reader = stripTypeScriptTypes(source).replaceAll(/^export /gm, '');

/**
 * Makes two functions known in the page. `shownPicture(element)`: what the element (a tile, or something with one inside)
 * shows now, as `[source, x, y, width, height]` in the source's own pixels, or null. `readFrame(element)`:
 * the frame number on it, or null.
 */
export async function teachFrames(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    ${reader}
    const canvas = new OffscreenCanvas(640, 360);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const inside = (element, what) => (element?.matches(what) ? element : (element?.querySelector(what) ?? null));
    const livePicture = (place) => {
      const painted = document.querySelector('.pictures > canvas');
      if (!painted || place.classList.contains('unseen')) return null;
      const [on, at] = [painted.getBoundingClientRect(), place.getBoundingClientRect()];
      const across = painted.width / on.width;
      const down = painted.height / on.height;
      return [painted, (at.x - on.x) * across, (at.y - on.y) * down, at.width * across, at.height * down];
    };
    window.shownPicture = (element) => {
      const place = inside(element, '[data-picture]');
      return place ? livePicture(place) : null;
    };
    window.readFrame = (element) => {
      const shown = window.shownPicture(element);
      if (!shown) return null;
      context.drawImage(...shown, 0, 0, 640, 360);
      return readFrameNumber(context.getImageData(0, 0, 640, 16).data, 640, 360);
    };
  })()`);
}

/** The number on the picture that the element (a tile, or something with one inside) shows now. */
export function frameOf(element: Locator): Promise<number | null> {
  return element.evaluate((node) => {
    // Put there by teachFrames.
    return (window as unknown as { readFrame(element: Element): number | null }).readFrame(node);
  });
}

/** The numbers on the pictures with these labels, all read in one turn of the page: what one frame of it shows. */
export function frameSets(page: Page, labels: string[]): Promise<(number | null)[]> {
  return page.evaluate((wanted) => {
    // Put there by teachFrames.
    const taught = window as unknown as { readFrame(element: Element | null): number | null };
    return wanted.map((label) => taught.readFrame(document.querySelector(`[aria-label="${label}"]`)));
  }, labels);
}

/** Waits until a frame number can be read, and then until another one can: the picture is there and moves. */
export async function seeMoving(element: Locator): Promise<void> {
  let first: number | null = null;
  await expect.poll(async () => (first = await frameOf(element)), { message: 'a picture of the yard' }).not.toBeNull();
  await expect
    .poll(async () => ((await frameOf(element)) ?? first) !== first, { message: 'the picture moves' })
    .toBe(true);
}
