/**
 * To the event before the playhead, or the next one, over all days: of the camera that is shown, or of the one that the
 * list is filtered to, and of the kinds that are shown. The playhead stands a little before or behind an event that it
 * was put to (a picture earlier, a second of playing later): from there the way goes on from that event.
 */
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import { announcer } from './announcer.svelte.ts';
import { archive } from './archive.svelte.ts';
import { cameraEvents } from './cameraEvents.svelte.ts';
import { library } from './library.svelte.ts';
import { text } from './text.ts';

/** So near to an event that was gone to, the playhead is still there. */
const nearMs = 1500;
let goneToMs: number | null = null;

export function goToEvent(event: CameraEvent): void {
  if (library.cameras.some(({ cameraId }) => cameraId === event.cameraId)) archive.choose(event.cameraId);
  goneToMs = event.fromMs;
  archive.seek(event.fromMs);
}

export async function jumpToEvent(way: 'before' | 'after'): Promise<void> {
  const { timeMs, cameraId } = archive;
  const isThere = goneToMs !== null && Math.abs(timeMs - goneToMs) <= nearMs;
  const fromMs = isThere && goneToMs !== null ? goneToMs : timeMs;
  const event = await cameraEvents.beside(way, fromMs, cameraId === null ? null : [cameraId]);
  if (event) goToEvent(event);
  else announcer.say(way === 'after' ? text.events.noneAfter : text.events.noneBefore);
}
