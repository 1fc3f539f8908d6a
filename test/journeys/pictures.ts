/**
 * Reads the yard's frame number off a picture in the page: off a `<video>` as it is shown, by the same function that
 * the yard's own tests use. So a journey knows that a picture moves, and which one it is.
 */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { expect, type Locator, type Page } from 'playwright/test';

const source = readFileSync(path.join(import.meta.dirname, '../yard/frameNumber.ts'), 'utf8');
const reader = stripTypeScriptTypes(source).replaceAll(/^export /gm, '');

/** Makes `readFrame(video)` known in the page: the number on its present picture, or null. */
export async function teachFrames(page: Page): Promise<void> {
  await page.evaluate(`window.readFrame = (() => {
    ${reader}
    const canvas = new OffscreenCanvas(640, 360);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    return (video) => {
      if (!video || video.readyState < 2) return null;
      context.drawImage(video, 0, 0, 640, 360);
      return readFrameNumber(context.getImageData(0, 0, 640, 16).data, 640, 360);
    };
  })()`);
}

/** The number on the picture that the element (a video, or something with one inside) shows now. */
export function frameOf(element: Locator): Promise<number | null> {
  return element.evaluate((node) => {
    const video = node instanceof HTMLVideoElement ? node : node.querySelector('video');
    // Put there by teachFrames.
    return (window as unknown as { readFrame(video: Element | null): number | null }).readFrame(video);
  });
}

/** Waits until a frame number can be read, and then until another one can: the picture is there and moves. */
export async function seeMoving(element: Locator): Promise<void> {
  let first: number | null = null;
  await expect.poll(async () => (first = await frameOf(element)), { message: 'a picture of the yard' }).not.toBeNull();
  await expect
    .poll(async () => ((await frameOf(element)) ?? first) !== first, { message: 'the picture moves' })
    .toBe(true);
}
