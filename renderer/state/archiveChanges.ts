import { InTurn } from '../../main/contract/inTurn.ts';

/**
 * Everything in the archive that Ctrl+Z takes back, bookmarks and protected clips, one after another: so who takes back
 * what was done last, right behind a change, takes back that change, though it is on screen before its answer.
 */
export const archiveChanges = new InTurn();
