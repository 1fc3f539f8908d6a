/**
 * Which colours a picture's values mean. What it does not say is taken as the browser's own drawing takes it: BT.601 below
 * 720 lines, BT.709 from there on, limited range.
 */
import type { Colours } from './scaler.ts';

interface Said {
  readonly codedHeight: number;
  readonly colorSpace: { readonly matrix: string | null; readonly fullRange: boolean | null };
}

const firstHighDefinitionLine = 720;

export function coloursOf({ codedHeight, colorSpace: { matrix, fullRange } }: Said): Colours {
  return { matrix: matrixOf(matrix, codedHeight), fullRange: fullRange ?? false };
}

function matrixOf(matrix: string | null, codedHeight: number): Colours['matrix'] {
  switch (matrix) {
    case 'bt709':
      return 'bt709';
    case 'bt470bg':
    case 'smpte170m':
      return 'bt601';
    case 'bt2020-ncl':
      return 'bt2020';
    default:
      return codedHeight < firstHighDefinitionLine ? 'bt601' : 'bt709';
  }
}
