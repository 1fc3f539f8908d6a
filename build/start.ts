/**
 * `npm start`: the app on the user's own cameras, in Electron where its binary is, else in the understudy's window.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { bundle } from './bundle.ts';
import { electronProgram } from './setup/programs.mjs';

const root = path.resolve(import.meta.dirname, '..');

export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** Starts the app with a window; resolves to its exit code when it ends. */
export async function startWithWindow(environment: NodeJS.ProcessEnv): Promise<number> {
  const entry = await bundle();
  const electron = electronProgram();
  const understudy = path.join(root, 'build', 'understudy', 'run.ts');
  const home = environment['NIGHTJAR_HOME'];
  const where = home === undefined ? [] : [`--user-data-dir=${path.join(home, 'userData')}`];
  const child = electron
    ? spawn(electron, [root, ...where], { stdio: 'inherit', env: environment })
    : spawn(process.execPath, [understudy, entry], {
        stdio: 'inherit',
        env: { ...environment, UNDERSTUDY_HEADED: '1' },
      });
  // Whoever ends us ends the app in order, and what comes after it (the demo's tidying up) still happens.
  const pass = (signal: NodeJS.Signals): unknown => child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

if (process.argv[1] === import.meta.filename) {
  if (hasDisplay()) process.exitCode = await startWithWindow(process.env);
  else {
    console.error('There is no display here, and Nightjar is a desktop app. `npm run demo` shows it without one.');
    process.exitCode = 1;
  }
}
