/**
 * Which part of time to ask ticks of, so that moving and zooming the window asks seldom: a page four times as long as
 * the window, in steps of about a pixel. Pure.
 */
import type { EventTicks } from '../../main/contract/cameraEvents.ts';
import type { CameraId } from '../../main/contract/model.ts';
import type { TimeSpan } from './time.ts';

export interface TickPage extends TimeSpan {
  stepMs: number;
  /** Starts of the steps in which an event began, in order. */
  ticks: ReadonlyMap<CameraId, readonly number[]>;
}

const stepsInWindow = 900;
const pageWindows = 4;
/** Each day of each camera is a file to be opened: of long windows nothing beside them is asked. */
const longMs = 30 * 3_600_000;
const utcDayMs = 86_400_000;

/** What to ask for the window. Windows of about the same length and place ask the same; long ones stand on full days. */
export function pageFor({ fromMs, toMs }: TimeSpan): TimeSpan & { stepMs: number } {
  if (toMs - fromMs > longMs) {
    const startMs = Math.floor(fromMs / utcDayMs) * utcDayMs;
    const endMs = Math.ceil(toMs / utcDayMs) * utcDayMs;
    // Little more than a day may lie on three.
    const inMs = Math.min(endMs - startMs, 2 * (toMs - fromMs));
    return { fromMs: startMs, toMs: endMs, stepMs: Math.ceil(inMs / stepsInWindow) };
  }
  // A power of two: while the window is zoomed little by little the same page serves.
  const windowMs = 2 ** Math.ceil(Math.log2(Math.max(1000, toMs - fromMs)));
  const startMs = Math.max(0, (Math.floor(fromMs / windowMs) - 1) * windowMs);
  return {
    fromMs: startMs,
    toMs: startMs + pageWindows * windowMs,
    stepMs: Math.ceil(windowMs / stepsInWindow),
  };
}

export function readPage(page: TimeSpan & { stepMs: number }, told: readonly EventTicks[]): TickPage {
  const { fromMs, stepMs } = page;
  return {
    ...page,
    ticks: new Map(told.map(({ cameraId, steps }) => [cameraId, steps.map(([step]) => fromMs + step * stepMs)])),
  };
}

/** The finest page that holds the span, or, where none does, the one that holds most of it. */
export function bestPage(pages: readonly TickPage[], span: TimeSpan): TickPage | null {
  let best: TickPage | null = null;
  for (const page of pages) {
    const [mine, its] = [overlap(page, span), best ? overlap(best, span) : 0];
    if (mine > its || (best && mine === its && page.stepMs < best.stepMs)) best = page;
  }
  return best;
}

/** Those of a list in order that lie in the span. */
export function ticksIn(ticks: readonly number[], { fromMs, toMs }: TimeSpan): number[] {
  return ticks.slice(firstFrom(ticks, fromMs), firstFrom(ticks, toMs));
}

function overlap(page: TimeSpan, { fromMs, toMs }: TimeSpan): number {
  return Math.max(0, Math.min(page.toMs, toMs) - Math.max(page.fromMs, fromMs));
}

/** Where the first one lies that is not before the moment. */
function firstFrom(ticks: readonly number[], atMs: number): number {
  let [low, high] = [0, ticks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticks[middle] ?? Infinity) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
