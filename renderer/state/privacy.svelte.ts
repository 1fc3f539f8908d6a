/**
 * The privacy switch as the page knows it: whether everything is paused and until when, the sheet that asks for how long,
 * and one key for both ways.
 */
import type { Privacy, PrivacyLasts } from '../../main/contract/privacy.ts';
import { call, on } from '../home.ts';
import { announcer } from './announcer.svelte.ts';
import type { KeyPress } from './lockKey.ts';
import { text } from './text.ts';

class PrivacySwitch {
  /** null: nothing is private. */
  state = $state.raw<Privacy | null>(null);
  /** The sheet is open. */
  asks = $state(false);

  /** Hears of it from now on; asks when a vault is opened. */
  start(): void {
    on('privacy.changed', ({ privacy }) => this.#take(privacy));
  }

  async load(): Promise<void> {
    this.state = await call('privacy.state');
  }

  begin(lasts: PrivacyLasts) {
    return call('privacy.start', { lasts });
  }

  async end(): Promise<void> {
    this.asks = false;
    await call('privacy.end');
  }

  /** By the key or the rail: asks for how long, or ends it. */
  toggle(): void {
    if (this.state) void this.end();
    else this.asks = true;
  }

  #take(privacy: Privacy | null): void {
    const [was, is] = [this.state !== null, privacy !== null];
    this.state = privacy;
    if (was !== is) announcer.say(is ? text.privacy.started : text.privacy.ended);
  }
}

export const privacy = new PrivacySwitch();

/** Ctrl+Shift+P, or Cmd+Shift+P on a Mac. */
export function isPrivacyKey(press: KeyPress, controlIsCommand: boolean): boolean {
  const { key, code, ctrlKey, metaKey, shiftKey, altKey } = press;
  if (!shiftKey || altKey || ctrlKey === controlIsCommand || metaKey !== controlIsCommand) return false;
  return key.toLowerCase() === 'p' || (code === 'KeyP' && !/^[a-z]$/i.test(key));
}
