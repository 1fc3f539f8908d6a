/**
 * Asking for the passphrase that is set, before something that only its owner may do: whether it is asked for, what is
 * wrong with it, and its bytes, once. Keeps no passphrase: what is typed is in the field.
 */
import type { Asking, Trouble } from './asking.svelte.ts';
import { known } from './known.svelte.ts';
import { lock } from './lock.svelte.ts';
import { thenWiped } from './passphrase.ts';
import { PassphraseEntry } from './passphraseEntry.svelte.ts';
import { sayProblem, text } from './text.ts';
import type { Outcome } from '../../main/contract/problems.ts';

export class Confirmation {
  readonly entry = new PassphraseEntry();
  #problem = $state.raw<Trouble | null>(null);
  /** Where the vault has none, or the recovery words opened it, nothing is asked. */
  readonly asks = $derived((known.vault?.passphrase ?? 'none') !== 'none' && !lock.openedWithWords);
  /** What is wrong with what was given. */
  readonly said = $derived(this.#problem && ('code' in this.#problem ? sayProblem(this.#problem) : this.#problem));

  typed(): void {
    this.#problem = null;
  }

  /** False when nothing was typed where something is asked for; that is said at the field. */
  isGiven(): boolean {
    if (!this.asks || !this.entry.isEmpty) return true;
    this.#refuse({ fact: text.lock.currentNeeded, remedy: '' });
    return false;
  }

  /**
   * Hands the bytes to `question`, and wipes them when it is answered. A wrong passphrase is said at the field and not by
   * `asking`. False also when nothing was typed (see `isGiven`).
   */
  async ask<Value>(
    asking: Asking,
    question: (current: Uint8Array<ArrayBuffer> | null) => Promise<Outcome<Value>>,
    done?: (value: Value) => void,
  ): Promise<boolean> {
    if (asking.busy) return false;
    this.#problem = null;
    if (!this.isGiven()) return false;
    const current = this.asks ? this.entry.take() : null;
    const right = await asking.ask(() => thenWiped([current], () => question(current)), done);
    const met = asking.problem;
    if (met !== null && 'code' in met && (met.code === 'passphraseWrong' || met.code === 'passphraseTooSoon')) {
      asking.problem = null;
      this.#refuse(met);
    }
    return right;
  }

  #refuse(met: Trouble): void {
    this.#problem = met;
    this.entry.focus();
  }
}
