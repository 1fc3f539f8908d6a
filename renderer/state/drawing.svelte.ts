/**
 * How live pictures are drawn: as the settings say, or, left to itself, by the graphics card where it draws at all. Until
 * the main process has said what the card does, by the processor, which always works.
 */
import type { Graphics } from '../../main/contract/calls.ts';
import { call } from '../home.ts';
import type { Way } from '../live/workerMessages.ts';
import { known } from './known.svelte.ts';

class DrawingChoice {
  #graphics = $state.raw<Graphics | null>(null);

  readonly way = $derived.by((): Way => {
    if (known.settings.drawing !== 'auto') return known.settings.drawing;
    return this.#graphics?.draws === true ? 'graphics' : 'processor';
  });

  /** True once it is known which way to begin with. */
  readonly isKnown = $derived(this.#graphics !== null);

  constructor() {
    void this.ask();
  }

  /** Asks anew: a graphics process that crashed too often is not used any more. */
  async ask(): Promise<void> {
    try {
      this.#graphics = await call('app.graphics');
    } catch {
      this.#graphics = { draws: false, decodes: false }; // the defect is in the log; the processor can always draw
    }
  }
}

export const drawing = new DrawingChoice();
