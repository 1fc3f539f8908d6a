/**
 * What a tile says in each state: heading, sentence, icon, caption, and its name for readers. Leaves what the state is
 * to state/tileState.ts, and what its button does to the tile.
 */
import { sayProblem, text } from '../state/text.ts';
import type { TileState } from '../state/tileState.ts';
import type { IconName } from './icons.ts';

export interface TileWords {
  icon: IconName;
  heading: string;
  sentence: string;
  /** Missing or refused: it wears the signal colour. */
  missing: boolean;
}

const wall = text.wall;
const units = text.units;

/** null while there is a picture. */
export function tileWords(state: TileState, nowMs: number): TileWords | null {
  switch (state.is) {
    case 'live':
    case 'stale':
      return null;
    case 'lost': {
      const next = state.nextTryMs > 0 ? ` ${wall.nextTry(state.nextTryMs - nowMs)}` : '';
      const heading = wall.lostSince(units.since(state.sinceMs, nowMs));
      return { icon: 'unplugged', heading, sentence: text.gaps.loss[state.cause] + next, missing: true };
    }
    case 'refused': {
      const { fact, remedy } = sayProblem({ code: state.code });
      return { icon: 'key', heading: wall.refusals[state.code], sentence: `${fact} ${remedy}`, missing: true };
    }
    case 'connecting': {
      const sentence = wall.connectingNote(nowMs - state.sinceMs, state.answered);
      return { icon: 'network', heading: wall.connecting, sentence, missing: false };
    }
    case 'notShown': {
      const size = state.widthPixels > 0 ? units.size(state.widthPixels, state.heightPixels) : null;
      const heading = state.paused ? wall.notShownNorRecorded : wall.notShown;
      return { icon: 'notShown', heading, sentence: wall.cannotShow(state.codec, size, state.alone), missing: false };
    }
    case 'private': {
      const heading = text.privacy.tile(state.untilMs, nowMs);
      return { icon: 'notShown', heading, sentence: text.privacy.tileNote, missing: false };
    }
    case 'off':
      return { icon: 'unplugged', heading: wall.off, sentence: '', missing: false };
  }
}

/** The state in a few words, for readers. */
export function stateName(state: TileState, nowMs: number): string {
  if (state.is === 'live') return wall.live;
  if (state.is === 'stale' && state.awaited) return wall.lastPicture(units.time(state.pictureMs));
  if (state.is === 'stale') return wall.noPicture(Math.max(1000, state.ageMs));
  const heading = tileWords(state, nowMs)?.heading ?? '';
  return heading.charAt(0).toLowerCase() + heading.slice(1);
}

/** What stands at the right of a tile's lower edge. */
export function captionOf(state: TileState, recording: boolean, nowMs: number): string {
  switch (state.is) {
    case 'live':
      return units.time(nowMs);
    case 'stale':
      return wall.lastPicture(units.time(state.pictureMs));
    case 'lost':
      return wall.lostFor(nowMs - state.sinceMs);
    case 'refused':
      return wall.refusedSince(units.since(state.sinceMs, nowMs));
    case 'notShown':
      return recording ? text.app.recording : '';
    case 'connecting':
    case 'off':
    case 'private':
      return '';
  }
}
