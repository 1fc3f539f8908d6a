/**
 * A recovery key that is made anew while the vault is open: its words are shown, two are asked back, and only proved
 * ones replace the old. One at a time; nothing of it lies on the disk before the proof. The words are kept in memory
 * until they are proved or given up, and go with the vault when it is left or locked (`cancel`).
 */
import { bad, good, type Outcome } from '../contract/problems.ts';
import type { Vault } from '../core/vault/folder.ts';
import { makeWords } from '../core/vault/keys.ts';
import { chooseAsked, replaceRecovery } from '../core/vault/newRecovery.ts';

export interface WordsToProve {
  words: string[];
  /** By their numbers from 1 to 12. */
  askedWords: [number, number];
}

export class NewWords {
  readonly #vault: Vault;
  #making: WordsToProve | null = null;
  #proving = false;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Other words than before, if some were shown already. Problems: `keyMissing` when the vault is locked. */
  begin(): Outcome<WordsToProve> {
    if (!this.#vault.identity) return bad({ code: 'keyMissing' });
    if (this.#proving) return bad({ code: 'gone' });
    const words = makeWords();
    const askedWords = chooseAsked(words.length);
    this.#making = { words, askedWords };
    return good(this.#making);
  }

  /** Problems: `gone` when there are none; `wordsWrong`; those of the disk. The old words open the vault then. */
  async prove(given: readonly string[]): Promise<Outcome<null>> {
    const making = this.#making;
    if (!making || this.#proving) return bad({ code: 'gone' });
    const { words, askedWords } = making;
    const right = askedWords.every((number, at) => given[at]?.trim().toLowerCase() === words[number - 1]);
    if (!right) return bad({ code: 'wordsWrong' });
    this.#proving = true;
    try {
      const replaced = await replaceRecovery(this.#vault, words);
      if (replaced.ok && this.#making === making) this.#making = null;
      return replaced;
    } finally {
      this.#proving = false;
    }
  }

  cancel(): void {
    this.#making = null;
  }
}
