/**
 * To the event before the playhead, or the next one, over all days: of the cameras that are shown, or of the one that the
 * list is filtered to, and of the kinds that are shown. The playhead stands a little before or behind an event that it
 * was put to (a picture earlier, a second of playing later, and seconds before one of just now, which cannot be played
 * yet): as long as it is there, that event is the one it is at, and from there the way goes on.
 */
import type { CameraEvent } from '../../main/contract/cameraEvents.ts';
import { archive } from './archive.svelte.ts';
import { cameraEvents } from './cameraEvents.svelte.ts';
import { library } from './library.svelte.ts';
import { nowhere } from './nowhere.svelte.ts';
import { text } from './text.ts';

/** So near to where it was put to, the playhead is still there. */
const nearMs = 1500;

interface GoneTo {
  event: CameraEvent;
  /** Where the playhead was put. */
  atMs: number;
}

let goneTo = $state.raw<GoneTo | null>(null);

/** The event that was gone to last, while the playhead is there. */
export function eventHere(): CameraEvent | null {
  return goneTo !== null && Math.abs(archive.timeMs - goneTo.atMs) <= nearMs ? goneTo.event : null;
}

export function goToEvent(event: CameraEvent): void {
  if (library.cameras.some(({ cameraId }) => cameraId === event.cameraId)) archive.choose(event.cameraId);
  archive.seek(event.fromMs);
  goneTo = { event, atMs: archive.timeMs };
}

export async function jumpToEvent(way: 'before' | 'after'): Promise<void> {
  const fromMs = eventHere()?.fromMs ?? archive.timeMs;
  const event = await cameraEvents.beside(way, fromMs, archive.shownIds.length === 0 ? null : [...archive.shownIds]);
  if (event) goToEvent(event);
  else nowhere.say(way === 'after' ? text.events.noneAfter : text.events.noneBefore);
}
