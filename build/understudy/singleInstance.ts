/**
 * The single-instance lock, in the user-data folder: a lock file with the holder's process id, and a folder in which a
 * refused instance leaves its arguments for the holder. Both synchronous, as `requestSingleInstanceLock` is. A lock
 * whose holder is dead is taken over.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync, type FSWatcher } from 'node:fs';
import path from 'node:path';

export interface SecondInstance {
  argv: string[];
  workingDirectory: string;
}

export class InstanceLock {
  readonly #lockFile: string;
  readonly #inbox: string;
  readonly #onSecond: (second: SecondInstance) => void;
  #watcher: FSWatcher | null = null;

  constructor(userData: string, onSecond: (second: SecondInstance) => void) {
    this.#lockFile = path.join(userData, 'understudy.lock');
    this.#inbox = path.join(userData, 'understudy.second');
    this.#onSecond = onSecond;
  }

  get held(): boolean {
    return this.#watcher !== null;
  }

  take(): boolean {
    if (this.held) return true;
    if (!this.#writeLock()) {
      if (this.#holderLives()) {
        this.#tellHolder();
        return false;
      }
      rmSync(this.#lockFile, { force: true });
      if (!this.#writeLock()) return false;
    }
    rmSync(this.#inbox, { recursive: true, force: true });
    mkdirSync(this.#inbox, { mode: 0o700 });
    this.#watcher = watch(this.#inbox, { persistent: false }, () => this.#read());
    return true;
  }

  release(): void {
    if (!this.#watcher) return;
    this.#watcher.close();
    this.#watcher = null;
    rmSync(this.#lockFile, { force: true });
    rmSync(this.#inbox, { recursive: true, force: true });
  }

  #writeLock(): boolean {
    try {
      writeFileSync(this.#lockFile, `${process.pid} ${birthOf(process.pid)}`, { flag: 'wx', mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }

  #holderLives(): boolean {
    const [pid, birth] = readFileSync(this.#lockFile, 'utf8').split(' ');
    return birth !== undefined && birthOf(Number(pid)) === birth;
  }

  #tellHolder(): void {
    const second: SecondInstance = { argv: process.argv, workingDirectory: process.cwd() };
    writeFileSync(path.join(this.#inbox, `${process.pid}.json`), JSON.stringify(second), { mode: 0o600 });
  }

  #read(): void {
    for (const name of readdirSync(this.#inbox)) {
      const file = path.join(this.#inbox, name);
      try {
        // Safe: only `#tellHolder` of another instance writes here, in a folder of this user's own.
        const second = JSON.parse(readFileSync(file, 'utf8')) as SecondInstance;
        rmSync(file);
        this.#onSecond(second);
      } catch {
        // Still being written: its next change is another event.
      }
    }
  }
}

/** Tells a process from a later one with the same id; '' when it does not live. */
function birthOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch {
    return '';
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, start time, counted behind the name in brackets, which may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'alive';
  } catch {
    return 'alive';
  }
}
