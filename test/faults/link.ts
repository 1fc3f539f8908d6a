/**
 * A network of its own between this computer and simulated cameras: a pair of interfaces, of which the far one lies in a
 * network namespace that lives as long as the process that holds it. The near one can be taken down, and lose its
 * address. Needs root on Linux; `linkRefused` says why it cannot be done here.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const network = '10.213.77';
const nearAddress = `${network}.1/24`;

export class Link {
  readonly #holder: ChildProcess;
  readonly #near: string;

  private constructor(holder: ChildProcess, near: string) {
    this.#holder = holder;
    this.#near = near;
  }

  /** `cameras`: how many addresses there are on its far side. */
  static async make(cameras: number): Promise<Link> {
    const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    const link = new Link(holder, `nj${holder.pid ?? 0}`);
    try {
      await link.#isHeld();
      const far = `${link.#near}f`;
      ip('link', 'add', link.#near, 'type', 'veth', 'peer', 'name', far);
      ip('link', 'set', far, 'netns', String(holder.pid));
      for (let camera = 0; camera < cameras; camera++) link.#far('addr', 'add', `${link.host(camera)}/24`, 'dev', far);
      link.#far('link', 'set', 'lo', 'up');
      link.#far('link', 'set', far, 'up');
      link.giveAddress();
      link.up();
      return link;
    } catch (error) {
      link.remove();
      throw error;
    }
  }

  /** The address of a camera on the far side. */
  host(camera: number): string {
    return `${network}.${11 + camera}`;
  }

  /** A command before another runs that one on the far side. */
  get through(): string[] {
    return ['nsenter', `--net=/proc/${this.#holder.pid ?? 0}/ns/net`];
  }

  down(): void {
    ip('link', 'set', this.#near, 'down');
  }

  up(): void {
    ip('link', 'set', this.#near, 'up');
  }

  loseAddress(): void {
    ip('addr', 'flush', 'dev', this.#near);
  }

  giveAddress(): void {
    ip('addr', 'replace', nearAddress, 'dev', this.#near);
  }

  /** Both interfaces go with it. May be called twice. */
  remove(): void {
    spawnSync('ip', ['link', 'del', this.#near], { stdio: 'ignore' });
    this.#holder.kill();
  }

  /** The holder is in its own network as soon as it is `sleep`. */
  async #isHeld(): Promise<void> {
    const own = networkOf('self');
    for (const late = AbortSignal.timeout(5000); networkOf(String(this.#holder.pid)) === own;) {
      if (late.aborted || this.#holder.exitCode !== null) throw new Error('no network of its own could be made');
      await pause(10);
    }
  }

  #far(...args: string[]): void {
    const [program = '', ...rest] = [...this.through, 'ip', ...args];
    execFileSync(program, rest);
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

function networkOf(process: string): string {
  return spawnSync('readlink', [`/proc/${process}/ns/net`], { encoding: 'utf8' }).stdout;
}

/** The reason for which the tests with a link are skipped; false where they run. */
export const linkRefused = ((): string | false => {
  if (process.platform !== 'linux') return 'networks are made on Linux only';
  const made = spawnSync('unshare', ['--net', 'ip', 'link', 'add', 'njtry', 'type', 'veth', 'peer', 'name', 'njtryf']);
  return made.status === 0 ? false : 'making a network is not allowed here';
})();
