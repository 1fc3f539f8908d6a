// keytar, the bridge to the system's keychain, is native code. Its prebuilt is downloaded where that can be had;
// else it is built from source (about 4 s; it is N-API: one build serves Node and Electron).
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { nodeProgram } from './dependencies.mjs';
import { downloadsCanBeHad } from './downloads.mjs';
import { inModules, npm, quietly, say, stop, tail } from './say.mjs';

export function keytarWorks() {
  if (!existsSync(inModules('keytar', 'build', 'Release', 'keytar.node'))) return false;
  return quietly(nodeProgram(), ['-e', 'require("keytar")']).ok;
}

/** A folder with include/node/node_api.h, as npm_config_nodedir wants it; null when there is none. */
export function nodeHeaders() {
  const prefix = path.resolve(path.dirname(process.execPath), '..');
  const folders = [process.env.npm_config_nodedir, prefix, '/usr', '/usr/local'];
  return folders.find((folder) => folder && existsSync(path.join(folder, 'include', 'node', 'node_api.h'))) ?? null;
}

export async function readyKeytar() {
  if (keytarWorks()) return;
  const folder = inModules('keytar');
  rmSync(path.join(folder, 'build'), { recursive: true, force: true });
  let last = '';
  if (await downloadsCanBeHad()) {
    const prebuilt = inModules('prebuild-install', 'bin.js');
    last = quietly(process.execPath, [prebuilt], { cwd: folder, timeoutMs: 60_000 }).text;
    if (keytarWorks()) return say('keytar', 'prebuilt');
  }
  say('keytar', 'building from source …');
  const headers = nodeHeaders();
  const env = headers ? { npm_config_nodedir: headers } : {};
  last += npm(['run', 'build', '--loglevel=error'], { cwd: folder, env, timeoutMs: 300_000 }).text;
  if (!keytarWorks())
    stop(`keytar could not be built; it needs a C++ compiler, Python and libsecret's headers:\n${tail(last, 30)}`);
  say('keytar', 'built');
}
