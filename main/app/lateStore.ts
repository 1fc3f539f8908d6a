/**
 * A sealed document that is opened when it is first asked for and the vault is open: one that was locked from the start
 * of the program has its documents later. What it says is done without asking (an export goes on), and to seal needs
 * only the recipient: so it carries a proof that only the vault's identity can make. One that is damaged, or that
 * somebody else wrote, counts as empty and is written anew, because nothing of it is worth more than that (the damaged
 * file is put aside by its store). Never throws for what lies on the disk.
 */
import { timingSafeEqual } from 'node:crypto';
import { rename } from 'node:fs/promises';
import * as v from 'valibot';
import type { Vault } from '../core/vault/folder.ts';
import { openStore, type SealedStore } from '../core/vault/sealedStore.ts';

export interface LateForm<Value> {
  /** In the vault's folder. */
  file: string;
  initial: Value;
  parse: (value: unknown) => Value | null;
}

/** As it is sealed: the value's JSON, and the proof of that text. */
type Said = v.InferOutput<typeof said>;
const said = v.object({ said: v.string(), proof: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) });

/** How such a document is read by who only checks its form, and not who wrote it. */
export function saidIn<Value>(parse: (value: unknown) => Value | null): (value: unknown) => Value | null {
  return (value) => {
    const read = v.safeParse(said, value);
    return read.success ? parse(parseJson(read.output.said)) : null;
  };
}

interface Opened {
  store: SealedStore<Said>;
  mark: (text: string) => string;
}

export class LateStore<Value extends object> {
  readonly #vault: Vault;
  readonly #form: LateForm<Value>;
  #opening: Promise<Opened | null> | null = null;

  constructor(vault: Vault, form: LateForm<Value>) {
    this.#vault = vault;
    this.#form = form;
  }

  /** null while the vault is locked and it was not read before. */
  async read(): Promise<Value | null> {
    const opened = await this.#opened();
    return opened && saidIn(this.#form.parse)(opened.store.value);
  }

  /** False where it cannot be written: then it is the caller's to write it again with the next change. */
  async write(value: Value): Promise<boolean> {
    const opened = await this.#opened();
    return opened !== null && (await opened.store.update(() => prove(value, opened.mark))).ok;
  }

  /** The vault is locked: nothing of what was opened stays in memory. */
  lock(): void {
    this.#opening = null;
  }

  async #opened(): Promise<Opened | null> {
    this.#opening ??= this.#open();
    const opening = this.#opening;
    const opened = await opening;
    if (!opened && this.#opening === opening) this.#opening = null;
    return opened;
  }

  async #open(): Promise<Opened | null> {
    const { identity } = this.#vault;
    if (identity === null) return null;
    const { file, initial, parse } = this.#form;
    const mark = identity.marker(`nightjar.memory.v1 ${file}`);
    const path = this.#vault.path(file);
    const options = {
      ...{ path, vault: this.#vault, version: 1, initial: prove(initial, mark) },
      parse: (value: unknown): Said | null => {
        const read = v.safeParse(said, value);
        return read.success && isProved(read.output, mark) && saidIn(parse)(value) ? read.output : null;
      },
    };
    const opened = await openStore<Said>(options);
    if (opened.ok) return { store: opened.value, mark };
    if (opened.problem.code !== 'vaultDamaged') return null;
    await rename(path, `${path}.damaged`).catch(() => undefined);
    await rename(`${path}.previous`, `${path}.previous.damaged`).catch(() => undefined);
    const again = await openStore<Said>(options);
    return again.ok ? { store: again.value, mark } : null;
  }
}

function prove(value: object, mark: Opened['mark']): Said {
  const text = JSON.stringify(value);
  return { said: text, proof: mark(text) };
}

function isProved({ said: text, proof }: Said, mark: Opened['mark']): boolean {
  return timingSafeEqual(Buffer.from(mark(text), 'hex'), Buffer.from(proof, 'hex'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
