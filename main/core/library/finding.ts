/**
 * What a check of the vault can find, as values: which file, where in it, and which time of the day is lost. Whether a
 * finding is damage, can be put right, or is only worth knowing is decided here; the words are their reader's.
 */
import { basename } from 'node:path';
import type { ClosedChunks } from '../vault/sealedCheck.ts';
import { isLaterName } from './dayLater.ts';
import { indexName } from './recordingName.ts';

/** Recorded time that cannot be shown any more; null where a file holds no time, or nobody can tell. */
export type LostTime = { fromMs: number; toMs: number } | null;

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

/** 'repairable': `checkVault` puts it right when it is asked to. 'note': nothing is lost or wrong. */
export function weightOf(finding: Finding): 'damage' | 'repairable' | 'note' {
  switch (finding.kind) {
    case 'unindexed':
    case 'noIndex':
    case 'unfinished':
      return 'repairable';
    case 'leftover':
      return 'note';
    default: {
      const name = basename(finding.file);
      // What the index has not taken up yet lies nowhere else.
      if (finding.kind === 'unexplained' || isLaterName(name)) return 'damage';
      return name.startsWith(indexName) ? 'repairable' : 'damage';
    }
  }
}

export function lostOf(finding: Finding): LostTime {
  return 'lost' in finding ? finding.lost : null;
}
