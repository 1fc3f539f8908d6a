/** How many cameras are recorded, how many ought to be, and how many of these are not to be now. Pure. */
import type { Camera, CameraStatus, RecordingCount } from '../contract/model.ts';
import type { Privacy } from '../contract/privacy.ts';

export function recordingCount(
  cameras: readonly Camera[],
  statuses: readonly CameraStatus[],
  privacy: Privacy | null,
): RecordingCount {
  const meant = new Set(cameras.filter(({ paused, plan }) => !paused && plan.mode !== 'off').map(({ id }) => id));
  const recorded = statuses.filter(({ recording }) => recording.recording);
  const quiet = statuses.filter(
    ({ cameraId, recording, wanted }) => meant.has(cameraId) && !recording.recording && !wanted.records,
  );
  return { cameras: recorded.length, of: meant.size, quiet: quiet.length, privacy };
}
