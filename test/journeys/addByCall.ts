/** Cameras without the way through the view that adds them, for journeys that are about something else. */
import { expect, type Page } from 'playwright/test';
import type { YardCamera } from './household.ts';

/** Adds a camera of the yard by the page's own calls, for journeys that are about something else. */
export async function addByCall(page: Page, camera: YardCamera): Promise<void> {
  const { name, host, onvifPort, user, password } = camera;
  const added = await page.evaluate(
    async ({ address, ...given }) => {
      const target = { by: 'address' as const, text: address };
      const tried = await window.nightjar.call('cameras.try', { target, user: given.user, password: given.password });
      if (!tried.ok) return tried.problem.code;
      const choice = { name: given.name, records: true, recordsSound: false, keepDays: null };
      const camera = await window.nightjar.call('cameras.add', { tryId: tried.value.tryId, ...choice });
      return camera.ok ? 'added' : camera.problem.code;
    },
    { address: `http://${host}:${onvifPort}`, name, user, password },
  );
  expect(added, name).toBe('added');
}
