/** The browser of whoever receives something of ours, the app having no part in it: whoever opens it closes it. */
import { chromium, type Browser } from 'playwright';
import { findChromium } from '../../build/understudy/chromium.ts';

export function openReceiversBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({
    // A Linux without a locale reads no name of a file that has other letters than ASCII.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    ...(executablePath !== null && { executablePath }),
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
