/**
 * Which events go: they stay as long as anything recorded on their day stays, and beyond that for as many days as their
 * camera's recordings may be kept. Without such a rule they go when their day is before all that is left of the camera's
 * recordings; of a camera without any recording, after a year. They take no room that would be worth more.
 */
import type { CameraId } from '../../contract/model.ts';
import type { EventStore } from './eventStore.ts';
import type { Library } from './library.ts';
import { dayMs, dayOf } from './recordingName.ts';

const withoutRecordingsDays = 365;

export interface EventRule {
  events: EventStore;
  library: Library;
  /** null: as long as there is room. */
  keepDays: (cameraId: CameraId) => number | null;
  nowMs: number;
}

/** Deletes what goes; the cameras of which anything went. */
export async function keepEvents({ events, library, keepDays, nowMs }: EventRule): Promise<CameraId[]> {
  const gone: CameraId[] = [];
  for (const cameraId of await events.cameras()) {
    const recorded = await library.days(cameraId);
    const days = keepDays(cameraId);
    const byAge = dayOf(nowMs - (days ?? withoutRecordingsDays) * dayMs);
    const first = days === null ? (recorded[0] ?? byAge) : byAge;
    const goes = (day: string): boolean => day < first && !recorded.includes(day);
    if (!(await events.days(cameraId)).some(goes)) continue;
    await events.remove(cameraId, goes);
    gone.push(cameraId);
  }
  return gone;
}
