/** The wall, its tiles and their states, one camera, and the wall without a camera. */
import { units } from './units.ts';

export const wall = {
  layout: 'Layout',
  layoutOf: (tiles: number): string => (tiles === 1 ? 'One tile' : `${tiles} tiles`),
  page: (page: number, pages: number): string => `Page ${page} of ${pages}`,
  pageBefore: 'Page before',
  pageAfter: 'Page after',
  tiles: 'Wall',

  /** A tile's name for readers: camera, state, and whether it is recorded. */
  tileName: (camera: string, state: string, recording: boolean): string =>
    `${camera}, ${state}, ${recording ? 'recording' : 'not recording'}`,
  live: 'live',
  connecting: 'Connecting',
  noPicture: (ms: number): string => `No picture for ${units.duration(ms)}`,
  lostSince: (time: string): string => `Lost since ${time}`,
  lostFor: (ms: number): string => `lost ${units.duration(ms)}`,
  refused: 'Password refused',
  passwordMissing: 'Password missing',
  refusedSince: (time: string): string => `refused since ${time}`,
  notShown: 'Recording, not shown',
  notShownNorRecorded: 'Not shown',
  off: 'Not connected',
  pausedByYou: 'paused by you',
  notRecordingBecause: (cause: string): string => `not recording: ${cause}`,
  lastPicture: (time: string): string => `last picture ${time}`,

  nextTry: (ms: number): string => (ms < 1000 ? 'Trying now.' : `Next try in ${units.duration(ms)}.`),
  connectingNote: (ms: number, answered: boolean): string =>
    answered
      ? `${units.duration(ms)}. The camera answered; waiting for its first keyframe.`
      : `${units.duration(ms)}. The camera has not answered yet.`,
  cannotShow: (codec: string, size: string | null): string =>
    size === null ? `This computer cannot show ${codec}.` : `This computer cannot show ${codec} at ${size}.`,
  cannotShowAndNoOther: (codec: string, size: string | null): string =>
    size === null
      ? `This computer cannot show ${codec}, and the camera has no other stream.`
      : `This computer cannot show ${codec} at ${size}, and the camera has no other stream.`,
  pictureFailed: 'The picture could not be fetched. Nightjar tries again.',

  tryNow: 'Try now',
  enterPassword: 'Enter password…',
  showConverted: 'Show it converted',
  large: 'Large',
  lastHour: 'Last hour',

  today: (camera: string): string => `Last 24 hours of ${camera}`,
  last24Hours: 'last 24 hours',
  recordedPart: 'recorded',
  gapCount: (gaps: number): string => (gaps === 0 ? 'no gap' : gaps === 1 ? '1 gap' : `${gaps} gaps`),
  nothingYet: 'nothing recorded yet',

  /** One camera. */
  backToWall: 'Back to the wall',
  controlsOf: (camera: string): string => `Controls of ${camera}`,
  stream: (state: string, role: 'main' | 'sub', converted: boolean): string =>
    `${state}, ${role} stream${converted ? ', converted' : ''}`,
  subInstead: (codec: string): string =>
    `The main stream is ${codec}, which this computer cannot show. This is the sub stream.`,
  openArchive: 'Archive',
  openArchiveOf: (camera: string): string => `Archive of ${camera}`,
  zoom: {
    title: 'Digital zoom',
    digital: 'digital zoom',
    times: (scale: number): string => `${scale < 9.95 ? String(Math.round(scale * 10) / 10) : Math.round(scale)} ×`,
    whole: 'Whole picture',
    wheel: 'The wheel zooms at the pointer.',
  },
  snapshot: {
    take: 'Snapshot',
    saved: (name: string): string => `Saved as ${name}.`,
    notSealed: 'It is not encrypted: anyone who has the file can look at it.',
    show: 'Show',
    elsewhere: 'Save in another folder…',
    noPicture: { fact: 'The picture could not be saved.', remedy: 'Try again when the camera shows one.' },
  },
  showDetails: 'Picture details',
  hideDetails: 'Hide picture details',
  details: {
    resolution: 'Resolution',
    codec: 'Codec',
    bitRate: 'Bit rate',
    dropped: 'Dropped',
    droppedOf: (dropped: number, of: number): string => `${units.count(dropped)} of ${units.count(of)} frames`,
    rate: 'Frame rate',
    clock: 'Camera’s clock',
    clockRight: 'right',
    clockAhead: (ms: number): string => `${units.duration(ms)} ahead`,
    clockBehind: (ms: number): string => `${units.duration(ms)} behind`,
  },

  /** Without a camera. */
  noCamera: 'No camera yet',
  noCameraLead:
    'Nightjar can look for cameras on this computer’s private networks. It asks nobody else, and no camera is changed.',
  look: 'Look for cameras',
  enterAddress: 'Enter an address',

  /** The table that readers get in place of a strip. */
  table: { caption: (camera: string): string => `Recorded spans of ${camera}`, from: 'From', to: 'To', what: 'What' },
};
