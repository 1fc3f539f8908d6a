/** The words of leaving with everything: all recordings as plain files. */
import type { GapCause } from '../../model.ts';
import { gaps } from './gaps.ts';
import { units } from './units.ts';

export const leaving = {
  heading: 'Leave with everything',
  lead: 'Every recording as a plain MP4 file that any player shows, in a folder for each camera and day. The vault stays as it is.',
  open: 'Export everything…',
  openCamera: 'Export all recordings…',
  sheet: {
    title: 'Export everything',
    what: 'What',
    all: 'Everything in the vault',
    allNote: (cameras: number): string => (cameras === 1 ? '1 camera' : cameras === 0 ? '' : `${cameras} cameras`),
    some: 'Only these cameras',
    cameras: 'Cameras',
    result: 'Result',
    plain: 'Plain video',
    plainNote:
      'MP4 files of at most an hour, a copy without loss, sound included; beside them a list of the gaps with their causes.',
    notSealed: 'These files are not encrypted: anyone who has the disk can watch them.',
    saveIn: 'Save in',
    choose: 'Choose…',
    notChosen: 'not chosen yet',
    needs: (needed: number, free: number): string =>
      `about ${units.bytes(needed)}; ${units.bytes(free)} are free there`,
    tooSmall: {
      fact: 'This disk has less room than the recordings need.',
      remedy: 'The export stops when it is full, and goes on when there is room again. Or choose another disk.',
    },
    cancel: 'Cancel',
    start: 'Export',
  },
  title: (cameras: string[] | null): string =>
    cameras === null ? 'Everything in the vault' : `All recordings of ${cameras.join(', ')}`,
  kind: 'plain video, not encrypted',
  progress: (title: string): string => `Progress of ${title}`,
  percent: (fraction: number): string => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`,
  files: (files: number): string => (files === 1 ? '1 file' : `${units.count(files)} files`),
  now: (camera: string): string => `now ${camera}`,
  rate: (bytesPerSecond: number): string => `${units.bytes(bytesPerSecond)}/s`,
  left: (ms: number): string => `${units.duration(ms)} left`,
  bytesOf: (bytes: number, of: number): string => `${units.bytes(bytes)} of ${units.bytes(of)}`,
  stop: 'Stop',
  goOn: 'Go on',
  show: 'Show',
  forget: 'Take off the list',
  stopped: {
    user: 'stopped by you. What has its name is complete; it goes on from there.',
    lock: 'waits until Nightjar is unlocked.',
    close: 'Nightjar was closed. It goes on where it was.',
  },
  done: (time: string): string => `done ${time}`,
  missing: (count: number): string =>
    count === 0
      ? ''
      : `${units.count(count)} ${count === 1 ? 'stretch' : 'stretches'} did not open: see “${leaving.reportName}” beside the files.`,
  targetFull: (freeBytes: number): { fact: string; remedy: string } => ({
    fact: `The target disk is full: ${units.bytes(freeBytes)} are free.`,
    remedy: 'Make room there, then go on. Nothing that is complete is written again.',
  }),
  another: {
    fact: 'Everything is being exported already.',
    remedy: 'Stop it, or wait until it is done.',
  },

  /** In the exported folder. */
  folderName: (stamp: string): string => `Nightjar export ${stamp}`,
  aboutName: 'About these files',
  about: (started: string): string =>
    [
      `Recordings exported from a Nightjar vault, begun ${started}.`,
      '',
      'These files are not encrypted. Anyone who has them can watch them.',
      '',
      'Each camera has a folder, in it each day, in it MP4 files of at most one hour, named by the local time at which',
      'they begin. Where the clock was set back, an hour occurs twice; such names say their distance from UTC.',
      '“Gaps” lists, for each camera, when nothing is recorded, and why.',
      'Nightjar goes on with an interrupted export only where it finds this file.',
      '',
    ].join('\n'),
  reportName: 'What is missing',
  report: (camera: string): string => `Recorded by ${camera}, and not readable any more:\n`,
  reportLine: (fromMs: number, toMs: number, file: string): string =>
    `${units.date(fromMs)} ${units.time(fromMs)} to ${units.date(toMs)} ${units.time(toMs)}   (${file})`,
  gapsName: 'Gaps',
  gapsHead: 'from,to,seconds,cause',
  cause: (cause: GapCause): string => gaps.cause[cause],
};
