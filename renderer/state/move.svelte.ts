/** How the move of the vault goes, as the main process tells it. Asked once, then told; each event is the whole state. */
import type { MoveState } from '../../main/contract/model.ts';
import { call, on } from '../home.ts';
import { Changes } from './changes.ts';

class Move {
  state = $state.raw<MoveState>({ state: 'none' });
  readonly #changes = new Changes();
  #listening = false;

  /** May be called at every view. */
  async look(): Promise<void> {
    const take = (state: MoveState): void => void (this.state = state);
    if (!this.#listening) on('move.changed', this.#changes.heard(take));
    this.#listening = true;
    await this.#changes.answered(call('vault.moveState'), take);
  }

  /** The vault is not to be left meanwhile. */
  get busy(): boolean {
    return ['copying', 'ending', 'removing'].includes(this.state.state);
  }
}

export const move = new Move();
