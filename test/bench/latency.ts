/**
 * From what was read off a screen to milliseconds: each picture's number says which camera pushed it, and the yard
 * remembers when. Each viewer of a stream begins at its own place in the loop, so a picture is measured against the
 * pushes to the viewer that showed it.
 */
import { clipMarkOf } from '../yard/frameNumber.ts';
import type { YardProcess } from '../yard/yardProcess.ts';
import { percentile, rounded, type Row } from './measure.ts';
import type { Change, Reading } from './screenReader.ts';

export interface StreamPushes {
  viewers: { agent: string; pushes: [number, number][] }[];
}

/** When each frame number of each stream was pushed to the program that is measured. */
export type Pushed = Map<number, number>;

/** What the yard pushed to that program since then. */
export async function pushesTo(yard: YardProcess, agent: RegExp, sinceMs: number): Promise<Pushed> {
  // The yard's own answer, in the form that test/yard/run.ts states.
  const answer = (await yard.command({ pushed: true, sinceMs })) as { pushed: { streams: StreamPushes[] }[] };
  return pushedTo(
    answer.pushed.flatMap(({ streams }) => streams),
    agent,
  );
}

/**
 * `agent`: how the program calls itself to the camera. Of several connections of it the newest that got pictures all the
 * time counts; with none of that name, the newest of any.
 */
export function pushedTo(streams: StreamPushes[], agent: RegExp): Pushed {
  const pushed: Pushed = new Map();
  for (const { viewers } of streams) {
    const named = viewers.filter((viewer) => agent.test(viewer.agent));
    const candidates = named.length > 0 ? named : viewers;
    const most = Math.max(...candidates.map(({ pushes }) => pushes.length));
    const chosen = candidates.findLast(({ pushes }) => pushes.length >= most * 0.8);
    for (const [number, atMs] of chosen?.pushes ?? []) pushed.set(number, atMs);
  }
  return pushed;
}

/** Which of the yard's cameras a number belongs to (they look at scenes in their own order). */
export function cameraOf(number: number): number {
  return clipMarkOf(number) >> 1;
}

export function latencies(changes: Change<number | null>[], pushed: Pushed): number[] {
  return changes.flatMap(([number, seenMs]) => {
    const pushedMs = number === null ? undefined : pushed.get(number);
    return pushedMs === undefined || pushedMs > seenMs ? [] : [seenMs - pushedMs];
  });
}

/** The flat figures of one window of time, over all its pictures. The first change is what was there before. */
export function figuresOf(reading: Reading, pushed: Pushed): Row {
  const seconds = (reading.endedMs - reading.beganMs) / 1000;
  const seen = reading.numbers.map((changes) => changes.slice(1).filter(([number]) => number !== null));
  const byTile = seen.map((changes) => latencies(changes, pushed));
  const all = byTile.flat();
  const fps = seen.map((changes) => changes.length / seconds);
  return {
    p50Ms: rounded(percentile(all, 50)),
    p95Ms: rounded(percentile(all, 95)),
    worstTileP95Ms: rounded(Math.max(...byTile.map((tile) => percentile(tile, 95) ?? Infinity))),
    pictures: all.length,
    fpsLeast: rounded(Math.min(...fps)),
    longestStillMs: rounded(Math.max(...seen.map((changes) => longestStill(changes, reading))), 0),
    readerIntervalP99Ms: rounded(reading.intervalP99Ms),
    readerCpuPercent: rounded(reading.cpuPercent),
  };
}

/** The longest time without a change. */
function longestStill(changes: Change<number | null>[], { beganMs, endedMs }: Reading): number {
  const times = [beganMs, ...changes.map(([, atMs]) => atMs), endedMs];
  return Math.max(...times.slice(1).map((atMs, before) => atMs - (times[before] ?? atMs)));
}
