// The programs that the app runs on: Electron where it can be had, else Chromium for the understudy; and ffmpeg.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { downloadsCanBeHad } from './downloads.mjs';
import { inModules, quietly, say, stop } from './say.mjs';

const downloadMs = 10 * 60_000;

export function electronProgram() {
  try {
    const program = inModules('electron', 'dist', readFileSync(inModules('electron', 'path.txt'), 'utf8'));
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

/** True when Electron's own runtime is here or could be downloaded. */
export async function readyElectron() {
  if (electronProgram()) return true;
  if (!(await downloadsCanBeHad())) {
    say('electron', 'cannot be downloaded here; the understudy (Node 24 and Chromium) runs the same app');
    return false;
  }
  say('electron', 'downloading …');
  quietly(process.execPath, [inModules('electron', 'install.js')], { timeoutMs: downloadMs });
  if (electronProgram()) return true;
  say('electron', 'could not be downloaded; the understudy (Node 24 and Chromium) runs the same app');
  return false;
}

export function onPath(names) {
  const folders = (process.env.PATH ?? process.env.Path ?? '').split(path.delimiter);
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const name of names)
    for (const folder of folders)
      for (const ending of endings) {
        const file = path.join(folder, name + ending);
        if (folder && existsSync(file)) return file;
      }
  return null;
}

function staticFfmpeg() {
  return inModules('ffmpeg-static', process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg');
}

/** What the app will use, in the order of `findFfmpeg` in main/core/video/ffmpeg.ts; null when there is none yet. */
export function ffmpegProgram() {
  const candidates = [process.env.FFMPEG_BIN, staticFfmpeg(), onPath(['ffmpeg'])];
  return candidates.find((file) => file && existsSync(file) && quietly(file, ['-version']).ok) ?? null;
}

export async function readyFfmpeg() {
  if (!ffmpegProgram() && (await downloadsCanBeHad())) {
    say('ffmpeg', 'downloading …');
    quietly(process.execPath, [inModules('ffmpeg-static', 'install.js')], { timeoutMs: downloadMs });
  }
  const program = ffmpegProgram();
  if (!program) stop('ffmpeg is missing. Install it with your system’s packages, or name it in FFMPEG_BIN.');
}

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];

export function chromiumProgram() {
  const named = [process.env.UNDERSTUDY_CHROMIUM, process.env.CHROME_PATH].find((file) => file && existsSync(file));
  const places = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return named ?? onPath(chromiumNames) ?? places.find((file) => existsSync(file)) ?? null;
}

export function readyChromium() {
  if (chromiumProgram()) return;
  stop(
    'Neither Electron nor Chromium is here. Install Chromium with your system’s packages, or name it in CHROME_PATH.',
  );
}
