/**
 * What a check of a vault found, in sentences for the person at the terminal: the fact, where in the file, and which
 * time is lost. Times in this computer's own time zone.
 */
import { type Finding, lostOf } from '../main/core/library/finding.ts';
import { units } from '../main/contract/text/en/units.ts';

/** Without the file's name, which stands above it. */
export function sayFinding(finding: Finding): string {
  const lost = lostOf(finding);
  const time = lost
    ? ` Lost: ${sayTime(lost.fromMs)} to ${sayTime(lost.toMs)} (${seconds(lost.toMs - lost.fromMs)}).`
    : '';
  return `${factOf(finding)}${time}`;
}

function factOf(finding: Finding): string {
  switch (finding.kind) {
    case 'closed':
      return 'It does not open: its beginning was altered or cut off, or it is sealed to somebody else.';
    case 'chunks': {
      const { firstChunk, fromByte, toByte } = finding.chunks;
      return `Altered in bytes ${fromByte} to ${toByte - 1} (chunk ${firstChunk} on): they do not open. The rest does.`;
    }
    case 'cutOff':
      return `Cut off or altered at byte ${finding.atByte}: from there on nothing opens. What is before it does.`;
    case 'misread':
      return finding.atByte === 0
        ? 'It is not what its name says.'
        : `It opens, but from byte ${finding.atByte} of what it holds on it is no recording.`;
    case 'short':
      return 'It holds less than its name says.';
    case 'exchanged':
      return 'Another file, as genuine, or an older one lies in its place: it is not the one that was written here.';
    case 'missing':
      return 'It is missing.';
    case 'unreadable':
      return `The disk does not let it be read (${finding.code}).`;
    case 'newer':
      return 'A newer Nightjar wrote it.';
    case 'unindexed':
      return 'The index of its day does not know it. --repair takes it up.';
    case 'noIndex':
      return 'The day has recordings and no index. --repair makes one.';
    case 'unfinished':
      return 'A recording that was cut off by a crash. --repair makes a whole one of it.';
    case 'unexplained':
      return 'Nothing of Nightjar’s; it is left alone.';
    case 'leftover':
      return 'Left by an interrupted change, or put aside as damaged; nothing is lost.';
  }
}

function sayTime(atMs: number): string {
  return `${units.date(atMs)} ${units.time(atMs)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
