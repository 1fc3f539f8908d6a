/** The wall, its tiles and their states, one camera, and the wall without a camera. */
import { units } from './units.ts';

export const wall = {
  layout: 'Layout',
  /** As the segments of the top bar name each kind, and in full. */
  kinds: {
    1: ['1', 'One tile'],
    4: ['4', '4 tiles'],
    9: ['9', '9 tiles'],
    16: ['16', '16 tiles'],
    oneLarge: ['1+', 'One large tile and others'],
    free: ['Free', 'Free: each tile where you put it'],
  } as const,
  without: (cameras: number): string => (cameras === 1 ? '1 camera has no room' : `${cameras} cameras have no room`),
  withoutRemedy: 'Make a tile smaller, or take cameras off this layout.',
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
  refusals: {
    passwordRefused: 'Password refused',
    passwordMissing: 'Password missing',
    passwordInClear: 'Password not sent',
  },
  refusedSince: (time: string): string => `refused since ${time}`,
  notShown: 'Recording, not shown',
  notShownNorRecorded: 'Not shown',
  off: 'Not connected',
  notRecordingBecause: (cause: string): string => `not recording: ${cause}`,
  lastPicture: (time: string): string => `last picture ${time}`,

  nextTry: (ms: number): string => (ms < 1000 ? 'Trying now.' : `Next try in ${units.duration(ms)}.`),
  connectingNote: (ms: number, answered: boolean): string =>
    answered
      ? `${units.duration(ms)}. The camera answered; waiting for its first keyframe.`
      : `${units.duration(ms)}. The camera has not answered yet.`,
  /** `alone`: the camera has no other stream that could be shown in its place. */
  cannotShow: (codec: string, size: string | null, alone: boolean): string => {
    const what = size === null ? codec : `${codec} at ${size}`;
    return alone
      ? `This computer cannot show ${what}, and the camera has no other stream. Set its stream to H.264 on the camera’s own page, or have it converted here.`
      : `This computer cannot show ${what}. Set the camera’s stream to H.264 on its own page, or have it converted here.`;
  },
  pictureFailed: 'The picture could not be fetched. Nightjar tries again.',

  tryNow: 'Try now',
  enterPassword: 'Enter password…',
  showConverted: 'Show it converted',
  large: 'Large',
  more: 'More',
  lastHour: 'Last hour',

  /** The menu of the top bar: the layouts that are kept. */
  layouts: {
    unnamed: 'House',
    menu: (name: string): string => `Layout: ${name}`,
    kept: 'Layouts',
    add: 'New layout…',
    edit: 'Name and cameras…',
    remove: 'Delete…',
    undo: 'Undo the last change',
    tour: 'Tour…',
    second: 'Open in a second window',
    first: 'Show the first window',
    wholeScreen: 'Whole screen',
    wallOnly: 'Wall only',
    addTitle: 'New layout',
    editTitle: (name: string): string => `Layout ${name}`,
    addLead: 'It begins as the one that is shown. The first layout takes the cameras that you add later.',
    name: 'Name',
    nameMissing: 'Give it a name.',
    nameTaken: 'Another layout has this name.',
    cameras: 'Cameras on it',
    noCameras: 'Choose one camera or more.',
    addButton: 'Make it',
    removeTitle: (name: string): string => `Delete the layout ${name}?`,
    removeLead: 'Its cameras stay, and go on being recorded. Undoing on the wall brings it back.',
    removeButton: 'Delete the layout',
    notKept: 'The layout could not be kept.',
  },

  /** The menu of one tile. */
  menu: {
    of: (camera: string): string => `Menu of ${camera}`,
    details: 'Picture details',
    stream: 'Stream',
    bySize: 'By the tile’s size',
    main: 'Main stream',
    sub: 'Sub stream',
    pause: 'Pause recording…',
    resume: 'Record again',
    move: 'Move…',
    larger: 'Larger',
    smaller: 'Smaller',
    takeOff: 'Take off this layout',
  },

  /** What moving, sizing and swapping tiles says. */
  moves: {
    swapped: (one: string, other: string): string => `${one} and ${other} changed places.`,
    swapWith: (camera: string): string => `Changes places with ${camera}`,
    inTheWay: (camera: string): string => `No room there: ${camera} is in the way.`,
    edge: 'No room there: this is the edge of the wall.',
    noRoom: 'No room here',
    smallest: 'It cannot be smaller.',
    sizesAreFixed: 'Tiles can be sized in the free layout.',
    helpFree: 'Arrows move it, Shift+arrows size it. Enter: done. Esc: as it was.',
    helpFixed: 'Arrows change its place with the next tile. Enter: done. Esc: as it was.',
    nothingToUndo: 'There is no change of the layout to undo.',
    undone: 'The last change of the layout is undone.',
  },

  tour: {
    title: 'Tour',
    lead: 'The wall turns by itself. Space pauses it and goes on; turning by hand begins the time anew.',
    through: 'Goes through',
    pages: 'The pages of this layout',
    pagesNote: (pages: number): string => (pages === 1 ? 'It has one page only.' : `${pages} pages`),
    layouts: 'All layouts',
    layoutsNote: (layouts: number): string =>
      layouts === 1 ? 'There is one only.' : `${layouts} layouts, each with all its pages`,
    dwell: 'Stays for',
    dwellOf: (seconds: number): string => `${seconds} s`,
    start: 'Start',
    next: (ms: number): string => `Tour, next in ${Math.max(0, Math.ceil(ms / 1000))} s`,
    paused: 'Tour paused',
    pause: 'Pause the tour',
    goOn: 'Go on with the tour',
    stop: 'End the tour',
    started: (seconds: number): string => `The tour goes on every ${seconds} s.`,
    ended: 'The tour has ended.',
  },

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
  sound: {
    title: 'Sound',
    on: 'Sound on',
    off: 'Sound off',
    isOn: 'Its sound is on',
    volume: 'Volume',
    level: 'Level of the sound',
    none: 'No sound from this camera.',
    /** Of a camera that says that it has sound. */
    noneByFfmpeg: 'No live sound: this stream comes by ffmpeg, which brings the picture alone.',
    noOutput: 'No sound comes out of this computer. Connect loudspeakers, then turn it on again.',
    undecodable: (codec: string): string =>
      `This computer cannot play ${codec}. Set the camera’s sound to AAC or G.711, on its own page.`,
    /** What WebCodecs calls it, as people do. */
    codecOf: (codec: string): string =>
      codec.startsWith('mp4a') ? 'AAC' : codec === 'opus' ? 'Opus' : /^[au]law$/.test(codec) ? 'G.711' : codec,
    format: (codec: string, sampleRate: number): string => `${codec}, ${Math.round(sampleRate / 100) / 10} kHz`,
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
    keyframe: 'Keyframe',
    keyframeEvery: (ms: number): string => `every ${(ms / 1000).toFixed(1)} s`,
    decoder: 'Decoder',
    hardware: 'hardware',
    software: 'software',
    comesBy: 'Comes by',
    way: {
      rtsp: (): string => 'RTSP, direct',
      ffmpeg: (converted: boolean): string => (converted ? 'ffmpeg, converted' : 'ffmpeg, one picture later'),
    },
    sound: 'Sound',
    soundOf: (ms: number, breaks: number): string =>
      `${Math.round(ms)} ms after it came, ${breaks === 1 ? '1 break' : `${breaks} breaks`}`,
    latency: 'Latency',
    latencyOf: (ms: number, worstMs: number): string => `${Math.round(ms)} ms, at worst ${Math.round(worstMs)} ms`,
    lastMinute: 'last minute',
    scale: (topMs: number): string => `0 to ${topMs} ms`,
    chart: (topMs: number): string => `Latency over the last minute, 0 to ${topMs} ms`,
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
