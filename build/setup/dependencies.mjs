// The npm packages, and Node 24 among them (the version inside Electron 45), which runs everything after the set-up.
// Install scripts are off: one of them would fail the whole installation where its download cannot be had. The few
// that are needed are run by name, each with a check that it worked.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inModules, npm, quietly, root, say, stop, tail } from './say.mjs';

const stamp = inModules('.nightjar', 'lock');

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

export function nodeProgram() {
  return inModules('node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Installs exactly what the lock file says, unless that was done already. */
export async function installDependencies() {
  const hash = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('packages', 'installing what package-lock.json lists …');
  rmSync(stamp, { force: true });
  const done = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!done.ok) stop(`npm could not install the packages:\n${tail(done.text)}`);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  say('packages', 'installed');
}

/** Node 24 comes as an npm package whose first script fetches the build for this system from the same registry. */
export async function readyNode() {
  const works = () => existsSync(nodeProgram()) && quietly(nodeProgram(), ['--version']).out.startsWith('v24.');
  if (works()) return;
  const done = npm(['rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts']);
  if (!works()) stop(`Node 24 could not be installed from its npm package:\n${tail(done.text)}`);
  say('node', quietly(nodeProgram(), ['--version']).out.trim());
}

/** sodium-native carries a build for every system inside its package. */
export function readySodium() {
  const done = quietly(nodeProgram(), ['-e', 'require("sodium-native").sodium_malloc(8)']);
  if (!done.ok) stop(`sodium-native has no build for this system:\n${tail(done.text)}`);
}
