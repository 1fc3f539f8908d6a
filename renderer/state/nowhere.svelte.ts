/**
 * That a key of the archive had nowhere to lead: no event, bookmark or gap on that side. Said for a few seconds over the
 * focused camera's picture, and to screen readers.
 */
import { announcer } from './announcer.svelte.ts';

const saidForMs = 4000;

class Nowhere {
  /** null: nothing to say. */
  sentence = $state<string | null>(null);
  #forget: ReturnType<typeof setTimeout> | undefined;

  say(sentence: string): void {
    this.sentence = sentence;
    announcer.say(sentence);
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => (this.sentence = null), saidForMs);
  }
}

export const nowhere = new Nowhere();
