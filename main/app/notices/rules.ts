/**
 * Which notice is due. Pure: from what is wrong now, and what was remembered of before, to the notices to be shown and
 * what is to be remembered. A cause of a camera is told once, until it was over for a while; what is due together is one
 * notice. Who slept has nothing to be told of that time: what is not told yet begins anew after it. Without a network no
 * camera is told as lost, only the network.
 */
import type { CameraId } from '../../contract/model.ts';
import type { NoticeCause } from '../../contract/notices.ts';

/** `cameraId`: null for what is of no camera. */
export interface Trouble {
  cause: NoticeCause;
  cameraId: CameraId | null;
}

export interface Situation {
  /** Milliseconds of a clock that is never set. */
  atMs: number;
  /** The computer slept since the last look, or may have. */
  slept: boolean;
  /** This computer has a network, and a way to its cameras. */
  online: boolean;
  /** Cameras that answer, recorded or not. */
  answering: number;
  troubles: readonly Trouble[];
  /** A camera that does not answer is told after this. */
  lostAfterMs: number;
}

export interface Notice {
  cause: NoticeCause;
  /** In the order in which they fell ill; empty for what is of no camera. */
  cameraIds: CameraId[];
  /** Since the first of them. */
  forMs: number;
}

interface Watch {
  trouble: Trouble;
  sinceMs: number;
  /** null while it is wrong. */
  wellSinceMs: number | null;
  told: boolean;
}

export interface Remembered {
  lastMs: number | null;
  noNetwork: boolean;
  watches: ReadonlyMap<string, Watch>;
}

export const nothingYet: Remembered = { lastMs: null, noNetwork: false, watches: new Map() };

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** Whoever looks every few seconds and did not for so long was asleep, or held up as if. */
const sleepMs = 45 * secondMs;
/** What is well for so long was over: a camera that comes and goes is one trouble, not many. */
const wellMs = minuteMs;
/** And what was told, for so long. */
const wellToldMs = 5 * minuteMs;
/** What would be due so soon after is told with it. */
const togetherMs = 30 * secondMs;

/** How long it must last; 'lost' and 'network' as the user says. */
const afterMs: Record<Exclude<NoticeCause, 'lost' | 'network'>, number> = {
  refused: 15 * secondMs,
  stoppedFull: 15 * secondMs,
  stoppedGone: 15 * secondMs,
  stoppedBehind: minuteMs,
  stoppedCodec: 15 * secondMs,
  clock: minuteMs,
  vaultClosed: minuteMs,
  // Nightjar's own deletion has had its turns by then.
  vaultDisk: 3 * minuteMs,
  systemDisk: 3 * minuteMs,
  protected: minuteMs,
};

export function lookAt(before: Remembered, situation: Situation): { remembered: Remembered; notices: Notice[] } {
  const { atMs } = situation;
  const slept = situation.slept || (before.lastMs !== null && atMs - before.lastMs > sleepMs);
  const isLost = situation.troubles.some(({ cause }) => cause === 'lost');
  const noNetwork = !situation.online && situation.answering === 0 && isLost;
  const troubles = noNetwork
    ? [...situation.troubles, { cause: 'network' as const, cameraId: null }]
    : situation.troubles;
  const watches = watched(before.watches, troubles, atMs);
  for (const watch of watches.values()) {
    // The network is back: who is lost now is lost since then.
    const isBack = before.noNetwork && !noNetwork && watch.trouble.cause === 'lost';
    if ((slept || isBack) && !watch.told) watch.sinceMs = atMs;
  }
  const notices = dueNotices([...watches.values()], situation, noNetwork);
  return { remembered: { lastMs: atMs, noNetwork, watches }, notices };
}

/** What was watched and is not over, and what is new. */
function watched(before: ReadonlyMap<string, Watch>, troubles: readonly Trouble[], atMs: number): Map<string, Watch> {
  const present = new Map(troubles.map((trouble) => [`${trouble.cause} ${trouble.cameraId ?? ''}`, trouble]));
  const watches = new Map<string, Watch>();
  for (const [key, watch] of before) {
    const wellSinceMs = present.has(key) ? null : (watch.wellSinceMs ?? atMs);
    const isOver = wellSinceMs !== null && atMs - wellSinceMs >= (watch.told ? wellToldMs : wellMs);
    if (!isOver) watches.set(key, { ...watch, wellSinceMs });
  }
  for (const [key, trouble] of present) {
    if (!watches.has(key)) watches.set(key, { trouble, sinceMs: atMs, wellSinceMs: null, told: false });
  }
  return watches;
}

/** Marks what they tell as told. */
function dueNotices(watches: readonly Watch[], { atMs, lostAfterMs }: Situation, noNetwork: boolean): Notice[] {
  const waits = watches.filter(({ trouble, wellSinceMs, told }) => {
    return !told && wellSinceMs === null && !(noNetwork && trouble.cause === 'lost');
  });
  const leftMs = ({ trouble: { cause }, sinceMs }: Watch): number =>
    (cause === 'lost' || cause === 'network' ? lostAfterMs : afterMs[cause]) - (atMs - sinceMs);
  const notices: Notice[] = [];
  for (const [cause, group] of Map.groupBy(waits, ({ trouble }) => trouble.cause)) {
    if (!group.some((watch) => leftMs(watch) <= 0)) continue;
    const told = group.filter((watch) => leftMs(watch) <= togetherMs).sort((a, b) => a.sinceMs - b.sinceMs);
    for (const watch of told) watch.told = true;
    const cameraIds = told.flatMap(({ trouble: { cameraId } }) => (cameraId === null ? [] : [cameraId]));
    notices.push({ cause, cameraIds, forMs: atMs - (told[0]?.sinceMs ?? atMs) });
  }
  return notices;
}
