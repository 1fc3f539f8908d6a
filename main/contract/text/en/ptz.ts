/** Moving a camera: the pad, zoom, speed, presets, the tour, the home position. */
export const ptz = {
  move: 'Move',
  byArrows: 'arrow keys',
  byPlusAndMinus: '+ and −',
  directions: {
    upLeft: 'Up left',
    up: 'Up',
    upRight: 'Up right',
    left: 'Left',
    right: 'Right',
    downLeft: 'Down left',
    down: 'Down',
    downRight: 'Down right',
  },
  home: 'Home position',
  /** The lens, as against digital zoom. */
  zoom: 'Zoom',
  zoomIn: 'Optical zoom in',
  zoomOut: 'Optical zoom out',
  speed: 'Speed',
  slow: 'Slow',
  normal: 'Normal',
  fast: 'Fast',

  presets: 'Presets',
  byNumbers: (last: number): string => (last > 1 ? `1 to ${last}, Shift stores` : 'Shift+1 stores'),
  noPresets: 'The camera has no preset yet.',
  asking: 'Asking the camera…',
  empty: 'Empty',
  unnamed: (number: number): string => `Preset ${number}`,
  /** Before the number and name that are shown. */
  goTo: 'Go to preset',
  change: (name: string): string => `Change ${name}…`,
  /** After the number and the word that are shown. */
  storeInEmpty: ': store this view…',
  storeTitle: 'Store this view',
  storeAs: 'As',
  asPreset: (number: number, name: string): string =>
    name === '' ? `preset ${number}` : `preset ${number}, “${name}”`,
  asNewPreset: (number: number): string => `a new preset, ${number}`,
  asHome: 'the home position',
  storeLead:
    'The camera keeps the view that it has now. It keeps a name only together with a view: to rename a preset, go to it first.',
  storeReplaces: 'What it keeps there now is replaced.',
  name: 'Name',
  storeIt: 'Store',
  removePreset: 'Remove this preset',

  tour: (presets: number, seconds: number): string => `Tour presets 1 to ${presets}, ${seconds} s each`,
  tourAt: (name: string): string => `The tour shows ${name}.`,
  wentTo: (name: string): string => `Going to ${name}.`,
  wentHome: 'Going to the home position.',
  stored: 'The view is stored.',
  pictureStopped: {
    fact: 'The picture stopped while the camera moved.',
    remedy: 'The camera was told to stop. Where that does not reach it, it stops by itself within a second.',
  },

  keys: {
    move: 'Move the camera (hold)',
    zoom: 'Zoom its lens (hold)',
    home: 'Home position',
    storeHome: 'Store the home position (asks)',
    preset: 'That preset',
    store: 'Store a preset (asks)',
    homeKey: 'Home',
  },
};
