// What every step of the set-up shares: telling in one line what it found or did, and running a program.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const inModules = (...parts) => path.join(root, 'node_modules', ...parts);

export function say(what, how) {
  console.log(`setup: ${what.padEnd(10)} ${how}`);
}

export function stop(sentence) {
  console.error(`setup: ${sentence}`);
  process.exit(1);
}

/** The environment for programs started here: our own programs first on the path. */
export function environment(more = {}) {
  const key = Object.keys(process.env).find((name) => name.toLowerCase() === 'path') ?? 'PATH';
  return { ...process.env, [key]: inModules('.bin') + path.delimiter + (process.env[key] ?? ''), ...more };
}

/** Runs a program with this terminal; resolves to its exit code. Signals sent to us reach it by the terminal. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: environment(), ...options });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.on('error', (error) => {
      console.error(`setup: ${program} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(code ?? (signal ? 1 : 0));
    });
  });
}

/** Runs a program quietly; its output is shown only when the caller says so. */
export function quietly(program, args, { timeoutMs = 600_000, env = {}, cwd = root, shell = false } = {}) {
  const done = spawnSync(program, args, {
    cwd,
    env: environment(env),
    encoding: 'utf8',
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    shell,
  });
  return { ok: done.status === 0, out: done.stdout ?? '', text: `${done.stdout ?? ''}${done.stderr ?? ''}` };
}

/** npm as a program that spawn can start on every system: by its own script where we were started through npm. */
export function npm(args, options = {}) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return quietly(process.execPath, [script, ...args], options);
  return quietly(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    ...options,
    shell: process.platform === 'win32',
  });
}

/** The last lines of a program's output, for a failure's sentence. */
export function tail(text, lines = 12) {
  return text.trim().split('\n').slice(-lines).join('\n');
}
