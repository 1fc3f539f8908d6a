/**
 * The keys of the wall (LOOKS, Keyboard): what each does, in one list. Moving the focus and opening things is the
 * view's own, which hands that in.
 */
import type { Camera, CameraId } from '../../main/contract/model.ts';
import { bookmarks } from './bookmarks.svelte.ts';
import type { Direction } from './grid.ts';
import { hasControl, hasNoModifier, isForControl, isTaken } from './keyboard.ts';
import { snapshotLive } from './liveSnapshot.ts';
import { screen } from './screen.svelte.ts';
import { sound } from './sound.svelte.ts';
import { tileMoves } from './tileMoves.svelte.ts';
import { tour } from './tour.svelte.ts';
import { wallPlace } from './wallPlace.svelte.ts';

export interface WallActions {
  focus: (direction: Direction) => void;
  enlarge: (cameraId: CameraId) => void;
  openArchive: (cameraId: CameraId) => void;
  /** Makes a change after which the focused tile has the focus again. */
  rearrange: (change: () => void) => void;
  turn: (by: -1 | 1) => void;
  undo: () => void;
  openMenu: (camera: Camera) => void;
  pauseOrResume: (camera: Camera) => void;
}

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** Answers whether the key was the wall's. */
export function wallAct(actions: WallActions): (event: KeyboardEvent) => boolean {
  return (event) => {
    const { focused } = wallPlace;
    if (isTaken(event)) return false;
    if (isUndo(event)) {
      // As long as it is said that there is a new one, that is what was done last.
      if (!bookmarks.undoAdded()) actions.undo();
      return true;
    }
    if (focused === null) return false;
    if (event.key === 'F10' && event.shiftKey) {
      actions.openMenu(focused);
      return true;
    }
    return moves(event, focused.id, actions) || (hasNoModifier(event) && acts(event, focused, actions));
  };
}

function isUndo(event: KeyboardEvent): boolean {
  return hasControl(event) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'z';
}

/** Ctrl+arrows, and plain arrows of a tile that is being moved. */
function moves(event: KeyboardEvent, cameraId: CameraId, { rearrange }: WallActions): boolean {
  const isMoving = tileMoves.movingId === cameraId;
  if (isMoving && (event.key === 'Enter' || event.key === 'Escape')) {
    rearrange(() => tileMoves.end(event.key === 'Enter'));
    return true;
  }
  const direction = directions[event.key];
  const held = hasControl(event) || (isMoving && !event.ctrlKey && !event.metaKey);
  if (direction === undefined || !held || event.altKey) return false;
  if (event.shiftKey) tileMoves.size(cameraId, direction === 'right' || direction === 'down' ? 1 : -1);
  // A key that is held down stops at the next tile instead of changing places with it.
  else rearrange(() => tileMoves.move(cameraId, direction, !event.repeat));
  return true;
}

function acts(event: KeyboardEvent, focused: Camera, actions: WallActions): boolean {
  const direction = directions[event.key];
  if (direction !== undefined) {
    actions.focus(direction);
    return true;
  }
  if (/^[1-9]$/.test(event.key)) {
    const tile = wallPlace.tiles[Number(event.key) - 1];
    if (tile) actions.enlarge(tile.camera.id);
    return true;
  }
  switch (event.key) {
    case 'Enter':
      if (isForControl(event)) return false;
      actions.enlarge(focused.id);
      return true;
    case ' ':
      if (isForControl(event) || tour.state === 'off') return false;
      tour.toggle();
      return true;
    case '[':
    case ']':
      actions.rearrange(() => wallPlace.stepKind(event.key === '[' ? -1 : 1));
      tour.restart();
      return true;
    case 'PageUp':
    case 'PageDown':
      actions.turn(event.key === 'PageUp' ? -1 : 1);
      return true;
    case 'm':
      sound.toggle(focused, 'sub');
      return true;
    case 's':
      void snapshotLive(focused);
      return true;
    case 'b':
      void bookmarks.add(focused.id, focused.name, Date.now());
      return true;
    case 'a':
      actions.openArchive(focused.id);
      return true;
    case 'i':
      if (!wallPlace.detailed.delete(focused.id)) wallPlace.detailed.add(focused.id);
      return true;
    case 'p':
      actions.pauseOrResume(focused);
      return true;
    case 't':
      wallPlace.stripAlways = !wallPlace.stripAlways;
      return true;
    case 'f':
      screen.viewOnly = !screen.viewOnly;
      return true;
    default:
      return false;
  }
}
