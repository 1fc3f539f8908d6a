/**
 * What a check of the vault can find, as values: which file, where in it, and which time of the day is lost; and the
 * state of a check that runs in the app. Whether a finding is damage, can be put right, or is only worth knowing is
 * decided here; the words are in the texts (en/check.ts), the same at the terminal and on screen.
 */
import type { Problem } from './problems.ts';

/** Recorded time that cannot be shown any more; null where a file holds no time, or nobody can tell. */
export type LostTime = { fromMs: number; toMs: number } | null;

/** Chunks of a sealed file that follow each other. Offsets in the sealed file, and in what it holds. */
export interface ClosedChunks {
  firstChunk: number;
  fromByte: number;
  toByte: number;
  plainFrom: number;
  plainTo: number;
}

/** `file`: from the vault's folder on. */
export type Finding = { file: string } &
  /** Does not open at all: its beginning was altered, or it is sealed to somebody else. */
  (
    | { kind: 'closed'; lost: LostTime }
    /** Chunks inside it do not open. */
    | { kind: 'chunks'; chunks: ClosedChunks; lost: LostTime }
    /** From this byte of the file on nothing opens, or nothing is there. */
    | { kind: 'cutOff'; atByte: number; lost: LostTime }
    /** It opens, but from this byte of what it holds on it is not what its name says. */
    | { kind: 'misread'; atByte: number; lost: LostTime }
    /** It holds less time than its name says. */
    | { kind: 'short'; lost: LostTime }
    /** A file as genuine as the one that was written here, but another one. */
    | { kind: 'exchanged'; lost: LostTime }
    /** It should be there, and is not. */
    | { kind: 'missing'; lost: LostTime }
    /** The recording that it says came before it is missing, and nothing says that Nightjar deleted it. */
    | { kind: 'unlinked'; beforeMs: number; lost: LostTime }
    /** In the place of the recording that it says came before it lies another. */
    | { kind: 'replaced'; beforeMs: number; lost: LostTime }
    /** It is not the recording that it says it is, or its signature is not this vault's. */
    | { kind: 'forged' }
    /** The whole day of the recording before it is gone, and older ones are there. */
    | { kind: 'chainCut'; beforeMs: number }
    /** It names no recording before it, though older ones do. */
    | { kind: 'unchained' }
    /** The disk does not let it be read: the system's code. */
    | { kind: 'unreadable'; code: string; lost: LostTime }
    /** A newer Nightjar wrote it. */
    | { kind: 'newer' }
    /** A recording that the day's index does not know. */
    | { kind: 'unindexed' }
    /** There are recordings and no index. */
    | { kind: 'noIndex' }
    /** A recording that was being written when Nightjar ended. */
    | { kind: 'unfinished' }
    /** Nothing of a vault's. */
    | { kind: 'unexplained' }
    /** What an interrupted replacement left, or what was put aside as damaged. */
    | { kind: 'leftover' }
  );

export type FindingWeight = 'damage' | 'repairable' | 'note';

/** 'repairable': a check puts it right when it is asked to. 'note': nothing is lost or wrong. */
export function weightOf(finding: Finding): FindingWeight {
  switch (finding.kind) {
    case 'unindexed':
    case 'noIndex':
    case 'unfinished':
      return 'repairable';
    case 'leftover':
    case 'chainCut':
    case 'unchained':
      return 'note';
    default: {
      const name = /[^\\/]*$/.exec(finding.file)?.[0] ?? '';
      // What the index has not taken up yet lies nowhere else.
      if (finding.kind === 'unexplained' || name.endsWith('.later')) return 'damage';
      // Both only repeat what the recordings say.
      const isCache = name.startsWith('index.json.age') || /^[0-9a-f]{16}-\d{4}-\d{2}\.json\.age$/.test(name);
      return isCache ? 'repairable' : 'damage';
    }
  }
}

export function lostOf(finding: Finding): LostTime {
  return 'lost' in finding ? finding.lost : null;
}

/** A finding with what only main knows of its place. */
export interface ToldFinding {
  finding: Finding;
  /** The camera whose recordings lie there, as the user calls it; '' for one that nobody knows; null: no camera's. */
  camera: string | null;
  /** The recording's own span, or the UTC day of its folder; null where the file is of no day. */
  fromMs: number | null;
  toMs: number | null;
}

/** How far a check came. */
export interface CheckTally {
  startedMs: number;
  repair: boolean;
  files: number;
  bytes: number;
  /** What was found, at most `mostToldFindings` of each weight; the counts count all. */
  findings: ToldFinding[];
  counts: Record<FindingWeight, number>;
  repaired: number;
}

export const mostToldFindings = 1000;

export type CheckState =
  | { state: 'never' }
  | {
      state: 'running';
      tally: CheckTally;
      doneFraction: number;
      /** null until they can be told. */
      bytesPerSecond: number | null;
      leftMs: number | null;
    }
  | { state: 'done'; tally: CheckTally; finishedMs: number }
  /** By the user, because Nightjar was locked, or because it was closed. */
  | { state: 'stopped'; tally: CheckTally; finishedMs: number; by: 'user' | 'lock' | 'close' }
  | { state: 'failed'; tally: CheckTally; finishedMs: number; problem: Problem };
