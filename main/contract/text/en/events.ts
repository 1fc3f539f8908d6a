/** The words of what cameras tell: motion, a person, a digital input. */
import type { EventKind } from '../../cameraEvents.ts';
import { units } from './units.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const events = {
  title: 'Events',
  list: 'Events in the window',
  kinds: {
    motion: 'motion',
    person: 'person',
    vehicle: 'vehicle',
    animal: 'animal',
    face: 'face',
    package: 'package',
    line: 'line crossed',
    sound: 'sound',
    doorBell: 'door bell',
    input: 'input',
    tamper: 'tampering',
    other: 'event',
  } satisfies Record<EventKind, string>,
  /** '20 in these 40 minutes'. A window is as long as a day or a month, or anything below a day. */
  inWindow: (count: number, more: boolean, lengthMs: number): string =>
    `${more ? `more than ${count}` : count} ${windowWords(lengthMs)}`,
  none: 'No event in this window.',
  noneShown: 'No event of what is shown in this window.',
  noneAfter: 'No later event',
  noneBefore: 'No earlier event',
  before: 'Event before',
  next: 'Next event',
  goesOn: 'goes on',
  /** How long it went on. */
  lasted: (ms: number): string => units.duration(ms),
  lastedUnknown: (ms: number): string => (ms >= 1000 ? `${units.duration(ms)} or longer` : 'end unknown'),
  times: (count: number): string => `${count} times`,
  said: (topic: string, source: string): string => (source === '' ? topic : `${topic}, ${source}`),

  filter: 'Filter events',
  show: 'Show',
  filtered: 'filtered',
  camera: 'Camera',
  allCameras: 'All cameras',
  kind: 'Kind',
  allKinds: 'All kinds',

  today: 'Today',
  todayOf: (camera: string): string => `Events of ${camera} today`,
  all: 'All',
  person: 'Person',
  gaps: 'Gaps',
  gapFor: (ms: number): string => `Gap, ${units.duration(ms)}`,
  nothingToday: 'Nothing yet today.',
  nothingOfIt: 'None of it today.',
  open: 'Events',
  close: 'Close the events',
  keys: { event: 'Event before, next', list: 'To the list of events' },
};

function windowWords(lengthMs: number): string {
  if (lengthMs > 1.5 * dayMs) return lengthMs > 27 * dayMs ? 'in this month' : 'in these days';
  if (lengthMs > 22.5 * hourMs) return 'on this day';
  if (lengthMs === hourMs) return 'in this hour';
  const minutes = lengthMs / 60_000;
  if (minutes >= 120) return `in these ${Math.round(minutes / 60)} hours`;
  if (minutes > 1.5) return `in these ${Math.round(minutes)} minutes`;
  if (minutes > 0.95) return 'in this minute';
  const seconds = Math.round(lengthMs / 1000);
  return seconds > 1 ? `in these ${seconds} seconds` : 'in this second';
}
