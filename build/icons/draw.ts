/**
 * Draws the icons from their SVG, with the Chromium that the understudy uses: run it after a change of a drawing and
 * commit what it wrote. electron-builder makes each system's own formats from icon.png.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '../understudy/chromium.ts';

const root = path.join(import.meta.dirname, '../..');
/** The template is a Mac's: black on nothing, coloured by the menu bar. */
const drawings: readonly (readonly [drawing: string, file: string, sizePixels: number])[] = [
  ['nightjar.svg', 'build/icons/icon.png', 1024],
  ['nightjar.svg', 'resources/nightjar.png', 256],
  ['nightjar.svg', 'resources/tray.png', 24],
  ['nightjar.svg', 'resources/tray@2x.png', 48],
  ['trayTemplate.svg', 'resources/trayTemplate.png', 18],
  ['trayTemplate.svg', 'resources/trayTemplate@2x.png', 36],
];

async function draw(browser: Browser, drawing: string, sizePixels: number): Promise<Buffer> {
  const svg = await readFile(path.join(import.meta.dirname, drawing), 'base64');
  const page = await browser.newPage({ viewport: { width: sizePixels, height: sizePixels } });
  const style = `position:absolute;inset:0;width:${sizePixels}px;height:${sizePixels}px`;
  await page.setContent(`<img alt="" style="${style}" src="data:image/svg+xml;base64,${svg}">`);
  const picture = await page.screenshot({ omitBackground: true });
  await page.close();
  return picture;
}

const executablePath = findChromium();
if (executablePath === null) throw new Error('No Chromium found; set UNDERSTUDY_CHROMIUM to one.');
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
for (const [drawing, file, sizePixels] of drawings) {
  await writeFile(path.join(root, file), await draw(browser, drawing, sizePixels));
  console.log(`${file} ${sizePixels} px`);
}
await browser.close();
