/**
 * The yard as a process of its own, for journeys, benchmarks and crash tests: starts test/yard/run.ts, hands over what
 * is to be changed about its cameras, and gives it commands. Throws when the yard ends or refuses one.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = path.resolve(import.meta.dirname, '../..');

export interface YardCamera {
  name: string;
  host: string;
  onvifPort: number;
  rtspPort: number;
  user: string;
  password: string;
  mainPath: string;
  subPath: string | null;
}

/** The yard as a process of its own, so that its work is not the test's. */
export class YardProcess {
  readonly cameras: YardCamera[];
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: AsyncIterator<string>, cameras: YardCamera[]) {
    this.#child = child;
    this.#answers = answers;
    this.cameras = cameras;
    this.pid = child.pid ?? 0;
  }

  /**
   * `changes`: what to change about each default plan; `more`: further arguments of test/yard/run.ts; `through`: a command
   * that runs the one behind it, elsewhere.
   */
  static async start(
    count: number,
    changes: object[] = [],
    more: string[] = [],
    through: readonly string[] = [],
  ): Promise<YardProcess> {
    const args = [path.join(root, 'test/yard/run.ts'), '--cameras', String(count), '--changes', ...more];
    const [program = process.execPath, ...rest] = [...through, process.execPath, ...args];
    const child = spawn(program, rest, {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: nodeEnvironment(),
    });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stdin.write(`${JSON.stringify(changes)}\n`);
    const ready = await answers.next();
    if (ready.done) throw new Error('the yard ended before it was ready');
    // The yard's own first line: its cameras.
    const { cameras } = JSON.parse(ready.value) as { cameras: YardCamera[] };
    return new YardProcess(child, answers, cameras);
  }

  /** Gives a command and waits for its answer. */
  async command(command: object): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    const answer = await this.#answers.next();
    if (answer.done) throw new Error('the yard ended');
    const said: unknown = JSON.parse(answer.value);
    if (typeof said === 'object' && said && 'ok' in said && said.ok === true) return said;
    throw new Error(`the yard refused ${JSON.stringify(command)}: ${answer.value}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await ended;
  }
}

/** Playwright sets options that a plain Node does not want. */
function nodeEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...environment } = process.env;
  return environment;
}
