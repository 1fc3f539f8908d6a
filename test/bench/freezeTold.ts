/**
 * What a tile said of a freeze, from the names that it had and the pictures that appeared on the screen. Pure. All times
 * are epoch milliseconds.
 */
import type { Change } from './screenReader.ts';

export interface Told {
  /** From the last picture that appeared to the first other name than live; null: it never was said. */
  saidMs: number | null;
  /** The same, to the picture being greyed on the screen. */
  greyedMs: number | null;
  /** From the end of the freeze to a live name and a picture in its colours; null: it never was. */
  goneMs: number | null;
  /** The longest that one and the same picture was on the screen in its colours, under a live name. */
  stillAsLiveMs: number;
  words: string[];
}

export interface FreezeTimes {
  beganMs: number;
  endedMs: number;
  /** Nobody looked any longer. */
  untilMs: number;
}

/** By a tile's name: `Front door, live, recording`. */
export function isLive(name: string): boolean {
  return /, live\b/.test(name);
}

/** What one tile showed (`pictures`, and whether they were `dimmed`) and said in one round. */
export function toldOf(
  words: Change<string>[],
  pictures: Change<number | null>[],
  dimmed: Change<boolean>[],
  { beganMs, endedMs, untilMs }: FreezeTimes,
): Told {
  const appeared = pictures.filter(([number]) => number !== null).map(([, atMs]) => atMs);
  const afterLast = (sign: Change<unknown> | undefined): number | null => {
    if (sign === undefined) return null;
    const last = appeared.findLast((atMs) => atMs <= sign[1]);
    return last === undefined ? null : sign[1] - last;
  };
  const asLive = livesOf(words, dimmed, { fromMs: beganMs - 1000, untilMs });
  const last = asLive.at(-1);
  const wasOld = asLive.length > 1 || last?.toMs !== untilMs;
  return {
    saidMs: afterLast(words.find(([name, atMs]) => atMs > beganMs && !isLive(name))),
    greyedMs: afterLast(dimmed.find(([isDimmed, atMs]) => atMs > beganMs && isDimmed)),
    goneMs: wasOld && last?.toMs === untilMs ? Math.max(0, last.fromMs - endedMs) : null,
    stillAsLiveMs: Math.max(0, ...asLive.map((live) => longestStillMs(appeared, live))),
    words: words.filter(([name]) => !isLive(name)).map(([name]) => name),
  };
}

interface Interval {
  fromMs: number;
  toMs: number;
}

/** When the tile passed for live: by its name, and with its picture in its colours. */
function livesOf(
  words: Change<string>[],
  dimmed: Change<boolean>[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): Interval[] {
  const at = <Value>(changes: Change<Value>[], atMs: number): Value | undefined =>
    (changes.findLast((change) => change[1] <= atMs) ?? changes[0])?.[0];
  const times = [...words, ...dimmed].map(([, atMs]) => atMs).filter((atMs) => atMs > fromMs && atMs < untilMs);
  const edges = [fromMs, ...times.sort((one, other) => one - other), untilMs];
  const lives: Interval[] = [];
  for (const [index, edgeMs] of edges.slice(0, -1).entries()) {
    if (!isLive(at(words, edgeMs) ?? '') || at(dimmed, edgeMs) === true) continue;
    const toMs = edges[index + 1] ?? untilMs;
    const before = lives.at(-1);
    if (before?.toMs === edgeMs) before.toMs = toMs;
    else lives.push({ fromMs: edgeMs, toMs });
  }
  return lives;
}

function longestStillMs(appeared: number[], { fromMs, toMs }: Interval): number {
  const times = [fromMs, ...appeared.filter((atMs) => atMs > fromMs && atMs < toMs), toMs];
  return Math.max(...times.slice(1).map((atMs, before) => atMs - (times[before] ?? atMs)));
}
