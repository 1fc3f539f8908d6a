/**
 * File dialogs for the understudy in a window: zenity's, where it is installed. No name is suggested, because it would
 * be an argument that every process of this computer can read, and it holds a camera's name.
 */
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { onPath } from '../setup/programs.mjs';
import { headed } from './chromium.ts';

const zenity = headed ? onPath(['zenity']) : null;

/** False where there is no window, or no zenity. */
export const asksForFiles = zenity !== null;

/** The path that the user chose; null when the dialog was closed. */
export function askForFile(options: string[]): Promise<string | null> {
  const args = ['--file-selection', '--title=Nightjar', `--filename=${os.homedir()}${path.sep}`, ...options];
  return new Promise((resolve) => {
    const child = spawn(zenity ?? 'zenity', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer += text));
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code === 0 ? answer.trim() || null : null));
  });
}
