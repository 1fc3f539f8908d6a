/** A sample app of test/fixtures in a home of its own, and the steps that its page offers to tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, type Page } from 'playwright/test';
import { launchApp, type AppUnderTest } from './runtime.ts';

export interface Sample {
  home: string;
  app: AppUnderTest;
  page: Page;
}

/** Starts it and waits for its page. */
export async function startSample(entry: string, heading: string): Promise<Sample> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'nightjar-sample-'));
  const app = await launchApp({ entry, home });
  const page = await app.firstWindow();
  await expect(page.getByRole('heading')).toHaveText(heading);
  return { home, app, page };
}

export async function endSample({ home, app }: Sample): Promise<void> {
  await app.close();
  rmSync(home, { recursive: true, force: true });
}

/** Calls one of the functions that the sample's page calls its probes. */
export async function probeOn(page: Page, name: string, args: unknown[]): Promise<unknown> {
  return await page.evaluate(`probe.${name}(...${JSON.stringify(args)})`);
}

/** The list of what reached the sample's program, which it keeps under this name. */
export async function heardBy(app: AppUnderTest, list: string): Promise<string[]> {
  // Safe: the sample app puts it there.
  return await app.evaluate((_electron, name) => Reflect.get(globalThis, name) as string[], list);
}
