/**
 * What is to happen in one run, by chance that can be had again: what is done to all cameras one after the other (the
 * app, the computer, its clock, its disk), and beside it what is done to each camera. They overlap as it comes.
 */
import { Chance } from './random.ts';

/** Done to all cameras at once. */
export type CommonAct =
  | { do: 'close' | 'kill'; forMs: number }
  | { do: 'sleep' | 'diskFull' | 'diskGone' | 'diskError' | 'diskHangs'; forMs: number }
  /** The computer's own network: its link is down, or its address is gone. */
  | { do: 'linkDown' | 'addressLost'; forMs: number }
  | { do: 'clock'; byMs: number }
  /** Closed, the clock set so, and started again. */
  | { do: 'nextDay'; byMs: number }
  /** The user protects what was recorded until then, and deletes the rest. */
  | { do: 'delete' }
  /** The user wants nobody watched. */
  | { do: 'privacy'; forMs: number };

/** What the user wants of a camera, by its plan: nothing recorded, in no hour of the week, or only around events. */
export type Wish = 'modeOff' | 'noHours' | 'eventsOnly';

export type CameraAct = {
  do: 'off' | 'reboot' | 'freeze' | 'silent' | 'cut' | 'password' | 'pause' | 'garbage' | Wish;
  forMs: number;
  /** The user tries the camera at once afterwards. */
  thenTry: boolean;
};

export type Timed<Act> = Act & { afterMs: number };

export interface Plan {
  seed: number;
  name: string;
  /** UTC ms that the clock shows when the app starts. */
  startMs: number;
  timeZone: string;
  disk: 'tmpfs' | 'ext4';
  common: Timed<CommonAct>[];
  cameras: Timed<CameraAct>[][];
  /** Between two motions of a camera: at least and at most. */
  motionEveryMs: readonly [number, number];
  /** Without anything wrong, at the end. */
  restMs: number;
}

export const camerasInARun = 4;
const hourMs = 3_600_000;
const usualMotionMs = [6000, 11_000] as const;
/** So that there is quiet between a post-roll and the next pre-roll. */
const rareMotionMs = [18_000, 26_000] as const;

/** Nights in which the clocks change. */
export const nights = {
  autumn: { dayMs: Date.UTC(2026, 9, 24, 22), changeMs: Date.UTC(2026, 9, 25, 1), hours: 25 },
  spring: { dayMs: Date.UTC(2026, 2, 28, 23), changeMs: Date.UTC(2026, 2, 29, 1), hours: 23 },
} as const;
export type Night = keyof typeof nights;

const cameraActs = ['off', 'reboot', 'freeze', 'silent', 'cut', 'password', 'pause', 'pause', 'garbage'] as const;
const lengthsMs: Record<CameraAct['do'], readonly [number, number]> = {
  off: [3000, 14_000],
  reboot: [1500, 6000],
  freeze: [8000, 15_000],
  silent: [8000, 15_000],
  cut: [8000, 15_000],
  password: [4000, 14_000],
  pause: [2500, 14_000],
  garbage: [6000, 12_000],
  modeOff: [3000, 14_000],
  noHours: [3000, 14_000],
  eventsOnly: [24_000, 34_000],
};

/** An ordinary run of about so long. `cuts`: the cameras are behind a link that can be cut. */
export function planOf(seed: number, { lengthMs, cuts }: { lengthMs: number; cuts: boolean }): Plan {
  const chance = new Chance(seed);
  const disk = chance.oneOf(['tmpfs', 'ext4']);
  const midnightMs = Date.UTC(2026, 10, 21 + chance.below(5));
  return {
    ...{ seed, name: `run ${seed}`, disk, timeZone: 'Europe/Berlin' },
    // Often over midnight UTC, where one index ends and the next begins.
    startMs: chance.share() < 0.4 ? midnightMs - 1000 * Math.round(chance.between(15, 60)) : midnightMs + 9 * hourMs,
    common: commonActs(lengthMs, { chance, next: () => commonAct(chance, disk, cuts) }),
    cameras: Array.from({ length: camerasInARun }, () => actsOfCamera(chance, lengthMs, cuts)),
    ...{ motionEveryMs: usualMotionMs, restMs: 4000 },
  };
}

/**
 * A run of what the user wants: privacy, plans, pauses, beside cameras that fail, an app that ends and a clock that is
 * set. Waiting for an event is not in it: `eventsPlan`.
 */
export function wishesPlan(seed: number, { lengthMs }: { lengthMs: number }): Plan {
  const chance = new Chance(seed);
  const next = (): CommonAct => {
    const forMs = Math.round(chance.between(5000, 12_000));
    const what = chance.oneOf(['privacy', 'privacy', 'privacy', 'close', 'kill', 'sleep', 'clock']);
    if (what === 'clock') return { do: 'clock', byMs: 1000 * chance.oneOf([-600, -20, 45, 7200]) };
    return { do: what, forMs: what === 'sleep' ? forMs + 7000 : forMs };
  };
  const kinds = ['pause', 'modeOff', 'modeOff', 'noHours', 'noHours', 'off', 'freeze', 'password'] as const;
  return {
    ...{ seed, name: 'wishes', disk: 'tmpfs', timeZone: 'Europe/Berlin', startMs: Date.UTC(2026, 10, 21, 22, 59, 20) },
    common: commonActs(lengthMs, { chance, next }),
    cameras: Array.from({ length: camerasInARun }, () => actsOfCamera(chance, lengthMs, false, kinds)),
    ...{ motionEveryMs: usualMotionMs, restMs: 4000 },
  };
}

/**
 * A run of cameras that are recorded only around events, most of the time, and that see something now and then; the app
 * ends once, and is killed once. Whatever else takes a camera's events away leaves open what is recorded: it is left out.
 */
export function eventsPlan(seed: number, { lengthMs }: { lengthMs: number }): Plan {
  const chance = new Chance(seed);
  const ends = chance.share() < 0.5 ? (['close', 'kill'] as const) : (['kill', 'close'] as const);
  const common = ends.map((what): Timed<CommonAct> => {
    const afterMs = Math.round(chance.between(0.25 * lengthMs, 0.4 * lengthMs));
    return { do: what, forMs: Math.round(chance.between(2000, 5000)), afterMs };
  });
  const kinds = ['eventsOnly', 'eventsOnly', 'eventsOnly', 'modeOff', 'noHours'] as const;
  return {
    ...{
      seed,
      name: 'events only',
      disk: 'tmpfs',
      timeZone: 'Europe/Berlin',
      startMs: Date.UTC(2026, 10, 21, 22, 59, 20),
    },
    common,
    cameras: Array.from({ length: camerasInARun }, () => actsOfCamera(chance, lengthMs, false, kinds)),
    ...{ motionEveryMs: rareMotionMs, restMs: 4000 },
  };
}

/**
 * A night in which the clocks change, in three pieces: into the local day, over the change, and out of it. Each begins
 * `leadMs` before: the app must be there, and recording.
 */
export function nightPlan(
  night: Night,
  seed: number,
  { pieceMs, leadMs = Math.max(15_000, pieceMs / 2) }: { pieceMs: number; leadMs?: number },
): Plan {
  const chance = new Chance(seed);
  const { dayMs, changeMs, hours } = nights[night];
  const [first, second, third] = [dayMs - leadMs, changeMs - leadMs, dayMs + hours * hourMs - leadMs];
  const between = (): Timed<CommonAct>[] => [
    { do: chance.oneOf(['kill', 'close']), forMs: 2000, afterMs: pieceMs / 3 },
  ];
  const leap = (fromMs: number, toMs: number): Timed<CommonAct> => ({
    ...{ do: 'nextDay', byMs: toMs - fromMs - pieceMs, afterMs: pieceMs / 2 },
  });
  return {
    ...{ seed, name: `${night} night`, disk: 'tmpfs', timeZone: 'Europe/Berlin', startMs: first },
    common: [...between(), leap(first, second), ...between(), leap(second, third), ...between()],
    cameras: Array.from({ length: camerasInARun }, () => actsOfCamera(chance, 3 * pieceMs, false)),
    ...{ motionEveryMs: usualMotionMs, restMs: 4000 },
  };
}

function commonActs(lengthMs: number, { chance, next }: { chance: Chance; next: () => CommonAct }): Timed<CommonAct>[] {
  const acts: Timed<CommonAct>[] = [];
  let leftMs = lengthMs - 8000;
  while (leftMs > 6000) {
    const act = next();
    const afterMs = chance.between(4000, 9000);
    acts.push({ ...act, afterMs });
    leftMs -= afterMs + ('forMs' in act ? act.forMs : 2000) + 2000;
  }
  return acts;
}

function commonAct(chance: Chance, disk: Plan['disk'], cuts: boolean): CommonAct {
  const usual = ['close', 'kill', 'kill', 'sleep', 'clock', 'clock', 'disk', 'disk', 'disk', 'delete'] as const;
  const what = chance.oneOf(cuts ? [...usual, 'network', 'network'] : usual);
  const between = (fromMs: number, toMs: number): number => Math.round(chance.between(fromMs, toMs));
  switch (what) {
    case 'close':
    case 'kill':
      return { do: what, forMs: between(1000, 7000) };
    case 'sleep':
      return { do: 'sleep', forMs: between(12_000, 16_000) };
    case 'clock': {
      const seconds = chance.oneOf([3, 7, 20, 45, 600, 7200]);
      return { do: 'clock', byMs: (chance.share() < 0.5 ? -1 : 1) * Math.min(seconds, 7200) * 1000 };
    }
    case 'disk':
      if (disk === 'tmpfs') return { do: chance.oneOf(['diskFull', 'diskGone']), forMs: between(6000, 12_000) };
      // Root writes on where ext4 is full for everybody else.
      return { do: chance.oneOf(['diskError', 'diskHangs']), forMs: between(8000, 12_000) };
    case 'network':
      return { do: chance.oneOf(['linkDown', 'addressLost']), forMs: between(8000, 13_000) };
    case 'delete':
      return { do: 'delete' };
  }
}

function actsOfCamera(
  chance: Chance,
  lengthMs: number,
  cuts: boolean,
  kinds: readonly [CameraAct['do'], ...CameraAct['do'][]] = cameraActs,
): Timed<CameraAct>[] {
  const acts: Timed<CameraAct>[] = [];
  for (let leftMs = lengthMs - 6000; leftMs > 5000;) {
    const what = chance.oneOf(kinds);
    const kind = what === 'cut' && !cuts ? 'off' : what;
    const [least, most] = lengthsMs[kind];
    const forMs = Math.round(chance.between(least, most));
    const afterMs = Math.round(chance.between(5000, 14_000));
    acts.push({ do: kind, forMs, afterMs, thenTry: chance.share() < 0.4 });
    leftMs -= afterMs + forMs;
  }
  return acts;
}
