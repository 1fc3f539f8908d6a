/** The search for motion in a region of the picture. */
import { units } from './units.ts';

export const motion = {
  title: 'Motion',
  search: 'Search…',
  key: 'Search for motion',
  none: 'Finds when something moved in a part of the picture.',
  sheetTitle: (camera: string): string => `Search ${camera} for motion`,
  span: (from: string, to: string): string => `From ${from} to ${to}.`,
  spanNote: 'The span to keep, where one is marked; else what the ladder shows.',
  region: 'Where in the picture',
  regionHelp:
    'Drag over the picture for another rectangle, or move its corners: with the pointer, or by arrows (Shift: further). Delete takes a corner away.',
  corner: (number: number, x: number, y: number): string =>
    `Corner ${number}, ${Math.round(x * 100)} % from the left, ${Math.round(y * 100)} % from the top`,
  addCorner: 'Add a corner',
  wholePicture: 'Whole picture',
  pictureOf: (camera: string): string => `Picture of ${camera}`,
  noPicture: 'There is no picture of this moment; the region counts all the same.',
  sensitivity: 'Sensitivity',
  sensitivities: {
    1: 'very low: only what is large and clear',
    2: 'low',
    3: 'medium',
    4: 'high',
    5: 'very high: also leaves and shadows',
  },
  start: 'Search',
  searching: (percent: string, leftMs: number | null): string =>
    leftMs === null ? `Searching, ${percent}` : `Searching, ${percent}, ${units.duration(Math.max(1000, leftMs))} left`,
  progress: 'Search for motion',
  stop: 'Stop',
  clear: 'Clear',
  nothing: 'Nothing moved there.',
  nothingYet: 'Nothing found yet.',
  found: (count: number): string => (count === 1 ? '1 time' : `${count} times`),
  more: 'There are more: it moves there too often. Choose a smaller region, or a lower sensitivity.',
  stopped: 'The search was stopped.',
  unread: (count: number): string =>
    count === 1 ? '1 recording could not be read whole.' : `${count} recordings could not be read whole.`,
  lasts: (ms: number): string => units.duration(ms),
  mark: (time: string): string => `Mark as span to keep: ${time}`,
};
