/**
 * What is typed into a field for a passphrase, as its view gets at it: the text stays in the field, no state holds it,
 * and it is read once, as bytes, when it is handed over. `NewPassphraseEntry` is the pair of fields for a new one.
 */
import { leastCharacters } from '../../main/contract/passphrase.ts';
import { areSame, lookAtPassphrase, passphraseBytes, type PassphraseLook } from './passphrase.ts';
import { text } from './text.ts';

export class PassphraseEntry {
  #input: HTMLInputElement | null = null;

  /** For the field's `{@attach}`. */
  readonly hold = (input: HTMLInputElement): (() => void) => {
    this.#input = input;
    return () => {
      input.value = '';
      this.#input = null;
    };
  };

  /** The bytes that are typed, which the caller wipes. */
  read(): Uint8Array<ArrayBuffer> {
    return passphraseBytes(this.#input?.value ?? '');
  }

  get isEmpty(): boolean {
    return this.#input === null || this.#input.value === '';
  }

  empty(): void {
    if (this.#input) this.#input.value = '';
  }

  /** Reads and empties. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.read();
    this.empty();
    return bytes;
  }

  focus(): void {
    this.#input?.focus();
  }
}

export type NewPassphraseUse = keyof typeof leastCharacters;

export class NewPassphraseEntry {
  readonly first = new PassphraseEntry();
  readonly again = new PassphraseEntry();
  shown = $state(false);
  firstProblem = $state<string | null>(null);
  againProblem = $state<string | null>(null);
  #look = $state.raw<PassphraseLook>({ is: 'empty' });
  /** What it is for now: that of a vault without keychain must be longer. */
  readonly #use: () => NewPassphraseUse;

  constructor(use: () => NewPassphraseUse) {
    this.#use = use;
  }

  /** What can be said of it so far. */
  get said(): string {
    if (this.#look.is === 'empty') return '';
    return this.#look.is === 'tooShort' ? text.lock.tooShort(this.#look.left) : text.lock[this.#look.is];
  }

  typed(value: string): void {
    this.#look = lookAtPassphrase(value, leastCharacters[this.#use()]);
    this.firstProblem = null;
    this.againProblem = null;
  }

  /**
   * The bytes, which the caller wipes; null when the fields have something to say, which then have the focus. The fields
   * keep what is typed until `forget`: main may refuse it for another reason.
   */
  read(): Uint8Array<ArrayBuffer> | null {
    if (this.#look.is === 'empty' || this.#look.is === 'tooShort') {
      this.firstProblem = this.#look.is === 'empty' ? text.lock.needed : text.lock.tooShort(this.#look.left);
      this.first.focus();
      return null;
    }
    const once = this.first.read();
    const twice = this.again.read();
    const same = areSame(once, twice);
    twice.fill(0);
    if (same) return once;
    once.fill(0);
    this.again.empty();
    this.againProblem = text.lock.notTheSame;
    this.again.focus();
    return null;
  }

  forget(): void {
    this.first.empty();
    this.again.empty();
    this.typed('');
    this.shown = false;
  }
}
