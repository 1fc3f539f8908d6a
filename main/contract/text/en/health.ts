/** The words of the health view: how each camera was recorded, and what was missing. */
import { clockToleranceMs } from '../../health.ts';
import type { GapCause } from '../../model.ts';
import { gaps } from './gaps.ts';
import { units } from './units.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** In hours also where it is days, so that durations compare: '188 h 58 min'. */
function hours(ms: number): string {
  if (ms < hourMs) return units.duration(ms);
  return `${units.count(Math.floor(ms / hourMs))} h ${Math.floor((ms % hourMs) / minuteMs)} min`;
}

function sign(ms: number): string {
  return ms < 0 ? '−' : '+';
}

/** '+0.1 s', '−7 min 3 s', '−1 d 0 h'. */
function offset(ms: number): string {
  const away = Math.abs(ms);
  if (away < minuteMs) return `${sign(ms)}${(away / secondMs).toFixed(away < 10 * secondMs ? 1 : 0)} s`;
  if (away < dayMs) return `${sign(ms)}${units.duration(away)}`;
  const days = Math.floor(away / dayMs);
  return days < 100
    ? `${sign(ms)}${days} d ${Math.floor((away % dayMs) / hourMs)} h`
    : `${sign(ms)}${units.count(days)} d`;
}

export const health = {
  title: 'Health',
  period: 'Period',
  periods: { day: '24 hours', month: '30 days' },
  inTrouble: (cameras: number): string =>
    cameras === 1 ? '1 camera is not recorded' : `${cameras} cameras are not recorded`,

  recorded: (period: string): string => `Recorded, ${period}`,
  soFar: (label: string): string => `${label}, so far`,
  gaps: 'Gaps',
  vault: 'Vault',
  vaultUse: (usedBytes: number, keepBytes: number): string => `${units.bytes(usedBytes)} of ${units.bytes(keepBytes)}`,
  full: 'Full, then oldest deleted',
  fullIn: (leftMs: number): string =>
    `in ${leftMs < 2 * dayMs ? units.roughly(leftMs) : `${Math.floor(leftMs / dayMs)} days`}`,
  fullNow: (keepsMs: number): string => `full; keeps ${units.roughly(keepsMs)}`,
  fullDays: 'not before its days are over',
  looking: 'Looking at what is recorded',

  table: 'How each camera was recorded',
  camera: 'Camera',
  recordedShort: 'Recorded',
  rate: 'Bit rate',
  clock: 'Clock',
  today: 'today',
  now: 'now',
  rateNow: (bitsPerSecond: number): string => `now ${units.rate(bitsPerSecond)}`,
  daysOf: (camera: string, period: string): string => `${camera}, ${period}`,
  nothing: 'nothing is kept of it',
  unlooked: 'not looked at yet',
  allRecorded: 'all recorded',
  share: (fraction: number): string => `${units.percent(fraction)} recorded`,
  gapOf: (cause: GapCause, ms: number): string => `${hours(ms)} ${gaps.short[cause]}`,
  notWanted: 'not to be recorded',
  /** What a bar says: the day, and what became of it. */
  cell: (when: string, what: readonly string[]): string => `${when}: ${what.join(', ')}`,
  opens: 'Enter, or a click, opens the archive there.',
  means:
    'Recorded: of the time that was to be recorded, since the first recording that is kept. What you paused or a plan left out does not count, nor what was deleted; a closed Nightjar and a sleeping computer do.',
  vaultADay: 'Vault, a day',
  vaultAnHour: 'Vault, an hour',
  aDayOver: (period: string): string => `a day, over ${period}`,
  written: (when: string, sizeBytes: number): string => `${when}: ${units.bytes(sizeBytes)}`,
  vaultBars: 'Written by all cameras',

  hours,
  offset,
  uncertainty: (ms: number): string =>
    `± ${ms < 95 ? (Math.max(10, Math.ceil(ms / 10) * 10) / secondMs).toFixed(2) : (ms / secondMs).toFixed(1)} s`,
  clockRange: (leastMs: number, mostMs: number, period: string): string =>
    `Between ${offset(leastMs)} and ${offset(mostMs)} in ${period}, against this computer’s clock.`,
  clockLast: (when: string): string => `Told last ${when}.`,
  clockWrong: `More than ${clockToleranceMs / secondMs} s off. Set it on the camera’s own page.`,
  clockWhole: 'It tells whole seconds alone.',

  byCause: 'Gaps by cause',
  noGaps: 'No gap.',
  cause: {
    ...gaps.cause,
    lost: 'lost: the camera did not answer',
    network: 'no network: this computer had none to the camera',
    refused: 'refused: user name or password',
  } satisfies Record<GapCause, string>,
  times: (count: number): string => (count === 1 ? 'once' : `${units.count(count)} times`),
  causeHeads: { cause: 'Cause', count: 'How often', duration: 'How long', share: 'Compared', who: 'Cameras' },
  mostly: (camera: string): string => `${camera}, mostly`,
  several: (cameras: number): string => `${cameras} cameras`,
  allCameras: 'all cameras',
  uncounted: 'not counted',

  keys: { bar: 'Another day, another camera', ends: 'First, last day', open: 'Archive there' },

  none: 'No camera yet',
  noneLead: 'How your cameras were recorded is shown here.',
};
