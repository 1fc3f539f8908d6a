/**
 * The settings: their first values, and how they are read back from a sealed file. What a file says is taken only
 * where it is sound; anything else gets its first value again, so that one bad entry never costs the others.
 */
import type { Settings } from '../contract/model.ts';

export const settingsVersion = 1;

export const firstSettings: Settings = {
  theme: 'dark',
  wallLayout: 4,
  wallOrder: [],
  keepBytes: null,
  keepDays: null,
  lockAfterMinutes: 15,
  lockOnSuspend: true,
};

/** null only when the value is no object at all. */
export function parseSettings(value: unknown): Settings | null {
  if (typeof value !== 'object' || value === null) return null;
  const { theme, wallLayout, wallOrder, keepBytes, keepDays, lockAfterMinutes, lockOnSuspend } = {
    ...firstSettings,
    ...value,
  };
  return {
    theme: theme === 'light' || theme === 'system' ? theme : 'dark',
    wallLayout: wallLayout === 1 || wallLayout === 9 || wallLayout === 16 ? wallLayout : 4,
    wallOrder: Array.isArray(wallOrder)
      ? wallOrder.filter((id: unknown) => typeof id === 'string' && /^[0-9a-f]{16}$/.test(id))
      : [],
    keepBytes: typeof keepBytes === 'number' && Number.isSafeInteger(keepBytes) && keepBytes > 0 ? keepBytes : null,
    keepDays: isDays(keepDays) ? keepDays : null,
    lockAfterMinutes: minutesOf(lockAfterMinutes),
    lockOnSuspend: typeof lockOnSuspend === 'boolean' ? lockOnSuspend : firstSettings.lockOnSuspend,
  };
}

function minutesOf(value: unknown): number | null {
  const isMinutes = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1440;
  return isMinutes || value === null ? value : firstSettings.lockAfterMinutes;
}

function isDays(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 3650;
}
