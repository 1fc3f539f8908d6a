/**
 * Disks that can be filled, taken away and made read-only, for real: small file systems in memory or in a file, mounted
 * for one test and gone with it. Needs root on Linux; `mountsRefused` says why it cannot be done here.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export class Disk {
  /** Where it is mounted; an ordinary folder while it is not. */
  readonly place: string;
  readonly #above: string;
  readonly #mount: string[];
  #ballast = 0;

  private constructor(above: string, mount: string[]) {
    this.#above = above;
    this.place = path.join(above, 'disk');
    this.#mount = mount;
    mkdirSync(this.place);
  }

  /**
   * In memory. What lies on it outlives its unmounting: it is mounted a second time beside. null where that is not
   * allowed and `ask` is set.
   */
  static tmpfs(sizeBytes: number): Disk;
  static tmpfs(sizeBytes: number, ask: boolean): Disk | null;
  static tmpfs(sizeBytes: number, ask = false): Disk | null {
    const above = mkdtempSync(path.join(tmpdir(), 'nightjar-disk-'));
    const beside = path.join(above, 'beside');
    mkdirSync(beside);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', beside]).status !== 0) {
      rmSync(above, { recursive: true });
      if (ask) return null;
      throw new Error('no file system could be mounted');
    }
    const disk = new Disk(above, ['--bind', beside]);
    disk.plugIn();
    return disk;
  }

  /** ext4 in a file; null where there are no loop devices. */
  static ext4(sizeBytes: number): Disk | null {
    const above = mkdtempSync(path.join(tmpdir(), 'nightjar-disk-'));
    const image = path.join(above, 'image');
    closeSync(openSync(image, 'w'));
    truncateSync(image, sizeBytes);
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    const disk = new Disk(above, ['-o', 'loop', image]);
    if (disk.#run('mount', ...disk.#mount, disk.place)) return disk;
    rmSync(above, { recursive: true });
    return null;
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.place);
    return bavail * bsize;
  }

  plugIn(): void {
    if (!this.#run('mount', ...this.#mount, this.place)) throw new Error('the disk could not be mounted');
  }

  /** As when somebody pulls it out: at once, whoever uses it. */
  unplug(): void {
    if (!this.#run('umount', '-l', this.place)) throw new Error('the disk could not be unmounted');
  }

  /** False while somebody has a file open for writing. */
  readOnly(): boolean {
    return this.#run('mount', '-o', 'remount,bind,ro', this.place);
  }

  writable(): void {
    if (!this.#run('mount', '-o', 'remount,bind,rw', this.place)) throw new Error('the disk stays read-only');
  }

  /** ext4: as after an error on the disk. The system takes no more writing, whoever writes. */
  abort(): void {
    if (!this.#run('mount', '-o', 'remount,abort', this.place)) throw new Error('the disk could not be aborted');
  }

  /** Somebody else's file takes all but so many bytes. */
  fill(leaveBytes = 0): void {
    const file = path.join(this.place, `ballast-${++this.#ballast}`);
    const handle = openSync(file, 'w');
    const block = Buffer.alloc(4096);
    try {
      while (this.freeBytes > leaveBytes) if (writeSync(handle, block) === 0) break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(handle);
    }
  }

  /** Somebody else's files go. */
  empty(): void {
    for (; this.#ballast > 0; this.#ballast--) rmSync(path.join(this.place, `ballast-${this.#ballast}`));
  }

  /** Unmounts and removes everything. May be called twice. */
  remove(): void {
    for (const place of [this.place, path.join(this.#above, 'beside')]) {
      while (spawnSync('mountpoint', ['-q', place]).status === 0 && this.#run('umount', '-l', place));
    }
    rmSync(this.#above, { recursive: true, force: true });
  }

  #run(program: string, ...args: string[]): boolean {
    return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
  }
}

/** The reason for which the tests with disks are skipped; false where they run. */
export const mountsRefused = ((): string | false => {
  if (process.platform !== 'linux') return 'disks are mounted on Linux only';
  const disk = Disk.tmpfs(1_000_000, true);
  disk?.remove();
  return disk ? false : 'mounting a small file system is not allowed here';
})();
