/**
 * The local days of a night in which the clocks change, as they are on screen: what is told of them sums up to 25 or 23
 * hours, and the day is as long as it is.
 */
import { clip } from '../../renderer/state/spans.ts';
import { dayHolding, hourMs } from '../../renderer/state/time.ts';
import { type Night, nights } from './storyPlan.ts';
import type { RunResult } from './storyRun.ts';

/** The app is started before midnight; on a machine with much to do it may be late. */
const leastLeadMs = 15_000;

/** What is wrong, in sentences; nothing for a run that is no such night. */
export function nightFaults({ plan, cameras }: Pick<RunResult, 'plan' | 'cameras'>): string[] {
  const night = (Object.keys(nights) as Night[]).find((one) => plan.name === `${one} night`);
  if (night === undefined) return [];
  const { dayMs, hours } = nights[night];
  const day = dayHolding(dayMs + 5 * hourMs);
  const found: string[] = [];
  if (day.fromMs !== dayMs || day.toMs - day.fromMs !== hours * hourMs)
    found.push(`the local day of the ${night} night has ${(day.toMs - day.fromMs) / hourMs} hours`);
  for (const { camera, spans } of cameras) {
    const sumMs = clip(spans, day).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    // Before the first recording there is nothing to tell.
    const silentMs = Math.max(0, (spans[0]?.fromMs ?? day.toMs) - day.fromMs);
    if (silentMs > leastLeadMs) found.push(`camera ${camera}: first recorded ${silentMs} ms into the day`);
    if (sumMs !== hours * hourMs - silentMs)
      found.push(`camera ${camera}: the day's states sum up to ${sumMs / hourMs} hours`);
  }
  return found;
}
