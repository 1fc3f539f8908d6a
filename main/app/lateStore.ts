/**
 * A sealed document that is opened when it is first asked for and the vault is open: one that was locked from the start
 * of the program has its documents later. One that is damaged counts as empty and is written anew, because nothing of
 * it is worth more than that (the damaged file is put aside by its store). Never throws for what lies on the disk.
 */
import { rename } from 'node:fs/promises';
import type { Vault } from '../core/vault/folder.ts';
import { openStore, type SealedStore } from '../core/vault/sealedStore.ts';

export interface LateForm<Value> {
  /** In the vault's folder. */
  file: string;
  initial: Value;
  parse: (value: unknown) => Value | null;
}

export class LateStore<Value extends object> {
  readonly #vault: Vault;
  readonly #form: LateForm<Value>;
  #opening: Promise<SealedStore<Value> | null> | null = null;

  constructor(vault: Vault, form: LateForm<Value>) {
    this.#vault = vault;
    this.#form = form;
  }

  /** null while the vault is locked and it was not read before. */
  async read(): Promise<Value | null> {
    return (await this.#store())?.value ?? null;
  }

  /** What cannot be written is given up: it is written again with the next change. */
  async write(value: Value): Promise<void> {
    await (await this.#store())?.update(() => value);
  }

  async #store(): Promise<SealedStore<Value> | null> {
    this.#opening ??= this.#open();
    const store = await this.#opening;
    if (!store) this.#opening = null;
    return store;
  }

  async #open(): Promise<SealedStore<Value> | null> {
    if (this.#vault.identity === null) return null;
    const { file, initial, parse } = this.#form;
    const path = this.#vault.path(file);
    const options = { path, vault: this.#vault, version: 1, initial, parse };
    const opened = await openStore(options);
    if (opened.ok) return opened.value;
    if (opened.problem.code !== 'vaultDamaged') return null;
    await rename(path, `${path}.damaged`).catch(() => undefined);
    await rename(`${path}.previous`, `${path}.previous.damaged`).catch(() => undefined);
    const again = await openStore(options);
    return again.ok ? again.value : null;
  }
}
