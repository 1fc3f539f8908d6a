/**
 * Remembers where vaults lie, in one small file of the app's own folder: the one that is opened at the start, those that
 * were opened before, and a move that is not over. Paths and nothing else, in the clear: without them a lost keychain
 * would look like a first run. A file that cannot be read counts as none; one that cannot be written is a problem.
 *
 *     {"version": 2, "open": "/…" or null, "known": ["/…", …], "move": {"from": "/…", "to": "/…"} or null}
 *
 * Version 1 was {"folder": "/…"}. A newer version is read as far as it is understood.
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { bad, good, type Outcome } from '../contract/problems.ts';
import { writeDurably } from '../core/vault/durable.ts';
import { problemOf } from '../core/vault/vaultError.ts';

/** A vault on its way to another folder. `open` says which of the two is in use. */
export interface VaultMove {
  from: string;
  to: string;
}

export interface Remembered {
  open: string | null;
  /** The one that is opened last first; `open` is among them. */
  known: string[];
  move: VaultMove | null;
}

export interface WhereVault {
  /** The vault to be opened at the start. */
  read(): Promise<string | null>;
  all(): Promise<Remembered>;
  /** This one is open now. Problems: those of the disk. What is remembered already is not written again. */
  write(folder: string): Promise<Outcome<null>>;
  /** None is to be opened at the start; all stay known. */
  forget(): Promise<void>;
  /** Forgets one of the known that is not open. Problems: those of the disk. */
  drop(folder: string): Promise<Outcome<null>>;
  /** Replaces what is remembered. Problems: those of the disk. */
  change(change: (before: Remembered) => Remembered): Promise<Outcome<null>>;
}

const mostKnown = 20;
const folder = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.check((text) => path.isAbsolute(text)),
);
const second = v.object({
  version: v.pipe(v.number(), v.minValue(2)),
  open: v.fallback(v.nullable(folder), null),
  known: v.fallback(v.array(folder), []),
  move: v.fallback(v.nullable(v.object({ from: folder, to: folder })), null),
});
const first = v.object({ folder });

export function whereVault(appFolder: string): WhereVault {
  const file = path.join(appFolder, 'where.json');
  let turn: Promise<unknown> = Promise.resolve();

  async function all(): Promise<Remembered> {
    try {
      return readRemembered(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      return { open: null, known: [], move: null };
    }
  }

  async function replace(change: (before: Remembered) => Remembered): Promise<Outcome<null>> {
    try {
      const before = await all();
      const after = tidy(change(before));
      if (JSON.stringify(before) === JSON.stringify(after)) return good(null);
      await mkdir(appFolder, { recursive: true, mode: 0o700 });
      await writeDurably(file, JSON.stringify({ version: 2, ...after }));
      return good(null);
    } catch (error) {
      const problem = await problemOf(error, file);
      if (!problem) throw error;
      return bad(problem);
    }
  }

  function change(make: (before: Remembered) => Remembered): Promise<Outcome<null>> {
    const done = turn.then(() => replace(make));
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    all,
    change,
    read: async () => (await all()).open,
    write: (open) => change((before) => ({ ...before, open, known: [open, ...before.known] })),
    async forget() {
      await change((before) => ({ ...before, open: null }));
    },
    drop: (gone) =>
      change((before) => ({ ...before, known: before.known.filter((one) => one !== gone || one === before.open) })),
  };
}

function readRemembered(json: unknown): Remembered {
  const now = v.safeParse(second, json);
  if (now.success) return tidy({ open: now.output.open, known: now.output.known, move: now.output.move });
  const old = v.safeParse(first, json);
  const open = old.success ? old.output.folder : null;
  return { open, known: open === null ? [] : [open], move: null };
}

function tidy({ open, known, move }: Remembered): Remembered {
  const each = [...new Set(open === null || known.includes(open) ? known : [open, ...known])].slice(0, mostKnown);
  return { open, known: each, move };
}
