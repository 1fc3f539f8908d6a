/**
 * The players that a user would pick instead, each as installed and tuned for low latency as well as its options allow
 * (found by trying, on this yard), one process and one window a camera. Missing ones are said. Windows are placed where
 * the app had its tiles. The cameras' addresses are in the arguments: the yard's passwords are no secret.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { YardCamera } from '../yard/yardProcess.ts';
import { processes, treeOf } from './measure.ts';
import type { BenchScreen } from './screen.ts';
import type { Rectangle } from './strips.ts';

export interface Player {
  name: string;
  program: string;
  args(url: string, place: Place): string[];
  /** Refuses to run as root. */
  notAsRoot?: boolean;
}

/** Whole pixels. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

const overTcp = ['-rtsp_transport', 'tcp'];

function ffplay(tuning: string[]): Player['args'] {
  return (url, { x, y, width, height }) => [
    ...['-loglevel', 'quiet', '-noborder', '-left', `${x}`, '-top', `${y}`, '-x', `${width}`, '-y', `${height}`],
    ...overTcp,
    ...tuning,
    url,
  ];
}

function mpv(tuning: string[]): Player['args'] {
  return (url, { x, y, width, height }) => [
    ...['--no-config', '--really-quiet', '--no-border', '--no-osc', '--no-input-default-bindings'],
    ...[`--geometry=${width}x${height}+${x}+${y}`, '--rtsp-transport=tcp'],
    ...tuning,
    url,
  ];
}

function vlc(tuning: string[]): Player['args'] {
  return (url, { x, y, width, height }) => [
    ...['-I', 'dummy', '--quiet', '--no-video-title-show', '--no-video-deco', '--no-osd'],
    ...[`--video-x=${x}`, `--video-y=${y}`, `--width=${width}`, `--height=${height}`],
    ...tuning,
    url,
  ];
}

const lowLatency = ['--profile=low-latency', '--untimed', '--framedrop=no', '--no-cache', '--no-audio'];

export const players: Player[] = [
  { name: 'ffplay, as installed', program: 'ffplay', args: ffplay([]) },
  {
    name: 'ffplay, low delay',
    program: 'ffplay',
    args: ffplay([
      ...['-fflags', 'nobuffer', '-flags', 'low_delay', '-framedrop', '-sync', 'ext', '-an', '-threads', '1'],
      ...['-probesize', '32', '-analyzeduration', '0', '-avioflags', 'direct'],
    ]),
  },
  { name: 'mpv, as installed', program: 'mpv', args: mpv([]) },
  {
    // Of all outputs that work without a GPU the one that shows every picture: 44/52 ms; by x11 as fast, cheaper, and
    // a third of the pictures lies under the next one before it can be seen; timed (without --untimed) 200 ms and more.
    name: 'mpv, low latency',
    program: 'mpv',
    args: mpv([...lowLatency, '--vo=sdl']),
  },
  { name: 'mpv, low latency, x11', program: 'mpv', args: mpv([...lowLatency, '--vo=x11']) },
  { name: 'VLC, as installed', program: 'vlc', args: vlc([]), notAsRoot: true },
  {
    name: 'VLC, no caching',
    program: 'vlc',
    args: vlc(['--network-caching=0', '--clock-jitter=0', '--clock-synchro=0', '--no-audio']),
    notAsRoot: true,
  },
];

export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function placeOf({ x, y, widthPixels, heightPixels }: Rectangle): Place {
  const [left, top] = [Math.round(x), Math.round(y)];
  return { x: left, y: top, width: Math.floor(widthPixels), height: Math.floor(heightPixels) };
}

export class PlayerWindows {
  readonly places: Place[];
  readonly #children: ChildProcess[];
  readonly #home: string;

  /** One window a place, each showing the camera of its number. */
  constructor(player: Player, screen: BenchScreen, cameras: YardCamera[], places: Place[]) {
    this.places = places;
    this.#home = mkdtempSync(path.join(os.tmpdir(), 'nightjar-player-'));
    chmodSync(this.#home, 0o777);
    const env = { PATH: process.env['PATH'], DISPLAY: screen.display, HOME: this.#home, XDG_RUNTIME_DIR: this.#home };
    const asNobody = player.notAsRoot === true && process.getuid?.() === 0;
    this.#children = places.flatMap((place, at) => {
      const camera = cameras[at];
      if (!camera) return [];
      const args = player.args(addressOf(camera), place);
      const [program, all] = asNobody
        ? ['setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', player.program, ...args]]
        : [player.program, args];
      return [spawn(program, all, { stdio: 'ignore', env, cwd: this.#home })];
    });
  }

  get pids(): number[] {
    return this.#children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** CPU in percent of one core, and memory, of all of them and what they started, from now until it is called. */
  measure(): () => { cpuPercent: number; rssBytes: number } {
    const all = (): Map<number, { cpuSeconds: number; rssBytes: number }> => {
      const running = processes();
      return new Map(this.pids.flatMap((pid) => treeOf(pid, running)).map((one) => [one.pid, one]));
    };
    const before = all();
    const beganMs = performance.now();
    return () => {
      const seconds = (performance.now() - beganMs) / 1000;
      let cpuSeconds = 0;
      let rssBytes = 0;
      for (const [pid, one] of all()) {
        cpuSeconds += one.cpuSeconds - (before.get(pid)?.cpuSeconds ?? 0);
        rssBytes += one.rssBytes;
      }
      return { cpuPercent: (cpuSeconds / seconds) * 100, rssBytes };
    };
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#home, { recursive: true, force: true });
  }
}

function addressOf({ host, rtspPort, mainPath, user, password }: YardCamera): string {
  return `rtsp://${user}:${encodeURIComponent(password)}@${host}:${rtspPort}${mainPath}`;
}
