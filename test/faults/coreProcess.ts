/**
 * Holds one life of the app's core (core.ts): starts it, calls it, waits for what it says, and kills it. It gets a
 * process group of its own, so that what it started can be told from everybody else's. Nothing of it outlives `end`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { CallArgument, CallName, CallResult } from '../../main/contract/calls.ts';
import type { Outcome } from '../../main/contract/problems.ts';
import type { CoreLine, CoreOptions } from './core.ts';

const program = path.join(import.meta.dirname, 'core.ts');
const patienceMs = 60_000;

export interface Life extends CoreOptions {
  /** Where HOME and TMPDIR point: the test looks there for what was left behind. */
  home: string;
  keychainService: string;
  /** More for its environment: a clock that the test sets, a time zone. */
  environment?: NodeJS.ProcessEnv;
}

/** When the call came in and when it was answered: by the app's own clock. */
export interface Answer<Result> {
  result: Result;
  cameMs: number;
  answeredMs: number;
}

export class CoreProcess {
  readonly startedMs = Date.now();
  /** Since when each camera is being recorded, as the app says; cameras that are not are not in it. */
  readonly recordsSinceMs = new Map<string, number>();
  /** Earliest start of recording of each camera in this life. */
  readonly firstSinceMs = new Map<string, number>();
  readonly log: string[] = [];
  state = 'starting';
  openMs: number | null = null;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, (answer: Answer<unknown>) => void>();
  readonly #lookers = new Set<() => void>();
  #calls = 0;
  #hasEnded = false;
  #killed = false;
  #diedMs: number | null = null;

  constructor(life: Life) {
    const { home, keychainService, environment = {}, ...options } = life;
    this.#child = spawn(process.execPath, [program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
      cwd: home,
      env: {
        PATH: process.env['PATH'],
        DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'],
        ...{ HOME: home, TMPDIR: path.join(home, 'tmp'), NIGHTJAR_KEYCHAIN_SERVICE: keychainService },
        ...environment,
      },
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdin?.write(`${JSON.stringify(options satisfies CoreOptions)}\n`);
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#heard(line));
    }
    this.#ended = new Promise((resolve) =>
      this.#child.once('exit', () => {
        this.#hasEnded = true;
        this.#look();
        resolve();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** It ended, and nobody asked it to. */
  get died(): boolean {
    return this.#hasEnded && !this.#killed;
  }

  /** Waits until it is so. Throws after a minute, or when the process ended of itself; false when it was killed. */
  async until(what: string, isSo: () => boolean): Promise<boolean> {
    const late = AbortSignal.timeout(patienceMs);
    while (!isSo()) {
      if (this.#killed) return false;
      if (this.#hasEnded) throw new Error(`the app ended by itself, before: ${what}\n${this.log.slice(-5).join('\n')}`);
      if (late.aborted) throw new Error(`did not happen in a minute: ${what}\n${this.#told()}`);
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#lookers.delete(go);
          late.removeEventListener('abort', go);
          resolve();
        };
        this.#lookers.add(go);
        late.addEventListener('abort', go, { once: true });
      });
    }
    return true;
  }

  /** Waits until that many cameras are recorded. */
  async recording(cameras: number): Promise<boolean> {
    return this.until(`${cameras} cameras are recorded`, () => this.recordsSinceMs.size >= cameras);
  }

  /** Calls the app. Never resolves when it is killed meanwhile. */
  async call<Name extends CallName>(call: Name, argument: CallArgument<Name>): Promise<CallResult<Name>> {
    return (await this.timedCall(call, argument)).result;
  }

  /** As `call`. */
  timedCall<Name extends CallName>(call: Name, argument: CallArgument<Name>): Promise<Answer<CallResult<Name>>> {
    const id = ++this.#calls;
    this.#child.stdin?.write(`${JSON.stringify({ id, call, argument })}\n`);
    // Safe: what the handler of this call returned, through JSON.
    return new Promise((resolve) => this.#waiting.set(id, (answer) => resolve(answer as Answer<CallResult<Name>>)));
  }

  /** SIGSTOP to it and to all that it started, as when the computer falls asleep. */
  suspend(): void {
    process.kill(-this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(-this.pid, 'SIGCONT');
  }

  /** Has it kill itself after so many changes on the disk. Only where it was started with `dieAfterChanges`. */
  dieAfter(changes: number): void {
    this.#child.stdin?.write(`${JSON.stringify({ dieAfterChanges: changes })}\n`);
  }

  /** SIGKILL, now. Returns the moment before it; where it killed itself, that moment. */
  kill(): number {
    if (this.#diedMs !== null) return this.#diedMs;
    this.#killed = true;
    const atMs = performance.timeOrigin + performance.now();
    this.#child.kill('SIGKILL');
    this.#look();
    return atMs;
  }

  /** As a user quits: resolves when it has ended. */
  async close(): Promise<void> {
    this.#killed = true;
    this.#child.stdin?.write(`${JSON.stringify({ close: true })}\n`);
    await this.#ended;
  }

  /** Waits for its end, and ends what it may have left running. */
  async end(): Promise<void> {
    if (!this.#hasEnded) this.kill();
    await this.#ended;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nothing of its group is left.
    }
  }

  async ended(): Promise<void> {
    await this.#ended;
  }

  /** Where it stands, for an error. */
  #told(): string {
    const recorded = `${this.recordsSinceMs.size} recorded now, ${this.firstSinceMs.size} at some time`;
    return [`state ${this.state}, ${recorded}`, ...this.log.slice(-9)].join('\n');
  }

  #heard(text: string): void {
    let line: CoreLine;
    try {
      // Safe: core.ts's own lines, in the form that it exports.
      line = JSON.parse(text) as CoreLine;
    } catch {
      // The kill cut it off.
      return;
    }
    if ('id' in line) {
      this.#waiting.get(line.id)?.(line);
      this.#waiting.delete(line.id);
    } else if ('log' in line) this.log.push(line.log);
    else if ('diesAtMs' in line) {
      this.#diedMs = line.diesAtMs;
      this.#killed = true;
    } else if ('cameraId' in line) {
      if (line.recordsSinceMs === null) this.recordsSinceMs.delete(line.cameraId);
      else {
        this.recordsSinceMs.set(line.cameraId, line.recordsSinceMs);
        if (!this.firstSinceMs.has(line.cameraId)) this.firstSinceMs.set(line.cameraId, line.recordsSinceMs);
      }
    } else {
      this.state = line.problem === null ? line.state : `${line.state}, ${line.problem}`;
      if (line.state === 'open') this.openMs ??= Date.now();
    }
    this.#look();
  }

  #look(): void {
    for (const looker of [...this.#lookers]) looker();
  }
}

/** The value of an outcome that must be good. */
export function valueOf<Value>(outcome: Outcome<Value>, what: string): Value {
  if (!outcome.ok) throw new Error(`${what}: ${outcome.problem.code}`);
  return outcome.value;
}
