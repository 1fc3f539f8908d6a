/**
 * Writes a planned file as an ordinary MP4, its tables at the front: no sample is changed, and nothing is written twice.
 * Leaves what it has begun to the caller to remove. Throws VaultError, and what the target throws.
 */
import type { Outcome } from '../../contract/problems.ts';
import { bad, good } from '../../contract/problems.ts';
import type { MovieTrack } from '../video/movie/movieTrack.ts';
import { movieHead } from '../video/movie/movieBoxes.ts';
import { bytesOf, type ReadsSource } from './moviePieces.ts';
import type { Piece } from './plannedPart.ts';
import type { Target } from './target.ts';

export interface Movie {
  tracks: readonly MovieTrack[];
  pieces: readonly Piece[];
  pieceOffsets: readonly number[];
  dataBytes: number;
  /** UTC of the first picture that is shown. */
  startMs: number;
}

export async function writeMovie(
  movie: Movie,
  read: ReadsSource,
  target: Target,
  { signal, wrote }: { signal: AbortSignal; wrote: (bytes: number) => void },
): Promise<Outcome<null>> {
  const head = movieHead(movie);
  await target.write([head]);
  wrote(head.length);
  for await (const slices of bytesOf(movie.pieces, read)) {
    if (signal.aborted) return bad({ code: 'cancelled' });
    await target.write(slices);
    wrote(slices.reduce((sum, slice) => sum + slice.length, 0));
  }
  await target.finish();
  return good(null);
}
