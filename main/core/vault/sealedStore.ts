/**
 * A sealed JSON document, kept by lowdb (whose one home this is) in an age file that is replaced atomically. After a
 * crash the value before or after the last update is there. The version before the last one stays as
 * `<name>.previous`, and is used, with a warning, when the newest does not open; a damaged file is put aside as
 * `<name>.damaged`, and deleted only when something is to be forgotten (`erase`). Where neither opens, its owner says
 * whether it begins anew (`lost`). What a document means is its owner's `parse`: hostile bytes get no further.
 *
 * Memory and disk agree: an update that could not be written changes neither.
 */
import { lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Low } from 'lowdb';
import type { Adapter } from 'lowdb';
import * as v from 'valibot';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome, Problem } from '../../contract/problems.ts';
import { isTemporary, removeTemporaries, syncFolder } from './durable.ts';
import type { Identity } from './keys.ts';
import { openFile, sealAside } from './sealedFile.ts';
import { wipe } from './sodium.ts';
import { problemOf, systemCode, VaultError } from './vaultError.ts';

export interface StoreOptions<Value> {
  path: string;
  vault: {
    readonly recipients: readonly string[];
    readonly identity: Identity | null;
    /** Asked before anything is written; null when nothing speaks against it. */
    away?(): Promise<Problem | null>;
  };
  /**
   * Reads the document while the vault is locked, when it is sealed to this one too. Whatever does not open may only
   * not be sealed to it, so nothing is put aside and no older version takes its place: the problem is told.
   */
  reader?: Identity | null;
  /** The version of the document that this program writes, from 1. */
  version: number;
  /** The value where there is no document yet. */
  initial: Value;
  /** What the document is of, kept in it so that another one in its place is noticed. Its file's name when not given. */
  of?: string;
  /** The names in its folder, where they were just listed: it is not listed again. */
  listed?: readonly string[];
  /** null for what is no such document. */
  parse: (json: unknown) => Value | null;
  /** One step a version: the first makes version 2 out of 1. As many as `version - 1`. */
  migrate?: readonly ((json: unknown) => unknown)[];
  /**
   * Where neither version opens: begin anew, with this warning, rather than keep the vault closed for it. Not while it
   * is locked.
   */
  lost?: Problem;
}

const documentForm = v.object({
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  of: v.optional(v.string()),
  serial: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  value: v.unknown(),
});

/** What is needed to read a document. */
export type DocumentForm<Value> = Pick<StoreOptions<Value>, 'path' | 'version' | 'of' | 'parse' | 'migrate'>;

export interface ReadDocument<Value> {
  value: Value;
  /** Counts up from 1 with every update; 0 in documents from before there was one. */
  serial: number;
}

/**
 * Opens a document, or begins one (which is written at its first update). Problems: `vaultDamaged` when neither it nor
 * the version before it opens and it does not begin anew, `vaultNewer`, `keyMissing` when the vault is locked and there is one, those of the disk.
 */
export async function openStore<Value extends object>(
  options: StoreOptions<Value>,
): Promise<Outcome<SealedStore<Value>>> {
  if ((options.migrate?.length ?? 0) !== options.version - 1) throw new Error('one migration for each earlier version');
  const adapter = new SealedAdapter(options);
  const low = new Low<Value>(adapter, options.initial);
  try {
    await low.read();
  } catch (error) {
    const problem = await problemOf(error, options.path);
    if (!problem) throw error;
    return bad(problem);
  }
  return good(new SealedStore(options.path, low, adapter));
}

export function previousOf(path: string): string {
  return `${path}.previous`;
}

function damagedOf(path: string): string {
  return `${path}.damaged`;
}

function ofWhat({ of, path }: { of?: string; path: string }): string {
  return of ?? basename(path);
}

/** Reads, and changes nothing. `path`: the document's own, or that of its previous version. Problems: see `openStore`. */
export async function readDocument<Value>(
  form: DocumentForm<Value>,
  identity: Identity,
  path: string,
): Promise<Outcome<ReadDocument<Value>>> {
  const { version, parse, migrate = [] } = form;
  const opened = await openFile(path, identity);
  if (!opened.ok) return opened;
  const damaged = bad({ code: 'vaultDamaged', file: basename(path) });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(opened.value));
  } catch {
    return damaged;
  } finally {
    // What lies outside V8's heap nobody overwrites.
    wipe(opened.value);
  }
  const document = v.safeParse(documentForm, json);
  if (!document.success) return damaged;
  const { version: written, of = ofWhat(form), serial } = document.output;
  if (of !== ofWhat(form)) return damaged;
  if (written > version) return bad({ code: 'vaultNewer', version: written, understood: version });
  let value = document.output.value;
  for (const step of migrate.slice(written - 1)) value = step(value);
  const parsed = parse(value);
  return parsed === null ? damaged : good({ value: parsed, serial });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** lowdb's adapter: one document, sealed, and the one before it. Throws VaultErrors. */
class SealedAdapter<Value> implements Adapter<Value> {
  /** What reading found that the user should know. */
  warning: Problem | null = null;
  /** There was a document when it was read. */
  found = true;
  /** The version before the last one was read. */
  older = false;
  readonly #options: StoreOptions<Value>;
  /** What lies under the document's own name is good, and worth being kept as the previous one. */
  #newestIsGood = false;
  /** What does not open, and could not be put aside yet (the disk takes no writing). */
  #toPutAside: string | null = null;
  #serial = 0;

  constructor(options: StoreOptions<Value>) {
    this.#options = options;
  }

  /** null when there is no document yet. */
  async read(): Promise<Value | null> {
    const { path, vault, listed, reader = null } = this.#options;
    const identity = vault.identity ?? reader;
    // A disk that can only be read is no reason not to read.
    if (listed?.some(isTemporary) ?? true) {
      await removeTemporaries(dirname(path), basename(path)).catch(() => undefined);
    }
    if (!identity) {
      // To begin one needs only the recipients.
      if ((await isThere(path)) || (await isThere(previousOf(path)))) throw new VaultError({ code: 'keyMissing' });
      return null;
    }
    const newest = await readDocument(this.#options, identity, path);
    this.#newestIsGood = newest.ok;
    if (newest.ok) {
      this.#serial = newest.value.serial;
      return newest.value.value;
    }
    const damaged = newest.problem.code === 'vaultDamaged';
    if (!damaged && newest.problem.code !== 'gone') throw new VaultError(newest.problem);
    if (damaged && !vault.identity) throw new VaultError({ code: 'keyMissing' });
    const previous = await readDocument(this.#options, identity, previousOf(path));
    if (previous.ok) {
      this.older = true;
      // No newest beside it: a crash between the two renames of an update, of whose success nobody was told.
      if (damaged) {
        this.#toPutAside = path;
        await this.#putAside().catch(() => undefined);
        this.warning = { code: 'vaultRestored', file: basename(path) };
      }
      // One is skipped: the version that was lost had it.
      this.#serial = previous.value.serial + 1;
      return previous.value.value;
    }
    if (!damaged && previous.problem.code === 'gone') {
      this.found = false;
      return null;
    }
    const lost = damaged ? newest.problem : previous.problem;
    if (!this.#options.lost || lost.code !== 'vaultDamaged' || !vault.identity) throw new VaultError(lost);
    this.found = false;
    this.warning = this.#options.lost;
    this.#toPutAside = damaged ? path : previousOf(path);
    await this.#putAside().catch(() => undefined);
    return null;
  }

  async #putAside(): Promise<void> {
    if (this.#toPutAside === null) return;
    const { path } = this.#options;
    // Where nothing was written since the newest was put aside, that is worth more: the version before it stays.
    const isTaken = this.#toPutAside === previousOf(path) && (await isThere(damagedOf(path)));
    if (!isTaken) await rename(this.#toPutAside, damagedOf(path));
    this.#toPutAside = null;
  }

  async write(value: Value): Promise<void> {
    const { path, vault, version } = this.#options;
    const away = await vault.away?.();
    if (away) throw new VaultError(away);
    await this.#putAside();
    const bytes = new TextEncoder().encode(
      JSON.stringify({ version, of: ofWhat(this.#options), serial: this.#serial + 1, value }),
    );
    const aside = await sealAside(path, vault.recipients, bytes).finally(() => wipe(bytes));
    try {
      if (this.#newestIsGood) {
        await rename(path, previousOf(path));
        this.#newestIsGood = false;
      }
      await rename(aside, path);
      this.#newestIsGood = true;
      this.#serial += 1;
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      throw error;
    }
    // From here on the new value is on the disk, whatever the folder's fsync says; the next update syncs it again.
    await syncFolder(dirname(path)).catch(() => undefined);
  }
}

export class SealedStore<Value extends object> {
  /** `vaultRestored` when the version before the last one is in use; `lost` when it began anew. */
  readonly warning: Problem | null;
  /** False when there was no document yet, and this is its initial value. */
  readonly existed: boolean;
  /** The version before the last one was read: the newest was damaged, or is not there. */
  readonly isOlder: boolean;
  readonly #path: string;
  readonly #low: Low<Value>;
  #value: Value;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    path: string,
    low: Low<Value>,
    { warning, found, older }: { warning: Problem | null; found: boolean; older: boolean },
  ) {
    this.#path = path;
    this.#low = low;
    this.#value = low.data;
    this.warning = warning;
    this.existed = found;
    this.isOlder = older;
  }

  /** As on the disk. Not to be changed in place: `update` puts another in its stead. */
  get value(): Value {
    return this.#value;
  }

  /**
   * Replaces the value by what `change` makes of it, one update after another; resolves when it is on the disk.
   * Problems: those of the disk; then the value is as before.
   */
  update(change: (value: Value) => Value): Promise<Outcome<null>> {
    const turn = this.#queue.then(() => this.#update(change));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Seals it again as it is, to whom the vault is sealed now, and the version before it too. Problems: those of the
   * disk.
   */
  async sealAgain(): Promise<Outcome<null>> {
    const newest = await this.update((value) => ({ ...value }));
    return newest.ok ? this.update((value) => ({ ...value })) : newest;
  }

  /**
   * As `update`, and nothing of the value before it stays: neither as the previous version nor put aside as damaged.
   * Problems: those of the disk; then something of it may still be there, and it is to be asked for again.
   */
  async erase(change: (value: Value) => Value): Promise<Outcome<null>> {
    const written = await this.update(change);
    // Twice, so that the version before is one that does not hold it either.
    const sealed = written.ok ? await this.sealAgain() : written;
    if (!sealed.ok) return sealed;
    try {
      await rm(damagedOf(this.#path), { force: true });
    } catch (error) {
      const problem = await problemOf(error, this.#path);
      if (!problem) throw error;
      return bad(problem);
    }
    return good(null);
  }

  /** Resolves when every update so far is done. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async #update(change: (value: Value) => Value): Promise<Outcome<null>> {
    const after = change(this.#value);
    if (after === this.#value) return good(null);
    this.#low.data = after;
    try {
      await this.#low.write();
    } catch (error) {
      this.#low.data = this.#value;
      const problem = await problemOf(error, this.#path);
      if (!problem) throw error;
      return bad(problem);
    }
    this.#value = after;
    return good(null);
  }
}
