/**
 * The one place that chooses the runtime of the journeys: real Electron where its binary was downloaded, else the
 * understudy. Says which one runs, once a process. NIGHTJAR_RUNTIME=electron or =understudy insists on one, and fails
 * when that one is not there.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { _electron } from 'playwright';
import { toApp } from '../../build/understudy/addresses.ts';
import { launch, type AppUnderTest } from '../../build/understudy/launch.ts';

export type { AppUnderTest };

export interface AppPlan {
  /** Where this app keeps everything that it would keep in the user's own folders. */
  home: string;
  env?: Record<string, string>;
  /** The entry of another app than ours, for tests of the runtime itself. */
  entry?: string;
}

const root = path.join(import.meta.dirname, '../..');
const electronFolder = path.join(root, 'node_modules/electron');

/** Electron's binary; null where it was not downloaded. (Importing `electron` would try to download it.) */
export function electronBinary(): string | null {
  const note = path.join(electronFolder, 'path.txt');
  if (!existsSync(note)) return null;
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(electronFolder, 'dist');
  const binary = path.join(folder, readFileSync(note, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

export const runtime = chooseRuntime();
let told = false;

export async function launchApp(plan: AppPlan): Promise<AppUnderTest> {
  if (!told)
    console.log(`It runs on ${runtime === 'electron' ? 'Electron' : 'the understudy (no Electron binary here)'}.`);
  told = true;
  const env = { ...plan.env, NIGHTJAR_HOME: plan.home };
  if (runtime === 'understudy') {
    return await launch({ args: [plan.entry ?? path.join(root, 'out/app/main/index.js')], env, cwd: root });
  }
  const app = await _electron.launch({
    args: [plan.entry ?? '.', `--user-data-dir=${path.join(plan.home, 'userData')}`],
    cwd: root,
    env: { ...inherited(), ...env },
    chromiumSandbox: process.getuid?.() !== 0,
  });
  return app;
}

/** A page's address as the app knows it, on either runtime. */
export function appUrl(url: string): string {
  return toApp(url);
}

function chooseRuntime(): 'electron' | 'understudy' {
  const wanted = process.env['NIGHTJAR_RUNTIME'];
  if (wanted === 'understudy') return 'understudy';
  if (electronBinary() !== null) return 'electron';
  if (wanted === 'electron') throw new Error('NIGHTJAR_RUNTIME=electron, and Electron has no binary here');
  return 'understudy';
}

function inherited(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
