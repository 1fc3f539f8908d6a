/**
 * The settings: their first values, and how they are read back from a sealed file. What a file says is taken only
 * where it is sound; anything else gets its first value again, so that one bad entry never costs the others.
 */
import * as v from 'valibot';
import {
  firstLayout,
  layoutForm,
  mostLayouts,
  tourSecondsAllowed,
  windowPlace,
  type Layout,
  type LayoutId,
} from '../contract/layouts.ts';
import type { Settings } from '../contract/model.ts';
import { keptPrivacy, type KeptPrivacy } from '../contract/privacy.ts';
import { firstNoticeWishes, noticeWishes } from '../contract/notices.ts';

/** 2: layouts with names, the second window, the tour. */
export const settingsVersion = 2;

/** One step a version. Version 1 had one layout: a number of tiles, and the cameras' order. */
export const settingsSteps: readonly ((json: unknown) => unknown)[] = [
  (json) => {
    if (typeof json !== 'object' || json === null) return json;
    const { wallLayout, wallOrder, ...rest } = { wallLayout: null, wallOrder: null, ...json };
    const cameraIds: unknown[] = Array.isArray(wallOrder) ? wallOrder : [];
    const kinds: unknown[] = [1, 4, 9, 16];
    const kind = kinds.includes(wallLayout) ? wallLayout : firstLayout.kind;
    return { ...rest, layouts: [{ ...firstLayout, kind, cameraIds }] };
  },
];

export const firstSettings: Settings = {
  theme: 'dark',
  drawing: 'auto',
  layouts: [firstLayout],
  layoutId: firstLayout.id,
  secondWindow: { open: false, layoutId: firstLayout.id, place: null },
  tourSeconds: 10,
  tourThrough: 'pages',
  keepBytes: null,
  keepDays: null,
  lockAfterMinutes: 15,
  lockOnSuspend: true,
  soundVolume: 0.6,
  privacy: null,
  notices: firstNoticeWishes,
};

/** null only when the value is no object at all. */
export function parseSettings(value: unknown): Settings | null {
  if (typeof value !== 'object' || value === null) return null;
  const { theme, drawing, keepBytes, keepDays, lockAfterMinutes, lockOnSuspend, soundVolume, ...read } = {
    ...firstSettings,
    ...value,
  };
  const layouts = layoutsOf(read.layouts);
  return {
    theme: theme === 'light' || theme === 'system' ? theme : 'dark',
    drawing: drawing === 'graphics' || drawing === 'processor' ? drawing : 'auto',
    layouts,
    layoutId: chosenOf(layouts, read.layoutId),
    secondWindow: secondWindowOf(layouts, read.secondWindow),
    tourSeconds: isTourSeconds(read.tourSeconds) ? read.tourSeconds : firstSettings.tourSeconds,
    tourThrough: read.tourThrough === 'layouts' ? 'layouts' : 'pages',
    keepBytes: typeof keepBytes === 'number' && Number.isSafeInteger(keepBytes) && keepBytes > 0 ? keepBytes : null,
    keepDays: isDays(keepDays) ? keepDays : null,
    lockAfterMinutes: minutesOf(lockAfterMinutes),
    lockOnSuspend: typeof lockOnSuspend === 'boolean' ? lockOnSuspend : firstSettings.lockOnSuspend,
    notices: noticesOf(read.notices),
    soundVolume: isPart(soundVolume) ? soundVolume : firstSettings.soundVolume,
    privacy: privacyOf(read.privacy),
  };
}

/** Each that is sound, once; the first one where there is none. */
function layoutsOf(value: unknown): Layout[] {
  const sound = new Map<LayoutId, Layout>();
  const read: unknown[] = Array.isArray(value) ? value.slice(0, mostLayouts) : [];
  for (const one of read) {
    const layout = v.safeParse(layoutForm, one);
    if (layout.success && !sound.has(layout.output.id)) sound.set(layout.output.id, layout.output);
  }
  return sound.size === 0 ? [firstLayout] : [...sound.values()];
}

/** The layout that is chosen, or the first where that one is not there any more. */
export function chosenOf(layouts: readonly Layout[], layoutId: unknown): LayoutId {
  const [first = firstLayout] = layouts;
  return (layouts.find(({ id }) => id === layoutId) ?? first).id;
}

function secondWindowOf(layouts: readonly Layout[], value: unknown): Settings['secondWindow'] {
  const read: { open?: unknown; layoutId?: unknown; place?: unknown } =
    typeof value === 'object' && value !== null ? value : {};
  const { open, layoutId, place = null } = read;
  const sound = v.safeParse(windowPlace, place);
  return {
    open: open === true,
    layoutId: chosenOf(layouts, layoutId),
    place: sound.success ? sound.output : null,
  };
}

function noticesOf(value: unknown): Settings['notices'] {
  const sound = v.safeParse(noticeWishes, value);
  return sound.success ? sound.output : firstNoticeWishes;
}

function isTourSeconds(value: unknown): value is number {
  const { least, most } = tourSecondsAllowed;
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function minutesOf(value: unknown): number | null {
  const isMinutes = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1440;
  return isMinutes || value === null ? value : firstSettings.lockAfterMinutes;
}

function privacyOf(value: unknown): KeptPrivacy | null {
  const sound = v.safeParse(keptPrivacy, value);
  return sound.success ? sound.output : null;
}

function isPart(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isDays(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 3650;
}
