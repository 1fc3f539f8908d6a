/**
 * The recordings that an export reads, each opened when it is read from, and the ones used longest ago closed again: a day
 * of recordings is more files than a program may have open. Throws VaultError for what cannot be read.
 */
import type { Outcome } from '../../contract/problems.ts';
import type { RecordingSource } from '../library/recordingSource.ts';
import { VaultError } from '../vault/vaultError.ts';

type Opens = () => Promise<Outcome<RecordingSource>>;

const mostOpen = 128;

export class Sources {
  readonly #ways: Opens[] = [];
  readonly #others = new Map<number, (offset: number, length: number) => Promise<Uint8Array>>();
  /** The one used last is the last. */
  readonly #open = new Map<number, RecordingSource>();

  /** Returns its number. `now`: it is open already. */
  add(way: Opens, now: RecordingSource): number {
    this.#ways.push(way);
    const number = this.#ways.length - 1;
    this.#open.set(number, now);
    return number;
  }

  /** Something that is not a recording, and that its owner closes. */
  addOther(read: (offset: number, length: number) => Promise<Uint8Array>): number {
    this.#ways.push(() => Promise.resolve({ ok: false, problem: { code: 'gone' } }));
    const number = this.#ways.length - 1;
    this.#others.set(number, read);
    return number;
  }

  async read(number: number, offset: number, length: number): Promise<Uint8Array> {
    const other = this.#others.get(number);
    if (other) return other(offset, length);
    const read = await (await this.#source(number)).read(offset, length);
    if (!read.ok) throw new VaultError(read.problem);
    return read.value;
  }

  /** Closes what is more than may be open. */
  async trim(): Promise<void> {
    for (const [number, source] of this.#open) {
      if (this.#open.size <= mostOpen) return;
      this.#open.delete(number);
      await source.close();
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const source of all) await source.close();
  }

  async #source(number: number): Promise<RecordingSource> {
    const known = this.#open.get(number);
    if (known) {
      this.#open.delete(number);
      this.#open.set(number, known);
      return known;
    }
    const way = this.#ways[number];
    if (!way) throw new Error('no such source');
    const opened = await way();
    if (!opened.ok) throw new VaultError(opened.problem);
    this.#open.set(number, opened.value);
    await this.trim();
    return opened.value;
  }
}
