/**
 * Where a window goes on the desktop: where it was, if enough of it is on a screen that is there now; else on a screen
 * of its own, or beside the first window. Pure, in the system's own pixels.
 */
import type { WindowPlace } from '../contract/layouts.ts';

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const leastSize = { width: 1024, height: 640 };
const usualSize = { width: 1440, height: 900 };
/** So much of a window's upper edge must be on a screen that it can be taken hold of. */
const hold = { width: 160, height: 40 };
const besidePixels = 48;

/** `areas`: what each screen has room for; `first`: the first window, null while it is closed. */
export function placeOn(areas: readonly Area[], wanted: WindowPlace | null, first: Area | null): WindowPlace {
  if (wanted !== null && areas.some((area) => canBeHeld(wanted, area))) return { ...wanted, ...notTooSmall(wanted) };
  const taken = first && areas.find((area) => isOn(first, area));
  const other = areas.filter((area) => area !== taken).sort((a, b) => b.width * b.height - a.width * a.height)[0];
  if (other) return { ...middleOf(other), wholeScreen: false };
  const only = taken ?? areas[0] ?? { x: 0, y: 0, ...usualSize };
  const { x, y } = first ?? only;
  return { ...inside({ x: x + besidePixels, y: y + besidePixels, ...usualSize }, only), wholeScreen: false };
}

function canBeHeld(window: Area, area: Area): boolean {
  const across = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const isHigh = window.y >= area.y && window.y + hold.height <= area.y + area.height;
  return across >= hold.width && isHigh;
}

function isOn({ x, y, width, height }: Area, area: Area): boolean {
  const middle = { x: x + width / 2, y: y + height / 2 };
  return middle.x >= area.x && middle.x < area.x + area.width && middle.y >= area.y && middle.y < area.y + area.height;
}

function notTooSmall({ width, height }: Area): { width: number; height: number } {
  return { width: Math.max(leastSize.width, width), height: Math.max(leastSize.height, height) };
}

function middleOf(area: Area): Area {
  const width = Math.min(usualSize.width, area.width);
  const height = Math.min(usualSize.height, area.height);
  return {
    x: area.x + Math.floor((area.width - width) / 2),
    y: area.y + Math.floor((area.height - height) / 2),
    width,
    height,
  };
}

function inside(window: Area, area: Area): Area {
  const width = Math.min(window.width, area.width);
  const height = Math.min(window.height, area.height);
  return {
    x: Math.max(area.x, Math.min(window.x, area.x + area.width - width)),
    y: Math.max(area.y, Math.min(window.y, area.y + area.height - height)),
    width,
    height,
  };
}
