/**
 * What a recording says of the chain that it belongs to: the link at its beginning, and, where it was cut off and sealed
 * anew, what it took the place of. Read from where we put them and nowhere else. Problems: those of the reader.
 */
import { type Link, readLinkBox, readResealedBox, type Resealed } from '../../contract/evidence/link.ts';
import { good, type Outcome } from '../../contract/problems.ts';
import type { RecordingTable, SealedBytes } from './recordingTable.ts';

export interface ChainMarks {
  /** null: recorded before there was a chain, or by somebody else. */
  link: Link | null;
  resealed: Resealed | null;
}

/** Our boxes are smaller. */
const mostBytes = 1024;

export async function readChainMarks(
  file: SealedBytes,
  { init, others, wholeBytes }: Pick<RecordingTable, 'init' | 'others' | 'wholeBytes'>,
): Promise<Outcome<ChainMarks>> {
  const boxes = others.filter(({ type, length }) => type === 'uuid' && length <= mostBytes);
  const first = boxes.find(({ offset }) => offset === init.bytes.length);
  const last = boxes.find(({ offset, length }) => offset + length === wholeBytes);
  const marks: ChainMarks = { link: null, resealed: null };
  if (first) {
    const bytes = await file.read(first.offset, first.length);
    if (!bytes.ok) return bytes;
    marks.link = readLinkBox(bytes.value);
  }
  if (last) {
    const bytes = await file.read(last.offset, last.length);
    if (!bytes.ok) return bytes;
    marks.resealed = readResealedBox(bytes.value);
  }
  return good(marks);
}
