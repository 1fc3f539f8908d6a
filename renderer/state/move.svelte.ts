/** How the move of the vault goes, as the main process tells it. Asked once, then told; each event is the whole state. */
import type { MoveState } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';

class Move {
  state = $state.raw<MoveState>({ state: 'none' });
  #listening = false;

  /** May be called at every view. */
  async look(): Promise<void> {
    if (!this.#listening) on('move.changed', (state) => (this.state = state));
    this.#listening = true;
    this.state = await call('vault.moveState');
  }

  /** The vault is not to be left meanwhile. */
  get busy(): boolean {
    return ['copying', 'ending', 'removing'].includes(this.state.state);
  }
}

export const move = new Move();
