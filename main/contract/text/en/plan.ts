/** When a camera is recorded, in words: the form, its summary, and what tile and list say of it. And privacy. */
import {
  daysOfWeek,
  everyHour,
  hoursOfDay,
  type RecordingPlan,
  type Wanted,
  type WeekHours,
} from '../../recordingPlan.ts';
import { units } from './units.ts';

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const shortDays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** '18:00' */
function hourName(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** '08:00 to 12:00 and 18:00 to 24:00' */
function dayInWords(hours: number): string {
  if (hours === everyHour) return 'all day';
  if (hours === 0) return 'not at all';
  const stretches: string[] = [];
  for (let hour = 0; hour < hoursOfDay; hour++) {
    if (((hours >>> hour) & 1) === 0) continue;
    const from = hour;
    while (hour < hoursOfDay && ((hours >>> hour) & 1) === 1) hour++;
    stretches.push(`${hourName(from)} to ${hourName(hour)}`);
  }
  return stretches.length < 2
    ? stretches.join('')
    : `${stretches.slice(0, -1).join(', ')} and ${stretches.at(-1) ?? ''}`;
}

/** 'Mon to Fri 18:00 to 24:00; Sat and Sun all day'. Days of the same hours that follow each other are one. */
function hoursInWords(hours: WeekHours | null): string {
  if (hours === null || hours.every((day) => day === everyHour)) return 'at all hours';
  if (hours.every((day) => day === 0)) return 'at no hour';
  if (hours.every((day) => day === hours[0])) return `daily ${dayInWords(hours[0] ?? 0)}`;
  const parts: string[] = [];
  for (let day = 0; day < daysOfWeek; day++) {
    const from = day;
    while (day + 1 < daysOfWeek && hours[day + 1] === hours[from]) day++;
    const link = day - from === 1 ? 'and' : 'to';
    const name = day === from ? shortDays[day] : `${shortDays[from] ?? ''} ${link} ${shortDays[day] ?? ''}`;
    parts.push(`${name ?? ''} ${dayInWords(hours[from] ?? 0)}`);
  }
  return parts.join('; ');
}

/** '17:30', and from another day 'Sat 21 Nov 07:00'. */
function at(atMs: number, nowMs: number): string {
  return units.since(atMs, nowMs);
}

export const plan = {
  open: 'When it is recorded…',
  title: 'When it is recorded',
  sheetTitle: (camera: string): string => `When ${camera} is recorded`,
  mode: 'Recorded',
  modes: { always: 'Always', events: 'Only events', off: 'Not at all' },
  modeNotes: {
    always: 'Around the clock, or in the hours below.',
    events:
      'While the camera tells of motion or another event, and shortly before and after. The seconds before come from memory: without an event nothing is written.',
    off: 'It is shown live all the same.',
  },
  unheardNote: 'While its events cannot be heard, everything is recorded.',
  noEventsNote: 'This camera has no events. Everything is recorded until it has.',
  preRoll: 'Before an event, in seconds',
  postRoll: 'After an event, in seconds',
  between: (least: number, most: number): string => `A whole number from ${least} to ${most}.`,
  inHours: 'Only in certain hours',
  inHoursNote: 'Local time of this computer, also when the clocks change.',
  days,
  shortDays,
  week: 'Hours of the week',
  weekHelp: 'Arrows move, Shift+arrows paint, Space turns an hour on or off. Or paint with the pointer.',
  hourName,
  hourLabel: (day: number, hour: number, on: boolean): string =>
    `${days[day] ?? ''} ${hourName(hour)} to ${hourName(hour + 1)}, ${on ? 'recorded' : 'not recorded'}`,
  wholeDay: (day: number): string => `All of ${days[day] ?? ''}`,
  copyDay: (day: number): string => `Copy ${days[day] ?? ''} to all days`,
  all: 'All hours',
  none: 'No hour',
  hours: hoursInWords,
  /** 'Only events, 10 s before to 30 s after, Mon to Fri 18:00 to 24:00; …' */
  summary: ({ mode, preRollSeconds, postRollSeconds, hours }: RecordingPlan): string => {
    if (mode === 'off') return 'not at all';
    const what =
      mode === 'always' ? 'always' : `only events, from ${preRollSeconds} s before to ${postRollSeconds} s after`;
    if (hours === null || hours.every((day) => day === everyHour)) return what;
    return mode === 'always' ? hoursInWords(hours) : `${what}, ${hoursInWords(hours)}`;
  },

  /** What tile and list say while a camera is not recorded on purpose, or more is recorded than its plan says; else null. */
  now: (wanted: Wanted, nowMs: number): string | null => {
    if (wanted.records) return wanted.because === 'unheard' ? 'events not heard: everything is recorded' : null;
    const from = wanted.untilMs === null ? '' : `, from ${at(wanted.untilMs, nowMs)} on`;
    switch (wanted.cause) {
      case 'noEvent':
        return 'waiting for an event';
      case 'schedule':
        return `not recorded now${from}`;
      case 'off':
        return 'not recorded, as you set it';
      case 'paused':
        return 'paused by you';
      case 'privacy':
        return wanted.untilMs === null ? 'paused by you' : `paused by you until ${at(wanted.untilMs, nowMs)}`;
    }
  },
  /** Cameras that are not recorded on purpose, in the top bar. */
  quietCount: (count: number): string => `${count} not meant to be`,
};

export const privacy = {
  name: 'Privacy',
  title: 'Privacy: pause everything',
  lead: 'Nothing of any camera is recorded or shown, and their events are not heard, so that nobody is watched. The archive will say that you paused it.',
  howLong: 'For how long',
  minutes: (minutes: number): string =>
    minutes < 60 ? `${minutes} minutes` : minutes === 60 ? '1 hour' : `${minutes / 60} hours`,
  morning: (atMs: number, nowMs: number): string => `Until ${at(atMs, nowMs)}`,
  open: 'Until I end it',
  start: 'Pause everything',
  change: 'Change',
  end: 'End privacy',
  /** The top bar of every view. */
  on: (untilMs: number | null, nowMs: number): string =>
    untilMs === null ? 'Privacy: everything paused' : `Privacy: everything paused until ${at(untilMs, nowMs)}`,
  tile: (untilMs: number | null, nowMs: number): string =>
    untilMs === null ? 'Paused by you' : `Paused by you until ${at(untilMs, nowMs)}`,
  tileNote: 'Privacy: nothing is recorded or shown.',
  started: 'Privacy: nothing is recorded or shown now.',
  ended: 'Privacy has ended. Cameras are recorded and shown again.',
  key: 'Privacy: pause everything, or end it',
  failed: { fact: 'Privacy could not be changed.', remedy: 'Try again.' },
};
