/** The words of the exports: those that run, those that are done, and a new one. */
import type { ExportJob } from '../../exports.ts';
import type { GapCause } from '../../model.ts';
import { gaps } from './gaps.ts';
import { units } from './units.ts';

/** 'plain video, fast, without sound' */
function kindOf({ result, timeLapseMs, cut, burnsIn, sound }: ExportJob): string {
  const kinds = { plain: 'plain video', evidence: 'evidence pack', sealed: 'sealed' };
  const parts = [kinds[result.is]];
  if (timeLapseMs !== null) parts.push(`time-lapse in ${units.duration(timeLapseMs)}`);
  if (result.is !== 'evidence' && timeLapseMs === null) parts.push(cut);
  if (burnsIn) parts.push('name and time burnt in');
  if (!sound && timeLapseMs === null) parts.push('without sound');
  return parts.join(', ');
}

export const exports = {
  title: 'Exports',
  new: 'New export…',
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
  chooseFolder: 'Choose folder…',
  none: 'No exports yet',
  noneLead: 'Mark a span in the archive, then export it. The file is yours: any player shows it.',
  openArchive: 'Open the archive',

  /** Of a camera that has no name. */
  nameless: 'Camera',
  job: (cameras: readonly string[], from: string, to: string): string => {
    const shown =
      cameras.length > 3 ? `${cameras.slice(0, 2).join(', ')} and ${cameras.length - 2} more` : cameras.join(', ');
    return `${shown}, ${from} to ${to}`;
  },
  kind: (job: ExportJob): string =>
    [
      kindOf(job),
      job.recordedMs > 0 ? `${units.duration(job.recordedMs)} recorded` : '',
      job.progress.state === 'done' ? units.bytes(job.progress.sizeBytes) : '',
      job.gaps > 0 ? exports.sheet.gaps(job.gaps) : '',
    ]
      .filter((part) => part !== '')
      .join(', '),
  /** Before the name of the folder that it is in. */
  inFolder: 'in',
  madeAnew: 'The pictures could not be joined to the cut, and were all made anew as H.264.',
  waiting: 'waiting',
  waitingFirst: 'waiting, first in line',
  wasLocked: '. Nightjar was locked while it ran, so it begins anew.',
  percent: (fraction: number): string => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`,
  speed: (times: number): string => `${times >= 10 ? String(Math.round(times)) : times.toFixed(1)} × real time`,
  left: (ms: number): string => `${units.duration(ms)} left`,
  written: (bytes: number): string => `${units.bytes(bytes)} written`,
  writtenOf: (bytes: number, of: number): string => `${units.bytes(bytes)} of about ${units.bytes(of)}`,
  progress: (job: string): string => `Progress of ${job}`,
  finished: (time: string): string => `done ${time}`,
  files: (files: number): string => `${files} files`,
  cancelled: (fraction: number): string =>
    fraction <= 0
      ? 'cancelled before it began. Nothing was left behind.'
      : `cancelled at ${exports.percent(fraction)}. Nothing was left behind.`,

  sheet: {
    title: 'New export',
    span: 'Span',
    from: 'From',
    to: 'To',
    badTime: 'Write it as 17 Nov 17:56:10, or the time alone.',
    backwards: 'The end is before the beginning.',
    events: (count: number): string => (count === 1 ? '1 event' : `${count} events`),
    gaps: (count: number): string => (count === 0 ? 'no gap' : count === 1 ? '1 gap' : `${count} gaps`),
    cameras: 'Cameras',
    onlyGap: 'all gap',
    /** null: nothing was recorded before, either. */
    allGap: (cause: GapCause | null): string => (cause === null ? 'nothing recorded' : `all gap: ${gaps.short[cause]}`),
    partRecorded: (recordedMs: number): string => `${units.duration(recordedMs)} recorded`,
    gapsNote: 'A gap is left out; what follows it comes at once.',
    noneRecorded: 'None of these cameras recorded anything in this span.',
    cut: 'Cut',
    fast: 'Fast',
    fastNote: 'a copy; players begin at the moment, and up to a few seconds before it are in the file',
    exact: 'Exact',
    exactNote: 'to the frame; nothing outside the span is in the file',
    picture: 'Picture',
    burnsIn: 'Burn in name and time',
    burnsInNote: 'needs the exact cut; takes much longer',
    burnsInBoxes: (names: readonly string[]): string =>
      `${names.join(', ')}: letters beyond Latin are burnt in as boxes. The time is always readable; another name in Cameras would be, too.`,
    sound: 'With sound',
    soundNote: 'left out of a time-lapse',
    packSoundNote: 'a pack holds what was recorded, its sound too',
    packCut: 'An evidence pack is always the fast copy: no picture in it is made anew. The span is marked.',
    lapse: 'Time-lapse, make it last',
    lapseLength: 'Length of the time-lapse',
    lapseBad: 'Write it as 30 s or 2 min, shorter than what is recorded.',
    lapseNote: (times: number, every: number): string => `${times.toFixed(1)} × faster, one picture in ${every} kept`,
    result: 'Result',
    plain: 'Plain video',
    plainNote: 'MP4. Anyone who has the file can watch it.',
    evidence: 'Evidence pack',
    evidenceNote: 'the untouched pictures, list of gaps, checksums, signature, and a page that says how to check it',
    sealed: 'Sealed',
    sealedNote: 'opens only with a passphrase, or with the key of the one who receives it, by the free tool age',
    sealBy: 'Sealed with',
    byPassphrase: 'a passphrase',
    byKey: 'a key',
    key: 'Public key of who receives it',
    keyHint: 'age1…',
    passphraseNote: 'Tell it on another way than the file. It is not kept: nobody can look it up later.',
    saveIn: 'Save in',
    choose: 'Choose…',
    notChosen: 'not chosen yet',
    /** `before`: exports that run or wait. */
    estimate: (cameras: number, bytes: number | null, takes: string, before: number): string =>
      [
        cameras === 1 ? '1 camera' : `${cameras} cameras`,
        bytes === null ? '' : `about ${units.bytes(bytes)}`,
        takes,
        before === 0 ? '' : before === 1 ? 'after the one that runs' : `after ${before} others`,
      ]
        .filter((part) => part !== '')
        .join(', '),
    takes: (ms: number): string =>
      ms < 1000 ? 'about a second' : `about ${units.duration(Math.ceil(ms / 1000) * 1000)}`,
    /** Nothing of its kind was exported yet. */
    takesLong: 'minutes for each hour recorded; the first one tells',
    tooLarge: (freeBytes: number): { fact: string; remedy: string } => ({
      fact: `${units.bytes(freeBytes)} are free in that folder, which is less than this export takes.`,
      remedy: 'Choose another folder, or make room there.',
    }),
    cancel: 'Cancel',
    export: 'Export',
  },
};
