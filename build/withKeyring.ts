/**
 * Runs a command with a keyring of its own: `node build/withKeyring.ts <command> [arguments…]`. On Linux that is a
 * private message bus and a gnome-keyring unlocked with a throwaway password, both gone with everything they stored
 * when the command ends, however it ends. The command keeps its terminal, environment and home; only
 * DBUS_SESSION_BUS_ADDRESS is ours. macOS and Windows have a keychain always: there the command just runs.
 *
 * A missing program is said with the package that holds it. Exit code: the command's, or 128 + the signal's number.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const startMs = 10_000;
const stopMs = 3_000;

/** What the private bus may do: all, for the one user who can reach it; it starts no service by itself. */
const busConfiguration = (folder: string): string => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=${folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

export interface Keyring {
  /** For DBUS_SESSION_BUS_ADDRESS. */
  busAddress: string;
  /** The daemon that keeps the secrets; null when none was asked for. */
  daemonId: number | null;
  /** Locks what is unlocked: reading finds nothing from then on, as on a desktop before its keyring is unlocked. */
  lock(): Promise<void>;
  /** Ends both programs and removes what they stored. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a private bus, and on it a keyring with one unlocked collection; with `secrets: false` only the bus. Linux.
 * Throws when a program is missing or does not start, with a sentence for the person at the terminal.
 */
export async function startKeyring({ secrets = true } = {}): Promise<Keyring> {
  needProgram('dbus-daemon', 'dbus');
  needProgram('dbus-send', 'dbus');
  if (secrets) needProgram('gnome-keyring-daemon', 'gnome-keyring');
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-keyring-'));
  const children: ChildProcess[] = [];
  let stopping: Promise<void> | null = null;
  function stop(): Promise<void> {
    stopping ??= (async () => {
      for (const child of children.toReversed()) await end(child);
      await rm(folder, { recursive: true, force: true });
    })();
    return stopping;
  }
  try {
    const bus = await startBus(folder);
    children.push(bus.child);
    if (secrets) children.push(await startDaemon(folder, bus.address));
    return {
      busAddress: bus.address,
      daemonId: children[1]?.pid ?? null,
      lock: () => lockCollection(bus.address),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startBus(folder: string): Promise<{ child: ChildProcess; address: string }> {
  const configuration = join(folder, 'bus.conf');
  await writeFile(configuration, busConfiguration(folder));
  const child = spawn(
    'dbus-daemon',
    [`--config-file=${configuration}`, '--nofork', '--nopidfile', '--print-address=3'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      // Out of reach of the terminal's Ctrl-C: the command may still need its keyring while it ends.
      detached: true,
    },
  );
  // Safe: 'pipe' in the fourth place makes a readable stream there.
  const addresses = child.stdio[3] as Readable;
  const address = await Promise.race([firstLine(addresses), pause(startMs, null, { ref: false })]);
  if (!address) {
    await end(child);
    throw new Error('dbus-daemon did not start.');
  }
  return { child, address };
}

async function startDaemon(folder: string, busAddress: string): Promise<ChildProcess> {
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const child = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_RUNTIME_DIR: home,
      XDG_DATA_HOME: home,
      XDG_CACHE_HOME: home,
      XDG_CONFIG_HOME: home,
      DBUS_SESSION_BUS_ADDRESS: busAddress,
    },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(randomBytes(24).toString('base64url'));
  const deadline = AbortSignal.timeout(startMs);
  const property = ['string:org.freedesktop.Secret.Collection', 'string:Locked'];
  while (child.exitCode === null && child.signalCode === null && !deadline.aborted) {
    const answer = await ask(busAddress, '/org/freedesktop/secrets/aliases/default', 'DBus.Properties.Get', property);
    if (answer.includes('boolean false')) return child;
    await pause(20);
  }
  await end(child);
  throw new Error('gnome-keyring-daemon did not start, or did not unlock its keyring.');
}

async function lockCollection(busAddress: string): Promise<void> {
  const collection = '/org/freedesktop/secrets/collection/login';
  await ask(busAddress, '/org/freedesktop/secrets', 'Secret.Service.Lock', [`array:objpath:${collection}`]);
}

/** One call on the bus; what it prints, '' when it fails. */
async function ask(busAddress: string, object: string, method: string, values: string[]): Promise<string> {
  const options = ['--session', '--print-reply', '--reply-timeout=2000', '--dest=org.freedesktop.secrets'];
  const child = spawn('dbus-send', [...options, object, `org.freedesktop.${method}`, ...values], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: busAddress },
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await closed(child);
  return printed;
}

/** Runs a command with a keyring, and the caller's own terminal. Resolves to its exit code. */
export async function runWithKeyring(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (process.platform !== 'linux') return run(command, args, env, new AbortController().signal);
  // A signal that comes before the command runs, or while it ends, must not leave daemons behind.
  const stopped = new AbortController();
  const passOn = (signal: NodeJS.Signals): void => stopped.abort(signal);
  for (const signal of passedSignals) process.on(signal, passOn);
  try {
    const keyring = await startKeyring();
    try {
      return await run(command, args, { ...env, DBUS_SESSION_BUS_ADDRESS: keyring.busAddress }, stopped.signal);
    } finally {
      await keyring.stop();
    }
  } finally {
    for (const signal of passedSignals) process.off(signal, passOn);
  }
}

const passedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function run(command: string, args: string[], env: NodeJS.ProcessEnv, stopped: AbortSignal): Promise<number> {
  // `node` is the Node that runs this file, which need not be the first one on PATH.
  const program = command === 'node' ? process.execPath : command;
  const child =
    process.platform === 'win32'
      ? spawn([program, ...args].map((part) => `"${part}"`).join(' '), { stdio: 'inherit', env, shell: true })
      : spawn(program, args, { stdio: 'inherit', env });
  const forward = (): void => {
    // A terminal's Ctrl-C reaches the command by itself; a second one would make it drop everything.
    if (stopped.reason === 'SIGINT' && process.stdin.isTTY) return;
    // Safe: only `passOn` aborts it, with a signal's name.
    child.kill(stopped.reason as NodeJS.Signals);
  };
  stopped.addEventListener('abort', forward);
  if (stopped.aborted) forward();
  await closed(child);
  stopped.removeEventListener('abort', forward);
  if (child.signalCode) return 128 + constants.signals[child.signalCode];
  return child.exitCode === null || child.exitCode < 0 ? 127 : child.exitCode;
}

/** Resolves when the child has ended, or could not be started. */
function closed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve();
    });
    child.once('close', () => resolve());
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = closed(child);
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), stopMs);
  // A daemon that was stopped (SIGSTOP, by a test) ends only when it goes on.
  child.kill('SIGCONT');
  await gone;
  clearTimeout(insist);
}

async function firstLine(stream: Readable): Promise<string | null> {
  for await (const line of createInterface({ input: stream })) return line;
  return null;
}

function needProgram(program: string, aptPackage: string): void {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' });
  const missing = found.error && 'code' in found.error && found.error.code === 'ENOENT';
  if (missing)
    throw new Error(`${program} is missing: install the package ${aptPackage} (apt-get install ${aptPackage}).`);
}

if (import.meta.main) {
  const [command, ...args] = process.argv.slice(2);
  if (command === undefined) {
    console.error('Usage: node build/withKeyring.ts <command> [arguments…]');
    process.exitCode = 2;
  } else {
    try {
      process.exitCode = await runWithKeyring(command, args, process.env);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
