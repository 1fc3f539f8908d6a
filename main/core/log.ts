/**
 * The log: what happened, for the person who has to find out why. Kept in memory (the last 2000 lines) and, once a
 * vault is open, sealed into it. Nothing of it ever lies on disk in the clear, and secrets have no way in: details
 * are names, numbers and codes that the caller chose; of an error, its name, its stack's places, and its message with
 * everything that looks like an address or a credential struck out.
 *
 * Never throws: a log that cannot be written is given up silently, and the lines stay in memory.
 */
import { randomBytes } from 'node:crypto';

export interface Log {
  note(what: string, details?: Details): void;
  /** Logs an error once, with its cause. Returns the id that the user sees. */
  defect(error: unknown, where: string): string;
  /** From now on the lines are also written by this function, whole, at most every five seconds. */
  keepIn(write: ((text: string) => Promise<unknown>) | null): Promise<void>;
  /** Strikes out every line with that word, also where it is kept. */
  forget(word: string): Promise<void>;
  lines(): readonly string[];
}

export type Details = Record<string, string | number | boolean | null>;

const mostLines = 2000;
const writeAfterMs = 5000;

/** `echo` shows every line at once, for someone who works on the program. */
export function openLog(echo: ((line: string) => void) | null = null, now: () => number = Date.now): Log {
  const lines: string[] = [];
  let write: ((text: string) => Promise<unknown>) | null = null;
  let timer: NodeJS.Timeout | null = null;

  async function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    try {
      await write?.(lines.join('\n') + '\n');
    } catch {
      // A vault that cannot be written says so elsewhere, on screen.
    }
  }

  function add(line: string): void {
    lines.push(`${new Date(now()).toISOString()} ${line}`);
    if (lines.length > mostLines) lines.splice(0, lines.length - mostLines);
    echo?.(line);
    if (write && !timer) timer = setTimeout(() => void flush(), writeAfterMs).unref();
  }

  return {
    note(what, details = {}) {
      const told = Object.entries(details).map(([name, value]) => `${name}=${withoutSecrets(String(value))}`);
      add([what, ...told].join(' '));
    },
    defect(error, where) {
      const id = randomBytes(4).toString('hex');
      add(`defect ${id} in ${where}: ${describe(error)}`);
      return id;
    },
    async keepIn(next) {
      if (write && !next) await flush();
      write = next;
    },
    async forget(word) {
      const kept = lines.filter((line) => !line.includes(word));
      if (kept.length === lines.length) return;
      lines.splice(0, lines.length, ...kept);
      await flush();
    },
    lines: () => lines,
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return withoutSecrets(String(error));
  const cause = error.cause === undefined ? '' : `; because ${describe(error.cause)}`;
  const places = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return `${error.name}: ${withoutSecrets(error.message)}${cause}\n${places.slice(0, 12).join('\n')}`;
}

/** Strikes out addresses with credentials, and what follows a word for a secret. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]{1,10}:\/\/)[^\s'"]*/gi, '$1…')
    .replace(/\b(pass(word|phrase)?|secret|token|authorization)\b(["'\s:=]+)\S+/gi, '$1$3…')
    .replace(/AGE-SECRET-KEY-1[A-Z0-9]+/gi, '…');
}
