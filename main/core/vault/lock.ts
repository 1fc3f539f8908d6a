/**
 * One Nightjar a vault: a file `lock` in its folder. On the computer that made it, it holds while its process runs,
 * told apart from a later one of the same number by boot and start time, so a killed program's lock is taken over at
 * once. A lock from elsewhere (a shared folder, a drive that was moved) holds while its file changes: its owner touches
 * it every 2 s, and it is watched for three times that; no clock is compared. The file names no computer and no user.
 *
 * Nothing here waits longer than that watch. A lock that cannot be touched any more (the drive was unplugged) is not
 * given up, and is made again when the drive comes back without it; one that was taken over by somebody else is told by
 * `onLost`. On a full disk the file has a name and no content: that holds too, because it is touched, and the content
 * follows as soon as there is room. Where not even a name can be made (the disk can only be read) nobody else can have
 * the vault either: whoever asks for it gets a lock that waits, with the problem, and is taken as soon as the disk lets
 * it; until then nothing may be written.
 */
import { createHash, randomBytes } from 'node:crypto';
import { access, open, readFile, rm, stat, utimes, writeFile, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { bad, good } from '../../contract/problems.ts';
import type { Outcome, Problem } from '../../contract/problems.ts';
import { fileMode } from './durable.ts';
import { problemOf, systemCode } from './vaultError.ts';

const usualTouchEveryMs = 2000;
const lockFileName = 'lock';
/** Taking a stale lock away takes a few milliseconds. Whoever needs so long died at it. */
const takingAtMostMs = 2000;
const takingLookMs = 20;

const lockFile = v.object({
  /** Random: whose lock it is. */
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  /** The computer, and its boot where the system tells, as hashes with the nonce. */
  computer: v.string(),
  boot: v.string(),
  processId: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When the process started, in the system's own count; '' where it does not say. */
  started: v.string(),
});
type LockFile = v.InferOutput<typeof lockFile>;

export interface LockOptions {
  /** Every Nightjar that shares the folder must touch its lock equally often. */
  touchEveryMs?: number;
  /** Another Nightjar took the vault, which it does only when this one was not seen alive. Called at most once. */
  onLost?: () => void;
  /** The disk takes the lock at last. Where this is not given, there is no lock that waits. */
  onTaken?: () => void;
}

export class VaultLock {
  /**
   * When whoever had the vault before, and did not give it free, was last seen alive (UTC ms, to `touchEveryMs`): it was
   * killed, or the power was cut. null: nobody left a lock behind.
   */
  readonly diedMs: number | null;
  readonly #path: string;
  readonly #own: LockFile;
  readonly #on: Pick<LockOptions, 'onLost' | 'onTaken'>;
  readonly #touching: NodeJS.Timeout;
  readonly #watchMs: number;
  #state: PutLock | 'lost';
  #turn: Promise<void> | null = null;
  #releasing: Promise<void> | null = null;

  constructor(
    path: string,
    own: LockFile,
    { state, diedMs }: { state: PutLock; diedMs: number | null },
    { touchEveryMs = usualTouchEveryMs, ...on }: LockOptions,
  ) {
    this.#path = path;
    this.diedMs = diedMs;
    this.#own = own;
    this.#state = state;
    this.#on = on;
    this.#watchMs = 3 * touchEveryMs;
    this.#touching = setInterval(() => this.#soon(), touchEveryMs);
    this.#touching.unref();
  }

  /** Why the vault is not ours yet: nothing may be written into it. null when it is. */
  get waitsFor(): Problem | null {
    return typeof this.#state === 'string' ? null : this.#state.refused;
  }

  /** Gives the vault free. May be called twice. Never throws: a lock that stays is stale, and is taken over. */
  release(): Promise<void> {
    this.#releasing ??= (async () => {
      clearInterval(this.#touching);
      await this.#turn;
      if (await this.#isOurs().catch(() => false)) await rm(this.#path, { force: true }).catch(() => undefined);
    })();
    return this.#releasing;
  }

  #soon(): void {
    this.#turn ??= this.#touch()
      // The drive does not answer for now; whoever shares it sees the lock unchanged, as it should.
      .catch(() => undefined)
      .finally(() => {
        this.#turn = null;
      });
  }

  async #touch(): Promise<void> {
    // Where the drive is not, nothing may be written: an empty folder can be left in its place.
    if (!(await exists(join(dirname(this.#path), 'vault.json')))) return;
    const waits = this.waitsFor !== null;
    const there = waits ? null : await readLock(this.#path);
    if (waits || (await changedMs(this.#path)) === null) {
      const taken = await takeLock(this.#path, this.#own, this.#watchMs);
      if (taken === 'held') {
        this.#lose();
        return;
      }
      this.#state = taken;
      if (waits && typeof taken === 'string' && !this.#releasing) this.#on.onTaken?.();
      return;
    }
    if (there && there.nonce !== this.#own.nonce) {
      this.#lose();
      return;
    }
    if (!there && this.#state === 'named')
      await writeFile(this.#path, JSON.stringify(this.#own)).catch(() => undefined);
    if (there || this.#state === 'named') await utimes(this.#path, new Date(), new Date());
  }

  #lose(): void {
    if (this.#releasing) return;
    clearInterval(this.#touching);
    this.#state = 'lost';
    this.#on.onLost?.();
  }

  async #isOurs(): Promise<boolean> {
    const there = await readLock(this.#path);
    return there ? there.nonce === this.#own.nonce : this.#state === 'named';
  }
}

/**
 * Takes the vault for this process. Problems: `otherInstance`; those of the disk, where no lock that waits is wanted or
 * the folder is not there.
 */
export async function lockVault(folder: string, options: LockOptions = {}): Promise<Outcome<VaultLock>> {
  const { touchEveryMs = usualTouchEveryMs, onTaken } = options;
  const path = join(folder, lockFileName);
  const nonce = randomBytes(16).toString('hex');
  const own: LockFile = {
    nonce,
    ...(await whereHere(nonce)),
    processId: process.pid,
    started: await startOf(process.pid),
  };
  try {
    let diedMs: number | null = null;
    const taken = await takeLock(path, own, 3 * touchEveryMs, (touchedMs) => (diedMs = touchedMs));
    if (taken === 'held') return bad({ code: 'otherInstance', folder });
    if (typeof taken === 'object' && (!onTaken || taken.refused.code === 'vaultMissing')) return bad(taken.refused);
    return good(new VaultLock(path, own, { state: taken, diedMs }, options));
  } catch (error) {
    const problem = await problemOf(error, path);
    if (!problem) throw error;
    return bad(problem);
  }
}

/** How far a lock got: whole; its name alone, on a full disk; or not at all, and why. */
type PutLock = 'whole' | 'named' | { refused: Problem };

/**
 * `held`: by another Nightjar, which was watched for `watchMs` where that was needed. `onStale`: one that nobody holds was
 * touched last then. Throws as the file system does.
 */
async function takeLock(
  path: string,
  own: LockFile,
  watchMs: number,
  onStale?: (touchedMs: number) => void,
): Promise<PutLock | 'held'> {
  // More than once: a stale lock is found and removed. Whoever is faster then has it.
  for (let tries = 0; tries < 3; tries += 1) {
    const put = await putLock(path, own);
    if (put !== null) return put;
    const seenMs = await changedMs(path);
    if (seenMs === null) continue;
    const there = await readLock(path);
    if (await isHeld(path, there, watchMs)) return 'held';
    try {
      await removeStale(path, { nonce: there?.nonce, changedMs: seenMs });
      onStale?.(seenMs);
    } catch (error) {
      const problem = await problemOf(error, path);
      if (!problem) throw error;
      return { refused: problem };
    }
  }
  return 'held';
}

/** null when there is a lock already. */
async function putLock(path: string, own: LockFile): Promise<PutLock | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', fileMode);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return null;
    const problem = await problemOf(error, path);
    if (!problem) throw error;
    return { refused: problem };
  }
  try {
    await file.writeFile(JSON.stringify(own));
    // A disk that fails soon after would keep the name alone: who starts then would have to watch it for seconds.
    await file.sync();
    return 'whole';
  } catch (error) {
    if ((await problemOf(error, path))?.code !== 'diskFull') throw error;
    await file.truncate(0);
    return 'named';
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** null when there is none, or it is not whole (it is being written, or its writer died at it). */
async function readLock(path: string): Promise<LockFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const read = v.safeParse(lockFile, JSON.parse(text));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

async function isHeld(path: string, lock: LockFile | null, watchMs: number): Promise<boolean> {
  const here = lock && (await whereHere(lock.nonce));
  if (lock && lock.computer === here?.computer) {
    if (lock.boot !== here.boot || !isRunning(lock.processId)) return false;
    const started = await startOf(lock.processId);
    if (started !== '' && lock.started !== '') return started === lock.started;
  }
  return changes(path, watchMs);
}

/** Whether somebody touches the file while it is watched. */
async function changes(path: string, watchMs: number): Promise<boolean> {
  const first = await changedMs(path);
  for (const end = performance.now() + watchMs; performance.now() < end;) {
    await pause(100);
    if ((await changedMs(path)) !== first) return true;
  }
  return false;
}

async function changedMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Takes the stale lock away, if it is still the one that was seen. Several may have seen it: only who holds the file
 * `lock.taking` may look again and take it away, so that nobody takes away the lock of whoever was faster.
 */
async function removeStale(path: string, seen: { nonce: string | undefined; changedMs: number }): Promise<void> {
  const taking = `${path}.taking`;
  try {
    await (await open(taking, 'wx', fileMode)).close();
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    await untilTaken(taking);
    return;
  }
  try {
    const now = { nonce: (await readLock(path))?.nonce, changedMs: await changedMs(path) };
    if (now.nonce === seen.nonce && now.changedMs === seen.changedMs) await rm(path, { force: true });
  } finally {
    await rm(taking, { force: true });
  }
}

/** Waits for whoever is taking a lock away, and ends the taking of one that died at it. Compares no clock. */
async function untilTaken(taking: string): Promise<void> {
  const first = await changedMs(taking);
  for (const end = performance.now() + takingAtMostMs; performance.now() < end;) {
    await pause(takingLookMs);
    if ((await changedMs(taking)) !== first) return;
  }
  await rm(taking, { force: true });
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** When a process started, in clock ticks since boot: field 22 of /proc/<id>/stat. '' on other systems, or when gone. */
async function startOf(processId: number): Promise<string> {
  if (process.platform !== 'linux') return '';
  try {
    const line = await readFile(`/proc/${processId}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // One that ended and waits for its parent holds nothing any more.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** This computer and its boot, told by nothing but two hashes that mean nothing elsewhere. */
async function whereHere(nonce: string): Promise<{ computer: string; boot: string }> {
  const [machine, boot] = await Promise.all(
    ['/etc/machine-id', '/proc/sys/kernel/random/boot_id'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const hash = (text: string): string => createHash('sha256').update(`${nonce} ${text}`).digest('hex').slice(0, 32);
  return { computer: hash(`${hostname()} ${machine ?? ''}`), boot: hash(boot ?? '') };
}
