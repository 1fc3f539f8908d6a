/**
 * The words of a check of the vault: what was found, in sentences, the same at the terminal and on screen. The fact,
 * what to do about it, and, where time is lost, of which camera, which day, from when to when.
 */
import { type Finding, type FindingWeight, lostOf, type ToldFinding, weightOf } from '../../check.ts';
import type { Saying } from './problems.ts';
import { units } from './units.ts';

export const check = {
  heading: 'Check',
  lead: 'Opens every file of the vault and says what is damaged, and where. Recording and live pictures go on.',
  start: 'Check the vault',
  startAgain: 'Check again',
  startRepair: 'Check and put right',
  repairNote:
    'Putting right makes indexes anew and ends recordings that were cut off. It deletes nothing that it cannot explain.',
  stop: 'Stop',
  progress: 'Progress of the check',
  progressText: (fraction: number): string => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`,
  rate: (bytesPerSecond: number): string => `${units.bytes(bytesPerSecond)}/s`,
  left: (ms: number): string => `${units.duration(ms)} left`,
  looked: (files: number, bytes: number): string =>
    `${units.count(files)} ${files === 1 ? 'file' : 'files'}, ${units.bytes(bytes)}`,
  never: 'This vault was not checked yet.',
  done: (files: number, bytes: number, at: string, took: string): string =>
    `Checked ${at}: ${check.looked(files, bytes)}, in ${took}.`,
  stopped: {
    user: (at: string): string => `You stopped the check ${at}. What it found up to there:`,
    lock: (at: string): string => `The check stopped ${at}, because Nightjar was locked. What it found up to there:`,
    close: (at: string): string => `The check stopped ${at}, because Nightjar was closed. What it found up to there:`,
  },
  stoppedClean: {
    user: (at: string): string => `You stopped the check ${at}. Up to there nothing was wrong.`,
    lock: (at: string): string =>
      `The check stopped ${at}, because Nightjar was locked. Up to there nothing was wrong.`,
    close: (at: string): string =>
      `The check stopped ${at}, because Nightjar was closed. Up to there nothing was wrong.`,
  },
  clean: 'Every file opens, and nothing is missing.',
  counts: ({ damage, repairable, note }: Record<FindingWeight, number>): string =>
    [
      damage > 0 ? `${units.count(damage)} damaged` : '',
      repairable > 0 ? `${units.count(repairable)} can be put right` : '',
      note > 0 ? `${units.count(note)} worth knowing` : '',
    ]
      .filter((part) => part !== '')
      .join(', '),
  repaired: (count: number): string => (count === 1 ? '1 was put right.' : `${units.count(count)} were put right.`),
  /** More were found than are listed. */
  more: (listed: number, all: number): string => `The first ${units.count(listed)} of ${units.count(all)} are listed.`,
  table: 'What the check found',
  columns: { weight: 'Kind', place: 'Where', lost: 'Lost', what: 'What is wrong, and what to do', file: 'File' },
  weight: { damage: 'Damaged', repairable: 'Can be put right', note: 'Worth knowing' } satisfies Record<
    FindingWeight,
    string
  >,
  nothingLost: 'nothing',
  lostUnknown: 'cannot be told',
  noCamera: 'the vault itself',
  unnamedCamera: 'a camera that is not on the list',

  /** "Front door, Fri 20 Nov 2026" */
  place: ({ camera, fromMs }: ToldFinding): string => {
    if (camera === null) return check.noCamera;
    const name = camera === '' ? check.unnamedCamera : camera;
    return fromMs === null ? name : `${name}, ${units.date(fromMs)}`;
  },
  /** "14:02:10 to 14:02:13 (3.2 s)" */
  span: (fromMs: number, toMs: number): string => {
    const sameDay = units.date(fromMs) === units.date(toMs);
    const to = sameDay ? units.time(toMs) : `${units.day(toMs)} ${units.time(toMs)}`;
    return `${units.time(fromMs)} to ${to} (${seconds(toMs - fromMs)})`;
  },
  lost: (finding: Finding): string => {
    const lost = lostOf(finding);
    if (lost) return check.span(lost.fromMs, lost.toMs);
    const isRecording = /\.mp4\.age/.test(finding.file);
    return weightOf(finding) === 'damage' && isRecording ? check.lostUnknown : check.nothingLost;
  },
  say: sayFinding,
};

/** What is wrong with the file, and what to do; without its name, place and time. */
function sayFinding(finding: Finding): Saying {
  const backup = 'Copy it back from a backup, if there is one.';
  switch (finding.kind) {
    case 'closed':
      return {
        fact: 'It does not open: its beginning was altered or cut off, or it is sealed to somebody else.',
        remedy: backup,
      };
    case 'chunks': {
      const { firstChunk, fromByte, toByte } = finding.chunks;
      return {
        fact: `Altered in bytes ${fromByte} to ${toByte - 1} (chunk ${firstChunk} on): they do not open. The rest does.`,
        remedy: `The disk may be failing: test it. ${backup}`,
      };
    }
    case 'cutOff':
      return {
        fact: `Cut off or altered at byte ${finding.atByte}: from there on nothing opens. What is before it does.`,
        remedy: backup,
      };
    case 'misread':
      return {
        fact:
          finding.atByte === 0
            ? 'It is not what its name says.'
            : `It opens, but from byte ${finding.atByte} of what it holds on it is no recording.`,
        remedy: backup,
      };
    case 'short':
      return { fact: 'It holds less than its name says.', remedy: backup };
    case 'exchanged':
      return {
        fact: 'Another file, as genuine, or an older one lies in its place: it is not the one that was written here.',
        remedy: `Somebody who can write to the vault’s folder may have put it there. ${backup}`,
      };
    case 'unlinked':
      return {
        fact: `The recording before it, from ${units.time(finding.beforeMs)} on, is missing, and nothing says that Nightjar deleted it.`,
        remedy: `Somebody who can write to the vault’s folder may have removed it. ${backup}`,
      };
    case 'replaced':
      return {
        fact: `The recording before it, from ${units.time(finding.beforeMs)} on, was replaced: it is not the one that was written then.`,
        remedy: `Somebody who can write to the vault’s folder may have put it there. ${backup}`,
      };
    case 'forged':
      return {
        fact: 'It is not what it says it is: it was moved or copied here, or written by somebody else than this vault’s Nightjar.',
        remedy: 'Do not rely on it.',
      };
    case 'chainCut':
      return {
        fact: `The recordings before it, from ${units.time(finding.beforeMs)} on ${units.date(finding.beforeMs)}, are gone with their whole day.`,
        remedy: 'That is so when they were too old or deleted by you. Who deleted them cannot be told.',
      };
    case 'unchained':
      return {
        fact: 'It does not say which recording came before it, though older ones do.',
        remedy: 'An older Nightjar recorded it, or somebody put it there.',
      };
    case 'missing':
      return { fact: 'It is missing.', remedy: backup };
    case 'unreadable':
      return {
        fact: `The disk does not let it be read (${finding.code}).`,
        remedy: 'Test the disk, and look at the permissions of the folder.',
      };
    case 'newer':
      return { fact: 'A newer Nightjar wrote it.', remedy: 'Install the newer Nightjar.' };
    case 'unindexed':
      return { fact: 'The index of its day does not know it.', remedy: 'Putting right takes it up.' };
    case 'noIndex':
      return { fact: 'The day has recordings and no index.', remedy: 'Putting right makes one.' };
    case 'unfinished':
      return {
        fact: 'A recording that was cut off by a crash.',
        remedy: 'Putting right makes a whole one of it, up to where it opens.',
      };
    case 'unexplained':
      return {
        fact: 'Nothing of Nightjar’s; it is left alone.',
        remedy: 'If you put it there, move it elsewhere. If you know nothing of it, look at it before you delete it.',
      };
    case 'leftover':
      return {
        fact: 'Left by an interrupted change, or put aside as damaged; nothing is lost.',
        remedy: 'It may be deleted.',
      };
  }
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : units.duration(ms);
}
