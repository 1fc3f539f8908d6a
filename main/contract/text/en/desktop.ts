/** The words of what the system itself shows for the app: its dialogs, its menu, the tray. */
export const desktop = {
  chooseFolder: {
    vault: 'Choose a folder for the vault',
    export: 'Choose a folder for everything that is recorded',
    clips: 'Choose a folder for the exported video',
  },
  savePicture: 'Save the picture, not encrypted, as',
  pictureFiles: 'Picture',
  openWindow: 'Open Nightjar',
  closeWindow: 'Close window',
  wholeScreen: 'Whole screen',
  view: 'View',
  quit: 'Stop recording and quit',
  notRecording: 'Nightjar: not recording',
  recording: (cameras: number) => `Nightjar: recording ${cameras}`,
  cannotStart: 'Nightjar could not start',
  cannotStartCause: (defectId: string) => `Nightjar's log names the cause under ${defectId}.`,
  openToOthers: 'It was started with a switch that would let other programs read it or steer it.',
};
