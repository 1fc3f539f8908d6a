/** News of cameras that comes often is passed on seldom. */
import type { CameraId } from '../contract/model.ts';

/** Passes each camera's news on at once, and then at most once in that time, the last never lost. */
export function atMostEvery(everyMs: number, tell: (cameraId: CameraId) => void): { tell: typeof tell; close(): void } {
  const waiting = new Map<CameraId, { again: boolean; timer: NodeJS.Timeout }>();
  function pass(cameraId: CameraId): void {
    const before = waiting.get(cameraId);
    if (before) {
      before.again = true;
      return;
    }
    tell(cameraId);
    const timer = setTimeout(() => {
      const { again } = waiting.get(cameraId) ?? { again: false };
      waiting.delete(cameraId);
      if (again) pass(cameraId);
    }, everyMs);
    waiting.set(cameraId, { again: false, timer: timer.unref() });
  }
  return {
    tell: pass,
    close() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
