/**
 * The export of everything as main tells it, whole with every change, and what the sheet for a new one is open for.
 */
import type { LeavingState } from '../../main/contract/leaving.ts';
import type { CameraId } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import { Changes } from './changes.ts';

class Leaving {
  state = $state.raw<LeavingState>({ state: 'never' });
  /** Cameras chosen to begin with (null: all); false while the sheet is closed. */
  asks = $state.raw<readonly CameraId[] | null | false>(false);

  /** Keeps the state fresh until the function returned is called. */
  watch(): () => void {
    const changes = new Changes();
    const take = (state: LeavingState): void => void (this.state = state);
    const stop = on('leaving.changed', changes.heard(take));
    // Without an answer what comes by events holds.
    changes.answered(call('leaving.state'), take).catch(() => undefined);
    return stop;
  }
}

export const leaving = new Leaving();
