/** The words of the exports: those that run, those that are done, and a new one. */
import { units } from './units.ts';

export const exports = {
  title: 'Exports',
  working: 'Working',
  done: 'Done',
  counts: (running: number, waiting: number): string =>
    `${[running > 0 ? `${running} running` : '', waiting > 0 ? `${waiting} waiting` : '']
      .filter((part) => part !== '')
      .join(', ')}. Recording comes first.`,
  clear: 'Clear list',
  cancel: 'Cancel',
  show: 'Show',
  tryAgain: 'Try again',
  none: 'No exports yet',
  noneLead: 'Mark a span in the archive, then export it. The file is yours: any player shows it.',
  openArchive: 'Open the archive',

  /** Of a camera that has no name. */
  nameless: 'Camera',
  job: (cameras: readonly string[], from: string, to: string): string => `${cameras.join(', ')}, ${from} to ${to}`,
  kind: (recordedMs: number): string => `plain video, ${units.duration(recordedMs)} recorded`,
  kindWithSize: (recordedMs: number, sizeBytes: number): string =>
    `plain video, ${units.duration(recordedMs)}, ${units.bytes(sizeBytes)}`,
  waiting: 'waiting',
  waitingFirst: 'waiting, first in line',
  percent: (fraction: number): string => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`,
  speed: (times: number): string => `${times >= 10 ? String(Math.round(times)) : times.toFixed(1)} × real time`,
  left: (ms: number): string => `${units.duration(ms)} left`,
  written: (bytes: number): string => `${units.bytes(bytes)} written`,
  writtenOf: (bytes: number, of: number): string => `${units.bytes(bytes)} of about ${units.bytes(of)}`,
  progress: (job: string): string => `Progress of ${job}`,
  finished: (time: string): string => `done ${time}`,
  files: (files: number): string => `${files} files`,
  targetFull: (freeBytes: number): { fact: string; remedy: string } => ({
    fact: `The target disk is full: ${units.bytes(freeBytes)} are free.`,
    remedy: 'Make room there, or export to another disk.',
  }),
  cancelled: (fraction: number): string =>
    fraction <= 0
      ? 'cancelled before it began. Nothing was left behind.'
      : `cancelled at ${exports.percent(fraction)}. Nothing was left behind.`,

  sheet: {
    title: 'New export',
    span: 'Span',
    camera: 'Camera',
    from: 'From',
    to: 'To',
    badTime: 'Write the time as 17:56:10 or 17:56:10.000.',
    backwards: 'The end is before the beginning.',
    recorded: (recordedMs: number): string => `${units.duration(recordedMs)} recorded`,
    allRecorded: 'all of it recorded',
    noneRecorded: 'nothing recorded in it',
    gaps: (count: number): string => (count === 0 ? 'no gap' : count === 1 ? '1 gap' : `${count} gaps`),
    gapsNote: 'A gap is left out; what follows it comes at once.',
    result: 'Result',
    plain: 'Plain video',
    plainNote: 'MP4, a copy without loss. It begins up to a few seconds early, at a keyframe.',
    notSealed: 'The exported file is not encrypted: anyone who has the file can watch it.',
    saveIn: 'Save in',
    choose: 'Choose…',
    notChosen: 'not chosen yet',
    estimate: (camera: string, bytes: number | null): string =>
      bytes === null ? camera : `${camera}, about ${units.bytes(bytes)}`,
    cancel: 'Cancel',
    export: 'Export',
  },
};
