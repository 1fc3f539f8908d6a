/**
 * Opens every chunk of a sealed file and says which bytes of it do not open, to the chunk. Damage never ends the check:
 * what lies behind it is looked at too. Reads only. What the bytes mean is left to those who wrote them.
 */
import type { ClosedChunks } from '../../contract/check.ts';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome } from '../../contract/problems.ts';
import type { SealedReader } from './sealedReader.ts';
import { chunkBytes, sealedChunkBytes } from './stream.ts';

export interface SealedCheck {
  closed: ClosedChunks[];
  /** Where the file's whole chunks end and nothing behind them opens; null when its last chunk is there. */
  cutAtByte: number | null;
}

const chunksPerRead = 64;

/** `worked` is told of every piece, and awaited: whoever wants to be slow waits in it. Problems: `cancelled`; the disk's. */
export async function checkSealed(
  reader: SealedReader,
  signal: AbortSignal,
  worked?: (bytes: number) => Promise<void>,
): Promise<Outcome<SealedCheck>> {
  const chunks = Math.ceil(reader.sizeBytes / chunkBytes);
  const closed: number[] = [];
  for (let first = 0; first < chunks; first += chunksPerRead) {
    if (signal.aborted) return bad({ code: 'cancelled' });
    const next = Math.min(first + chunksPerRead, chunks);
    const together = await opens(reader, first, next);
    if (!together.ok) return together;
    await worked?.(Math.min(next * chunkBytes, reader.sizeBytes) - first * chunkBytes);
    if (together.value) continue;
    for (let chunk = first; chunk < next; chunk += 1) {
      const alone = await opens(reader, chunk, chunk + 1);
      if (!alone.ok) return alone;
      if (!alone.value) closed.push(chunk);
    }
  }
  return good({
    closed: joined(closed).map(([from, to]) => ({
      firstChunk: from,
      fromByte: reader.payloadStart + from * sealedChunkBytes,
      toByte: Math.min(reader.payloadStart + to * sealedChunkBytes, reader.fileBytes),
      plainFrom: from * chunkBytes,
      plainTo: Math.min(to * chunkBytes, reader.sizeBytes),
    })),
    cutAtByte: reader.complete ? null : reader.payloadStart + chunks * sealedChunkBytes,
  });
}

async function opens(reader: SealedReader, first: number, next: number): Promise<Outcome<boolean>> {
  const read = await reader.read(first * chunkBytes, (next - first) * chunkBytes);
  if (read.ok) return good(true);
  return read.problem.code === 'vaultDamaged' ? good(false) : read;
}

/** Numbers in order as from–to, `to` not included. */
function joined(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number) last[1] = number + 1;
    else runs.push([number, number + 1]);
  }
  return runs;
}
